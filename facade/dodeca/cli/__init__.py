"""The `dodeca` command (extra `cli`). For its exit statuses see `dodeca.cli.exit_status`."""

from __future__ import annotations

import os
import sys

from dodeca._base import extras


def main() -> None:
    """Run the command; exit with a hint if the extra `cli` is not installed."""
    try:
        from dodeca.cli.app import execute
        from dodeca.cli.exit_status import ExitStatus
    except ImportError as exc:
        sys.exit(f"dodeca: {extras.missing('the command', 'cli', exc)}")
    try:
        status = execute()
    except KeyboardInterrupt:  # another one, while the first ended the command
        os._exit(ExitStatus.INTERRUPTED)
    sys.exit(status)
