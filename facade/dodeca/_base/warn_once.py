"""Warnings that point at the caller's line, each once in a process."""

from __future__ import annotations

import sys
import warnings

_PACKAGE = __name__.partition(".")[0]
_shown: set[tuple[type[Warning], str]] = set()


def warn_once(warning: Warning) -> None:
    """Show a warning of this text for the first time, with the line that called this package."""
    key = type(warning), str(warning)
    if key not in _shown:
        warnings.warn(warning, stacklevel=_level_of_caller())
        _shown.add(key)  # not before: where warnings are errors, each call raises one


def _level_of_caller() -> int:
    """How far up the stack of `warn_once` the first line outside this package is."""
    level, frame = 1, sys._getframe(1)
    while _is_ours(frame.f_globals.get("__name__", _PACKAGE)) and frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    return level


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == _PACKAGE
