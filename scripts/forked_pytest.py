"""Run pytest in forks of a process that has loaded what the tests import, which saves seconds.

`python -m scripts.forked_pytest` reads lines of JSON, [arguments, log, seconds], and answers each
with the exit status of pytest, or null if it took longer and was killed with all that it started.
The packages of the project are not loaded: each fork imports them as they are then.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

PRELOADED = (
    *("anyio", "asyncio", "attrs", "av", "httptools", "httpx", "hypothesis.strategies"),
    *(
        "imagesize",
        "jinja2",
        "jsonschema_rs",
        "multipart",
        "numpy",
        "orjson",
        "pandas",
        "PIL.Image",
    ),
    *(
        "pyarrow.parquet",
        "pybase64",
        "rich.console",
        "simdjson",
        "sqlite3",
        "starlette.applications",
    ),
    *("tinytag", "typer", "uvicorn", "yaml"),
)
_POLL_SEC = 0.02


class ForkedPytest:
    """Runs pytest in a folder, in forks of one process."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "scripts.forked_pytest"]
        self._process = Popen(command, cwd=folder, env=env, stdin=PIPE, stdout=PIPE, text=True)

    def exit_code(self, arguments: Sequence[str], log: Path, timeout: float) -> int | None:
        """The exit status of pytest; None if it took longer than `timeout` seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps([list(arguments), str(log), timeout]), file=self._process.stdin, flush=True
        )
        found: int | None = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def run(arguments: list[str], log: str, timeout: float) -> int | None:
    """The exit status of pytest in a fork; None if it was killed after `timeout` seconds."""
    child = os.fork()
    if not child:
        _become_pytest(arguments, log)
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_POLL_SEC)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _become_pytest(arguments: list[str], log: str) -> None:
    status = 1
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is loaded already
        status = int(pytest.main([*quiet, *arguments]))
        sys.stdout.flush()
    finally:
        os._exit(status)


def main() -> None:
    """Load the packages, and serve until stdin ends."""
    for name in PRELOADED:
        import_module(name)
    requests: Any = sys.stdin
    for line in requests:
        print(json.dumps(run(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
