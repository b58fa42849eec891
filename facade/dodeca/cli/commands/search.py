"""`dodeca search`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca.cli.inputs import media_of
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from dodeca import Client, Embeddings
    from dodeca.cli.session import Session
    from dodeca.embeddings import Matches


def search(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="A text; with --as image, a picture.")
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PARQUET...", help="Vectors: files, folders, datasets of `dodeca run`."
        ),
    ] = None,
    index: Annotated[
        str | None, typer.Option("--index", metavar="ID", help="Search this index instead.")
    ] = None,
    kind: Annotated[Literal["text", "image"], typer.Option("--as", help="What QUERY is.")] = "text",
    k: Annotated[int, typer.Option("-k", min=1, help="At most so many matches.")] = 10,
    option: Annotated[
        list[str] | None, typer.Option(help='Only these: "visual", "audio", "transcription".')
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight", metavar="MODALITY=W", help="Rank moments by their modalities, so weighed."
        ),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="One match for moments that touch.")
    ] = False,
) -> None:
    """Find the moments that match a text or a picture, in Parquet files or in an index."""
    session: Session = context.obj
    if bool(files) == bool(index):
        raise typer.BadParameter("name either Parquet files or --index")
    if index and (weight or merge):
        raise typer.BadParameter("--weight and --merge go with Parquet files")
    weights = _weights(weight)
    with session.client() as client:
        if index:
            found = _in_index(client, index, query, kind, option, k)
        else:
            stored = _stored(files or [], option)
            wanted = (
                client.embed.text(query) if kind == "text" else client.embed.image(media_of(query))
            )
            matches = stored.search(wanted, k, weights=weights)
            found = _records(matches.merge_adjacent() if merge else matches)
    session.show(found, lambda: _table(found))


def _weights(given: list[str] | None) -> dict[str, float] | None:
    """`visual=0.7` and `audio=0.3` as weights."""
    weights = {}
    for text in given or []:
        word, _, number = text.partition("=")
        try:
            weights[word] = float(number)
        except ValueError as exc:
            raise typer.BadParameter(f"--weight is MODALITY=NUMBER, got {text}") from exc
    return weights or None


def _stored(files: list[Path], option: list[str] | None) -> Embeddings:
    """The vectors of files and folders, of these modalities."""
    from dodeca import Embeddings

    for path in files:
        if not path.exists():
            raise InvalidRequestError(f"there is no such file: {path}")
    # A dataset of `dodeca run` has its vectors in a folder of that name.
    places = [path / "vectors" if (path / "vectors").is_dir() else path for path in files]
    stored = Embeddings.concat([Embeddings.load(path) for path in places])
    return stored.filter(option=option) if option else stored


def _records(matches: Matches) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "score": round(match.score, 4),
            "source": match.segment.source_id,
            "start_sec": match.segment.start_sec,
            "end_sec": match.segment.end_sec,
            "embedding_option": match.segment.embedding_option,
            "scores": {word: round(score, 4) for word, score in match.scores.items()},
        }
        for rank, match in enumerate(matches, 1)
    ]


def _in_index(
    client: Client, index: str, query: str, kind: str, option: list[str] | None, k: int
) -> list[dict[str, Any]]:
    if not option:
        models = client.indexes.retrieve(index).models or []
        option = sorted({word for model in models for word in model.model_options or []})
    hits = client.search(
        index,
        None if kind == "image" else query,
        query_media=media_of(query) if kind == "image" else None,
        search_options=option,
        page_limit=min(k, 50),
    )
    return [
        {
            "rank": hit.rank or rank,
            "score": hit.score,
            "confidence": hit.confidence,
            "source": hit.video_id,
            "start_sec": hit.start,
            "end_sec": hit.end,
        }
        for rank, hit in enumerate(islice(hits, k), 1)
    ]


def _modalities(match: dict[str, Any]) -> Text:
    """The modality, or each with its score where several were taken together."""
    from dodeca.cli import tables

    words = [f"{word} {score:.2f}" for word, score in match.get("scores", {}).items()]
    return (
        tables.cell(" + ".join(words)) if words else tables.modality(match.get("embedding_option"))
    )


def _table(found: list[dict[str, Any]]) -> Table:
    from dodeca.cli import tables

    table = tables.table("", "source", "time", "modality", "score", "", right=("time", "score"))
    highest = max((match["score"] or 0.0 for match in found), default=0.0)
    for match in found:
        score = match["score"]
        shown = f"{score:.3f}" if score is not None else match.get("confidence") or ""
        table.add_row(
            str(match["rank"]),
            tables.cell(match["source"], "bold"),
            tables.span(match["start_sec"], match["end_sec"]),
            _modalities(match),
            tables.cell(shown),
            tables.cell(tables.bar((score or 0.0) / highest if highest > 0 else 0.0), "cyan"),
        )
    return table
