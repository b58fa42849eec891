"""`make bench`: run every benchmark, print a table of ratios, write results/results.json."""

from __future__ import annotations

import json
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import decode, imports

BENCHMARKS = {"decode 3,600 x 512 (CPU)": decode.run, "start (process)": imports.run}


def main() -> None:
    """Run and show."""
    table = Table(title=f"{platform.machine()}, Python {platform.python_version()}: medians")
    for heading in ("benchmark", "way", "seconds", "times ours"):
        table.add_column(heading)
    results = {}
    for name, run in BENCHMARKS.items():
        results[name] = spent = run()
        for way, seconds in spent.items():
            table.add_row(name, way, f"{seconds:.3f}", f"{seconds / spent['dodeca']:.2f}")
        table.add_section()
    Console(width=100).print(table)
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
