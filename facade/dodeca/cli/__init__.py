"""The `dodeca` command; it needs the extra `cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command, or say what is missing."""
    try:
        from dodeca.cli.app import app
    except ImportError as exc:
        sys.exit(f"dodeca: the command needs an extra: pip install 'dodeca[cli]' ({exc})")
    app()
