"""`dodeca embed`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dodeca._base.text import as_unicode, printable
from dodeca.cli.inputs import (
    ClipOptions,
    Dimension,
    EmbeddingOption,
    EmbeddingScope,
    EndSec,
    InputType,
    ModelName,
    SegmentationOption,
    StartSec,
    Timeout,
    Via,
    check_output,
    embed_source,
    parse_segmentation,
)
from dodeca.cli.stdin import STDIN, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dodeca import Embeddings
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table

EXAMPLE = "Example: dodeca embed clip.mp4 --segmentation fixed:6 -o clip.parquet"
_SHOWN_VALUES = 3  # of a vector, in the table


def embed(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, URLs or asset:ID; texts with --as text. - is what stdin holds.",
        ),
    ],
    input_type: Annotated[
        InputType | None, typer.Option("--as", help="Input type (default: from the file name).")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the vectors to a Parquet file."),
    ] = None,
    segmentation: SegmentationOption = None,
    option: EmbeddingOption = None,
    scope: EmbeddingScope = None,
    start: StartSec = None,
    end: EndSec = None,
    model: ModelName = None,
    dimension: Dimension = None,
    via: Via = "auto",
    timeout: Timeout = 3600.0,
) -> None:
    """Embed video, audio, images, documents or texts; print or save the vectors (`/embed-v2`).

    Large or long media are uploaded and embedded by a task.
    """
    session: Session = context.obj
    options = ClipOptions(
        input_type,
        parse_segmentation(segmentation),
        option,
        scope,
        start,
        end,
        via,
        timeout,
        dimension,
    )
    if STDIN in sources and input_type is None:
        raise typer.BadParameter("--as says what stdin holds: text, image, audio or video")
    if output:
        _check_output(output, [] if input_type == "text" else sources)
    if input_type == "text":
        sources = [text_of(source) for source in sources]
    embedded: list[tuple[str, Embeddings]] = []
    try:
        with session.client(model) as client:

            def work(source: str) -> tuple[str, Embeddings]:
                return as_unicode(source), embed_source(client, session.progress, source, options)

            for source, embeddings in session.for_each(sources, work):
                embedded.append((source, embeddings))
                if session.as_json:
                    for record in _records(source, embeddings):
                        session.print_json(record)
    finally:  # keep the results of earlier sources if a later one fails
        if embedded and output:
            _write(session, output, embedded)
        elif embedded and not session.as_json:
            names = (source for source, _ in embedded)
            session.print_results([], names, lambda: _table(embedded))


def _records(source: str, embeddings: Embeddings) -> Iterator[dict[str, Any]]:
    for segment in embeddings:
        yield {
            "source": source,
            "embedding_option": segment.embedding_option,
            "embedding_scope": segment.embedding_scope,
            "start_sec": segment.start_sec,
            "end_sec": segment.end_sec,
            "model_name": embeddings.model_name,
            "embedding": segment.vector,
        }


def _check_output(output: Path, sources: list[str]) -> None:
    from dodeca.embeddings.export import require

    require("pyarrow.parquet")
    check_output(output, sources)


def _write(session: Session, output: Path, embedded: list[tuple[str, Embeddings]]) -> None:
    from dodeca import Embeddings

    together = Embeddings.concat(dict(embedded))
    together.to_parquet(output)
    count = "1 source" if len(embedded) == 1 else f"{len(embedded)} sources"
    session.note(f"Wrote {len(together)} vectors of {count} to {printable(output)}.")
    if session.quiet:
        session.print_results([], [str(output)])


def _table(embedded: list[tuple[str, Embeddings]]) -> Table:
    import orjson

    from dodeca.cli import tables
    from dodeca.cli.cells import cell, modality_cell, time_range_cell

    table = tables.Table(
        tables.names("source"),
        *tables.numbers("time"),
        *map(tables.Column, ("modality", "scope", "vector")),
    )
    for source, embeddings in embedded:
        for row, segment in enumerate(embeddings):
            first = "  ".join(f"{value: .3f}" for value in segment.vector[:_SHOWN_VALUES])
            vector = orjson.dumps(segment.vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()
            table.add_row(
                cell(source if row == 0 else "", "bold", values=[source]),
                time_range_cell(segment.start_sec, segment.end_sec),
                modality_cell(segment.embedding_option),
                cell(segment.embedding_scope, "dim"),
                cell(f"{first}  … {segment.vector.size}", "dim", values=[vector]),
            )
    return table
