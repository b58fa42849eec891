"""RESULTS.md: what must be shown, then a section for each benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.benchmarks.report import OURS, Growth, Medians

ROWS = {
    **{1: "Decode", 2: "Base64", 3: "Uploads", 4: "Small calls", 5: "Import", 6: "Polling"},
    **{7: "Many texts", 9: "Emulator", 10: "Search", 11: "Files and start-up", 12: "Bulk runs"},
    **{13: "Emulator's library", 14: "Building and parsing", 15: "Libraries", 16: "Clips"},
}
NAMES = {
    **{"decode": 1, "bodies": 2, "uploads": 3, "calls": 4, "imports": 5, "polling": 6},
    **{"texts": 7, "emulator": 9, "search": 10, "files": 11, "bulk": 12, "library": 13},
    **{"parsing": 14, "browse": 15, "clips": 16},
}

Results = Mapping[str, Mapping[str, Any]]


def page(results: Results, loaded: Results | None = None) -> str:
    """The results as one page of Markdown, and what the goals measured under load beside them."""
    names = [*(name for name in NAMES if name in results), *(results.keys() - NAMES.keys())]
    goals = [goal for name in names for goal in results[name]["goals"]]
    goals.sort(key=lambda goal: goal["row"])
    lines = [
        "# Speed, measured",
        "",
        "Made by `make bench`; do not edit. Ratios in one run: the alternatives take turns, the",
        "numbers are CPU time of the client's process unless a table says otherwise. The column",
        "*runs* says of how many runs a number is the median. The server is a process of its own",
        "on loopback, without TLS; the vendor's package is `twelvelabs`.",
        "",
        *_environments(results, names),
        "",
        f"## What must be shown: {sum(goal['met'] for goal in goals)} of {len(goals)} met",
        "",
        *_verdicts(goals, loaded or {}),
        "",
        "## Where others take less",
        "",
        *_ahead(results, names),
    ]
    for name in names:
        lines += ["", f"## {_section(name)}", "", *_body(results[name])]
    return "\n".join(lines) + "\n"


def _section(name: str) -> str:
    row = NAMES.get(name)
    return f"{row} {ROWS[row]}" if row else name.capitalize()


def _environments(results: Results, names: Sequence[str]) -> Iterator[str]:
    """The machine and the packages; where they differ, of which benchmarks."""
    made: dict[str, list[str]] = {}
    for name in names:
        made.setdefault(results[name].get("made_with", ""), []).append(name)
    for environment, which in made.items():
        if environment:
            yield f"{environment}." if len(made) == 1 else f"{', '.join(which)}: {environment}.\n"


def _verdicts(goals: Sequence[Mapping[str, Any]], loaded: Results) -> Iterator[str]:
    busy = {result["load"] for result in loaded.values()}
    others = {
        (goal["row"], goal["claim"]): goal for one in loaded.values() for goal in one["goals"]
    }
    if busy:
        yield f"*Under load*: the same beside {max(busy)} processes that do nothing but compute."
        yield "Wall times suffer most."
        yield ""
    heads = ["", "what", "target", "measured", *(["under load"] if busy else []), ""]
    yield f"| {' | '.join(heads)} |".replace("|  |", "| |")
    yield f"|---|---|---:|---:|{'---:|' * bool(busy)}---|"
    for goal in goals:
        outcome = "met" if goal["met"] else f"**not met** {goal['why_not']}".strip()
        row = [
            f"{goal['row']} {ROWS.get(goal['row'], '')}",
            goal["claim"],
            f"{goal['sign']} {goal['target']:g}{goal['unit']}",
            _measured(goal),
        ]
        if busy:
            other = others.get((goal["row"], goal["claim"]))
            missed = " (not met)" if other and not other["met"] else ""
            row.append(f"{_measured(other)}{missed}" if other else "")
        yield f"| {' | '.join([*row, outcome])} |"


def _ahead(results: Results, names: Sequence[str]) -> Iterator[str]:
    """The ways of every table that take less than ours, from the tables alone."""
    yield "All that took less than dodeca in the same table, bare parts of the work included."
    yield ""
    yield "| | what | takes less | of dodeca's |"
    yield "|---|---|---|---:|"
    for name in names:
        for table in results[name]["tables"]:
            ours = table["values"].get(OURS)
            for way, value in table["values"].items():
                if ours and value < ours and not way.startswith(OURS):
                    what = f"{table['title']}: {table['unit']}"
                    yield f"| {_section(name)} | {what} | {way} | {value / ours:.2f}x |"


def _measured(goal: Mapping[str, Any]) -> str:
    return f"{goal['measured']:.3g}{goal['unit']}"


def _body(result: Mapping[str, Any]) -> list[str]:
    blocks = [[note] for note in result["notes"]]
    # Results of before runs were counted have no numbers of them.
    blocks += [_table(Medians(**{"runs": {}, **table})) for table in result["tables"]]
    blocks += [_table(Growth(**table)) for table in result.get("growth", ())]
    return "\n\n".join("\n".join(block) for block in blocks).split("\n")


def _table(found: Medians | Growth) -> list[str]:
    rule = ["---", *["---:"] * (len(found.head) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (found.head, rule, *found.rows)]
    return [line.replace("<", "&lt;") for line in lines]  # names of functions, as <listcomp>
