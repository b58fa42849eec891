"""A column of labels, held as small integers."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_INT16 = np.iinfo(np.int16).max


class Labels(Sequence["str | None"]):
    """A read-only column of labels, such as "visual" or "clip"; None where a row has none.

    An integer index gives a label; a slice, a mask or an array of indices gives `Labels`.
    `categories` has each label once, also those of rows that a slice has left out. `codes` has the
    position of each row's label in it, as int16 of shape (n,), or int32 beyond 32,767 categories.
    Compared with a label or None, the column gives a mask of its rows, as numpy does; compared with
    a sequence, whether all are equal.

    >>> from dodeca.embeddings.labels import Labels
    >>> Labels.of(["visual", "audio", "visual"]).distinct()
    ['visual', 'audio']
    """

    __slots__ = ("categories", "codes")

    def __init__(
        self, codes: NDArray[np.signedinteger[Any]], categories: Sequence[str | None]
    ) -> None:
        self.codes: NDArray[np.signedinteger[Any]] = codes
        self.categories: tuple[str | None, ...] = tuple(categories)
        codes.setflags(write=False)

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Labels:
        """A column from the label of each row."""
        codes: dict[str | None, int] = {}
        column = [codes.setdefault(value, len(codes)) for value in values]
        return cls(np.array(column, dtype=code_type(len(codes))), tuple(codes))

    @classmethod
    def same(cls, label: str | None, count: int) -> Labels:
        """A column in which `count` rows have one label."""
        return _one_row(label) if count == 1 else cls(np.zeros(count, dtype=np.int16), (label,))

    @classmethod
    def repeated(cls, labels: Sequence[str | None], counts: Sequence[int]) -> Labels:
        """A column that has each of some different labels so many times in a row."""
        return cls(np.repeat(np.arange(len(labels), dtype=code_type(len(labels))), counts), labels)

    @classmethod
    def joined(cls, columns: Sequence[Labels]) -> Labels:
        """The rows of several columns, one column after the other."""
        new_codes: dict[str | None, int] = defaultdict(itertools.count().__next__)
        recoded: list[int] = []  # the new code of each category of each column
        begins: dict[int, int] = {}  # where those of a column are; many slices share theirs
        shifts, codes = [], []
        for column in columns:
            begin = begins.setdefault(id(column.categories), len(recoded))
            if begin == len(recoded):
                recoded += map(new_codes.__getitem__, column.categories)
            shifts.append(begin)
            codes.append(column.codes)
        counts = list(map(len, codes))
        if len(new_codes) == 1:
            return cls.same(next(iter(new_codes)), sum(counts))
        places = np.concatenate(codes) + np.repeat(shifts, counts)
        width = code_type(len(new_codes))
        return cls(np.array(recoded, width)[places], tuple(new_codes)).remove_unused()

    def remove_unused(self) -> Labels:
        """The same rows; `categories` has only the labels that some row has."""
        is_used = np.zeros(len(self.categories), np.bool_)
        is_used[self.codes] = True
        used = np.flatnonzero(is_used)
        if len(used) == len(self.categories):
            return self
        new_codes = np.cumsum(is_used, dtype=code_type(len(used))) - 1
        return Labels(new_codes[self.codes], [self.categories[code] for code in used])

    def is_(self, label: str | None) -> NDArray[np.bool_]:
        """A mask of the rows that have this label, of shape (n,)."""
        return self.any_of([label])

    def any_of(self, labels: Iterable[str | None]) -> NDArray[np.bool_]:
        """A mask of the rows that have one of these labels, of shape (n,)."""
        wanted = set(labels)
        return np.asarray(
            np.array([label in wanted for label in self.categories], np.bool_)[self.codes]
        )

    def distinct(self) -> list[str | None]:
        """The labels that some row has, in the order of their first rows."""
        rows = len(self.codes)
        first = np.full(len(self.categories), rows)
        first[self.codes[::-1]] = np.arange(rows)[::-1]  # the last assignment stays
        return [self.categories[code] for code in np.argsort(first)[: np.sum(first < rows)]]

    def __iter__(self) -> Iterator[str | None]:
        return map(self.categories.__getitem__, self.codes.tolist())

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> str | None: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any]) -> Labels: ...
    def __getitem__(self, index: Any) -> str | Labels | None:
        found = self.codes[index]
        return (
            Labels(found, self.categories)
            if isinstance(found, np.ndarray)
            else self.categories[found]
        )

    def __eq__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return self.is_(other)
        if isinstance(other, Sequence):
            return list(self) == list(other)
        return NotImplemented

    def __ne__(self, other: object) -> Any:
        found = self.__eq__(other)
        if isinstance(found, bool):
            return not found
        return found if found is NotImplemented else ~found

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        used = self.remove_unused()  # one row of a library does not carry the names of all videos
        return None, {"codes": used.codes, "categories": used.categories}

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        fields = state[1]
        # Pickles from before 0.1.0 have the categories under `words`.
        categories = fields["categories"] if "categories" in fields else fields["words"]
        self.__init__(fields["codes"], categories)  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"Labels({list(self)!r})"


@functools.lru_cache(maxsize=64)
def _one_row(label: str | None) -> Labels:
    """A column of one row, cached: thousands of texts and images share it."""
    return Labels(np.zeros(1, dtype=np.int16), (label,))


def code_type(count: int) -> type[np.signedinteger[Any]]:
    """The type of the codes of so many categories."""
    return np.int16 if count <= _MAX_INT16 else np.int32
