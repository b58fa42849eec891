# From facade/dodeca/_async/block.py by scripts/unasync.py; edit that one.
"""Context managers for one `with` block."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import TypeVar

from dodeca.errors import InvalidRequestError

T = TypeVar("T")


class Block(AbstractContextManager[T]):
    """A context manager that is entered once, since entering it sends a request."""

    def __init__(self, name: str, context: AbstractContextManager[T]) -> None:
        self._name = name
        self._context = context
        self._was_entered = False

    def __repr__(self) -> str:
        return f"<{self._name}, for a `with` block>"

    def __enter__(self) -> T:
        if self._was_entered:
            raise InvalidRequestError(
                f"{self._name} is for one `with` block; call its method again for another"
            )
        self._was_entered = True
        return self._context.__enter__()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return self._context.__exit__(exc_type, exc, traceback)
