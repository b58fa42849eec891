"""Text that is safe to print on a terminal."""

from dodeca._base.text import printable

__all__ = ["printable"]
