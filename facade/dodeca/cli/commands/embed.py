"""`dodeca embed`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca.cli.exit_status import plain, readable
from dodeca.cli.inputs import Cut, Kind, check_output, embedded, segmentation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from dodeca import Embeddings
    from dodeca.cli.session import Session

_SHOWN = 3  # values of a vector


def embed(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, URLs, asset:ID; texts with --as text."),
    ],
    kind: Annotated[
        Kind | None, typer.Option("--as", help="What they are; else their names tell.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the vectors as Parquet."),
    ] = None,
    segmentation: Annotated[
        str | None,
        typer.Option("--segmentation", metavar="fixed:S|dynamic:S", help="How they are cut."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help='"visual", "audio", "transcription".')
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help='"clip", "asset".')] = None,
    start: Annotated[
        float | None, typer.Option("--start", metavar="S", help="Begin at this second.")
    ] = None,
    end: Annotated[
        float | None, typer.Option("--end", metavar="S", help="End at this second.")
    ] = None,
    via: Annotated[
        Literal["auto", "sync", "task"], typer.Option(help="auto, sync (one call) or task.")
    ] = "auto",
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for each task.")] = 3600.0,
) -> None:
    """Embed video, sound, pictures or texts, and show or write their vectors (`/embed-v2`)."""
    session: Session = context.obj
    cut = Cut(kind, segmentation_of(segmentation), option, scope, start, end, via, timeout)
    if output:
        _check_output(output, [] if kind == "text" else sources)
    found: list[tuple[str, Embeddings]] = []
    try:
        with session.client() as client:

            def work(source: str) -> tuple[str, Embeddings]:
                return readable(source), embedded(client, session.bars, source, cut)

            for source, one in session.each(sources, work):
                found.append((source, one))
                if session.as_json:
                    _tell(session, *found[-1])
    finally:  # what is there is not lost to what failed later
        if found and output:
            _write(session, output, found)
        elif found and not session.as_json:
            session.out.print(_table(found))


def _tell(session: Session, source: str, found: Embeddings) -> None:
    for record in _records(source, found):
        session.record(record)


def _records(source: str, found: Embeddings) -> Iterator[dict[str, Any]]:
    for segment in found:
        yield {
            "source": source,
            "embedding_option": segment.embedding_option,
            "embedding_scope": segment.embedding_scope,
            "start_sec": segment.start_sec,
            "end_sec": segment.end_sec,
            "model_name": found.model_name,
            "embedding": segment.vector,
        }


def _check_output(output: Path, sources: list[str]) -> None:
    from dodeca.embeddings.export import needed

    needed("pyarrow.parquet")
    check_output(output, sources)


def _write(session: Session, output: Path, found: list[tuple[str, Embeddings]]) -> None:
    from dodeca import Embeddings

    together = Embeddings.concat(dict(found))
    together.to_parquet(output)
    files = "1 source" if len(found) == 1 else f"{len(found)} sources"
    session.say(f"{len(together)} vectors of {files} in {plain(output)}")


def _table(found: list[tuple[str, Embeddings]]) -> Table:
    from dodeca.cli import tables

    table = tables.table("source", "time", "modality", "scope", "vector", right=("time",))
    for source, embeddings in found:
        for row, segment in enumerate(embeddings):
            values = "  ".join(f"{value: .3f}" for value in segment.vector[:_SHOWN])
            table.add_row(
                tables.cell(source if row == 0 else "", "bold"),
                tables.span(segment.start_sec, segment.end_sec),
                tables.modality(segment.embedding_option),
                tables.cell(segment.embedding_scope, "dim"),
                tables.cell(f"{values}  … {segment.vector.size}", "dim"),
            )
        table.add_section()
    return table
