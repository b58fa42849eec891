"""The `dodeca` command; it needs the extra `cli`.

Exit status: 0 all went well; 1 the service refused, or something could not be done; 2 the command
line is wrong; 3 `check` refuses a file, or some of several inputs failed; 75 the service asks to
try again later (rate limit); 130 interrupted.
"""

from __future__ import annotations

import sys

from dodeca._base import extras


def main() -> None:
    """Run the command, or say what is missing."""
    try:
        from dodeca.cli.app import execute
    except ImportError as exc:
        sys.exit(f"dodeca: {extras.missing('the command', 'cli', exc)}")
    sys.exit(execute())
