"""A process that bears runs and lets them die: `python -m tests.bulk.nursery`.

It reads a job a line, forks a child that carries it out, kills the child if the job says when or
where, and writes a line about how it ended. All imports are done before, so that a life costs
milliseconds; it has no threads, so that forking is safe.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
_TICK = 0.002


class Nursery:
    """The other side: gives jobs to the process, and waits for what comes of them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def live(self, **job: Any) -> dict[str, Any]:
        """Carry out a job in a child, and return how that ended."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job, default=str) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.bulk.nursery"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def main() -> None:
    """Serve until there are no more jobs."""
    import pyarrow.parquet  # noqa: F401  # imported before the children are born

    from dodeca import Client
    from dodeca.bulk import runs  # noqa: F401

    Client("key").embed  # noqa: B018
    for line in sys.stdin:
        print(json.dumps(_bear(json.loads(line))), flush=True)


def _bear(job: dict[str, Any]) -> dict[str, Any]:
    """A child's life."""
    reader, writer = os.pipe()
    kill_after = job.pop("kill_after", None)
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        status = 70
        try:
            told = _carry_out(**job)
            os.write(writer, json.dumps(told).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writer)
    status = _waited(pid, began, kill_after)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read()
    told = json.loads(said) if said and status == 0 else {}
    return {"status": status, "seconds": time.monotonic() - began, **told}


def _waited(pid: int, began: float, kill_after: float | None) -> int:
    """Wait for a child, and kill it when its time has come; its exit status, -9 if killed."""
    while kill_after is not None:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() - began >= kill_after:
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(_TICK)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _carry_out(
    *,
    base_url: str,
    inputs: Any,
    out: str,
    settings: dict[str, Any],
    point: str | None = None,
) -> dict[str, Any]:
    """Carry out a run; die at the named point. What it told, and which points it passed."""
    from dodeca import Client
    from dodeca._sync.bulk_service import Service
    from dodeca.bulk.inputs import Options
    from dodeca.bulk.runs import carry_out
    from dodeca.bulk.settings import Settings

    passed: dict[str, None] = {}

    def at(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)
        passed[name] = None

    with Client(
        "key", base_url=base_url, reconcile_after_sec=settings["reconcile_after_sec"]
    ) as client:
        told = carry_out(
            Service(client._transport),
            inputs=inputs,
            out=out,
            options=Options(),
            settings=Settings(**settings),
            at=at,
        )
    return {
        "done": told.done,
        "left": told.left,
        "failed": told.failed,
        "unknown": told.unknown,
        "orphans": told.orphans,
        "exit_code": told.exit_code,
        "points": list(passed),
    }


if __name__ == "__main__":
    main()
