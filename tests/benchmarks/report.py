"""What a benchmark gives: tables of medians, and the rows of RESULTS.md that they answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import attrs
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
OURS = "dodeca"


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


@attrs.frozen
class Medians:
    """One quantity of several ways of doing the same thing; the ratios are to `base`, if any."""

    title: str
    values: Mapping[str, float]
    unit: str = "CPU s"
    base: str = OURS

    def ratio(self, way: str, to: str | None = None) -> float:
        """How many times more a way takes than another, ours where it is not given."""
        return self.values[way] / self.values[to or self.base]


@attrs.frozen
class Result:
    """All that one benchmark found."""

    name: str
    tables: Sequence[Medians]
    goals: Sequence[Goal]
    notes: Sequence[str] = ()

    def show(self) -> None:
        """Print it, and write results/<name>.json."""
        console = Console(width=110)
        for medians in self.tables:
            console.print(_table(medians))
        for goal in self.goals:
            console.print(
                f"{goal.row}. {goal.claim}: {goal.measured:.3g}{goal.unit}, "
                f"to be {goal.sign} {goal.target:g}{goal.unit}: {'met' if goal.met else 'NOT MET'}",
                highlight=False,
            )
        for note in self.notes:
            console.print(note, highlight=False)
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(as_json(self), indent=2, ensure_ascii=False)
        (RESULTS / f"{self.name}.json").write_text(text + "\n")


def as_json(result: Result) -> dict[str, Any]:
    """A result as it is kept."""
    goals = [attrs.asdict(goal) | {"met": goal.met} for goal in result.goals]
    return attrs.asdict(result) | {"goals": goals}


def _table(medians: Medians) -> Table:
    table = Table(title=medians.title, title_justify="left")
    table.add_column("way")
    table.add_column(medians.unit, justify="right")
    if medians.base:
        table.add_column(f"times {medians.base}", justify="right")
    for row in cells(medians):
        table.add_row(*row)
    return table


def cells(medians: Medians) -> list[list[str]]:
    """The rows of a table: name, value, and how many times the base it is."""
    base = medians.values.get(medians.base)
    rows = [[way, f"{value:.4g}"] for way, value in medians.values.items()]
    if medians.base:
        for row, value in zip(rows, medians.values.values(), strict=True):
            row.append(f"{value / base:.2f}" if base else "")
    return rows
