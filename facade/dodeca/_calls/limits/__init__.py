"""One engine of limits, for `dodeca check`, dry runs, runs and single calls.

`measure` reads the facts of a file from its header, `LIMITS` holds what the API documents, and
`judge` compares them. Only local media are judged: the service alone knows assets and URLs.
"""

from __future__ import annotations

from dodeca._base.media_types import Kind
from dodeca._calls.limits.checks import EndpointCheck, judge
from dodeca._calls.limits.file_info import FileInfo, input_type, measure
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
    "input_type",
    "judge",
    "measure",
    "most_bytes",
]

REQUEST_BYTES = most_bytes(Endpoint.EMBED)
"""The largest audio or video in the body of a request; larger files are uploaded as assets."""
TOO_LONG = "video_duration_too_long"
"""The code of the error for audio or video that is too long for one synchronous call."""


def check(media: Media, endpoint: Endpoint, kind: Kind) -> None:
    """Check local media against the limits of an endpoint; what is unknown passes.

    Raises:
        InvalidMediaError: the file is outside the limits, with all reasons.
    """
    if media.is_local and (found := judge(measure(media), endpoint, kind)).reasons:
        raise _refusal(media, found)


def choose(media: Media, kind: Kind, via: str, info: FileInfo | None = None) -> Endpoint:
    """The endpoint that embeds media: with "auto" one request where it takes the file, else a task.

    Raises:
        InvalidMediaError: the file is outside the limits of the endpoint, or of both.
    """
    endpoints = [Endpoint.EMBED, Endpoint.EMBED_TASK]
    if kind == "image" or via == "sync":
        endpoints.remove(Endpoint.EMBED_TASK)
    elif via == "task":
        endpoints.remove(Endpoint.EMBED)
    if not media.is_local:
        return endpoints[0]
    info = info or measure(media)
    checks = [judge(info, endpoint, kind) for endpoint in endpoints]
    for found in checks:
        if not found.reasons:
            return found.endpoint
    raise _refusal(media, min(reversed(checks), key=lambda found: len(found.reasons)))


def _refusal(media: Media, found: EndpointCheck) -> InvalidMediaError:
    request = REQUESTS[found.endpoint]
    return InvalidMediaError(f"{media} is outside the limits of {request}: {found}")
