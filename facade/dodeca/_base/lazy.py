"""Attributes that are computed at their first use."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property(functools.cached_property):
        """A cached property without the lock that it has before Python 3.12.

        A process that forks while another thread holds such a lock leaves it locked in the child.
        Two threads may compute the value at the same time; both get the one that is kept.
        """

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is None:
                return self
            return instance.__dict__.setdefault(self.attrname, self.func(instance))


__all__ = ["cached_property"]
