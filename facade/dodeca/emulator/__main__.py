"""`python -m dodeca.emulator`: the emulator as a server, for any client of the API."""

from __future__ import annotations

import argparse
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from dodeca._base import asgi_server

from . import Emulator, access_log, clock, faults
from .server import serving


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m dodeca.emulator",
        description="A local stand-in for the TwelveLabs API v1.3 that works on real media.",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; the default can only be reached from this machine",
    )
    parser.add_argument(
        "--port", type=int, default=8112, help="0 takes any free port (%(default)s)"
    )
    parser.add_argument(
        "--db", type=Path, metavar="FILE", help="keep everything in FILE (default: in memory)"
    )
    parser.add_argument(
        "--media", type=Path, metavar="DIR", help="folder whose files stand for URLs, by file name"
    )
    parser.add_argument(
        "--pace",
        type=clock.parse_pace,
        default="instant",
        help="when tasks are ready: `instant`, after a number of polls (`3`), or `realtime[:0.1]`,"
        " after this share of the duration of their media (%(default)s)",
    )
    parser.add_argument("--api-key", help="the only key to accept (default: any)")
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="faults on demand, a list in YAML or JSON"
    )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        dest="limits",
        metavar="LIMIT",
        help="limit on the creates of one kind of resource, such as `600/minute`, or `60m/hour` for"
        " minutes of media; can be given several times (default: no limit)",
    )
    parser.add_argument(
        "--webhook",
        action="append",
        default=[],
        dest="webhooks",
        metavar="URL",
        help="notify this URL when a task ends; can be given several times",
    )
    parser.add_argument(
        "--webhook-secret", default="", metavar="SECRET", help="what signs the notifications"
    )
    parser.add_argument(
        "--access-log", action="store_true", help="write a line of JSON for each request to stderr"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated; return the exit status."""
    options = _arguments(given)
    secret: str = options.webhook_secret
    asgi_server.stop_on_signals()
    if options.access_log:
        access_log.log.addHandler(logging.StreamHandler())
        access_log.log.setLevel(logging.INFO)
    try:
        with (
            Emulator(
                media=options.media,
                db=options.db,
                pace=options.pace,
                api_key=options.api_key,
                faults=faults.faults_from_file(options.faults) if options.faults else (),
                limits=options.limits,
                webhooks=dict.fromkeys(options.webhooks, secret),
            ) as emulator,
            serving(emulator, host=options.host, port=options.port) as url,
        ):
            print(f"Emulator of the TwelveLabs API on {url}", flush=True)  # noqa: T201
            asgi_server.wait_for_interrupt()
    except KeyboardInterrupt:
        return 0
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"The emulator cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # threads that still handle a request must not delay the exit
