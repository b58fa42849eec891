"""`dodeca check`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dodeca._base import extras
from dodeca._base.text import as_unicode
from dodeca.cli import preflight
from dodeca.cli.exit_status import ExitStatus, one_line
from dodeca.cli.preflight import Endpoint, EndpointCheck, FileInfo
from dodeca.errors import InvalidMediaError
from dodeca.media import input_type_of

if TYPE_CHECKING:
    from dodeca.cli.cells import Cell
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table

EXAMPLE = "Example: dodeca check *.mp4 --for index"
_TITLES = {endpoint: endpoint.replace("-", " ") for endpoint in Endpoint}
Row = tuple[str, FileInfo, list[EndpointCheck]]


def check(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files, or folders of media files."),
    ],
    endpoints: Annotated[
        list[Endpoint],
        typer.Option("--for", help="Reject what this endpoint does not take; can be repeated."),
    ] = [],  # noqa: B006 - typer reads it, nobody changes it
) -> None:
    """Check files against the limits of the API and explain problems; nothing is sent.

    The endpoints are embed (POST /embed-v2), embed-task (POST
    /embed-v2/tasks) and index (POST /tasks). A file is rejected if no
    endpoint takes it, or with --for, if one of those named does not.
    """
    session: Session = context.obj
    rows: list[Row] = []
    for name, path in _media_files(files):
        try:
            with session.progress.waiting(f"reading {name}"):
                info = preflight.inspect(path)
        except (InvalidMediaError, OSError) as error:
            defect = one_line(error) if path.exists() else "there is no such file"
            info = preflight.FileInfo("unreadable", "", 0, defect=defect)
        rows.append((name, info, preflight.check_file(info)))
    rejected = [row for row in rows if _is_rejected(row[2], endpoints)]
    records = [_record(row, is_rejected=row in rejected) for row in rows]
    usable = (row[0] for row in rows if row not in rejected)
    session.print_results(records, usable, lambda: _table(rows), lambda: _problem_table(rows))
    if not all(info.is_measured for _, info, _ in rows):
        install = extras.install_command("media")
        session.note(f"Frame sizes of videos were not measured; to measure them: {install}")
    if not session.as_json:
        session.note(f"{len(rows) - len(rejected)} of {len(rows)} can be used")
    if rejected:
        raise typer.Exit(ExitStatus.SOME_FAILED)


def _media_files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """The files, and for a folder the media files below it, by their names."""
    for given in paths:
        if not given.is_dir():
            yield str(given), given
            continue
        for path in sorted(given.rglob("*")):
            if input_type_of(path.name) is not None and path.is_file():
                yield str(path), path


def _is_rejected(checks: list[EndpointCheck], endpoints: list[Endpoint]) -> bool:
    if endpoints:
        return not all(check.is_accepted for check in checks if check.endpoint in endpoints)
    return not any(check.is_accepted for check in checks)


def _record(row: Row, *, is_rejected: bool) -> dict[str, Any]:
    name, info, checks = row
    ways = {
        check.endpoint.value: {
            "accepted": check.is_accepted,
            "reasons": list(check.problems) or _not_applicable(check),
        }
        for check in checks
    }
    known = {
        "kind": info.kind,
        "format": info.format,
        "size": info.size,
        "duration": info.duration,
        "width": info.width,
        "height": info.height,
    }
    return {"file": as_unicode(name), "refused": is_rejected, **known, "ways": ways}


def _not_applicable(check: EndpointCheck) -> list[str]:
    return [] if check.applies else ["does not take this kind of media"]


def _table(rows: list[Row]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, duration_cell, frame_cell, size_cell

    table = tables.Table(
        tables.names("file"),
        *tables.numbers("length", "frame", "size"),
        *map(tables.Column, _TITLES.values()),
        tables.Column("problems", tables.Fit.UNSEEN),
    )
    for name, info, checks in rows:
        table.add_row(
            cell(name, "bold"),
            duration_cell(info.duration),
            frame_cell(info.width, info.height),
            size_cell(info.size),
            *map(_mark, checks),
            cell("; ".join(_problems(checks))),
        )
    return table


def _problem_table(rows: list[Row]) -> Table:
    """The problems of files, with the endpoints that each is about."""
    from dodeca.cli import tables
    from dodeca.cli.cells import cell

    wrapped = (tables.Column(heading, tables.Fit.WRAP) for heading in ("endpoints", "problem"))
    table = tables.Table(tables.names("file"), *wrapped)
    for name, _, checks in rows:
        for problem, endpoints in _problems(checks).items():
            table.add_row(cell(name), cell(", ".join(endpoints)), cell(problem))
    return table


def _problems(checks: list[EndpointCheck]) -> dict[str, list[str]]:
    """The problems and notes of a file, with the endpoints that each is about."""
    found: dict[str, list[str]] = {}
    for check in checks:
        for problem in (*check.problems, *filter(None, [check.note])):
            found.setdefault(problem, []).append(_TITLES[check.endpoint])
    return found


def _mark(check: EndpointCheck) -> Cell:
    from dodeca.cli.cells import cell

    if not check.applies:
        return cell("-", "dim")
    return cell("no", "bold red") if check.problems else cell("yes", "green")
