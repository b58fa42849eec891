"""Every exception that dodeca raises, in one tree.

DodecaError
├── ConfigurationError          the client cannot be set up: key, base URL, missing extra
│   └── DatasetError            the files of a bulk run: damaged, of another run, not writable
├── InvalidRequestError         bad input, found before anything is sent (also a ValueError)
│   └── InvalidMediaError       a file, URL or byte string that the API does not accept
│       └── SourceChangedError  a file that changed since it was first read
├── APIError                    the service returned an error status
│   ├── BadRequestError         400, 409, 413, 422 and other 4xx
│   ├── AuthenticationError     401, 403
│   ├── NotFoundError           404, 410
│   ├── RateLimitError          429
│   ├── UnexpectedRedirectError 3xx; redirects are not followed
│   └── ServerError             5xx
├── TransportError              no complete response: DNS, refused, reset, cut off
│   └── RequestTimeout          no response before the deadline
├── InvalidResponseError        a response that is not as the API documents it
│   ├── TruncatedStreamError    a stream that stopped before its last event
│   └── ResponseFormatError     a text that is not what `response_format` asks for
├── IncompleteTextError         the service ended a text before it was complete
├── OutcomeUnknownError         a create was sent, and its outcome is unknown
├── IndexMismatchError          an index of this name exists, with other models
├── WebhookError                a notification without a valid, recent signature
├── RunLockedError              another process is working on the same bulk run
└── JobError
    ├── JobFailed               a job ended without a result
    └── WaitTimeout             a job was still running after the timeout

UnknownValueWarning (a UserWarning) is about a value that was sent although it is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import orjson

from dodeca._base.headers import request_id
from dodeca._base.json_depth import is_too_deep
from dodeca._base.logs import masked
from dodeca._base.text import quote

_MESSAGE_LIMIT = 2_000


class DodecaError(Exception):
    """The base class of all errors of this package."""


class ConfigurationError(DodecaError):
    """The client cannot be set up as configured: API key, base URL, missing extra."""


class DatasetError(ConfigurationError):
    """Files of a bulk run that are damaged, belong to another run, or cannot be read or written.

    The message names the file and what to do. Finished inputs are kept.
    """


class InvalidRequestError(DodecaError, ValueError):
    """Bad input, found before anything was sent; the message quotes the value."""


class InvalidMediaError(InvalidRequestError):
    """Media that the API does not accept: missing, empty, too large, wrong format."""


class SourceChangedError(InvalidMediaError):
    """A file that changed since it was first read."""


class TransportError(DodecaError):
    """No complete response arrived: an error of DNS, the connection or TLS, or a cut-off body."""


class RequestTimeout(TransportError):
    """No response arrived before the deadline."""


class InvalidResponseError(DodecaError):
    """A response that is not as the API documents it."""


class TruncatedStreamError(InvalidResponseError):
    """A stream that ended before its last event; `text` is what arrived of its text."""

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


class ResponseFormatError(InvalidResponseError):
    """An answer that is not what `response_format` asks for; `text` is the answer.

    It is no JSON, or the model rejects it: `__cause__` is the error of the model then. `received`
    is all that arrived beside the text: an `Analysis`, an `AnalysisResult` or a `StreamEnd`.
    """

    def __init__(self, message: str, text: str = "", received: Any = None) -> None:
        super().__init__(message)
        self.text = text
        self.received = received


@attrs.define(eq=False)
class IncompleteTextError(DodecaError):
    """The service ended a text before it was complete; `text` is what arrived of it.

    An error occurred after the service had begun to answer (`code` and `message` are the
    service's), or a structured answer was cut off at its maximum length (`finish_reason` is
    "length"), so that its JSON cannot be parsed. `received` is all that arrived beside the text: an
    `Analysis`, an `AnalysisResult`, a `StreamEnd`, or the fields of an error event.
    """

    message: str
    code: str | None = None
    finish_reason: str | None = None
    text: str = attrs.field(default="", repr=lambda text: f"<{len(text)} characters>")
    received: Any = attrs.field(default=None, repr=False)

    def __str__(self) -> str:
        label = f"[{self.code}] " if self.code else ""
        return (
            f"the text is incomplete: {label}{self.message} ({len(self.text)} characters arrived)"
        )


@attrs.define(eq=False)
class OutcomeUnknownError(DodecaError):
    """A create request was sent, and it is unknown whether the service executed it.

    It is not retried, since that could create a second resource. `operation_id`, `method` and
    `path` name the request, `reason` says what happened instead of a response.
    """

    operation_id: str
    method: str
    path: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path} ({self.operation_id}) was sent, and it is unknown whether "
            f"it was carried out: {self.reason}"
        )


@attrs.define(eq=False)
class IndexMismatchError(DodecaError):
    """An index of this name exists with other models or add-ons, which cannot be changed.

    `index_id` is its id, `difference` says what it has and what was wanted.
    """

    index_name: str
    index_id: str
    difference: str

    def __str__(self) -> str:
        return (
            f"the index {quote(self.index_name)} ({self.index_id}) exists with {self.difference}; "
            "models and add-ons cannot be changed: choose another name, or delete the index"
        )


class WebhookError(DodecaError):
    """A notification whose signature is missing, wrong or too old."""


class RunLockedError(DodecaError):
    """Another process is working on the same bulk run; try again after it has ended."""


class JobError(DodecaError):
    """A job has no result."""


class UnknownValueWarning(UserWarning):
    """A value that this version of dodeca does not know was sent as it is.

    The service may know it: it gains words, and raises limits. `name` is the parameter, `value` the
    value; `known` says what this version knows. Each value of a parameter is warned of once in a
    process. To refuse them, make the warning an error:
    `warnings.simplefilter("error", UnknownValueWarning)`.
    """

    def __init__(self, name: str, value: object, known: str) -> None:
        super().__init__(name, value, known)
        self.name = name
        self.value = value
        self.known = known

    def __str__(self) -> str:
        return (
            f"{self.name}: {quote(self.value)} is not known to this version of dodeca and is sent "
            f"as it is; {self.known}"
        )


@attrs.define(eq=False)
class JobFailed(JobError):
    """A job ended without a result; `reason` is the message of the service, `code` its code."""

    id: str
    status: str
    reason: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        label = f"[{self.code}] " if self.code else ""
        return f"job {self.id} ended as {self.status!r}: {label}{self.reason or 'no reason given'}"


@attrs.define(eq=False)
class WaitTimeout(JobError):
    """A job was still running after the timeout; it goes on, and can be awaited again by its id."""

    id: str
    status: str
    waited_sec: float

    def __str__(self) -> str:
        return f"job {self.id} was still {self.status!r} after {self.waited_sec:.0f} s"


@attrs.define(eq=False)
class APIError(DodecaError):
    """The service returned an error status.

    `status` is the HTTP status, `code` the API's error code (`parameter_invalid`, ...),
    `request_id` the id that support asks for, `retry_after` seconds. `extra` has the other fields
    of the body, those of a nested error under "error".
    """

    status: int
    code: str | None = None
    message: str = ""
    request_id: str | None = None
    docs_url: str | None = None
    details: Any = None
    retry_after: float | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later.

        >>> from dodeca.errors import APIError
        >>> APIError.from_response(503, {}, b"").retryable
        True
        """
        return self.status in {408, 425, 429} or self.status >= 500

    def __str__(self) -> str:
        label = f"[{self.status} {self.code}]" if self.code else f"[{self.status}]"
        origin = f" (request {self.request_id})" if self.request_id else ""
        return f"{label} {self.message}{origin}"

    @staticmethod
    def from_response(
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        retry_after: float | None = None,
        now: float | None = None,
    ) -> APIError:
        """Build the error for a response: the status chooses the class, the body is optional.

        `now` is Unix time; a `RateLimitError` computes its `resume_at` from it.

        >>> from dodeca.errors import APIError
        >>> body = b'{"code": "resource_not_exist", "message": "no such task"}'
        >>> print(APIError.from_response(404, {}, body))
        [404 resource_not_exist] no such task
        """
        fields, extra = _error_fields(body)
        code = fields.get("code")
        message = (
            fields.get("message") or _title(body) or _excerpt(body) or "no message in the response"
        )
        docs_url = fields.get("docs_url")
        cls, more = _class_of(status), dict[str, Any]()
        if issubclass(cls, RateLimitError):
            more["limits"] = {k: v for k, v in headers.items() if k.startswith("x-ratelimit-")}
            if now is not None and retry_after is not None:
                at = datetime.fromtimestamp(now, UTC) + timedelta(seconds=retry_after)
                more["resume_at"] = at
        return cls(
            status=status,
            code=str(code)[:_MESSAGE_LIMIT] if code is not None else None,
            message=masked(str(message)[:_MESSAGE_LIMIT]),
            request_id=request_id(headers),
            docs_url=docs_url if isinstance(docs_url, str) else None,
            details=fields.get("details"),
            retry_after=retry_after,
            extra=extra,
            **more,
        )


class BadRequestError(APIError):
    """The service rejected the request (400 and other 4xx)."""


class AuthenticationError(APIError):
    """The API key is missing, wrong, expired or lacks permission (401, 403)."""


class NotFoundError(APIError):
    """The resource does not exist (404), or no longer exists (410)."""


@attrs.define(eq=False)
class RateLimitError(APIError):
    """Too many requests or too many media minutes (429).

    `resume_at` is the date that `retry_after` leads to, `limits` has the `x-ratelimit-*` headers of
    the response by name.
    """

    resume_at: datetime | None = None
    limits: Mapping[str, str] = attrs.field(factory=dict)


class UnexpectedRedirectError(APIError):
    """The service returned a redirect (3xx), which is not followed: it could leak the API key."""


class ServerError(APIError):
    """The service failed (5xx)."""


_BY_STATUS: dict[int, type[APIError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    410: NotFoundError,
    429: RateLimitError,
}


_BY_STATUS_CLASS: dict[int, type[APIError]] = {3: UnexpectedRedirectError, 4: BadRequestError}


_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)


_ERROR_FIELDS = ("code", "message", "docs_url", "details")


def _title(body: bytes) -> str:
    """The title of a gateway's HTML page."""
    found = _TITLE.search(body) if body.lstrip()[:1] == b"<" else None
    return " ".join(found[1].decode("utf-8", "replace").split()) if found else ""


def _class_of(status: int) -> type[APIError]:
    by_class = _BY_STATUS_CLASS.get(status // 100, ServerError)
    return _BY_STATUS.get(status, by_class)


def _error_fields(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The known fields of both forms, `{code, …}` and `{"error": {code, …}}`, and all others."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}, {}
    if not isinstance(parsed, dict) or is_too_deep(parsed):
        return {}, {}
    fields = parsed.pop("error") if isinstance(parsed.get("error"), dict) else parsed
    known = {name: fields.pop(name) for name in _ERROR_FIELDS if name in fields}
    return known, parsed if fields is parsed or not fields else parsed | {"error": fields}


def _excerpt(body: bytes) -> str:
    return masked(" ".join(body[:_MESSAGE_LIMIT].decode("utf-8", "replace").split()))
