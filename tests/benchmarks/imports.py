"""What importing a package and making a client costs, in fresh processes."""

from __future__ import annotations

import resource
import subprocess
import sys

from tests.benchmarks.measure import medians
from tests.benchmarks.report import Goal, Medians, Result

BARE, OURS, CLIENT, VENDOR = "python", "import dodeca", "dodeca + client", "twelvelabs + client"
PROGRAMS = {
    BARE: "pass",
    OURS: "import dodeca",
    CLIENT: "import dodeca; dodeca.Client('key')",
    "dodeca + client + embed": "import dodeca; dodeca.Client('key').embed",
    "httpx + client": "import httpx; httpx.Client()",
    VENDOR: "import twelvelabs; twelvelabs.TwelveLabs(api_key='key')",
}


def run(*, repeats: int = 9) -> Result:
    """Median CPU milliseconds of whole processes."""

    def start(program: str) -> None:
        subprocess.run([sys.executable, "-c", program], check=True)

    spent = medians(
        {name: lambda program=program: start(program) for name, program in PROGRAMS.items()},
        repeats=repeats,
        clock=_cpu_of_children,
    )
    spent = spent.scaled(1000)
    vendor, ours = spent[VENDOR] - spent[BARE], spent[CLIENT] - spent[BARE]
    return Result(
        "imports",
        [Medians("a process that only does this", spent, "CPU ms", BARE)],
        [
            Goal(5, "import dodeca, beyond bare Python", "≤", 10, spent[OURS] - spent[BARE], " ms"),
            Goal(5, "the vendor's import and client, of ours", "≥", 4, vendor / ours),
        ],
    )


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    run().show()
