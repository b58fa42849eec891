"""The limiter against services of several kinds, in virtual time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from dodeca._calls.rate_limit import Limiter
from tests.bulk.limits import Bucket, Windows, drive

SERVICES: list[tuple[str, Callable[[], Windows | Bucket], float]] = [
    ("250 in each second", lambda: Windows(250, 1.0), 40),
    ("250 a second, saved up", lambda: Bucket(250, 250), 40),
    ("250 a second, saved up, no headers", lambda: Bucket(250, 250, headers=False), 40),
    ("600 in each minute", lambda: Windows(600, 60.0), 600),
    ("600 in each minute, no headers", lambda: Windows(600, 60.0, headers=False), 600),
    ("10 a second, a minute's saved up", lambda: Bucket(10, 600), 600),
    ("10 a second, saved up, no headers", lambda: Bucket(10, 600, headers=False), 600),
    ("60 in each minute", lambda: Windows(60, 60.0), 1200),
]


@pytest.mark.parametrize("latency", [0.05, 0.1])
@pytest.mark.parametrize(
    ("service", "seconds"), [s[1:] for s in SERVICES], ids=[s[0] for s in SERVICES]
)
def test_close_to_the_limit_and_rarely_over_it(
    service: Callable[[], Windows | Bucket], seconds: float, latency: float
) -> None:
    limits = service()
    drove = drive(Limiter(), limits, seconds=seconds, latency=latency)
    assert drove.rate >= 0.9 * limits.rate
    assert drove.share_refused < 0.02


@pytest.mark.parametrize("seed", range(6))
def test_what_a_pause_cost_is_caught_up_within_the_window(seed: int) -> None:
    chance = random.Random(seed)
    starts = itertools.accumulate(chance.expovariate(0.5) for _ in range(16))
    pauses = [(start, start + chance.uniform(0.05, 0.35)) for start in starts]
    drove = drive(
        Limiter(), Windows(300, 1.0), seconds=33, callers=8, latency=0.004, seed=seed, pauses=pauses
    )
    assert drove.rate >= 0.92 * 300
    assert drove.share_refused < 0.002


def test_answers_that_overtake_each_other_promise_nothing() -> None:
    limiter = Limiter()
    first, second, third = (limiter.take(0.0) for _ in range(3))
    limiter.answered(third, 0.1, {"x-ratelimit-request-remaining": "3"})
    limiter.answered(first, 0.2, {"x-ratelimit-request-remaining": "1"})
    limiter.answered(second, 0.3, {"x-ratelimit-request-remaining": "2"})
    assert [bool(limiter.take(0.4).wait) for _ in range(2)] == [False, True]


def test_with_nothing_left_it_waits_as_long_as_was_asked_for_once() -> None:
    limiter = Limiter()

    def answered(now: float, left: int) -> None:
        said = {"x-ratelimit-request-limit": "300", "x-ratelimit-request-remaining": str(left)}
        limiter.answered(limiter.take(now), now, said)

    for left in range(299, -1, -1):
        answered(0.0, left)
    limiter.refused(limiter.take(0.0), 0.0, {"x-ratelimit-request-remaining": "0"}, 1.0)
    for now, left in ((1.5, 299), (2.9, 10), (4.2, 299), (5.1, 0)):
        answered(now, left)
    assert limiter.take(5.15).wait == pytest.approx(0.05), "what was renewed at 4.2 lasts a second"
    assert limiter.take(5.25).wait == 0.0


def test_a_second_of_unknown_limits_costs_more() -> None:
    """Each refusal costs the second that the service asks for, since it can say no less."""
    limits = Windows(250, 1.0, headers=False)
    drove = drive(Limiter(), limits, seconds=60, latency=0.05)
    assert drove.rate >= 0.8 * limits.rate
    assert drove.share_refused < 0.02


def test_nothing_is_paced_where_nothing_is_refused() -> None:
    limiter = Limiter()
    drove = drive(limiter, Windows(10_000, 1.0), seconds=10, callers=8, latency=0.1)
    assert limiter.rate is None
    assert drove.rate == pytest.approx(80, rel=0.05)


def test_a_refusal_holds_all_for_as_long_as_it_says() -> None:
    limiter = Limiter()
    first, second = limiter.take(0.0), limiter.take(0.0)
    limiter.refused(first, 1.0, {}, 30.0)
    limiter.refused(second, 1.1, {}, 20.0)
    assert limiter.take(1.2).wait == pytest.approx(29.8)
    assert limiter.take(31.0).wait == 0.0
    assert limiter.refusals == 2


def test_what_is_left_is_not_promised_twice() -> None:
    limiter = Limiter()
    limiter.answered(limiter.take(0.0), 0.1, {"x-ratelimit-request-remaining": "2"})
    held = [limiter.take(0.2), limiter.take(0.2)]
    assert [permit.wait for permit in held] == [0.0, 0.0]
    assert limiter.take(0.2).wait > 0
    limiter.answered(held[0], 0.3, {"x-ratelimit-request-remaining": "0"})
    assert limiter.take(0.3).wait > 0
    limiter.lost(held[1])
    assert limiter.take(0.4).wait == 0.0, "one goes ahead to see"


def test_seconds_of_media_count_as_well() -> None:
    limiter = Limiter()
    headers = {"x-ratelimit-duration-remaining": "100", "x-ratelimit-request-remaining": "9"}
    limiter.answered(limiter.take(0.0, media_sec=60.0), 0.1, headers)
    assert limiter.take(0.2, media_sec=80.0).wait == 0.0
    assert limiter.take(0.2, media_sec=30.0).wait > 0
    assert limiter.take(0.2, media_sec=20.0).wait == 0.0
    assert limiter.take(0.2).wait == 0.0, "a text takes no time of media"


@pytest.mark.parametrize("text", ["", "-1", "nan", "inf", "many", "1e999"])
def test_headers_that_are_no_numbers_say_nothing(text: str) -> None:
    limiter = Limiter()
    limiter.answered(limiter.take(0.0), 0.1, {"x-ratelimit-request-remaining": text})
    assert [limiter.take(0.2).wait for _ in range(50)] == [0.0] * 50
