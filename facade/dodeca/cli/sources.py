"""What people name on the command line: files, URLs, `asset:ID`, texts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import typer

from dodeca.cli.status import plain
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import SYNC_BYTES, Media, fits_sync_request, is_audio, is_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dodeca import Client, Embeddings, Job
    from dodeca.cli.progress import Bars
    from dodeca.segmentation import Segmentation

Kind = Literal["video", "audio", "image", "text"]
_ASSET = "asset:"


@attrs.frozen
class Cut:
    """How a video or a sound is to be embedded; the names are those of `client.embed.video`."""

    kind: Kind | None = None
    segmentation: Segmentation | None = None
    embedding_option: list[str] | None = None
    embedding_scope: list[str] | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    via: str = "auto"
    timeout: float = 3600.0


def media_of(source: str) -> Media:
    """The media that a word of the command line names."""
    if source.startswith(_ASSET):
        return Media.asset(source.removeprefix(_ASSET))
    return Media.of(source)


def kind_of(media: Media) -> Kind:
    """What media are, by their name."""
    if is_image(media):
        return "image"
    return "audio" if is_audio(media) else "video"


def segmentation_of(text: str | None) -> Segmentation | None:
    """`fixed:6` or `dynamic:4` as a segmentation."""
    from dodeca import segmentation

    if text is None:
        return None
    word, _, seconds = text.partition(":")
    try:
        if word not in ("fixed", "dynamic"):
            raise ValueError("it is fixed:SECONDS or dynamic:SECONDS")
        length = int(seconds)
        return segmentation.fixed(length) if word == "fixed" else segmentation.dynamic(length)
    except ValueError as exc:
        raise typer.BadParameter(f"--segmentation {text}: {exc}") from exc


def check_output(output: Path, sources: Iterable[str] = ()) -> None:
    """Nothing is embedded, and paid for, that could not be written, or only over a source."""
    if not output.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {plain(output.parent)}")
    if output.is_dir():
        raise typer.BadParameter(f"{plain(output)} is a folder; -o names a file")
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"the folder {plain(output.parent)} cannot be written to")
    for source in sources:
        if _is_same(output, source):
            raise typer.BadParameter(f"-o would replace {plain(source)}, which is to be embedded")


def _is_same(output: Path, source: str) -> bool:
    try:
        return output.samefile(source)
    except (OSError, ValueError):  # one of them is no file, such as a URL
        return False


def embedded(client: Client, bars: Bars, source: str, cut: Cut) -> Embeddings:
    """The embeddings of one source, waited for."""
    if cut.kind == "text":
        _check_uncut(cut, "a text")
        return client.embed.text(source)
    if Path(source).is_dir():
        raise InvalidMediaError(f"{source} is a folder; `dodeca run` embeds what is in folders")
    media = media_of(source)
    kind = cut.kind or kind_of(media)
    if kind == "image":
        _check_uncut(cut, "a picture")
        return client.embed.image(media)
    if cut.via == "sync" or (cut.via == "auto" and fits_sync_request(media)):
        call: Callable[..., Embeddings] = (
            client.embed.audio if kind == "audio" else client.embed.video
        )
        with bars.waiting(f"embedding {source}"):
            return call(media, via="sync", **_options(cut))
    media = within_reach(client, bars, source, media)
    tasks = client.embed.tasks
    start: Callable[..., Job[Embeddings]] = tasks.audio if kind == "audio" else tasks.video
    job = start(media, **_options(cut))
    with bars.waiting(f"embedding {source}") as update:
        return job.wait(timeout=cut.timeout, on_progress=update)


def _check_uncut(cut: Cut, what: str) -> None:
    if any(part is not None for part in (cut.segmentation, cut.start_sec, cut.end_sec)):
        raise InvalidRequestError(f"{what} has no length: only video and sound are cut")


def within_reach(client: Client, bars: Bars, source: str, media: Media) -> Media:
    """The same media, as an asset where a request cannot carry them."""
    if not media.is_local or (media.size or 0) <= SYNC_BYTES:
        return media
    with bars.sending(f"uploading {source}", media.size) as progress:
        job = client.assets.upload(media, on_progress=progress)
    with bars.waiting(f"preparing {source}") as update:
        return Media.asset(job.wait(on_progress=update).id)


def _options(cut: Cut) -> dict[str, Any]:
    return {
        "segmentation": cut.segmentation,
        "embedding_option": cut.embedding_option,
        "embedding_scope": cut.embedding_scope,
        "start_sec": cut.start_sec,
        "end_sec": cut.end_sec,
    }
