"""One engine of limits, for `dodeca check`, dry runs, runs and single calls.

`measure` reads the facts of a file from its header, `LIMITS` holds what the API documents, and
`judge` compares them. Only local media are judged: the service alone knows assets and URLs.
"""

from __future__ import annotations

from dodeca._base.media_types import Kind
from dodeca._calls.embedding_models import MODEL, embedding_model
from dodeca._calls.limits.checks import EndpointCheck, judge
from dodeca._calls.limits.file_info import (
    FileInfo,
    document_format,
    input_type,
    known_type,
    measure,
)
from dodeca._calls.limits.table import LIMITS, REQUESTS, Endpoint, Limit, most_bytes
from dodeca.errors import InvalidMediaError
from dodeca.media import Media

__all__ = [
    "LIMITS",
    "REQUEST_BYTES",
    "TOO_LONG",
    "Endpoint",
    "FileInfo",
    "Kind",
    "Limit",
    "EndpointCheck",
    "check",
    "choose",
    "document_format",
    "input_type",
    "judge",
    "known_type",
    "measure",
    "most_bytes",
]

REQUEST_BYTES = most_bytes(Endpoint.EMBED)
"""The largest file in the body of a task; larger ones are uploaded as assets."""
_PLURALS: dict[Kind, str] = {
    "image": "images",
    "audio": "audio",
    "video": "video",
    "document": "documents",
}
TOO_LONG = "video_duration_too_long"
"""The code of the error for audio or video that is too long for one synchronous call."""


def check(media: Media, endpoint: Endpoint, kind: Kind, model_name: str = MODEL) -> None:
    """Check local media against the limits of an endpoint; what is unknown passes.

    Raises:
        InvalidMediaError: the file is outside the limits, with all reasons.
    """
    if media.is_local and (found := judge(measure(media), endpoint, kind, model_name)).reasons:
        raise _refusal(media, found)


def choose(
    media: Media,
    kind: Kind,
    via: str,
    info: FileInfo | None = None,
    *,
    model_name: str = MODEL,
) -> Endpoint:
    """The endpoint that embeds media: with "auto" one request where it takes the file, else a task.

    A model whose service does not name what is too long for one request gets a task unless the
    file is known to fit.

    Raises:
        InvalidMediaError: the file is outside the limits of the endpoint, or of both, or the model
            does not embed this kind.
    """
    model = embedding_model(model_name)
    if kind != "image" and model.rules(kind) is None:
        raise InvalidMediaError(f"{model_name} does not embed {_PLURALS[kind]}, got {media}")
    endpoints = [Endpoint.EMBED, Endpoint.EMBED_TASK]
    if kind == "image" or via == "sync":
        endpoints.remove(Endpoint.EMBED_TASK)
    elif via == "task":
        endpoints.remove(Endpoint.EMBED)
    if not media.is_local:
        return endpoints[0 if model.names_too_long else -1]
    info = info or measure(media)
    checks = [judge(info, endpoint, kind, model_name) for endpoint in endpoints]
    for found in checks:
        is_last = found is checks[-1]
        if not found.reasons and (model.names_too_long or is_last or not found.unknown):
            return found.endpoint
    raise _refusal(media, min(reversed(checks), key=lambda found: len(found.reasons)))


def _refusal(media: Media, found: EndpointCheck) -> InvalidMediaError:
    request = REQUESTS[found.endpoint]
    return InvalidMediaError(f"{media} is outside the limits of {request}: {found}")
