"""`dodeca report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca._base import extras
from dodeca.cli.exit_status import plain, readable
from dodeca.cli.inputs import Cut, check_output, embedded, kind_of, media_of, segmentation_of

if TYPE_CHECKING:
    from dodeca.cli.session import Session


def report(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE", help="A video or a sound.")],
    queries: Annotated[
        list[str], typer.Option("--query", "-q", metavar="TEXT", help="What to look for; 1 to 9.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the page.")
    ] = Path("report.html"),
    segmentation: Annotated[
        str | None,
        typer.Option("--segmentation", metavar="fixed:S|dynamic:S", help="How it is cut."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="The heading; else the name of FILE.")] = None,
) -> None:
    """Write a page with a player and, over time, how well each moment matches the queries.

    The page loads nothing from outside. Files of up to 16 MB are within it, larger ones are read
    from where they are.
    """
    session: Session = context.obj
    check_output(output, [source])
    if len(queries) > 9:
        raise typer.BadParameter(f"a report has 1 to 9 queries, got {len(queries)}")
    media = media_of(source)
    if media.path is None or kind_of(media) == "image":
        raise typer.BadParameter(f"a report is about a local video or sound, not {plain(source)}")
    file = media.path
    cut = Cut(kind=kind_of(media), segmentation=segmentation_of(segmentation))
    with session.client() as client:
        from dodeca.report import write

        found = embedded(client, session.bars, source, cut)
        vectors = {text: client.embed.text(text) for text in queries}
        with session.bars.waiting(f"writing {output}"):
            page = write(output, media, found, vectors, title=title)
    record = {
        "file": readable(output),
        "is_self_contained": page.is_self_contained,
        "thumbnails": page.thumbnails,
        "bytes": output.stat().st_size,
    }
    from rich.markup import escape

    from dodeca.cli import tables

    text = f"[bold]{escape(plain(output))}[/]  {tables.size(output.stat().st_size)}"
    session.created(record, str(output), text)
    if page.is_self_contained:
        session.say(f"{plain(file.name)} is within the page.")
    else:
        where = f"which reads it from {plain(file)}"
        session.say(f"{plain(file.name)} is too large to be within the page, {where}.")
    if not page.thumbnails and cut.kind == "video":
        session.say(
            f"The page has no thumbnails; to add them: {extras.install_command('emulator')}"
        )
