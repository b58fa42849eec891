"""Whether an input is sent as one request or as a task, and what a run would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from dodeca._base.media_types import Kind
from dodeca._calls import embed_requests, limits
from dodeca._calls.embed_routes import is_one_call
from dodeca._calls.embedding_models import embedding_model
from dodeca.bulk.inputs import Item
from dodeca.bulk.records import JournalRow
from dodeca.bulk.results import Estimate, Rejection
from dodeca.errors import DodecaError, InvalidMediaError
from dodeca.media import Media

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
    """Whether an input is sent as a task.

    "auto" sends local media that fit as one synchronous request, and the rest as tasks: the length
    of a URL or an asset is not known here. A model that has one vector in a request has the
    segments in a task.

    Raises:
        InvalidMediaError: local media are missing, or outside the documented limits.
    """
    return _route(row, in_memory, via)[0]


def _route(row: JournalRow | Item, in_memory: Media | None, via: str) -> tuple[bool, float | None]:
    """Whether an input is sent as a task, and its duration in seconds, if known."""
    if row.kind == "text":
        return False, None
    media, kind = media_of(row, in_memory), cast(Kind, row.kind)
    if not media.is_local:
        return row.kind != "image" and via != "sync", None
    info, model = limits.measure(media), embedding_model(row.options.model_name)
    if kind == "image":
        limits.choose(media, kind, via, info, model_name=model.name)  # refuses what is too large
        return False, info.duration_sec
    is_task = not is_one_call(kind, media, row.options.block(), model, via, info)
    return is_task, info.duration_sec


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
            if item.kind == "text":
                embed_requests.text(item.source, item.options.request())
            task, duration = _route(item, item.media, via)
        except DodecaError as exc:
            rejected.append(Rejection(item.source, str(exc)))
            continue
        is_local = item.origin in ("file", "data")
        requests += 2 if task and is_local else 1
        seconds += duration or 0.0
        unknown += duration is None and item.kind in ("audio", "video")
    return Estimate(len(seen) - skipped, skipped, seconds / 60.0, unknown, requests, rejected)
