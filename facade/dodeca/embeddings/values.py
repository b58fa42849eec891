"""A column of objects, such as dicts and ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")


class Values(Sequence[T]):
    """A read-only column of objects, one for each row.

    An integer index gives an object; a slice, a mask or an array of indices gives `Values`, a slice
    without a copy. It is equal to a sequence of equal objects, such as a tuple.

    >>> from dodeca.embeddings.values import Values
    >>> Values.of([{"page": 1}, {"page": 2}])[:1] == ({"page": 1},)
    True
    """

    __slots__ = ("_objects",)

    def __init__(self, objects: NDArray[np.object_]) -> None:
        self._objects = objects
        objects.setflags(write=False)

    @classmethod
    def of(cls, objects: Iterable[T]) -> Values[T]:
        """A column of these objects; a column itself is returned as it is."""
        return objects if isinstance(objects, Values) else cls(np.fromiter(objects, np.object_))

    @classmethod
    def joined(cls, columns: Sequence[Values[T]]) -> Values[T]:
        """The rows of one or more columns, one column after the other."""
        return cls(np.concatenate([column._objects for column in columns]))

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[T]:
        return iter(self._objects.tolist())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any]) -> Values[T]: ...
    def __getitem__(self, index: Any) -> Any:
        found = self._objects[index]
        return Values(found) if isinstance(found, np.ndarray) else found

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str):
            return len(self) == len(other) and list(self) == list(other)
        return NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Values, (self._objects,)

    def __repr__(self) -> str:
        return f"Values({list(self)!r})"
