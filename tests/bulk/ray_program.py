"""What the tests do with Ray, in a process of its own, because Ray leaves threads behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from queue import Queue
from typing import Any, cast

NOT_STARTED = 75


def main() -> None:
    """Start Ray with two workers, and do all of the below."""
    import ray

    free, limited, inputs, out = sys.argv[1:5]
    os.environ["TWELVELABS_API_KEY"] = "key"
    start_ray()
    try:
        report = {
            "slow_start": slow_start(Path(out, "started")),
            "run": run(free, inputs, Path(out, "run")),
            "limits": limits(limited, Path(out, "limits")),
            "batches": batches(free, inputs),
        }
    finally:
        ray.shutdown()
    print(json.dumps(report))


def start_ray() -> None:
    """Start Ray; exit with NOT_STARTED if a part of it was not ready in the time Ray allows it."""
    import ray

    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    except Exception:
        traceback.print_exc()
        sys.exit(NOT_STARTED)  # which ends the processes that have started


def run(url: str, inputs: str, out: Path) -> Any:
    """A bulk run over both workers; after a while both are killed, and Ray starts others."""
    from dodeca import Client

    killed: list[int] = []

    def kill(progress: Any) -> None:
        if progress.done >= progress.total // 3 and not killed:
            killed.extend(workers())
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    with Client(base_url=url, reconcile_after_sec=0.3) as client:
        ended = client.embed.run(
            inputs,
            out=out,
            via="task",
            engine="ray",
            concurrency=8,
            on_unknown="resubmit",
            progress=kill,
        )
    return {
        "done": ended.done,
        "exit_code": ended.exit_code,
        "killed": killed,
        "orphaned_tasks": ended.orphaned_tasks,
    }


class SlowToStart:
    """A service that takes a second to start again."""

    def __init__(self, started: Path) -> None:
        self._started = started

    def factory(self) -> Any:
        return self._start

    def _start(self) -> Any:
        if self._started.exists():
            time.sleep(1)
        self._started.touch()
        return self

    def asset_is_ready(self, asset_id: str) -> bool:
        return asset_id == "asset"

    def submit(self, *_: Any) -> tuple[str, dict[str, str]]:
        return "task", {}


def slow_start(started: Path) -> dict[str, str]:
    """What becomes of steps that are sent to a worker while it starts again."""
    from dodeca.bulk.inputs import EmbedOptions
    from dodeca.bulk.ray_workers import RayWorkers
    from dodeca.bulk.records import JournalRow
    from dodeca.bulk.steps import StepResult, Steps

    row = JournalRow(
        seq=1,
        key="key",
        kind="audio",
        origin="asset",
        source="asset",
        options=EmbedOptions(),
        state="stored",
        size=None,
        mtime_ns=None,
        content=None,
        changed=False,
        intent_at=None,
        asset_id="asset",
        task_id=None,
        media_sec=None,
    )
    pool = RayWorkers(Steps(cast("Any", SlowToStart(started)), "journal"), 1)
    results: Queue[tuple[str, StepResult]] = Queue()

    def start(step: str) -> None:
        pool.start(step, row, None, lambda result: results.put((step, result)))

    start("asset")
    results.get()
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    start("asset")  # as it dies
    while worker in workers():
        time.sleep(0.05)
    start("submit")
    found = dict(results.get() for _ in range(2))
    pool.close()
    return {step: str(result) for step, result in found.items()}


def limits(url: str, out: Path) -> Any:
    """Many texts over both workers, to a service with a limit."""
    from dodeca import Client

    pids: set[int] = set()
    texts = [{"text": f"text {n}"} for n in range(300)]
    with Client(base_url=url) as client:
        ended = client.embed.run(
            texts,
            out=out,
            engine="ray",
            concurrency=16,
            progress=lambda _: pids.update(workers()),
        )
    return {
        "done": ended.done,
        "rate_limited": ended.rate_limited,
        "workers": len(pids),
    }


def batches(url: str, inputs: str) -> Any:
    """Ray Data with embedders."""
    import ray

    from dodeca.ray import Embedder, _shared_limiter

    limiter = _shared_limiter()
    assert limiter is not None
    paths = sorted(str(path) for path in Path(inputs).iterdir())
    rows = [{"path": path, "place": n} for n, path in enumerate([*paths, "/missing.png"])]
    found = (
        ray.data.from_items(rows, override_num_blocks=4)
        .map_batches(Embedder, fn_constructor_kwargs={"base_url": url}, concurrency=2, batch_size=4)
        .to_pandas()
    )
    return {
        "vectors": int(found["vector"].notna().sum()),
        "errors": found["error_code"].dropna().tolist(),
        "places": sorted(set(found["place"].tolist())),
        "permits": limiter.acquire().number - 1,
    }


def workers() -> list[int]:
    """The processes of the actors that perform steps."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                title = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if title.startswith(b"ray::StepActor"):
                found.append(int(entry.name))
    return sorted(found)


if __name__ == "__main__":
    main()
