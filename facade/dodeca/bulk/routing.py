"""Whether an input is sent as one request or as a task, and what a run would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dodeca._calls import embed_requests
from dodeca.bulk.inputs import Item
from dodeca.bulk.records import JournalRow
from dodeca.bulk.results import Estimate, Rejection
from dodeca.errors import DodecaError, InvalidMediaError
from dodeca.media import GIB, Media, check_image, duration_sec, fits_sync_request

_TASK_SEC = (4.0, 4 * 3600.0)
_TASK_BYTES = 4 * GIB
_MEDIA_BY_ORIGIN: Mapping[str, Callable[[str], Media]] = {
    "file": Media.file,
    "url": Media.url,
    "asset": Media.asset,
}


def media_of(row: JournalRow | Item, in_memory: Media | None) -> Media:
    """The media of an input; `in_memory` are those that the caller passed as bytes.

    Raises:
        InvalidMediaError: the file does not exist, or the bytes were not passed again.
    """
    if in_memory is not None:
        return in_memory
    if row.origin not in _MEDIA_BY_ORIGIN:
        raise InvalidMediaError(
            f"{row.source} was in memory in an earlier run, and was not passed again"
        )
    return _MEDIA_BY_ORIGIN[row.origin](row.source)


def needs_task(row: JournalRow | Item, in_memory: Media | None, via: str) -> bool:
    """Whether an audio or video input is sent as a task.

    "auto" sends local media that fit as one synchronous request, and the rest as tasks: the length
    of a URL or an asset is not known here.
    """
    if via != "auto":
        return via == "task"
    media = media_of(row, in_memory)
    return not (media.is_local and fits_sync_request(media))


def estimate(items: Iterable[Item], is_done: Callable[[str], bool], via: str) -> Estimate:
    """Estimate a run over these inputs; each input counts once."""
    seen: set[str] = set()
    skipped = unknown = requests = 0
    seconds = 0.0
    rejected: list[Rejection] = []
    for item in items:
        if (key := item.key) in seen:
            continue
        seen.add(key)
        if is_done(key):
            skipped += 1
            continue
        try:
            duration = _checked_duration(item, via)
            task = item.kind in ("audio", "video") and needs_task(item, item.media, via)
        except DodecaError as exc:
            rejected.append(Rejection(item.source, str(exc)))
            continue
        is_local = item.origin in ("file", "data")
        requests += 2 if task and is_local else 1
        seconds += duration or 0.0
        unknown += duration is None and item.kind in ("audio", "video")
    return Estimate(len(seen) - skipped, skipped, seconds / 60.0, unknown, requests, rejected)


def _checked_duration(item: Item, via: str) -> float | None:
    """The duration of an input in seconds, if known, after checking the documented limits."""
    if item.kind == "text":
        embed_requests.text(item.source, item.options.model_name)
        return None
    media = media_of(item, item.media)
    if item.kind == "image":
        check_image(media)
        return None
    if not media.is_local:
        return None
    if (media.size or 0) > _TASK_BYTES:
        raise InvalidMediaError(f"{media} is larger than 4 GB")
    duration = duration_sec(media)
    least, most = _TASK_SEC
    if duration is not None and not least <= duration <= most:
        raise InvalidMediaError(
            f"audio and video must last 4 seconds to 4 hours, {media} lasts {duration:.1f} s"
        )
    return duration
