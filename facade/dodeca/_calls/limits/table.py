"""The documented limits of the endpoints that take media, as data."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import attrs

from dodeca._base.media_types import Kind
from dodeca._calls.embedding_models import MODEL, MODELS, EmbeddingModel, embedding_model
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
    `model` is the embedding model that it is a limit of; None where all have it.
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
    model: str | None = None


PEGASUS_SEC = 3600.0
"""The longest video of an index with a Pegasus model."""

_NEWER = "v1.3, newer field tables"
_TIMED: tuple[Kind, ...] = ("audio", "video")
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


def _of_marengo_3_0(model: EmbeddingModel) -> list[Limit]:
    limits = [
        *_images(Endpoint.EMBED, 128, 32 * MIB, since=_NEWER),
        *_audio(Endpoint.EMBED, model.sync_bytes, 0, model.sync_sec),
        *_video(Endpoint.EMBED, model.sync_bytes, 0, model.sync_sec),
        *_audio(Endpoint.EMBED_TASK, 4 * GIB, 4, 4 * 3600),
        *_video(Endpoint.EMBED_TASK, 4 * GIB, 4, 4 * 3600),
    ]
    return [attrs.evolve(limit, model=model.name) for limit in limits]


def _of_newer(model: EmbeddingModel) -> list[Limit]:
    """Formats and frames of newer models are not published: the service alone judges them."""

    def size(endpoint: Endpoint, kind: Kind, most: int) -> Limit:
        source = REQUESTS[endpoint]
        return Limit(endpoint, kind, "size", "bytes", most=(most,), source=source, since=_NEWER)

    def timed(endpoint: Endpoint, most_bytes: int, least: float, most: float) -> Iterator[Limit]:
        source = REQUESTS[endpoint]
        yield Limit(endpoint, "video", "kind", allowed=("video",), source=source)
        for kind in _TIMED:
            yield size(endpoint, kind, most_bytes)
            yield Limit(
                endpoint, kind, "duration", "s", (least,), (most,), source=source, since=_NEWER
            )

    limits = [
        size(Endpoint.EMBED, "image", model.sync_bytes),
        size(Endpoint.EMBED, "document", model.sync_bytes),
        *timed(Endpoint.EMBED, model.sync_bytes, 0, model.sync_sec),
        size(Endpoint.EMBED_TASK, "image", 32 * MIB),
        size(Endpoint.EMBED_TASK, "document", 512 * MIB),
        *timed(Endpoint.EMBED_TASK, 4 * GIB, 4, 4 * 3600),
    ]
    return [attrs.evolve(limit, model=model.name) for limit in limits]


LIMITS: tuple[Limit, ...] = (
    *_of_marengo_3_0(MODELS["marengo3.0"]),
    *_of_newer(MODELS["marengo3.5"]),
    *_video(Endpoint.INDEX, 2 * GIB, 4, 2 * 3600),
    *_images(Endpoint.SEARCH, 64, 5 * MIB),
    *_images(Endpoint.EMBED_V1, 64, 5 * MIB),
    *_video(Endpoint.EMBED_V1_TASK, 2 * GIB, 4, 2 * 3600),
    Limit(Endpoint.ANALYZE, "video", "kind", allowed=("video",), source="POST /analyze"),
)
"""In the order in which the service checks them."""


def limits_of(endpoint: Endpoint, kind: Kind, model_name: str = MODEL) -> list[Limit]:
    """The limits of an endpoint on a kind of media; none if it does not take it.

    Those of a model that is not known here are those of the newest one.
    """
    model, wanted = embedding_model(model_name).like, (endpoint, kind)
    return [
        limit
        for limit in LIMITS
        if (limit.endpoint, limit.kind) == wanted and limit.model in (None, model)
    ]


def most_bytes(endpoint: Endpoint) -> int:
    """The largest video that an endpoint takes."""
    sizes = [limit.most[0] for limit in limits_of(endpoint, "video") if limit.fact == "size"]
    return int(sizes[0])
