"""What a benchmark gives: tables of medians, and the rows of RESULTS.md that they answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

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
    """One quantity of several ways of doing the same thing; the ratios are to `base`."""

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
        found = attrs.asdict(self) | {
            "goals": [attrs.asdict(goal) | {"met": goal.met} for goal in self.goals]
        }
        text = json.dumps(found, indent=2, ensure_ascii=False)
        (RESULTS / f"{self.name}.json").write_text(text + "\n")


def _table(medians: Medians) -> Table:
    table = Table(title=medians.title, title_justify="left")
    table.add_column("way")
    table.add_column(medians.unit, justify="right")
    table.add_column(f"times {medians.base}", justify="right")
    for way, value in medians.values.items():
        ratio = medians.ratio(way) if medians.values[medians.base] else float("nan")
        table.add_row(way, f"{value:.4g}", f"{ratio:.2f}")
    return table
