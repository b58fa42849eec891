"""`dodeca check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from dodeca._base.text import as_unicode
from dodeca._calls import limits
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.limits import Endpoint, EndpointCheck, FileInfo
from dodeca.cli.exit_status import ExitStatus, one_line
from dodeca.errors import InvalidMediaError
from dodeca.media import Media

if TYPE_CHECKING:
    from dodeca.cli.cells import Cell
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table

EXAMPLE = "Example: dodeca check *.mp4 --for index"


class Checked(StrEnum):
    """An endpoint that files are checked for."""

    EMBED = Endpoint.EMBED.value
    EMBED_TASK = Endpoint.EMBED_TASK.value
    INDEX = Endpoint.INDEX.value


_ENDPOINTS = tuple(Endpoint(each) for each in Checked)
_TITLES = {endpoint: endpoint.replace("-", " ") for endpoint in _ENDPOINTS}
_ACCEPTED = {"accepted": True, "refused": False, "unknown": None}


@attrs.frozen
class _Row:
    """A file, what is known of it, and the checks; `defect` is why it cannot be read."""

    name: str
    info: FileInfo
    checks: tuple[EndpointCheck, ...] = ()
    defect: str | None = None

    def is_rejected(self, endpoints: list[str]) -> bool:
        """Whether no endpoint takes it, or one of those named does not."""
        if endpoints:
            named = [each for each in self.checks if each.endpoint in endpoints]
            return not named or any(each.outcome == "refused" for each in named)
        return all(each.outcome == "refused" for each in self.checks)

    def problems(self) -> dict[str, list[str]]:
        """What is against the file or worth knowing, with the endpoints that it is about."""
        found: dict[str, list[str]] = {}
        if self.defect:
            found[self.defect] = list(_TITLES.values())
        for each in self.checks:
            texts = list(each.reasons)
            if not texts and each.unknown:
                texts = [f"its header does not tell the {' and '.join(each.unknown)}"]
            for text in (*texts, *filter(None, [each.note])):
                found.setdefault(text, []).append(_TITLES[each.endpoint])
        return found


def check(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files, or folders of media files."),
    ],
    endpoints: Annotated[
        list[Checked],
        typer.Option("--for", help="Reject what this endpoint does not take; can be repeated."),
    ] = [],  # noqa: B006 - typer reads it, nobody changes it
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Model that would embed the files.")
    ] = MODEL,
) -> None:
    """Check files against the limits of the API and explain problems; nothing is sent.

    The endpoints are embed (POST /embed-v2), embed-task (POST
    /embed-v2/tasks) and index (POST /tasks). A file is rejected if no
    endpoint takes it, or with --for, if one of those named does not. Only
    headers are read; "unknown" is what they do not tell.
    """
    from dodeca.bulk.folders import describe_left_out

    session: Session = context.obj
    left_out: Counter[str] = Counter()
    rows: list[_Row] = []
    for path in _media_files(files, left_out):
        with session.progress.waiting(f"reading {path}"):
            rows.append(_row(path, model))
    rejected = [row for row in rows if row.is_rejected(list(endpoints))]
    records = [_record(row, is_rejected=row in rejected) for row in rows]
    usable = (row.name for row in rows if row not in rejected)
    session.print_results(records, usable, lambda: _table(rows), lambda: _problem_table(rows))
    if not session.as_json:
        can_be_used = f"{len(rows) - len(rejected)} of {len(rows)} can be used"
        session.note(can_be_used + describe_left_out(left_out))
    if rejected:
        raise typer.Exit(ExitStatus.SOME_FAILED)


def _media_files(paths: list[Path], left_out: Counter[str]) -> Iterator[Path]:
    """The files, and for a folder the media files below it."""
    from dodeca.bulk.folders import media_files

    for given in paths:
        if given.is_dir():
            yield from media_files(given, left_out)
        else:
            yield given


def _row(path: Path, model: str) -> _Row:
    try:
        media = Media.file(path)
        info = limits.measure(media)
        kind = limits.input_type(media)
    except (InvalidMediaError, OSError) as error:
        is_there = path.exists()
        defect = one_line(error) if is_there else "there is no such file"
        size = path.stat().st_size if is_there else 0
        return _Row(str(path), FileInfo(size=size), defect=defect)
    checks = tuple(limits.judge(info, endpoint, kind, model) for endpoint in _ENDPOINTS)
    return _Row(str(path), info, checks)


def _record(row: _Row, *, is_rejected: bool) -> dict[str, Any]:
    info = row.info
    ways: dict[str, Any] = {
        each.endpoint.value: {
            "accepted": _ACCEPTED[each.outcome],
            "reasons": list(each.reasons) or _not_applicable(each),
            "unknown": list(each.unknown),
        }
        for each in row.checks
    }
    if row.defect:
        unreadable = {"accepted": False, "reasons": [row.defect], "unknown": []}
        ways = {endpoint.value: unreadable for endpoint in _ENDPOINTS}
    return {
        "file": as_unicode(row.name),
        "refused": is_rejected,
        "kind": info.kind,
        "format": info.format,
        "size": info.size,
        "duration": info.duration_sec,
        "width": info.width,
        "height": info.height,
        "ways": ways,
    }


def _not_applicable(check: EndpointCheck) -> list[str]:
    return [] if check.applies else ["does not take this kind of media"]


def _table(rows: list[_Row]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, duration_cell, frame_cell, size_cell

    table = tables.Table(
        tables.names("file"),
        *tables.numbers("length", "frame", "size"),
        *map(tables.Column, _TITLES.values()),
        tables.Column("problems", tables.Fit.UNSEEN),
    )
    for row in rows:
        info = row.info
        table.add_row(
            cell(row.name, "bold"),
            duration_cell(info.duration_sec),
            frame_cell(info.width, info.height),
            size_cell(info.size),
            *(map(_mark, row.checks) if row.checks else [cell("no", "bold red")] * len(_TITLES)),
            cell("; ".join(row.problems())),
        )
    return table


def _problem_table(rows: list[_Row]) -> Table:
    """The problems of files, with the endpoints that each is about."""
    from dodeca.cli import tables
    from dodeca.cli.cells import cell

    wrapped = (tables.Column(heading, tables.Fit.WRAP) for heading in ("endpoints", "problem"))
    table = tables.Table(tables.names("file"), *wrapped)
    for row in rows:
        for problem, endpoints in row.problems().items():
            table.add_row(cell(row.name), cell(", ".join(endpoints)), cell(problem))
    return table


def _mark(check: EndpointCheck) -> Cell:
    from dodeca.cli.cells import cell

    if not check.applies:
        return cell("-", "dim")
    text, style = {
        "accepted": ("yes", "green"),
        "refused": ("no", "bold red"),
        "unknown": ("unknown", "yellow"),
    }[check.outcome]
    return cell(text, style)
