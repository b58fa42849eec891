"""Notifications that the service sends to you: who sent them, and what they say.

>>> from dodeca import webhooks
>>> event = webhooks.verify(body, headers.get("TL-Signature"), secret)  # doctest: +SKIP
>>> event.type, event.data["id"]  # doctest: +SKIP
('analyze.task.ready', '66f1cde8163dbc55ba3bb220')

`body` is the request's body as it arrived, before anything has parsed it: a body that was read and
written again has another signature.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs
import orjson

from dodeca._base.clock import Clock
from dodeca.errors import InvalidRequestError, WebhookError

HEADER = "TL-Signature"
TOLERANCE_SEC = 300.0

_HEADER_LIMIT = 4_096
_STAMP = re.compile(rb"[0-9]{1,15}")  # int() would take other scripts' digits and underscores, too
_FIELDS: Mapping[str, type] = {"id": str, "type": str, "data": dict}


@attrs.frozen
class WebhookEvent:
    """One notification. `id` is the same when it is delivered again: keep it, to act once.

    `type` says what happened ("analyze.task.ready", "analyze.task.failed",
    "analyze.task.canceled", or a word that is newer than this version), `data` holds the task.
    Fields that this version does not know are in `extra`.
    """

    id: str | None = None
    type: str | None = None
    created_at: datetime | None = None
    data: Mapping[str, Any] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = attrs.field(factory=dict)


def verify(
    body: bytes,
    header: str | bytes | None,
    secret: str | Sequence[str],
    tolerance: float = TOLERANCE_SEC,
) -> WebhookEvent:
    """The event in a request that the service signed; anything else raises.

    `header` is the value of `TL-Signature`, `t=<Unix time>,v1=<HMAC-SHA256 of "t.body" in hex>`;
    one valid `v1` among several is enough. `secret` is the webhook's, or several of them while one
    is being replaced by another. `tolerance` is how many seconds the sender's clock may differ from
    ours, either way.

    >>> import hmac, time
    >>> from dodeca import webhooks
    >>> body, stamp = b'{"type": "analyze.task.ready", "data": {}}', int(time.time())
    >>> signed = hmac.new(b"secret", b"%d.%b" % (stamp, body), "sha256").hexdigest()
    >>> webhooks.verify(body, f"t={stamp},v1={signed}", "secret").type
    'analyze.task.ready'

    Raises:
        WebhookError: no signature, one that does not fit, an old or future time, or no JSON object.
        InvalidRequestError: the body is not bytes, there is no secret, or no usable tolerance.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise InvalidRequestError(
            f"verify takes the body as the bytes that arrived, got {type(body).__name__}"
        )
    if not isinstance(tolerance, int | float) or not 0 < tolerance < math.inf:
        raise InvalidRequestError(f"tolerance is a number of seconds above 0, got {tolerance!r}")
    content = bytes(body)
    problem = _problem(content, header, list(_keys(secret)), tolerance)
    del secret  # a traceback that shows variables does not show it
    if problem:
        raise WebhookError(problem)
    return _event(content)


def _keys(secret: str | Sequence[str]) -> Iterator[bytes]:
    given = [secret] if isinstance(secret, str) else secret
    if not isinstance(given, Sequence) or not given or isinstance(given, bytes):
        raise InvalidRequestError("the secret of a webhook is a string, or a list of strings")
    for one in given:
        if not isinstance(one, str) or not one.strip():
            raise InvalidRequestError("the secret of a webhook is a string that is not empty")
        yield one.encode("utf-8", "surrogatepass")


def _problem(body: bytes, header: object, keys: Sequence[bytes], tolerance: float) -> str | None:
    """What is wrong with a signature, None for nothing."""
    if header is None:
        return f"the request has no {HEADER} header"
    if not isinstance(header, str | bytes):
        return f"the {HEADER} header is text, got {type(header).__name__}"
    text = header.encode("utf-8", "surrogatepass") if isinstance(header, str) else header
    if len(text) > _HEADER_LIMIT:
        return f"the {HEADER} header has {len(text)} bytes"
    fields = [part.strip().partition(b"=") for part in text.split(b",")]
    stamps = [value for name, _, value in fields if name == b"t"]
    signatures = [value for name, _, value in fields if name == b"v1"]
    if len(stamps) != 1 or not _STAMP.fullmatch(stamps[0]):
        return f"the {HEADER} header does not hold one time t=…"
    if not any(_is_signed(body, stamps[0], signatures, key) for key in keys):
        return f"no signature in the {HEADER} header fits the body and the secret"
    age = Clock().wall() - int(stamps[0])
    if abs(age) > tolerance:
        return f"it was signed {abs(age):.0f} s {'ago' if age > 0 else 'in the future'}"
    return None


def _is_signed(body: bytes, stamp: bytes, signatures: Sequence[bytes], key: bytes) -> bool:
    expected = hmac.new(key, stamp + b"." + body, hashlib.sha256).hexdigest().encode()
    return any(hmac.compare_digest(expected, found) for found in signatures)


def _event(body: bytes) -> WebhookEvent:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise WebhookError(f"the body is signed, and is not JSON: {exc}") from exc
    if not isinstance(found, dict):
        raise WebhookError(f"the body is signed, and is no JSON object: {body[:80]!r}")
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
