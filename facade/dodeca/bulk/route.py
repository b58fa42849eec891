"""Which way an input takes, and what that will cost: decided before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dodeca._calls import embed_requests
from dodeca.bulk.inputs import Item
from dodeca.bulk.journal import Row
from dodeca.bulk.report import Estimate, Refusal
from dodeca.errors import DodecaError, InvalidMediaError
from dodeca.media import GIB, Media, check_image, duration_sec, fits_sync_request

_TASK_SEC = (4.0, 4 * 3600.0)
_TASK_BYTES = 4 * GIB
_MAKERS: Mapping[str, Callable[[str], Media]] = {
    "file": Media.file,
    "url": Media.url,
    "asset": Media.asset,
}


def source_of(row: Row | Item, held: Media | None) -> Media:
    """The media of an input; `held` is what the caller holds in memory.

    Raises:
        InvalidMediaError: the file is not there, or the bytes are not given any more.
    """
    if held is not None:
        return held
    if row.origin not in _MAKERS:
        raise InvalidMediaError(f"{row.source} was held in memory, and is not given any more")
    return _MAKERS[row.origin](row.source)


def needs_task(row: Row | Item, held: Media | None, via: str) -> bool:
    """Whether a sound or a film becomes a task.

    "auto" makes one call of what is here and fits, and a task of the rest: how long the media of a
    URL or an asset are, only the service knows.
    """
    if via != "auto":
        return via == "task"
    media = source_of(row, held)
    return not (media.is_local and fits_sync_request(media))


def estimate(items: Iterable[Item], is_done: Callable[[str], bool], via: str) -> Estimate:
    """What a run over these inputs would send; each input counts once."""
    seen: set[str] = set()
    skipped = unknown = requests = 0
    seconds = 0.0
    refused: list[Refusal] = []
    for item in items:
        if (key := item.key) in seen:
            continue
        seen.add(key)
        if is_done(key):
            skipped += 1
            continue
        try:
            lasts = _checked(item, via)
            task = item.kind in ("audio", "video") and needs_task(item, item.media, via)
        except DodecaError as exc:
            refused.append(Refusal(item.source, str(exc)))
            continue
        is_local = item.origin in ("file", "data")
        requests += 2 if task and is_local else 1
        seconds += lasts or 0.0
        unknown += lasts is None and item.kind in ("audio", "video")
    return Estimate(len(seen) - skipped, skipped, seconds / 60.0, unknown, requests, refused)


def _checked(item: Item, via: str) -> float | None:
    """How long an input lasts, once it is within the documented limits."""
    if item.kind == "text":
        embed_requests.text(item.source, item.options.model_name)
        return None
    media = source_of(item, item.media)
    if item.kind == "image":
        check_image(media)
        return None
    if not media.is_local:
        return None
    if (media.size or 0) > _TASK_BYTES:
        raise InvalidMediaError(f"{media} has more than 4 GB")
    lasts = duration_sec(media)
    least, most = _TASK_SEC
    if lasts is not None and not least <= lasts <= most:
        raise InvalidMediaError(f"audio and video last 4 seconds to 4 hours, {media} {lasts:.1f} s")
    return lasts
