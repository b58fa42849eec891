"""`make bench`: run every benchmark and sum them up in RESULTS.md.

Each runs in a process of its own, `python -m tests.benchmarks.<name>`, and leaves
results/<name>.json. Names on the command line run only these; the page shows the last results of
the others.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.report import RESULTS, Medians, cells

NAMES = ("decode", "bodies", "uploads", "calls", "imports", "polling", "texts", "emulator")
PACKAGES = (
    "dodeca",
    "twelvelabs",
    "httpx",
    "httptools",
    "orjson",
    "pysimdjson",
    "pybase64",
    "numpy",
)
PAGE = Path(__file__).parent / "RESULTS.md"
ROWS = {
    1: "Decode",
    2: "Base64",
    3: "Uploads",
    4: "Small calls",
    5: "Import",
    6: "Polling",
    7: "Many texts",
    9: "Emulator",
}


def main(names: list[str]) -> None:
    """Run them, and write the page."""
    began = time.monotonic()
    failed = [name for name in names or [*NAMES, "profiles"] if not _ran(name)]
    results = {
        name: json.loads(path.read_text())
        for name in (*NAMES, "profiles")
        if (path := RESULTS / f"{name}.json").exists()
    }
    minutes = (time.monotonic() - began) / 60
    (RESULTS / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(results))
    print(f"{PAGE} after {minutes:.1f} minutes; without {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


def page(results: dict[str, Any]) -> str:
    """The results as one page of Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    goals = [goal for result in results.values() for goal in result["goals"]]
    goals.sort(key=lambda goal: goal["row"])
    met = sum(goal["met"] for goal in goals)
    lines = [
        "# Speed, measured",
        "",
        "Made by `make bench`; do not edit. Ratios in one run: the alternatives take turns, the",
        "numbers are medians of CPU time unless a table says otherwise. The server is a process of",
        "its own on loopback, the vendor's package is `twelvelabs`.",
        "",
        f"{_machine()}, Python {platform.python_version()}; {versions}.",
        "",
        f"## What must be shown: {met} of {len(goals)} met",
        "",
        "| | what | target | measured | |",
        "|---|---|---:|---:|---|",
    ]
    for goal in goals:
        outcome = "met" if goal["met"] else f"**not met** {goal['why_not']}".strip()
        lines.append(
            f"| {goal['row']} {ROWS.get(goal['row'], '')} | {goal['claim']} "
            f"| {goal['sign']} {goal['target']:g}{goal['unit']} "
            f"| {goal['measured']:.3g}{goal['unit']} | {outcome} |"
        )
    for name, result in results.items():
        lines += ["", f"## {name}", ""]
        lines += [line for note in result["notes"] for line in (note, "")]
        for table in result["tables"]:
            lines += [*_table(Medians(**table)), ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _ran(name: str) -> bool:
    if not (Path(__file__).parent / f"{name}.py").exists():
        return False
    return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode == 0


def _table(medians: Medians) -> list[str]:
    heads = [medians.title, medians.unit, *([f"times {medians.base}"] if medians.base else [])]
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(row)} |" for row in (heads, rule, *cells(medians))]


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


if __name__ == "__main__":
    main(sys.argv[1:])
