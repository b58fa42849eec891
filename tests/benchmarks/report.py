"""What a benchmark gives: tables of medians, growth with size, and the goals that they answer."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal

import attrs
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
OURS = "dodeca"
PACKAGES = (
    *("dodeca", "twelvelabs", "httpx", "httpx2", "aiohttp", "pyreqwest", "urllib3"),
    *("httptools", "orjson", "pysimdjson", "pybase64", "numpy", "pyarrow", "faiss-cpu", "av"),
)


@attrs.frozen
class Goal:
    """One thing that must be shown: a ratio, and whether it is reached."""

    row: int
    claim: str
    sign: Literal["≥", "≤"]
    target: float
    measured: float
    unit: str = "x"
    why_not: str = ""

    @property
    def met(self) -> bool:
        """Whether the measured value is on the right side of the target."""
        if self.sign == "≥":
            return self.measured >= self.target
        return self.measured <= self.target


def _counted(medians: Medians) -> Mapping[str, int]:
    return getattr(medians.values, "runs", dict.fromkeys(medians.values, 1))


@attrs.frozen
class Medians:
    """One quantity of several ways of doing the same thing; the ratios are to `base`, if any.

    `runs` says of how many runs each value is the median. What `measure.medians` returns knows it;
    other values are taken to be of one run. Give `{}` for what is computed.
    """

    title: str
    values: Mapping[str, float]
    unit: str = "CPU s"
    base: str = OURS
    runs: Mapping[str, int] = attrs.field(default=attrs.Factory(_counted, takes_self=True))

    def ratio(self, way: str, to: str | None = None) -> float:
        """How many times more a way takes than another, ours where it is not given."""
        return self.values[way] / self.values[to or self.base]

    @property
    def head(self) -> list[str]:
        """The titles of the columns."""
        ratio = [f"times {self.base}"] if self.base else []
        return [self.title, self.unit, *ratio, *(["runs"] if self.runs else [])]

    @property
    def rows(self) -> list[list[str]]:
        """Name, value, how many times the base it is, and of how many runs."""
        base = self.values.get(self.base)
        rows = [[way, f"{value:.4g}"] for way, value in self.values.items()]
        for row, (way, value) in zip(rows, self.values.items(), strict=True):
            if self.base:
                row.append(f"{value / base:.2f}" if base else "")
            if self.runs:
                row.append(str(self.runs[way]))
        return rows


@attrs.frozen
class Growth:
    """One quantity at growing sizes: for each way a value of each size, None if not measured.

    The first way is compared with `base`, if any, and with itself at the size before. `runs` says
    of how many runs each value is the median.
    """

    title: str
    sizes: Sequence[int]
    values: Mapping[str, Sequence[float | None]]
    unit: str = "CPU ms"
    base: str = ""
    runs: int = 1

    @property
    def head(self) -> list[str]:
        """The titles of the columns."""
        first = next(iter(self.values))
        ratio = [f"{first}, times {self.base}"] if self.base else []
        units = [f"{way}, {self.unit}" for way in self.values]
        return [self.title, *units, *ratio, f"{first}, times the size before", "runs"]

    @property
    def rows(self) -> list[list[str]]:
        """Size, values, the ratio to the base, and the growth since the size before."""
        ours = next(iter(self.values.values()))
        rows = []
        for place, size in enumerate(self.sizes):
            row = [f"{size:,}"]
            row += [_short(values[place]) for values in self.values.values()]
            if self.base:
                row.append(_ratio(ours[place], self.values[self.base][place]))
            growth = _ratio(ours[place], ours[place - 1]) if place else ""
            wider = f" for {size / self.sizes[place - 1]:g}" if growth else ""
            rows.append([*row, growth + wider, str(self.runs)])
        return rows


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _ratio(value: float | None, base: float | None) -> str:
    return f"{value / base:.2f}" if value is not None and base else ""


@attrs.frozen
class Result:
    """All that one benchmark found."""

    name: str
    tables: Sequence[Medians]
    goals: Sequence[Goal]
    notes: Sequence[str] = ()
    growth: Sequence[Growth] = ()

    def show(self) -> None:
        """Print it, and write results/<name>.json."""
        console = Console(width=110)
        for table in (*self.tables, *self.growth):
            console.print(_table(table))
        for goal in self.goals:
            console.print(
                f"{goal.row}. {goal.claim}: {goal.measured:.3g}{goal.unit}, "
                f"to be {goal.sign} {goal.target:g}{goal.unit}: {'met' if goal.met else 'NOT MET'}",
                highlight=False,
            )
        for note in self.notes:
            console.print(note, highlight=False)
        RESULTS.mkdir(exist_ok=True)
        write(RESULTS / f"{self.name}.json", as_json(self))


def as_json(result: Result) -> dict[str, Any]:
    """A result as it is kept, with the machine and the packages that gave it."""
    goals = [attrs.asdict(goal) | {"met": goal.met} for goal in result.goals]
    return attrs.asdict(result) | {"goals": goals, "made_with": _environment()}


def write(path: Path, content: Any) -> None:
    """Write JSON for people to compare."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _environment() -> str:
    versions = {found.name: found.version for found in distributions()}
    packages = ", ".join(f"{name} {versions[name]}" for name in PACKAGES if name in versions)
    return f"{_machine()}, Python {platform.python_version()}; {packages}"


def _machine() -> str:
    model = platform.machine()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _table(found: Medians | Growth) -> Table:
    title, *heads = found.head
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for head in heads:
        table.add_column(head, justify="right")
    for row in found.rows:
        table.add_row(*row)
    return table
