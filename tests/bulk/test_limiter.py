"""The limiter against services of several kinds, in virtual time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from dodeca._calls.rate_limit import QUOTA_WAIT_SEC, Limiter, wait_after
from tests.bulk.shared_limit import SERVICES as SHARED
from tests.bulk.shared_limit import Process, run_together, simulate
from tests.bulk.virtual_services import Bucket, VirtualClock, Windows, drive
from tests.depth import depth

SERVICES: list[tuple[str, Callable[[], Windows | Bucket], float]] = [
    ("250 in each second", lambda: Windows(250, 1.0), 40),
    ("250 a second, saved up", lambda: Bucket(250, 250), 40),
    ("250 a second, saved up, no headers", lambda: Bucket(250, 250, headers=False), 40),
    ("600 in each minute", lambda: Windows(600, 60.0), 600),
    ("600 in each minute, no headers", lambda: Windows(600, 60.0, headers=False), 600),
    ("10 a second, a minute's saved up", lambda: Bucket(10, 600), 240),
    ("10 a second, saved up, no headers", lambda: Bucket(10, 600, headers=False), 600),
    ("60 in each minute", lambda: Windows(60, 60.0), 1200),
]


@pytest.mark.parametrize("latency", depth([0.1], deep=[0.05, 0.1]))
@pytest.mark.parametrize(
    ("service", "seconds"), [s[1:] for s in SERVICES], ids=[s[0] for s in SERVICES]
)
def test_close_to_the_limit_and_rarely_over_it(
    service: Callable[[], Windows | Bucket], seconds: float, latency: float
) -> None:
    limits = service()
    drove = drive(limits, seconds=seconds, latency=latency)
    assert drove.rate >= 0.9 * limits.rate
    # Without headers, what is saved up hides the rate at first.
    assert drove.share_limited < (0.02 if limits.headers else 0.05)


@pytest.mark.parametrize("seed", range(6))
def test_the_time_lost_in_a_pause_is_made_up_within_the_window(seed: int) -> None:
    chance = random.Random(seed)
    starts = itertools.accumulate(chance.expovariate(0.5) for _ in range(16))
    pauses = [(start, start + chance.uniform(0.05, 0.35)) for start in starts]
    drove = drive(Windows(300, 1.0), seconds=33, callers=8, latency=0.004, seed=seed, pauses=pauses)
    assert drove.rate >= 0.92 * 300
    assert drove.share_limited < 0.002


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def limiter(clock: VirtualClock) -> Limiter:
    return Limiter(clock)


def remaining(requests: int, limit: int | None = None) -> dict[str, str]:
    headers = {"x-ratelimit-request-remaining": str(requests)}
    return headers if limit is None else {**headers, "x-ratelimit-request-limit": str(limit)}


def test_responses_that_overtake_each_other_promise_nothing(limiter: Limiter) -> None:
    first, second, third = (limiter.acquire() for _ in range(3))
    limiter.record_response(third, remaining(3))
    limiter.record_response(first, remaining(1))
    limiter.record_response(second, remaining(2))
    assert [bool(limiter.acquire().wait) for _ in range(2)] == [False, True]


def test_with_nothing_left_it_waits_as_long_as_the_service_once_asked_for(
    limiter: Limiter, clock: VirtualClock
) -> None:
    for left in range(299, -1, -1):
        limiter.record_response(limiter.acquire(), remaining(left, 300))
    limiter.record_rate_limit(limiter.acquire(), remaining(0), 1.0)
    for clock.now, left in ((1.5, 299), (3.9, 10), (4.2, 299), (5.1, 0)):
        limiter.record_response(limiter.acquire(), remaining(left, 300))
    clock.now = 5.15
    assert limiter.acquire().wait == pytest.approx(0.05), "the window of 4.2 lasts a second"
    clock.now = 5.25
    assert limiter.acquire().wait == 0.0


def test_windows_of_a_second_without_headers_cost_more() -> None:
    """Each 429 costs a second, the least that Retry-After can say."""
    limits = Windows(250, 1.0, headers=False)
    drove = drive(limits, seconds=60, latency=0.05)
    assert drove.rate >= 0.8 * limits.rate
    assert drove.share_limited < 0.02


@pytest.mark.parametrize(
    ("kind", "rate", "processes"),
    [
        ("windows of a second", 20, 2),
        ("windows of a second", 20, 4),
        ("windows of a second", 100, 4),
        ("windows of a minute", 2, 2),
        ("windows of a minute", 10, 4),
        ("windows of a minute", 10, 16),
    ],
)
def test_several_processes_share_a_limit_that_the_headers_show(
    kind: str, rate: int, processes: int
) -> None:
    """Fair, close to the limit, rarely over it; and who is left alone soon has all of it."""
    found = simulate(SHARED[kind](rate, headers=True), rate, processes, learn_sec=120.0)
    assert found.total >= 0.8
    assert found.slowest >= 0.5
    assert found.share_limited <= 0.05
    assert found.recovered >= 0.85


@pytest.mark.parametrize(
    ("kind", "processes"), [("windows of a second", 2), ("a bucket of a second", 4)]
)
def test_several_processes_share_a_limit_of_which_only_429_tells(kind: str, processes: int) -> None:
    found = simulate(SHARED[kind](200, headers=False), 200, processes)
    assert found.total >= 0.8
    assert found.slowest >= 0.5
    assert found.share_limited <= 0.05
    assert found.recovered >= 0.6


@pytest.mark.parametrize("kind", ["windows of a second", "windows of a minute"])
@pytest.mark.parametrize("rate", [1, 2, 5, 10, 50])
def test_one_process_alone_uses_what_the_headers_show(kind: str, rate: int) -> None:
    found = simulate(SHARED[kind](rate, headers=True), rate, 1)
    assert found.total >= 0.96
    assert found.share_limited <= 0.001


def test_a_process_that_joins_gets_its_share_within_a_minute() -> None:
    service = SHARED["windows of a second"](60, headers=True)
    old, new = Process(), Process(starts_at=60.0)
    run_together(service, [old, new], seconds=180)
    assert new.accepted_in(120, 180) >= 0.5 * old.accepted_in(120, 180)


def test_requests_are_not_paced_without_a_rate_limit() -> None:
    drove = drive(Windows(10_000, 1.0), seconds=10, callers=8, latency=0.1)
    assert drove.paced_at is None
    assert drove.rate == pytest.approx(80, rel=0.05)


def test_a_rate_limit_holds_all_requests_for_as_long_as_it_says(
    limiter: Limiter, clock: VirtualClock
) -> None:
    first, second = limiter.acquire(), limiter.acquire()
    clock.now = 1.0
    assert limiter.record_rate_limit(first, {}, 30.0)
    clock.now = 1.1
    assert limiter.record_rate_limit(second, {}, 20.0)
    clock.now = 1.2
    assert limiter.acquire().wait == pytest.approx(29.8)
    clock.now = 31.0
    assert limiter.acquire().wait == 0.0
    assert limiter.rate_limited == 2


def test_an_exhausted_quota_is_not_waited_for_and_holds_no_request(limiter: Limiter) -> None:
    assert limiter.record_rate_limit(limiter.acquire(), {}, QUOTA_WAIT_SEC)
    assert limiter.acquire().wait == QUOTA_WAIT_SEC
    other = Limiter(VirtualClock())
    assert not other.record_rate_limit(other.acquire(), {}, QUOTA_WAIT_SEC + 1)
    assert other.acquire().wait == 0.0


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(None, 1.0), (0.0, 1.0), (0.25, 0.25), (900.0, 900.0), (900.5, None), (86_400.0, None)],
)
def test_how_long_a_429_is_waited_for(retry_after: float | None, wait: float | None) -> None:
    assert wait_after(retry_after) == wait


def test_no_remaining_request_is_promised_twice(limiter: Limiter, clock: VirtualClock) -> None:
    limiter.record_response(limiter.acquire(), remaining(2))
    clock.now = 0.2
    permits = [limiter.acquire(), limiter.acquire()]
    assert [permit.wait for permit in permits] == [0.0, 0.0]
    assert limiter.acquire().wait > 0
    limiter.record_response(permits[0], remaining(0))
    assert limiter.acquire().wait > 0
    limiter.record_no_response(permits[1])
    clock.now = 0.4
    assert limiter.acquire().wait == 0.0, "one request probes"


def test_seconds_of_media_count_as_well(limiter: Limiter) -> None:
    headers = {"x-ratelimit-duration-remaining": "100", **remaining(9)}
    limiter.record_response(limiter.acquire(media_sec=60.0), headers)
    assert limiter.acquire(media_sec=80.0).wait == 0.0
    assert limiter.acquire(media_sec=30.0).wait > 0
    assert limiter.acquire(media_sec=20.0).wait == 0.0
    assert limiter.acquire().wait == 0.0, "a text has no duration"


@pytest.mark.parametrize("text", ["", "-1", "nan", "inf", "many", "1e999"])
def test_headers_that_are_not_numbers_are_ignored(limiter: Limiter, text: str) -> None:
    limiter.record_response(limiter.acquire(), {"x-ratelimit-request-remaining": text})
    assert [limiter.acquire().wait for _ in range(50)] == [0.0] * 50
