"""The `dodeca` command (extra `cli`). For its exit statuses see `dodeca.cli.exit_status`."""

from __future__ import annotations

import sys

from dodeca._base import extras


def main() -> None:
    """Run the command; exit with a hint if the extra `cli` is not installed."""
    try:
        from dodeca.cli.app import execute
    except ImportError as exc:
        sys.exit(f"dodeca: {extras.missing('the command', 'cli', exc)}")
    sys.exit(execute())
