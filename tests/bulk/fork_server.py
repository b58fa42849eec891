"""A process that forks runs and kills some of them: `python -m tests.bulk.fork_server`.

It reads one job per line, forks a child that runs it, and writes one line with the result. All
imports are done before forking, so that a child costs milliseconds. The server has no threads, so
forking is safe.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
IMPORTED = (
    "dodeca._sync.bulk_service",
    "dodeca._sync.client",
    "dodeca.embeddings.arrow",
    "dodeca.bulk.run",
    "filelock",
    "pyarrow.parquet",
    "tinytag",
)


class ForkServer:
    """Sends jobs to the process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, **job: Any) -> dict[str, Any]:
        """Run a job in a child, and return its result; `status` is -9 if it was killed."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job, default=str) + "\n")
        self._process.stdin.flush()
        result: dict[str, Any] = json.loads(self._process.stdout.readline())
        return result


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """A fork server for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.bulk.fork_server"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield ForkServer(process)
        finally:
            process.kill()


def main() -> None:
    """Serve until there are no more jobs."""
    for module in IMPORTED:
        importlib.import_module(module)
    gc.freeze()  # so that collections in the children copy no memory
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line))), flush=True)


def _fork(job: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        status = 70
        try:
            result = _run(**job)
            os.write(writer, json.dumps(result).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        output = stream.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"status": status, **(json.loads(output) if output and status == 0 else {})}


def _run(
    *,
    base_url: str,
    inputs: Any,
    out: str,
    settings: dict[str, Any],
    kill_at: str | None = None,
    kill_after: int | None = None,
    delay: float = 0.0,
) -> dict[str, Any]:
    """Carry out a run; returns its counts and the names of the points that it passed.

    It is killed at the named point `kill_at`, or `delay` seconds after it has passed `kill_after`
    points.
    """
    from dodeca import Client
    from dodeca._sync.bulk_service import BulkService
    from dodeca.bulk.inputs import EmbedOptions
    from dodeca.bulk.run import embed_inputs
    from dodeca.bulk.settings import RunSettings

    passed: list[str] = []

    def hook(name: str) -> None:
        if name == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed.append(name)
        if len(passed) == kill_after:
            threading.Thread(target=_kill, args=[delay], daemon=True).start()

    with Client(
        "key", base_url=base_url, reconcile_after_sec=settings["reconcile_after_sec"]
    ) as client:
        run = embed_inputs(
            BulkService(client._transport),
            inputs=inputs,
            out=out,
            options=EmbedOptions(),
            settings=RunSettings(**settings),
            hook=hook,
        )
    return {
        "done": run.done,
        "remaining": run.remaining,
        "failed": run.failed,
        "unknown": run.unknown,
        "orphaned_tasks": run.orphaned_tasks,
        "exit_code": run.exit_code,
        "points": list(dict.fromkeys(passed)),
    }


def _kill(delay: float) -> None:
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
