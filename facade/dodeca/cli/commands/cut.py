"""`dodeca cut`."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca._base.text import printable
from dodeca.cli.inputs import EmbeddingOption, check_output, parse_media
from dodeca.cli.stdin import text_of
from dodeca.cli.vectors import (
    MinScore,
    QueryModel,
    Weight,
    check_model,
    load_vectors,
    parse_weights,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dodeca.cli.session import Session
    from dodeca.embeddings import Clip, Match, Matches

EXAMPLE = 'Example: dodeca cut "red car" library -k 5 -o clips --sheet clips.png'


def cut(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help="A text, or with --as image an image file; - is stdin."
        ),
    ],
    library: Annotated[
        list[Path],
        typer.Argument(
            metavar="LIBRARY...", help="Datasets of `dodeca run`, Parquet files, or folders."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to save the clips.")
    ] = Path("clips"),
    query_type: Annotated[
        Literal["text", "image"], typer.Option("--as", help="Input type of QUERY.")
    ] = "text",
    k: Annotated[int, typer.Option("-k", min=1, help="Maximum number of matches.")] = 5,
    pad: Annotated[
        float, typer.Option("--pad", metavar="S", min=0, help="Add S seconds at both ends.")
    ] = 0.0,
    merge: Annotated[
        bool, typer.Option("--merge", help="Make one clip of matches that overlap or touch.")
    ] = False,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="Encode nothing: begin at the last key frame before each match."
        ),
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="PNG", help="Also write an image with a thumbnail of each clip."
        ),
    ] = None,
    option: EmbeddingOption = None,
    weight: Weight = None,
    min_score: MinScore = None,
    model: QueryModel = None,
) -> None:
    """Cut the segments that match a text or an image out of their files, as clips.

    Only the query is embedded; the files have to be where they were embedded.
    Clips are exact to the frame, unless --fast is given.
    """
    from dodeca.embeddings.timeline import timed_segments

    session: Session = context.obj
    _check_folder(output)
    if sheet:
        _check_sheet(sheet)
    weights = parse_weights(weight)
    query = text_of(query) if query_type == "text" else query
    with session.client(model) as client:
        rows = load_vectors(library, option)
        check_model(rows, model)
        found = timed_segments(rows).search(
            query if query_type == "text" else parse_media(query),
            k,
            weights=weights,
            min_score=min_score,
            client=client,
        )
    if not found:
        session.note("There are no matches.")
        return
    if merge:
        found = found.merge_adjacent(gap_sec=2 * pad)
    clips: list[Clip] = []
    try:
        _cut_each(session, found, output, {"pad_sec": pad, "fast": fast}, clips)
    finally:
        if sheet and clips:
            _write_sheet(sheet, clips, query if query_type == "text" else None)
    if fast and (early := max((_lead(clip, pad) for clip in clips), default=0)) > 0.001:
        session.note(f"Clips begin at key frames, up to {early:.2f} s before their matches.")


def _check_folder(output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise typer.BadParameter(f"{printable(output)} is a file; --output needs a folder")


def _check_sheet(sheet: Path) -> None:
    """Refuse a contact sheet that cannot be written, before the query is paid for."""
    if sheet.suffix.lower() != ".png":
        raise typer.BadParameter(f"--sheet is a PNG file, got {printable(sheet)}")
    check_output(sheet)
    from dodeca import plots  # noqa: F401 - raises ConfigurationError without its extra


def _cut_each(
    session: Session, found: Matches, output: Path, how: dict[str, Any], clips: list[Clip]
) -> None:
    """Cut and print clip after clip; each is added to `clips`."""
    matches: dict[str, Match] = {}
    for match in found:
        matches.setdefault(_label(match), match)  # one for each time range

    def work(label: str) -> Sequence[Clip]:
        with session.progress.waiting(f"cutting {label}"):
            return type(found)([matches[label]]).save_clips(output, **how)

    for saved in session.for_each(list(matches), work):
        clips += saved
        for clip in saved:
            _print(session, clip, found[0].score)


def _label(match: Match) -> str:
    segment = match.segment
    name = segment.source or segment.source_id or "?"
    return f"{name} {segment.start_sec:.3f}-{segment.end_sec:.3f} s"


def _print(session: Session, clip: Clip, highest: float) -> None:
    from dodeca._base.text import as_unicode
    from dodeca.cli.cells import cell, modality_cell, score_cell, time_range_cell

    match = clip.match
    path = as_unicode(clip.path)
    record = {
        "file": path,
        "source": as_unicode(clip.source),
        "start_sec": clip.start_sec,
        "end_sec": clip.end_sec,
        "embedding_option": match.segment.embedding_option,
        "score": round(float(match.score), 4),
    }
    session.print_item(
        record,
        path,
        cell(path, "bold"),
        time_range_cell(clip.start_sec, clip.end_sec),
        modality_cell(match.segment.embedding_option),
        score_cell(match.score, highest),
    )


def _lead(clip: Clip, pad: float) -> float:
    """How long before its match a clip begins, beside the padding."""
    return max(0.0, (clip.match.segment.start_sec or 0.0) - pad) - clip.start_sec


def _write_sheet(sheet: Path, clips: list[Clip], query: str | None) -> None:
    from dodeca import plots
    from dodeca._base.files import replace_file

    figure = plots.contact_sheet(clips, title=query)
    with warnings.catch_warnings():  # of a character of a name, which the sheet shows as a box
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        replace_file(
            sheet, lambda stream: figure.savefig(stream, format="png", dpi=plots.SHEET_DPI)
        )
