"""Every exception that dodeca raises, in one tree.

DodecaError
├── ConfigurationError          the client cannot be set up: key, base URL, missing extra
├── InvalidRequestError         bad input, found before anything is sent (also a ValueError)
│   └── InvalidMediaError       a file, URL or byte string that the API does not take
│       └── SourceChangedError  a file that is no longer what an upload was begun with
├── APIError                    the service answered with an error status
│   ├── BadRequestError         400, 409, 413, 422 and other 4xx
│   ├── AuthenticationError     401, 403
│   ├── NotFoundError           404, 410
│   ├── RateLimitError          429
│   ├── UnexpectedRedirectError 3xx; none is followed
│   └── ServerError             5xx
├── TransportError              no usable response: DNS, refused, reset, cut off
│   └── RequestTimeout          no response in time
├── InvalidResponseError        a response that is not what the API documents
├── OutcomeUnknownError         a create was sent and its outcome cannot be told
├── WebhookError                a notification that the service did not sign, or not just now
├── RunLockedError              another process works on the same bulk run
└── JobError
    ├── JobFailed               the service ended a job without a result
    └── WaitTimeout             a job was still running at the deadline
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import orjson

from dodeca._base.logs import masked

_MESSAGE_LIMIT = 2_000
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid")


class DodecaError(Exception):
    """The root of all errors of this package."""


class ConfigurationError(DodecaError):
    """The client cannot be set up as asked: API key, base URL, missing extra."""


class InvalidRequestError(DodecaError, ValueError):
    """Bad input, found before anything was sent; the message quotes what arrived."""


class InvalidMediaError(InvalidRequestError):
    """A media source that the API does not take: missing, empty, too large, wrong format."""


class SourceChangedError(InvalidMediaError):
    """A file that is no longer what its upload was begun with."""


class TransportError(DodecaError):
    """No usable response arrived: name resolution, connection, TLS or a cut-off body."""


class RequestTimeout(TransportError):
    """No response arrived in time."""


class InvalidResponseError(DodecaError):
    """A response that is not what the API documents; the cause says what was wrong."""


class TruncatedStreamError(InvalidResponseError):
    """A stream that stopped before its end event: what arrived is not all of it."""


@attrs.define(eq=False)
class OutcomeUnknownError(DodecaError):
    """A create request was sent, and whether the service carried it out cannot be told.

    It is not sent again by itself, since that could make a second resource. `operation_id`,
    `method` and `path` name the request, `reason` says what came instead of a response.
    """

    operation_id: str
    method: str
    path: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path} ({self.operation_id}) was sent, and whether it was "
            f"carried out cannot be told: {self.reason}"
        )


class WebhookError(DodecaError):
    """A notification whose signature is missing, does not fit, or is not of this time."""


class RunLockedError(DodecaError):
    """Another process works on the same bulk run; it may start again when that one has ended."""


class JobError(DodecaError):
    """A job that gave no result."""


@attrs.define(eq=False)
class JobFailed(JobError):
    """The service ended a job without a result; `reason` is what it said."""

    id: str
    status: str
    reason: str | None = None

    def __str__(self) -> str:
        return f"job {self.id} ended as {self.status!r}: {self.reason or 'no reason given'}"


@attrs.define(eq=False)
class WaitTimeout(JobError):
    """A job was still running at the deadline; it goes on, and can be waited for again by id."""

    id: str
    status: str
    waited_sec: float

    def __str__(self) -> str:
        return f"job {self.id} was still {self.status!r} after {self.waited_sec:.0f} s"


@attrs.define(eq=False)
class APIError(DodecaError):
    """The service answered with an error status.

    `status` is the HTTP status, `code` the API's own error code (`parameter_invalid`, ...),
    `request_id` what support asks for, `retryable` whether the same call may succeed later.
    """

    status: int
    code: str | None = None
    message: str = ""
    request_id: str | None = None
    docs_url: str | None = None
    details: Any = None
    retry_after: float | None = None

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later without a change to it.

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
        """Pick the class by the status and read either documented body form, or none.

        `now` is Unix time, from which `resume_at` of a `RateLimitError` is reckoned.

        >>> from dodeca.errors import APIError
        >>> body = b'{"code": "resource_not_exist", "message": "no such task"}'
        >>> print(APIError.from_response(404, {}, body))
        [404 resource_not_exist] no such task
        """
        fields = _error_fields(body)
        code = fields.get("code")
        message = fields.get("message") or _excerpt(body) or "no message in the response"
        docs_url = fields.get("docs_url")
        kind, more = _class_of(status), dict[str, Any]()
        if issubclass(kind, RateLimitError):
            more["limits"] = {k: v for k, v in headers.items() if k.startswith("x-ratelimit-")}
            if now is not None and retry_after is not None:
                at = datetime.fromtimestamp(now, UTC) + timedelta(seconds=retry_after)
                more["resume_at"] = at
        return kind(
            status=status,
            code=str(code)[:_MESSAGE_LIMIT] if code is not None else None,
            message=masked(str(message)[:_MESSAGE_LIMIT]),
            request_id=next((headers[h] for h in _REQUEST_ID_HEADERS if h in headers), None),
            docs_url=docs_url if isinstance(docs_url, str) else None,
            details=fields.get("details"),
            retry_after=retry_after,
            **more,
        )


class BadRequestError(APIError):
    """The service refused the request as it is (400 and other 4xx)."""


class AuthenticationError(APIError):
    """The API key is missing, wrong, expired or not allowed to do this (401, 403)."""


class NotFoundError(APIError):
    """There is no such resource (404), or no longer (410)."""


@attrs.define(eq=False)
class RateLimitError(APIError):
    """Too many requests or too many media minutes (429).

    `retry_after` is in seconds, `resume_at` the moment that it leads to, `limits` the
    `x-ratelimit-*` headers of the response by name.
    """

    resume_at: datetime | None = None
    limits: Mapping[str, str] = attrs.field(factory=dict)


class UnexpectedRedirectError(APIError):
    """The service pointed elsewhere (3xx). The key does not go there."""


class ServerError(APIError):
    """The service failed (5xx)."""


_BY_STATUS: dict[int, type[APIError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    410: NotFoundError,
    429: RateLimitError,
}


_BY_HUNDREDS: dict[int, type[APIError]] = {3: UnexpectedRedirectError, 4: BadRequestError}


def _class_of(status: int) -> type[APIError]:
    by_hundreds = _BY_HUNDREDS.get(status // 100, ServerError)
    return _BY_STATUS.get(status, by_hundreds)


def _error_fields(body: bytes) -> dict[str, Any]:
    """Both documented forms: `{code, message, docs_url}` and `{"error": {code, message}}`."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(parsed, dict) and isinstance(parsed.get("error"), dict):
        parsed = parsed["error"]
    return parsed if isinstance(parsed, dict) else {}


def _excerpt(body: bytes) -> str:
    return masked(" ".join(body[:_MESSAGE_LIMIT].decode("utf-8", "replace").split()))
