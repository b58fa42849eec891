"""What importing a package and making a client costs, in fresh processes."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.benchmarks.measure import medians

PROGRAMS = {
    "python": "pass",
    "dodeca": "import dodeca",
    "dodeca, with a client": "import dodeca; dodeca.Client('key')",
    "twelvelabs, with a client": "import twelvelabs; twelvelabs.TwelveLabs(api_key='key')",
}


def run() -> dict[str, float]:
    """Median wall seconds of whole processes."""

    def start(program: str) -> None:
        subprocess.run([sys.executable, "-c", program], check=True)

    return medians(
        {name: lambda program=program: start(program) for name, program in PROGRAMS.items()},
        clock=time.perf_counter,
    )
