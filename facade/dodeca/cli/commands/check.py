"""`dodeca check`."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dodeca._base import extras
from dodeca.cli import preflight
from dodeca.cli.exit_status import Status, line_of, readable
from dodeca.cli.preflight import Facts, Verdict, Way
from dodeca.errors import InvalidMediaError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from dodeca.cli.session import Session

_TITLES = {way: way.replace("-", " ") for way in Way}
Row = tuple[str, Facts, list[Verdict]]


def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    purpose: Annotated[
        list[Way],
        typer.Option("--for", help="Refuse what this way does not take; may be repeated."),
    ] = [],  # noqa: B006 - typer reads it, nobody changes it
) -> None:
    """Tell what the API would refuse, and why, without sending anything.

    A file is refused when no way takes it, or with --for, when one of those named does not: embed
    is one call (POST /embed-v2), embed-task a task (POST /embed-v2/tasks), index POST /tasks.
    """
    session: Session = context.obj
    rows: list[Row] = []
    for name, path in _named(files):
        try:
            with session.bars.waiting(f"reading {name}"):
                facts = preflight.facts(path)
        except (InvalidMediaError, OSError) as error:
            flaw = line_of(error) if path.exists() else "there is no such file"
            facts = preflight.Facts("unreadable", "", 0, flaw=flaw)
        rows.append((name, facts, preflight.verdicts(facts)))
    refused = [row for row in rows if _is_refused(row[2], purpose)]
    session.show([_record(row, row in refused) for row in rows], lambda: _page(rows))
    if not all(facts.is_measured for _, facts, _ in rows):
        install = extras.install_command("emulator")
        session.say(f"Frame sizes of videos were not measured; to measure them: {install}")
    if not session.as_json:
        session.say(f"{len(rows) - len(refused)} of {len(rows)} can be used")
    if refused:
        raise typer.Exit(Status.SOME_REFUSED)


def _named(files: list[Path]) -> Iterator[tuple[str, Path]]:
    """The files, and those in folders whose names are of media."""
    for given in files:
        if not given.is_dir():
            yield str(given), given
            continue
        for path in sorted(given.rglob("*")):
            kind = (mimetypes.guess_type(path.name)[0] or "").partition("/")[0]
            if kind in ("video", "audio", "image") and path.is_file():
                yield str(path), path


def _is_refused(verdicts: list[Verdict], purpose: list[Way]) -> bool:
    if purpose:
        return not all(v.is_accepted for v in verdicts if v.way in purpose)
    return not any(v.is_accepted for v in verdicts)


def _record(row: Row, is_refused: bool) -> dict[str, Any]:
    name, facts, verdicts = row
    ways = {
        v.way.value: {"accepted": v.is_accepted, "reasons": list(v.refusals) or _not_meant(v)}
        for v in verdicts
    }
    known = {
        "kind": facts.kind,
        "format": facts.format,
        "size": facts.size,
        "duration": facts.duration,
        "width": facts.width,
        "height": facts.height,
    }
    return {"file": readable(name), "refused": is_refused, **known, "ways": ways}


def _not_meant(verdict: Verdict) -> list[str]:
    return [] if verdict.applies else ["not meant for this kind of media"]


def _page(rows: list[Row]) -> RenderableType:
    """A table of files and ways, and under it the reasons."""
    from rich.console import Group

    from dodeca.cli import tables

    numbers = ("length", "picture", "size")
    table = tables.table("file", *numbers, *_TITLES.values(), right=numbers)
    reasons = tables.table("refused", "by", "because")
    for name, facts, verdicts in rows:
        picture = f"{facts.width}x{facts.height}" if facts.width else ""
        table.add_row(
            tables.cell(name, "bold"),
            tables.length(facts.duration),
            picture,
            tables.size(facts.size),
            *(_mark(verdict) for verdict in verdicts),
        )
        for reason, ways in _reasons(verdicts).items():
            reasons.add_row(tables.cell(name), tables.cell(", ".join(ways)), tables.cell(reason))
    return Group(table, reasons) if reasons.row_count else table


def _reasons(verdicts: list[Verdict]) -> dict[str, list[str]]:
    """Why a file is refused, and by which ways."""
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        for reason in (*verdict.refusals, *filter(None, [verdict.remark])):
            found.setdefault(reason, []).append(_TITLES[verdict.way])
    return found


def _mark(verdict: Verdict) -> Text:
    from dodeca.cli import tables

    if not verdict.applies:
        return tables.cell("-", "dim")
    return tables.cell("no", "bold red") if verdict.refusals else tables.cell("yes", "green")
