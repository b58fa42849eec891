"""`dodeca report`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca._base import extras
from dodeca._base.text import as_unicode, printable
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
from dodeca.cli.vectors import check_model, load_vectors

if TYPE_CHECKING:
    from dodeca import Embeddings
    from dodeca.cli.session import Session

EXAMPLE = 'Example: dodeca report clip.mp4 "red car" "loud noise" -o report.html'


def report(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A video or audio file, or a library: Parquet, or the folder of `dodeca run`.",
        ),
    ],
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

    A library shows up to 50 files on one page; only the queries are embedded.

    The page loads nothing from the network. Files of up to 16 MB in all are
    embedded in it; larger files are referenced by their path.
    """
    from dodeca.report import MAX_QUERIES

    session: Session = context.obj
    check_output(output, [source])
    if len(queries) > MAX_QUERIES:
        raise typer.BadParameter(f"a report has 1 to {MAX_QUERIES} queries, got {len(queries)}")
    for query in filter(os.path.isfile, queries):
        raise typer.BadParameter(
            f"{printable(query)} is a file, not a query: for several files, embed them with "
            "`dodeca run`, and name the library"
        )
    is_library = Path(source).is_dir() or source.lower().endswith(".parquet")
    if is_library and segmentation is not None:
        raise typer.BadParameter("--segmentation is for a file, not for a library")
    options = None if is_library else _options(source, segmentation)
    with session.client(model) as client:
        from dodeca.embeddings.search import embed_query
        from dodeca.report import write

        if options is None:
            embeddings = load_vectors([Path(source)], None)
            check_model(embeddings, model)
            embeddings = _without_missing(session, embeddings)
        else:
            embeddings = embed_source(client, session.progress, source, options)
        vectors = {text: embed_query(client.embed, text, embeddings) for text in queries}
        with session.progress.waiting(f"writing {output}"):
            page = write(output, embeddings, vectors, title=title)
    record = {
        "file": as_unicode(output),
        "is_self_contained": page.is_self_contained,
        "thumbnails": page.thumbnails,
        "files": page.files,
        "bytes": output.stat().st_size,
    }
    from dodeca.cli.cells import cell, size_cell

    cells = cell(output, "bold"), size_cell(output.stat().st_size)
    session.print_item(record, str(output), *cells)
    shown = f"{page.files} files"
    if page.files == 1:
        shown = "1 file" if is_library else printable(Path(source).name)
    verb = "is" if page.files == 1 else "are"
    if page.is_self_contained:
        session.note(f"{shown} {verb} embedded in the page.")
    elif page.files == 1:
        session.note(f"{shown} is too large to embed; the page refers to the file.")
    else:
        session.note(f"{shown} are too large to embed; the page refers to them.")
    if not page.thumbnails and (options is None or options.input_type == "video"):
        session.note(f"There are no thumbnails; to add them: {extras.install_command('media')}")


def _without_missing(session: Session, embeddings: Embeddings) -> Embeddings:
    """The rows with times of files that exist; the others are named in a note.

    All rows are returned if no such file exists, for the error that says so.
    """
    import numpy as np

    from dodeca.embeddings import match_media

    keep = np.isfinite(embeddings.start_sec)
    missing: dict[Path, bool] = {}
    for number in np.flatnonzero(keep).tolist():
        segment = embeddings[number]
        path = match_media.path_of(segment)
        if path is None:
            continue
        if path not in missing:
            missing[path] = match_media.file_of(segment) is None
        keep[number] = not missing[path]
    if not (any(missing.values()) and keep.any()):
        return embeddings
    names = ", ".join(printable(path) for path, is_missing in missing.items() if is_missing)
    session.note(f"Left out, as there is no such file any more: {names}")
    return embeddings[keep]


def _options(source: str, segmentation: str | None) -> ClipOptions:
    """How to embed a file.

    Raises:
        typer.BadParameter: it is no local video or audio file.
    """
    media = parse_media(source)
    input_type = limits.input_type(media)
    if media.path is None or input_type not in ("audio", "video"):
        raise typer.BadParameter(
            f"a report needs a local video or audio file, got {printable(source)}"
        )
    return ClipOptions(
        input_type=input_type,
        segmentation=parse_segmentation(segmentation),
        embedding_scope=["clip"],  # without it, newer models embed a short file as a whole
    )
