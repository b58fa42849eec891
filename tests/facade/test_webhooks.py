"""Notifications: what is accepted, what is not, and that nothing else ever comes out."""

import hashlib
import hmac
import random
import time
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
import starlette.datastructures
from hypothesis import given
from hypothesis import strategies as st

from dodeca import webhooks
from dodeca.errors import DodecaError, InvalidRequestError, WebhookError
from tests.depth import depth

SECRET = "whsec_test"
BODY = b'{"name":"test"}'
FORGED = depth(20_000, deep=100_000)

EVENT = {
    "id": "evt_1",
    "type": "analyze.task.ready",
    "created_at": "2026-01-02T03:04:05Z",
    "data": {"id": "66f1cde8163dbc55ba3bb220", "status": "ready"},
    "attempt": 2,
}


# Digits of another script, which int() takes as well.
WIDE = str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))


class _NoMapping:
    """Headers as those of Flask: they have items, and are no mapping."""

    def __init__(self, pairs: Any) -> None:
        self._pairs = dict(pairs).items() if isinstance(pairs, dict) else pairs

    def items(self) -> Any:
        return iter(self._pairs)


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(body: bytes = BODY, *, at: float = 0.0, secret: str = SECRET) -> str:
    """The header of a body that was signed `at` seconds from now."""
    stamp = str(int(time.time() + at))
    return f"t={stamp},v1={signature(body, stamp, secret)}"


def test_the_published_vector() -> None:
    expected = "73e063bb99349a2a6f9b10ec272475f5fe6ab14b105a5212c68a759e073c04d0"
    header = f"t=1659342128,v1={expected}"
    assert webhooks.verify(BODY, header, SECRET, tolerance=1e12).extra == {"name": "test"}
    with pytest.raises(WebhookError, match="s ago"):
        webhooks.verify(BODY, header, SECRET)


def test_an_event_is_read_and_nothing_of_it_is_lost() -> None:
    body = orjson.dumps(EVENT)
    event = webhooks.verify(body, signed(body), SECRET)
    assert (event.id, event.type, event.data["status"]) == ("evt_1", "analyze.task.ready", "ready")
    assert event.created_at is not None
    assert event.created_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert event.extra == {"attempt": 2}


@pytest.mark.parametrize("created_at", [3, "soon", None, {}])
def test_fields_of_another_kind_are_kept_as_they_are(created_at: object) -> None:
    body = orjson.dumps({"id": 7, "type": None, "created_at": created_at, "data": []})
    event = webhooks.verify(body, signed(body), SECRET)
    assert event.extra == {"id": 7, "type": None, "created_at": created_at, "data": []}
    assert event == webhooks.WebhookEvent(extra=event.extra)


@pytest.mark.parametrize("at", [-295, 0, 295])
def test_clocks_may_differ_a_little_either_way(at: float) -> None:
    assert webhooks.verify(BODY, signed(at=at), SECRET)


@pytest.mark.parametrize(("at", "said"), [(-305, "ago"), (305, "in the future"), (1e9, "future")])
def test_old_and_future_signatures_are_refused(at: float, said: str) -> None:
    with pytest.raises(WebhookError, match=said):
        webhooks.verify(BODY, signed(at=at), SECRET)


@pytest.mark.parametrize("tolerance", [None, 10])
def test_a_signature_of_the_very_last_second_is_taken_and_no_older_one(
    tolerance: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = signed()
    stamp = int(header.partition(",")[0].removeprefix("t="))
    most = 300 if tolerance is None else tolerance
    given = {} if tolerance is None else {"tolerance": tolerance}
    for most_off in (-most, most):
        now = float(stamp + most_off)
        monkeypatch.setattr(time, "time", lambda now=now: now)
        assert webhooks.verify(BODY, header, SECRET, **given)
        now += 1.0 if most_off > 0 else -1.0
        monkeypatch.setattr(time, "time", lambda now=now: now)
        with pytest.raises(WebhookError, match="it was signed"):
            webhooks.verify(BODY, header, SECRET, **given)


def test_the_tolerance_is_the_callers() -> None:
    assert webhooks.verify(BODY, signed(at=-900), SECRET, tolerance=1_000)
    with pytest.raises(WebhookError):
        webhooks.verify(BODY, signed(at=-20), SECRET, tolerance=10)


def test_while_a_secret_is_replaced_both_are_taken() -> None:
    for secret in ("old", "new"):
        assert webhooks.verify(BODY, signed(secret=secret), ["new", "old"])
    with pytest.raises(WebhookError):
        webhooks.verify(BODY, signed(secret="older"), ["new", "old"])


def test_one_good_signature_among_several_is_enough() -> None:
    stamp, _, good = signed().partition(",")
    assert webhooks.verify(BODY, f"{stamp},v1={'0' * 64},v0=abc,{good},x", SECRET)
    assert webhooks.verify(BODY, f"{stamp}, {good}".encode(), SECRET)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        "t=1659342128",
        f"v1={'0' * 64}",
        "t=" + "1659342128".translate(WIDE) + ",v1=" + "0" * 64,
        "t=1_659_342_128,v1=" + "0" * 64,
        "t=-1,v1=" + "0" * 64,
        "t=1e9,v1=" + "0" * 64,
        "t=9" * 50,
        "t=1659342128,v1=é" + "0" * 63,
        "\udcff",
        "\0",
        b"\xff\xfe",
        "t=1,v1=" + "0" * 100_000,
        3,
        ["t=1"],
    ],
)
def test_no_header_and_garbage_are_one_error(header: object) -> None:
    with pytest.raises(WebhookError, match="TL-Signature"):
        webhooks.verify(BODY, header, SECRET)  # type: ignore[arg-type]


def test_two_headers_joined_into_one_are_refused() -> None:
    with pytest.raises(WebhookError, match="one time"):
        webhooks.verify(BODY, f"{signed(at=-10)},{signed()}", SECRET)


@pytest.mark.parametrize("stamp", ["1659".translate(WIDE), "1_659", " 1659", "+1659", "1659.0"])
def test_a_time_is_ascii_digits_even_when_its_signature_fits(stamp: str) -> None:
    with pytest.raises(WebhookError, match="one time"):
        webhooks.verify(BODY, f"t={stamp},v1={signature(BODY, stamp)}", SECRET, tolerance=1e12)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_a_signed_body_that_is_no_event_is_refused_too(body: bytes) -> None:
    with pytest.raises(WebhookError, match="signed"):
        webhooks.verify(body, signed(body), SECRET)


@pytest.mark.parametrize("body", ["{}", {}, None, [1]])
def test_only_the_bytes_that_arrived_are_taken(body: object) -> None:
    with pytest.raises(InvalidRequestError, match="bytes"):
        webhooks.verify(body, signed(), SECRET)  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", ["", " ", None, [], [""], ["good", ""], b"bytes", [b"x"], 3])
def test_without_a_secret_nothing_is_accepted(secret: object) -> None:
    with pytest.raises(InvalidRequestError, match="secret"):
        webhooks.verify(BODY, signed(secret=""), secret)  # type: ignore[arg-type]


@pytest.mark.parametrize("tolerance", [0, -1, float("nan"), float("inf"), "300", None])
def test_a_tolerance_is_a_number_of_seconds(tolerance: object) -> None:
    with pytest.raises(InvalidRequestError, match="tolerance"):
        webhooks.verify(BODY, signed(), SECRET, tolerance=tolerance)  # type: ignore[arg-type]


def test_the_comparison_takes_as_long_whatever_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    plain = hmac.compare_digest

    def watched(ours: bytes, theirs: bytes) -> bool:
        compared.append((ours, theirs))
        return plain(ours, theirs)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    webhooks.verify(BODY, signed(), SECRET)
    assert [(type(a), type(b)) for a, b in compared] == [(bytes, bytes)]


def test_the_secret_is_not_among_the_variables_of_a_traceback() -> None:
    try:
        webhooks.verify(BODY, "t=1,v1=0", "".join(["whsec_", "canary"]))
    except WebhookError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    frames = shown.partition("webhooks.py")[2]
    assert frames
    assert "whsec_canary" not in frames


Forgery = Callable[[random.Random, bytes, str, str], tuple[bytes, str]]


def _other_body(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    place = rng.randrange(len(body))
    other = body[:place] + bytes([body[place] ^ rng.randrange(1, 256)]) + body[place + 1 :]
    return other, f"t={stamp},v1={good}"


def _longer_body(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    return body + rng.randbytes(rng.randrange(1, 9)), f"t={stamp},v1={good}"


def _shifted_dot(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    cut = rng.randrange(1, len(stamp))
    return stamp[cut:].encode() + b"." + body, f"t={stamp[:cut]},v1={good}"


def _other_time(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    other = int(stamp) + rng.choice([-1, 1]) * rng.randrange(1, 300)
    return body, f"t={other},v1={good}"


def _old_time(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    other = str(int(stamp) + rng.choice([-1, 1]) * rng.randrange(400, 10**9))
    return body, f"t={other},v1={signature(body, other)}"


def _other_digit(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    place = rng.randrange(64)
    digit = rng.choice([d for d in "0123456789abcdefABCDEF\0é" if d != good[place]])
    return body, f"t={stamp},v1={good[:place]}{digit}{good[place + 1 :]}"


def _part_of_it(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    return body, f"t={stamp},v1={good[: rng.randrange(64)]}"


def _other_scheme(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    return body, f"t={stamp},{rng.choice(['v0', 'V1', 'v2', '', 'v1 ', 'v'])}={good}"


def _other_secret(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    secret = rng.choice(["", "whsec_", "whsec_test ", "WHSEC_TEST", str(rng.random())])
    return body, f"t={stamp},v1={signature(body, stamp, secret)}"


def _two_times(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    return body, f"t={stamp},t={rng.choice([stamp, '1'])},v1={good}"


def _noise(rng: random.Random, body: bytes, stamp: str, good: str) -> tuple[bytes, str]:
    return body, "".join(rng.choice("tv1=,.0aé\0 \udcff") for _ in range(rng.randrange(200)))


FORGERIES: list[Forgery] = [
    _other_body,
    _longer_body,
    _shifted_dot,
    _other_time,
    _old_time,
    _other_digit,
    _part_of_it,
    _other_scheme,
    _other_secret,
    _two_times,
    _noise,
]


def test_a_hundred_thousand_forgeries_are_refused_and_nothing_else_happens() -> None:
    rng = random.Random(24)
    body = orjson.dumps(EVENT)
    stamp = str(int(time.time()))
    good = signature(body, stamp)
    accepted, strays = 0, []
    for _ in range(FORGED):
        content, header = rng.choice(FORGERIES)(rng, body, stamp, good)
        try:
            webhooks.verify(content, header, SECRET)
        except WebhookError:
            continue
        except Exception as error:
            strays.append(error)
        else:
            accepted += 1
    assert (accepted, strays[:3]) == (0, [])
    assert webhooks.verify(body, f"t={stamp},v1={good}", SECRET).id == "evt_1"


@given(st.binary(max_size=200), st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_arrives_is_an_event_or_one_of_our_errors(
    body: bytes, header: str | bytes
) -> None:
    with pytest.raises(DodecaError):
        webhooks.verify(body, header, SECRET)


@pytest.mark.parametrize("name", ["TL-Signature", "tl-signature", b"tl-signature"])
@pytest.mark.parametrize(
    "kind", [dict, httpx.Headers, starlette.datastructures.Headers, _NoMapping]
)
def test_the_headers_of_a_request_are_taken_as_they_are(name: Any, kind: Any) -> None:
    header = signed()
    pairs = {"Content-Type": "application/json", name: header}
    if kind is starlette.datastructures.Headers:
        pairs = {
            str(key, "latin-1") if isinstance(key, bytes) else key: pairs[key] for key in pairs
        }
    assert webhooks.verify(BODY, kind(pairs), SECRET).extra == {"name": "test"}


def test_headers_without_one_signature_are_rejected() -> None:
    with pytest.raises(WebhookError, match="no TL-Signature header"):
        webhooks.verify(BODY, {"Content-Type": "application/json"}, SECRET)
    twice = httpx.Headers([("TL-Signature", "a"), ("tl-signature", "b")])
    with pytest.raises(WebhookError, match="2 TL-Signature headers"):
        webhooks.verify(BODY, _NoMapping(twice.multi_items()), SECRET)
    with pytest.raises(WebhookError, match="must be text, got int"):
        webhooks.verify(BODY, {"TL-Signature": 5}, SECRET)
