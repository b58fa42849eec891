"""What the tests do with Ray, in a process of its own, because Ray leaves threads behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

NOT_STARTED = 75


def main() -> None:
    """Start Ray with two workers, and do all of the below."""
    import ray

    free, limited, inputs, out = sys.argv[1:5]
    os.environ["TWELVELABS_API_KEY"] = "key"
    start_ray()
    try:
        report = {
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
    """A bulk run over both workers; after a while one of them is killed."""
    from dodeca import Client

    killed: list[int] = []

    def kill(progress: Any) -> None:
        if progress.done >= progress.total // 3 and not killed:
            killed.append(workers()[0])
            os.kill(killed[0], signal.SIGKILL)

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
