"""`dodeca report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca._base import extras
from dodeca._base.text import as_unicode
from dodeca._calls import limits
from dodeca.cli.inputs import (
    ClipOptions,
    ModelName,
    SegmentationOption,
    check_output,
    embed_source,
    parse_media,
    parse_segmentation,
)
from dodeca.cli.text import printable

if TYPE_CHECKING:
    from dodeca.cli.session import Session

EXAMPLE = 'Example: dodeca report clip.mp4 "red car" "loud noise" -o report.html'


def report(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE", help="A video or audio file.")],
    queries: Annotated[list[str], typer.Argument(metavar="QUERY...", help="Up to 9 texts.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the page.")
    ] = Path("report.html"),
    segmentation: SegmentationOption = None,
    model: ModelName = None,
    title: Annotated[
        str | None, typer.Option(help="Heading of the page (default: the file name).")
    ] = None,
) -> None:
    """Write an HTML page with a player and the scores of text queries over time.

    The page loads nothing from the network. Files of up to 16 MB are
    embedded in it; larger files are referenced by their path.
    """
    from dodeca.report import MAX_QUERIES

    session: Session = context.obj
    check_output(output, [source])
    if len(queries) > MAX_QUERIES:
        raise typer.BadParameter(f"a report has 1 to {MAX_QUERIES} queries, got {len(queries)}")
    media = parse_media(source)
    input_type = limits.input_type(media)
    if media.path is None or input_type not in ("audio", "video"):
        raise typer.BadParameter(
            f"a report needs a local video or audio file, got {printable(source)}"
        )
    file = media.path
    options = ClipOptions(
        input_type=input_type,
        segmentation=parse_segmentation(segmentation),
        embedding_scope=["clip"],  # without it, newer models embed a short file as a whole
    )
    with session.client(model) as client:
        from dodeca.report import write

        embeddings = embed_source(client, session.progress, source, options)
        vectors = {text: client.embed.text(text) for text in queries}
        with session.progress.waiting(f"writing {output}"):
            page = write(output, media, embeddings, vectors, title=title)
    record = {
        "file": as_unicode(output),
        "is_self_contained": page.is_self_contained,
        "thumbnails": page.thumbnails,
        "bytes": output.stat().st_size,
    }
    from dodeca.cli.cells import cell, size_cell

    cells = cell(output, "bold"), size_cell(output.stat().st_size)
    session.print_item(record, str(output), *cells)
    if page.is_self_contained:
        session.note(f"{printable(file.name)} is embedded in the page.")
    else:
        session.note(f"{printable(file.name)} is too large to embed; the page refers to the file.")
    if not page.thumbnails and input_type == "video":
        session.note(f"There are no thumbnails; to add them: {extras.install_command('media')}")
