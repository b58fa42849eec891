"""The error responses of the API, with the documented codes and texts.

Handlers and everything below them raise `ErrorResponse`; the exchange turns it into a response, in
the error form that the specification has for the operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class ErrorResponse(Exception):
    """An error response of the API: an HTTP status, an error code and a message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        needs_body: bool = False,
    ) -> None:
        super().__init__(message)
        self.needs_body = needs_body
        """Whether the body is sent even if the documentation says that there is none."""
        self.status = status
        self.code = code
        self.message = message
        self.headers: dict[str, str] = dict(headers or {})

    def body(self, *, nested: bool) -> dict[str, Any]:
        """Return the JSON body: `{error: {code, message}}` when nested, else flat."""
        error = {"code": self.code, "message": self.message}
        return {"error": error} if nested else error


# Each code has three texts: for one parameter, for several, and for no particular one.
_PARAMETER_TEXTS = {
    "parameter_invalid": (
        "The `{}` parameter is invalid.",
        "The following parameters are invalid: `{}`.",
        "The request contains some invalid parameters.",
    ),
    "parameter_not_provided": (
        "The `{}` parameter is required but was not provided.",
        "The following required parameters were not provided: `{}`.",
        "Some required parameters are not provided.",
    ),
    "parameter_unknown": (
        "The `{}` parameter is unknown.",
        "The following parameters are unknown: `{}`.",
        "The request contains some unknown parameters.",
    ),
}


TEXTS_ON_DEMAND: Mapping[str, str] = {
    "too_many_requests": "You have exceeded the rate limit. Please try again later.",
    "usage_limit_exceeded": (
        "Not enough free credit. Please register a payment method or contact"
        " [sales@twelvelabs.io](mailto:sales@twelvelabs.io)."
    ),
    "tags_not_allowed": (
        "Tag `emulated` is not allowed to use. Please remove it from the request."
    ),
}
"""The texts of errors that faults send as documented; most have no other cause in the emulator."""

EMPTY_429 = frozenset({"search_create", "gist_create", "summarize_create", "generate_create"})
"""The operations whose responses 429 are documented as without a body."""

EMBEDDING_FAILURES: Mapping[str, str] = {
    "context window": "Content exceeds the model's context window.",
    "unreadable": (
        "We could not process your media for embedding. Please verify the input file and try again."
    ),
}
"""The documented sentences of failed embedding tasks that have a cause in the emulator."""

CLIP_LENGTH = "`video_clip_length` should be within 2-10 seconds long"
DOCUMENTED_REASONS: Mapping[str, Mapping[str, str]] = {
    "embed_create": {
        "text_truncate": ("You should use one of the following values: `none`, `start`, `end`."),
    },
    "embed_tasks_create": {"video_clip_length": CLIP_LENGTH},
}
"""The documented reason for a bad value, by operationId and name of the parameter."""


def _parameter_error(code: str, names: Sequence[str], why: str) -> ErrorResponse:
    one, several, none = _PARAMETER_TEXTS[code]
    if not names:
        text = none
    elif len(names) == 1:
        text = one.format(names[0])
    else:
        text = several.format("`, `".join(names))
    return ErrorResponse(400, code, f"{text} {why}".rstrip())


def parameter_invalid(*names: str, why: str = "") -> ErrorResponse:
    """Return the error for invalid values; `why` follows the documented text."""
    return _parameter_error("parameter_invalid", names, why)


def parameter_not_provided(*names: str, why: str = "") -> ErrorResponse:
    """Return the error for missing parameters."""
    return _parameter_error("parameter_not_provided", names, why)


def parameter_unknown(*names: str, why: str = "") -> ErrorResponse:
    """Return the error for parameters that the operation does not have."""
    return _parameter_error("parameter_unknown", names, why)


def resource_not_exist(collection: str, resource_id: str) -> ErrorResponse:
    """Return the 404 for an id that is not (or no longer) in its collection."""
    text = f"Resource with id `{resource_id}` does not exist in `{collection}`."
    return ErrorResponse(404, "resource_not_exist", text)


def api_key_invalid() -> ErrorResponse:
    """Return the 401 for a missing or wrong `x-api-key`."""
    text = (
        "API Key is either invalid or expired. Please check your API key or generate a new one "
        "from the dashboard and try again."
    )
    return ErrorResponse(401, "api_key_invalid", text)


def api_upgrade_required(version: str, current: str) -> ErrorResponse:
    """Return the error for a path of another version of the API."""
    text = (
        f"This endpoint is supported starting with version `{version}`. "
        f"Your version is `{current}`."
    )
    return ErrorResponse(400, "api_upgrade_required", text)


def video_file_broken() -> ErrorResponse:
    """Return the error for a video that cannot be decoded."""
    text = "Cannot read video file. Please check the video file is valid and try again."
    return ErrorResponse(400, "video_file_broken", text)


def endpoint_not_exist(path: str) -> ErrorResponse:
    """Return the 404 for a path that the API does not have."""
    return ErrorResponse(404, "endpoint_not_exist", f"There is no endpoint at `{path}`.")


def method_not_allowed(method: str, allowed: Sequence[str]) -> ErrorResponse:
    """Return the 405 for a path that exists, but not with this method."""
    text = f"Method `{method}` is not allowed here; allowed: {', '.join(allowed)}."
    return ErrorResponse(405, "method_not_allowed", text, {"Allow": ", ".join(allowed)})


def request_too_large(limit: int) -> ErrorResponse:
    """Return the 413 for a body beyond `limit` bytes."""
    text = f"The request body is larger than {limit // 1024**2} MB."
    return ErrorResponse(413, "request_too_large", text)


def embedding_failed(reason: str) -> ErrorResponse:
    """Return the error of an embedding task that ends with a documented sentence."""
    return ErrorResponse(400, "embedding_failed", EMBEDDING_FAILURES[reason])


def internal_server_error() -> ErrorResponse:
    """Return the 500 for a bug of the emulator itself; the log has the details."""
    return ErrorResponse(500, "internal_server_error", "Internal server error.")
