"""httpx without its command line, which takes most of the time of importing it.

If click and rich are installed, httpx imports both, and pygments, for `python -m httpx`. It skips
them if its module `_main` cannot be imported, so that module is blocked during the import.
"""

from __future__ import annotations

import sys

_LEFT_OUT = "httpx._main"

_is_first = "httpx" not in sys.modules
if _is_first:
    sys.modules[_LEFT_OUT] = None  # type: ignore[assignment]
try:
    import httpx
finally:
    if _is_first:
        sys.modules.pop(_LEFT_OUT, None)

__all__ = ["httpx"]
