"""Arguments and options that several commands share, and how they become calls of the client."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
import typer

from dodeca._base.text import printable
from dodeca._calls import limits
from dodeca.cli.stdin import STDIN, read_stdin
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dodeca import Client, Embeddings
    from dodeca.cli.progress import ProgressDisplay
    from dodeca.library import Library
    from dodeca.segmentation import Segmentation

InputType = Literal["video", "audio", "image", "text", "document"]
_ASSET_PREFIX = "asset:"
_ID = re.compile("[0-9a-f]{24}")

SegmentationOption = Annotated[
    str | None,
    typer.Option(
        "--segmentation",
        metavar="fixed:S|dynamic:S",
        help="How to split media into segments: of S seconds each, or at scene changes with at "
        "least S seconds.",
    ),
]
EmbeddingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="MODALITY",
        help='Only this modality: "visual", "audio" or "transcription"; can be repeated.',
    ),
]
EmbeddingScope = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        metavar="SCOPE",
        help='Only this scope: "clip" (segments) or "asset" (the whole); can be repeated.',
    ),
]
StartSec = Annotated[
    float | None, typer.Option("--start", metavar="S", help="Embed from this second on.")
]
EndSec = Annotated[
    float | None, typer.Option("--end", metavar="S", help="Embed up to this second.")
]
Via = Annotated[
    Literal["auto", "sync", "task"],
    typer.Option("--via", help="One request (sync), a task, or what the size needs (auto)."),
]
ModelName = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Name of the model.")
]
Dimension = Annotated[
    int | None,
    typer.Option("--dimension", metavar="N", help="Length of the vectors (marengo3.5 only)."),
]
LibraryPaths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[LIBRARY]...",
        help="A dataset of `dodeca run`, Parquet files, or a .lance table.",
        show_default=False,
    ),
]
LibraryIndex = Annotated[
    str | None,
    typer.Option("--index", metavar="ID", help="An index of the API instead, by its id or name."),
]
Timeout = Annotated[float, typer.Option(min=0, help="Maximum seconds to wait for each task.")]


@attrs.frozen
class ClipOptions:
    """How to embed an input; the names are those of `client.embed.video`."""

    input_type: InputType | None = None
    segmentation: Segmentation | None = None
    embedding_option: list[str] | None = None
    embedding_scope: list[str] | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    via: str = "auto"
    timeout: float = 3600.0
    embedding_dimension: int | None = None


def parse_media(source: str) -> Media:
    """A file, a URL, `asset:ID` or what is on stdin (`-`), as media."""
    if source == STDIN:
        return Media.data(read_stdin())
    if source.startswith(_ASSET_PREFIX):
        return Media.asset(source.removeprefix(_ASSET_PREFIX))
    return Media.of(source)


def find_index(client: Client, index: str) -> str:
    """The id of the index that a command names by its id or by its name.

    What is neither is returned as it is: the API says that there is no such index.
    """
    if _ID.fullmatch(index):
        return index
    for found in client.indexes.list(index_name=index, page_limit=50):
        if found.index_name == index:
            return found.id
    return index


def parse_segmentation(text: str | None) -> Segmentation | None:
    """`fixed:6` or `dynamic:4` as a segmentation.

    Raises:
        typer.BadParameter: it is neither, or the seconds are out of range.
    """
    from dodeca import segmentation

    try:
        return None if text is None else segmentation.parse(text)
    except ValueError as exc:
        raise typer.BadParameter(f"--segmentation {text}: {exc}") from exc


def check_output(output: Path, sources: Iterable[str] = ()) -> None:
    """Refuse an output that cannot be written, before anything is sent and paid for.

    Raises:
        typer.BadParameter: its folder is missing or read-only, or it is a folder or a source.
    """
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {printable(output.parent)}")
    if output.is_dir():
        raise typer.BadParameter(f"{printable(output)} is a folder; --output needs a file")
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"the folder {printable(output.parent)} cannot be written to")
    for source in sources:
        if _is_same_file(output, source):
            raise typer.BadParameter(f"--output would overwrite the input {printable(source)}")


def _is_same_file(output: Path, source: str) -> bool:
    try:
        return output.samefile(source)
    except (OSError, ValueError):  # one of them is not a file, such as a URL
        return False


def embed_source(
    client: Client, progress: ProgressDisplay, source: str, options: ClipOptions
) -> Embeddings:
    """Embed one source and wait for the result."""
    keywords: dict[str, Any] = {"embedding_dimension": options.embedding_dimension}
    if options.input_type == "text":
        _reject_clip_options(options, "text")
        return client.embed.text(source, **keywords)
    if Path(source).is_dir():
        raise InvalidMediaError(f"{source} is a folder; use `dodeca run` to embed folders")
    media = parse_media(source)
    input_type = options.input_type or limits.input_type(media)
    if input_type == "image":
        _reject_clip_options(options, "images")
        return client.embed.image(media, **keywords)
    keywords |= {
        "embedding_option": options.embedding_option,
        "embedding_scope": options.embedding_scope,
        "via": options.via,
        "timeout": options.timeout,
    }
    with progress.waiting(f"embedding {source}") as update:
        if input_type == "document":
            _reject_clip_options(options, "documents")
            return client.embed.document(media, **keywords, on_progress=update)
        call = client.embed.audio if input_type == "audio" else client.embed.video
        keywords |= {
            "segmentation": options.segmentation,
            "start_sec": options.start_sec,
            "end_sec": options.end_sec,
        }
        return call(media, **keywords, on_progress=update)


def _reject_clip_options(options: ClipOptions, what: str) -> None:
    if any(o is not None for o in (options.segmentation, options.start_sec, options.end_sec)):
        raise InvalidRequestError(
            f"--segmentation, --start and --end are for video and audio, not for {what}"
        )


def upload_if_large(client: Client, progress: ProgressDisplay, source: str, media: Media) -> Media:
    """Upload a file that is too large for a request; the media to send instead of it."""
    if not media.is_local or (media.size or 0) <= limits.REQUEST_BYTES:
        return media
    return Media.asset(upload_and_wait(client, progress, source, media))


def upload_and_wait(client: Client, progress: ProgressDisplay, source: str, media: Media) -> str:
    """Upload a file and wait until the asset is ready; its id."""
    with progress.uploading(f"uploading {source}", media.size) as update:
        job = client.assets.upload(media, on_progress=update)
    with progress.waiting(f"preparing {source}") as update:
        return job.wait(on_progress=update).id


def parse_json_object(option: str, text: str | bytes) -> dict[str, Any]:
    """The JSON object that an option gives.

    Raises:
        typer.BadParameter: it is something else.
    """
    import orjson

    shown = f"{printable(text if isinstance(text, str) else text.decode(errors='replace')):.200}"
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise typer.BadParameter(f"{option} is not JSON: {exc.msg}, got {shown}") from exc
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{option} is a JSON object, got {shown}")
    return value


def check_library(paths: list[str] | None, index: str | None) -> None:
    """Check that a command has either a library or an index.

    Raises:
        typer.BadParameter: it has neither, or both.
    """
    if bool(paths) == bool(index):
        raise typer.BadParameter("name either a library or, with --index, an index")


def open_library(client: Client, paths: list[str] | None, index: str | None) -> Library:
    """Open datasets and files as a library, or an index of the API by its id or name."""
    from dodeca.library import open_dataset, open_index

    if index:
        return open_index(find_index(client, index), client)
    return open_dataset(paths or [], client)
