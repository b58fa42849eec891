"""The page of a library: search, play and cut in a browser (extra `browse`).

The server listens on this machine alone.
"""

from dodeca.browse.app import serving

__all__ = ["serving"]
