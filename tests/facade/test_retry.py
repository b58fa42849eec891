import json
import math
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca._calls import polling, retry
from dodeca._calls.retry import ACTIONS, Action, AttemptResult, Budget, Idempotency, Outcome

SAFE = (
    Idempotency.READ,
    Idempotency.IDEMPOTENT,
    Idempotency.STATELESS_POST,
    Idempotency.CREATE_WITH_KEY,
)


@pytest.mark.parametrize("idempotency", list(Idempotency))
@pytest.mark.parametrize("result", list(AttemptResult))
def test_the_table_decides_every_case(idempotency: Idempotency, result: AttemptResult) -> None:
    action = ACTIONS[idempotency, result]
    if result in (AttemptResult.PERMANENT, AttemptResult.REFUSED):
        assert action is Action.GIVE_UP
    elif result in (AttemptResult.NOT_SENT, AttemptResult.THROTTLED) or idempotency in SAFE:
        assert action is Action.RETRY
    elif idempotency is Idempotency.CREATE_WITH_MARKER:
        assert action is Action.RECONCILE
    else:
        assert action is Action.UNKNOWN


@pytest.mark.parametrize(
    ("status", "result"),
    [
        *(
            (status, AttemptResult.REFUSED)
            for status in (300, 307, 400, 401, 403, 404, 409, 413, 422, 451)
        ),
        *((status, AttemptResult.FAILED) for status in (500, 502, 503, 504, 520, 599, 600, 999)),
        (429, AttemptResult.THROTTLED),
        (408, AttemptResult.NO_RESPONSE),
        (425, AttemptResult.NO_RESPONSE),
    ],
)
def test_a_status_says_how_the_request_ended(status: int, result: AttemptResult) -> None:
    assert retry.result_of_status(status) is result


def test_every_operation_has_a_kind() -> None:
    document = json.loads((files("dodeca_api") / "openapi.json").read_bytes())
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }
    assert set(retry.IDEMPOTENCY) == operations


def test_attempts_are_counted_where_the_service_names_no_time() -> None:
    for result in (
        AttemptResult.NOT_SENT,
        AttemptResult.FAILED,
        AttemptResult.NO_RESPONSE,
        AttemptResult.THROTTLED,
    ):
        waits = [retry.delay(n, Outcome(result), remaining=99, jitter=0.5) for n in (1, 2, 3)]
        assert waits == [0.5, 1.0, None]
    assert retry.delay(1, Outcome(AttemptResult.UNREADABLE), remaining=99, jitter=0.5) is not None
    assert retry.delay(2, Outcome(AttemptResult.UNREADABLE), remaining=99, jitter=0.5) is None


def test_a_named_time_is_honoured_up_to_the_deadline_and_never_hammered() -> None:
    throttled = Outcome(AttemptResult.THROTTLED, retry_after=0.0)
    assert [retry.delay(n, throttled, remaining=99, jitter=0.5) for n in (1, 2, 3, 50)] == [
        0.0,
        0.0,
        0.5,
        0.5,
    ]
    assert retry.delay(9, Outcome(AttemptResult.THROTTLED, 7.0), remaining=7.5, jitter=0) == 7.0
    assert retry.delay(1, Outcome(AttemptResult.THROTTLED, 7.0), remaining=6.5, jitter=0) is None
    assert retry.delay(1, Outcome(AttemptResult.FAILED, 7.0), remaining=6.5, jitter=0) is None


@given(
    result=st.sampled_from(AttemptResult),
    retry_after=st.none() | st.floats(0, 1e6),
    attempt=st.integers(1, 10),
    left=st.floats(-10, 1e4),
    jitter=st.floats(0, 1),
)
def test_a_wait_is_finite_and_ends_before_the_deadline(
    result: AttemptResult, retry_after: float | None, attempt: int, left: float, jitter: float
) -> None:
    wait = retry.delay(attempt, Outcome(result, retry_after), remaining=left, jitter=jitter)
    assert wait is None or 0 <= wait < left


def test_an_outage_costs_fifty_retries_whoever_asks() -> None:
    budget, failed = Budget(), Outcome(AttemptResult.FAILED)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: budget.spend(failed), range(1_000))) == 50
    assert budget.spend(Outcome(AttemptResult.THROTTLED, retry_after=1.0))
    for _ in range(10):
        budget.earn()
    assert [budget.spend(failed), budget.spend(failed)] == [True, False]


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
    assert retry.retry_after(headers, now=now) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_text_gives_a_sane_wait(text: str) -> None:
    for value in (text, text + "GMT"):
        wait = retry.retry_after({"retry-after": value}, now=0.0)
        assert wait is None or (math.isfinite(wait) and wait >= 0)


@given(st.floats(0, 1e6))
def test_looks_at_a_job_are_half_a_second_to_fifteen_apart(elapsed: float) -> None:
    assert 0.5 <= polling.next_poll_sec(elapsed) <= 15.0


@given(st.floats(0, 1e6))
def test_lists_of_jobs_are_read_every_two_to_ten_seconds(elapsed: float) -> None:
    assert 2.0 <= polling.next_list_sec(elapsed) <= 10.0


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_half_of_what_a_job_is_expected_to_take_passes_first(elapsed: float, said: float) -> None:
    pause = polling.next_poll_sec(elapsed, said)
    assert pause >= polling.next_poll_sec(elapsed)
    assert elapsed + pause >= said / 2 or math.isclose(elapsed + pause, said / 2)
    if elapsed > said / 2:
        assert pause == polling.next_poll_sec(elapsed)
