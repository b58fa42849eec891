"""The documented limits of the endpoints that take media, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import attrs

from dodeca._base.media_types import Kind
from dodeca.media import GIB, MIB


class Endpoint(StrEnum):
    """An endpoint that takes media, by the name that `dodeca check` has for it."""

    EMBED = "embed"
    EMBED_TASK = "embed-task"
    INDEX = "index"
    SEARCH = "search"
    EMBED_V1 = "embed-v1"
    EMBED_V1_TASK = "embed-v1-task"
    ANALYZE = "analyze"


REQUESTS = {
    Endpoint.EMBED: "POST /embed-v2",
    Endpoint.EMBED_TASK: "POST /embed-v2/tasks",
    Endpoint.INDEX: "POST /tasks",
    Endpoint.SEARCH: "POST /search",
    Endpoint.EMBED_V1: "POST /embed",
    Endpoint.EMBED_V1_TASK: "POST /embed/tasks",
    Endpoint.ANALYZE: "POST /analyze",
}

Fact = Literal["size", "kind", "format", "codec", "frame", "ratio", "duration"]
"""A limit of `frame` is two numbers, the longer and the shorter side."""


@attrs.frozen
class Limit:
    """What an endpoint takes of one kind of media: from `least` to `most`, or what is `allowed`.

    `source` is the document that says so, `since` the version of the API, or of the document.
    """

    endpoint: Endpoint
    kind: Kind
    fact: Fact
    unit: str = ""
    least: tuple[float, ...] = ()
    most: tuple[float, ...] = ()
    allowed: tuple[str, ...] = ()
    source: str = ""
    since: str = "v1.3"


PEGASUS_SEC = 3600.0
"""The longest video of an index with a Pegasus model."""

_IMAGES = ("jpeg", "png")
_AUDIO = ("wav", "mp3", "flac")
_RATIOS = ("1:1", "4:3", "4:5", "5:4", "16:9", "9:16")


def _images(endpoint: Endpoint, side: int, size: int, since: str = "v1.3") -> list[Limit]:
    source = REQUESTS[endpoint]
    return [
        Limit(endpoint, "image", "size", "bytes", most=(size,), source=source, since=since),
        Limit(endpoint, "image", "format", allowed=_IMAGES, source=source),
        Limit(endpoint, "image", "frame", "pixels", least=(side, side), source=source),
    ]


def _audio(endpoint: Endpoint, size: int, least: float, most: float) -> list[Limit]:
    source = REQUESTS[endpoint]
    return [
        Limit(endpoint, "audio", "size", "bytes", most=(size,), source=source),
        Limit(endpoint, "audio", "format", allowed=_AUDIO, source=source),
        Limit(endpoint, "audio", "codec", allowed=("pcm",), source=source),
        Limit(endpoint, "audio", "duration", "s", least=(least,), most=(most,), source=source),
    ]


def _video(endpoint: Endpoint, size: int, least: float, most: float) -> list[Limit]:
    source = REQUESTS[endpoint]
    is_older = endpoint in (Endpoint.INDEX, Endpoint.EMBED_V1_TASK)
    largest = (3840, 2160) if is_older else (5184, 2160)
    ratio = (
        Limit(endpoint, "video", "ratio", "width:height", allowed=_RATIOS, source=source)
        if is_older
        else Limit(endpoint, "video", "ratio", "longer:shorter", most=(2.4,), source=source)
    )
    return [
        Limit(endpoint, "video", "size", "bytes", most=(size,), source=source),
        Limit(endpoint, "video", "kind", allowed=("video",), source=source),
        Limit(endpoint, "video", "frame", "pixels", least=(360, 360), most=largest, source=source),
        ratio,
        Limit(endpoint, "video", "duration", "s", least=(least,), most=(most,), source=source),
    ]


LIMITS: tuple[Limit, ...] = (
    *_images(Endpoint.EMBED, 128, 32 * MIB, since="v1.3, newer field tables"),
    *_audio(Endpoint.EMBED, 36 * MIB, 0, 600),
    *_video(Endpoint.EMBED, 36 * MIB, 0, 600),
    *_audio(Endpoint.EMBED_TASK, 4 * GIB, 4, 4 * 3600),
    *_video(Endpoint.EMBED_TASK, 4 * GIB, 4, 4 * 3600),
    *_video(Endpoint.INDEX, 2 * GIB, 4, 2 * 3600),
    *_images(Endpoint.SEARCH, 64, 5 * MIB),
    *_images(Endpoint.EMBED_V1, 64, 5 * MIB),
    *_video(Endpoint.EMBED_V1_TASK, 2 * GIB, 4, 2 * 3600),
    Limit(Endpoint.ANALYZE, "video", "kind", allowed=("video",), source="POST /analyze"),
)
"""In the order in which the service checks them."""


def limits_of(endpoint: Endpoint, kind: Kind) -> list[Limit]:
    """The limits of an endpoint on a kind of media; none if it does not take it."""
    return [limit for limit in LIMITS if (limit.endpoint, limit.kind) == (endpoint, kind)]


def most_bytes(endpoint: Endpoint, kind: Kind = "video") -> int:
    """The largest file that an endpoint takes."""
    sizes = [limit.most[0] for limit in limits_of(endpoint, kind) if limit.fact == "size"]
    return int(sizes[0])
