"""`dodeca search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca.cli.inputs import EmbeddingOption, find_index, parse_json_object, parse_media
from dodeca.cli.stdin import text_of
from dodeca.cli.vectors import (
    MinScore,
    QueryModel,
    Weight,
    check_model,
    load_vectors,
    parse_weights,
)
from dodeca.errors import NotFoundError

if TYPE_CHECKING:
    from dodeca import Client
    from dodeca.cli.cells import Cell
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table
    from dodeca.embeddings import Matches

EXAMPLE = 'Example: dodeca search "red car" clip.parquet -k 5'


def search(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help="A text, or with --as image an image file; - is stdin."
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PARQUET...", help="Parquet files, folders, or datasets of `dodeca run`."
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            "--index", metavar="INDEX", help="Search this index, by id or name, instead of files."
        ),
    ] = None,
    query_type: Annotated[
        Literal["text", "image"], typer.Option("--as", help="Input type of QUERY.")
    ] = "text",
    k: Annotated[int, typer.Option("-k", min=1, help="Maximum number of matches.")] = 10,
    option: EmbeddingOption = None,
    weight: Weight = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Merge adjacent matches that are about as good.")
    ] = False,
    min_score: MinScore = None,
    filter_: Annotated[
        str | None,
        typer.Option(
            "--filter", metavar="JSON", help='Filter of --index, e.g. {"duration": {"gte": 10}}.'
        ),
    ] = None,
    model: QueryModel = None,
) -> None:
    """Find the segments that match a text or an image, in Parquet files or in an index.

    Files are searched on this machine; only the query is embedded.
    An index is searched by the API (`POST /search`).
    """
    session: Session = context.obj
    if bool(files) == bool(index):
        raise typer.BadParameter("name either Parquet files or --index")
    if index and (weight or merge or model or min_score is not None):
        raise typer.BadParameter("--weight, --merge, --min-score and --model are for Parquet files")
    if filter_ and not index:
        raise typer.BadParameter("--filter is for --index")
    weights = parse_weights(weight)
    wanted = parse_json_object("--filter", filter_) if filter_ else None
    query = text_of(query) if query_type == "text" else query
    with session.client(model) as client:
        if index:
            index_id = find_index(client, index)
            matches = _search_index(client, index_id, query, query_type, option, k, wanted)
        else:
            embeddings = load_vectors(files or [], option)
            check_model(embeddings, model)
            found = embeddings.search(
                query if query_type == "text" else parse_media(query),
                k,
                weights=weights,
                min_score=min_score,
                client=client,
            )
            matches = _records(found.merge_adjacent() if merge else found)
    if not matches:
        session.note("There are no matches.")
        return
    sources = (match["source"] for match in matches)
    session.print_results(matches, sources, lambda: _table(matches))


def _records(matches: Matches) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "score": round(match.score, 4),
            "source": match.segment.source_id,
            "start_sec": match.segment.start_sec,
            "end_sec": match.segment.end_sec,
            "embedding_option": match.segment.embedding_option,
            "scores": {modality: round(score, 4) for modality, score in match.scores.items()},
        }
        for rank, match in enumerate(matches, 1)
    ]


def _search_index(
    client: Client,
    index: str,
    query: str,
    query_type: str,
    option: list[str] | None,
    k: int,
    filter_: dict[str, Any] | None,
) -> list[dict[str, Any]]:
    found = client.search(
        index,
        None if query_type == "image" else query,
        query_media=parse_media(query) if query_type == "image" else None,
        search_options=option or None,
        filter=filter_,
        limit=k,
    )
    hits = list(found)
    names = _file_names(client, index, {hit.video_id for hit in hits if hit.video_id})
    return [
        {
            "rank": hit.rank or rank,
            "score": hit.score,
            "confidence": hit.confidence,
            "source": hit.video_id,
            "filename": names.get(hit.video_id or ""),
            "start_sec": hit.start,
            "end_sec": hit.end,
        }
        for rank, hit in enumerate(hits, 1)
    ]


def _file_names(client: Client, index: str, video_ids: set[str]) -> dict[str, str | None]:
    """The file names of videos, with one request for each; hits do not have them."""
    names: dict[str, str | None] = {}
    for video_id in video_ids:
        try:
            metadata = client.indexes.videos.retrieve(index, video_id).system_metadata
        except NotFoundError:  # it was deleted after the search
            continue
        names[video_id] = metadata.filename if metadata else None
    return names


def _modalities_cell(match: dict[str, Any]) -> Cell:
    """The modality, or each of several with its score."""
    from dodeca.cli.cells import cell, modality_cell

    scores = [f"{modality} {score:.2f}" for modality, score in match.get("scores", {}).items()]
    return cell(" + ".join(scores)) if scores else modality_cell(match.get("embedding_option"))


def _table(matches: list[dict[str, Any]]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, score_cell, time_range_cell

    highest = max((match["score"] or 0.0 for match in matches), default=0.0)
    table = tables.Table(
        *tables.numbers("#"),
        tables.names("source"),
        *tables.numbers("time"),
        *map(tables.Column, ("modality", "score", "video")),
    )
    for match in matches:
        name = match.get("filename")
        table.add_row(
            cell(match["rank"]),
            cell(name or match["source"], "bold"),
            time_range_cell(match["start_sec"], match["end_sec"]),
            _modalities_cell(match),
            score_cell(match["score"], highest, match.get("confidence")),
            cell(match["source"] if name else None),
        )
    return table
