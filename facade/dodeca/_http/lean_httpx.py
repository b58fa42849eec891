"""httpx without its command line, which is most of what importing it costs.

Where click and rich are installed, httpx imports both, and pygments, for `python -m httpx`. It does
without when that module cannot be imported, so it is kept from it for the moment of the import.
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
