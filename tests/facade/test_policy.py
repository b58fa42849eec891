import json
import math
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import _policy
from dodeca._policy import Kind, Outcome, Reach


def delay(kind: Kind, outcome: Outcome, *, attempt: int = 1, left: float = 60.0) -> float | None:
    return _policy.delay(kind, attempt, outcome, left=left, jitter=0.5)


@pytest.mark.parametrize("kind", [Kind.READ, Kind.IDEMPOTENT, Kind.STATELESS_POST])
@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Reach.NOT_SENT),
        Outcome(Reach.UNKNOWN),
        Outcome(Reach.ANSWERED, 500),
        Outcome(Reach.ANSWERED, 520),
        Outcome(Reach.ANSWERED, 429),
        Outcome(Reach.ANSWERED, 408),
    ],
)
def test_what_may_be_sent_twice_is_sent_again(kind: Kind, outcome: Outcome) -> None:
    assert delay(kind, outcome) is not None


@pytest.mark.parametrize(
    ("outcome", "again"),
    [
        (Outcome(Reach.NOT_SENT), True),
        (Outcome(Reach.ANSWERED, 429), True),
        (Outcome(Reach.UNKNOWN), False),
        (Outcome(Reach.ANSWERED, 500), False),
        (Outcome(Reach.ANSWERED, 503), False),
    ],
)
@pytest.mark.parametrize("kind", [Kind.CREATE_WITH_MARKER, Kind.CREATE_BLIND])
def test_a_create_is_repeated_only_when_it_cannot_have_happened(
    kind: Kind, outcome: Outcome, again: bool
) -> None:
    assert (delay(kind, outcome) is not None) is again
    assert _policy.is_unknown(kind, outcome) is not again


def test_every_operation_has_a_kind() -> None:
    document = json.loads((files("dodeca_api") / "openapi.json").read_bytes())
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }
    assert set(_policy.KINDS) == operations


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_is_final(kind: Kind, status: int) -> None:
    assert delay(kind, Outcome(Reach.ANSWERED, status)) is None


@given(
    kind=st.sampled_from(Kind),
    reach=st.sampled_from(Reach),
    status=st.none() | st.integers(100, 999),
    retry_after=st.none() | st.floats(0, 1e6),
    attempt=st.integers(1, 10),
    left=st.floats(-10, 1e4),
    jitter=st.floats(0, 1),
)
def test_a_wait_is_finite_and_ends_before_the_deadline(
    kind: Kind,
    reach: Reach,
    status: int | None,
    retry_after: float | None,
    attempt: int,
    left: float,
    jitter: float,
) -> None:
    outcome = Outcome(reach, status, retry_after)
    wait = _policy.delay(kind, attempt, outcome, left=left, jitter=jitter)
    if wait is not None:
        assert 0 <= wait < left
        assert attempt < _policy.MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e9"}, 7 * 86_400.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    now = 1792567680.0  # Wed, 21 Oct 2026 07:28:00 GMT
    assert _policy.retry_after(headers, now=now) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_text_gives_a_sane_wait(text: str) -> None:
    for value in (text, text + "GMT"):
        wait = _policy.retry_after({"retry-after": value}, now=0.0)
        assert wait is None or (math.isfinite(wait) and wait >= 0)


@given(st.floats(0, 1e6))
def test_looks_at_a_job_are_half_a_second_to_fifteen_apart(elapsed: float) -> None:
    assert 0.5 <= _policy.next_look(elapsed) <= 15.0
