"""Context managers for one `with` block."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TypeVar

from dodeca.errors import InvalidRequestError

T = TypeVar("T")


class AsyncBlock(AbstractAsyncContextManager[T]):
    """A context manager that is entered once, since entering it sends a request."""

    def __init__(self, name: str, context: AbstractAsyncContextManager[T]) -> None:
        self._name = name
        self._context = context
        self._was_entered = False

    def __repr__(self) -> str:
        return f"<{self._name}, for a `with` block>"

    async def __aenter__(self) -> T:
        if self._was_entered:
            raise InvalidRequestError(
                f"{self._name} is for one `with` block; call its method again for another"
            )
        self._was_entered = True
        return await self._context.__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._context.__aexit__(exc_type, exc, traceback)
