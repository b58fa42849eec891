"""`make bench`: run every benchmark and sum them up in RESULTS.md.

Each runs in a process of its own, `python -m tests.benchmarks.<name>`, and leaves
results/<name>.json. Names on the command line run only these: results/results.json keeps the last
results of the others.

`make bench LOAD=4` runs them beside four processes that keep the processors busy. What the goals
measure then is kept in results/loaded.json, and shown beside the quiet numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.page import NAMES, page
from tests.benchmarks.report import RESULTS, write

HERE = Path(__file__).parent
PAGE = HERE / "RESULTS.md"
BUSY = "import os; parent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"
QUIET, LOADED = RESULTS / "results.json", RESULTS / "loaded.json"


def main(names: list[str]) -> None:
    """Run them, and write the page."""
    began, load = time.monotonic(), int(os.environ.get("LOAD") or 0)
    every = [*NAMES, *([] if load else ["profiles"])]  # which has no goals
    names = names or [name for name in every if (HERE / f"{name}.py").exists()]
    with _busy(load):
        found = {name: _read(RESULTS / f"{name}.json") for name in names if _ran(name)}
    if load:
        kept = {name: _under(load, result) for name, result in found.items()}
        write(LOADED, _read(LOADED) | kept)
    else:
        write(QUIET, _read(QUIET) | found)
    PAGE.write_text(page(_read(QUIET), _read(LOADED)), encoding="utf-8")
    failed = [name for name in names if name not in found]
    minutes = (time.monotonic() - began) / 60
    print(f"{PAGE} after {minutes:.1f} minutes; without {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


def _ran(name: str) -> bool:
    return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode == 0


def _under(load: int, result: dict[str, Any]) -> dict[str, Any]:
    """Ratios only: absolute times of a busy machine say nothing."""
    return {"load": load, "made_with": result["made_with"], "goals": result["goals"]}


@contextmanager
def _busy(processes: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(processes):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(busy.kill)
        yield


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


if __name__ == "__main__":
    main(sys.argv[1:])
