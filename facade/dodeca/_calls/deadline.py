"""A deadline for all calls within a block, such as the polls of one wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LIMIT: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def calls_until(deadline: float) -> Iterator[None]:
    """Let no call of the block last longer than until `deadline`, in seconds of its clock."""
    token = _LIMIT.set(deadline)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def limited(deadline: float) -> float:
    """The deadline of a call, or that of the block around it if it is earlier."""
    limit = _LIMIT.get()
    return deadline if limit is None else min(deadline, limit)
