"""A server of the Model Context Protocol, over a library (extra `mcp`): agents search it.

`dodeca mcp` runs it over stdin and stdout; `create_server` makes it for another transport.
"""

from __future__ import annotations

from dodeca.mcp.server import create_server

__all__ = ["create_server"]
