"""Webhooks: verify and parse the notifications that the service sends.

>>> from dodeca import webhooks
>>> event = webhooks.verify(body, request.headers, secret)  # doctest: +SKIP
>>> event.type, event.data["id"]  # doctest: +SKIP
('analyze.task.ready', '66f1cde8163dbc55ba3bb220')

`body` is the raw body of the request: a body that was parsed and serialized again has another
signature.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import attrs
import orjson

from dodeca._base.clock import Clock
from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError, WebhookError

HEADER = "TL-Signature"
TOLERANCE_SEC = 300.0

_HEADER_LIMIT = 4_096
_TIMESTAMP = re.compile(rb"[0-9]{1,15}")  # int() would accept underscores and other digits, too
_FIELDS: Mapping[str, type] = {"id": str, "type": str, "data": dict}


@attrs.frozen
class WebhookEvent:
    """A notification. Repeated deliveries have the same `id`: store it to act only once.

    `type` is "analyze.task.ready", "analyze.task.failed", "analyze.task.canceled",
    "index.task.ready", "index.task.failed" or a newer type; `data` holds the task. A batch of
    analyses notifies once, at its end: the service does not publish the type, so look for one that
    starts with "analyze.batch"; `data["id"]` is the batch then. Fields that this version does not
    know are in `extra`.
    """

    id: str | None = None
    type: str | None = None
    created_at: datetime | None = None
    data: Mapping[str, Any] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = attrs.field(factory=dict)


class Headers(Protocol):
    """The headers of a request as HTTP frameworks and `dict` hold them; case is ignored."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """The names and values.

        >>> list({"Content-Type": "application/json"}.items())
        [('Content-Type', 'application/json')]
        """
        ...


def verify(
    body: bytes,
    header: str | bytes | Headers | None,
    secret: str | Sequence[str],
    tolerance: float = TOLERANCE_SEC,
) -> WebhookEvent:
    """Verify the signature of a notification, and return its event.

    `header` is the headers of the request, or the value of `TL-Signature`:
    `t=<Unix time>,v1=<HMAC-SHA256 of "t.body" in hex>`; one valid `v1` is enough. `secret` is the
    secret of the webhook, or a list of secrets while one replaces another. `tolerance` is the
    maximum difference between the clocks, in seconds.

    >>> import hmac, time
    >>> from dodeca import webhooks
    >>> body, now = b'{"type": "analyze.task.ready", "data": {}}', int(time.time())
    >>> signature = hmac.new(b"secret", b"%d.%b" % (now, body), "sha256").hexdigest()
    >>> webhooks.verify(body, f"t={now},v1={signature}", "secret").type
    'analyze.task.ready'

    Raises:
        WebhookError: no valid signature, an old or future time, or a body that is no JSON object.
        InvalidRequestError: `body` is not bytes, or `secret` or `tolerance` is invalid.
    """
    keys = _Secrets(secret)
    del secret  # a traceback that shows variables does not show it
    if not isinstance(body, bytes | bytearray | memoryview):
        raise InvalidRequestError(f"body must be the bytes that arrived, got {type(body).__name__}")
    if not isinstance(tolerance, int | float) or not 0 < tolerance < math.inf:
        raise InvalidRequestError(
            f"tolerance must be a number of seconds above 0, got {quote(tolerance)}"
        )
    content = bytes(body)
    if problem := keys.problem:
        raise InvalidRequestError(problem)
    if problem := _invalid_because(content, header, keys.encoded, tolerance):
        raise WebhookError(problem)
    return _event(content)


class _Secrets:
    """The secrets of a webhook, which no repr shows; `problem` says why they are unusable."""

    def __init__(self, secret: object) -> None:
        secrets: Any = [secret] if isinstance(secret, str) else secret
        self.encoded: list[bytes] = []
        self.problem: str | None = None
        if not isinstance(secrets, Sequence) or not secrets or isinstance(secrets, bytes):
            self.problem = "the secret of a webhook must be a string or a list of strings"
        elif not all(isinstance(each, str) and each.strip() for each in secrets):
            self.problem = "the secret of a webhook must not be empty"
        else:
            self.encoded = [each.encode("utf-8", "surrogatepass") for each in secrets]


def _invalid_because(
    body: bytes, header: object, keys: Sequence[bytes], tolerance: float
) -> str | None:
    """Why a signature is invalid; None if it is valid."""
    values = _signatures_in(header)
    if len(values) != 1:
        return f"the request has {len(values) or 'no'} {HEADER} header{'s' if values else ''}"
    header = values[0]
    if not isinstance(header, str | bytes):
        return f"the {HEADER} header must be text, got {type(header).__name__}"
    text = header.encode("utf-8", "surrogatepass") if isinstance(header, str) else header
    if len(text) > _HEADER_LIMIT:
        return f"the {HEADER} header has {len(text)} bytes"
    fields = [part.strip().partition(b"=") for part in text.split(b",")]
    times = [value for name, _, value in fields if name == b"t"]
    signatures = [value for name, _, value in fields if name == b"v1"]
    if len(times) != 1 or not _TIMESTAMP.fullmatch(times[0]):
        return f"the {HEADER} header does not hold exactly one time t=…"
    if not any(_is_signed(body, times[0], signatures, key) for key in keys):
        return f"no signature in the {HEADER} header matches the body and the secret"
    age = Clock().wall() - int(times[0])
    if abs(age) > tolerance:
        return f"it was signed {abs(age):.0f} s {'ago' if age > 0 else 'in the future'}"
    return None


def _signatures_in(header: Any) -> list[object]:
    """The values of the signature's header; `header` is one value, or all headers of a request."""
    if header is None:
        return []
    if not hasattr(header, "items"):
        return [header]
    return [value for name, value in header.items() if _lower(name) == HEADER.lower()]


def _lower(name: str | bytes) -> str:
    return (name.decode("latin-1") if isinstance(name, bytes) else str(name)).lower()


def _is_signed(body: bytes, time: bytes, signatures: Sequence[bytes], key: bytes) -> bool:
    expected = hmac.new(key, time + b"." + body, hashlib.sha256).hexdigest().encode()
    return any(hmac.compare_digest(expected, found) for found in signatures)


def _event(body: bytes) -> WebhookEvent:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise WebhookError(f"the body is signed, and is not JSON: {exc}") from exc
    if not isinstance(found, dict):
        raise WebhookError(f"the body is signed, and is not a JSON object: {body[:80]!r}")
    known = {n: found[n] for n, kind in _FIELDS.items() if isinstance(found.get(n), kind)}
    if (created_at := _date(found.get("created_at"))) is not None:
        known["created_at"] = created_at
    extra = {name: value for name, value in found.items() if name not in known}
    return WebhookEvent(**known, extra=extra)


def _date(value: object) -> datetime | None:
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date and not date.tzinfo else date
