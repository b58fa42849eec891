"""Several processes with one API key, each with a limiter of its own, in virtual time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence

import attrs

from dodeca._calls.rate_limit import Limiter, Permit
from tests.bulk.virtual_services import Bucket, Reply, VirtualClock, Windows

Service = Callable[[float], Reply]
SERVICES: dict[str, Callable[..., Service]] = {
    "windows of a second": lambda rate, headers: Windows(rate, 1.0, headers=headers),
    "windows of a minute": lambda rate, headers: Windows(60 * rate, 60.0, headers=headers),
    "a bucket of a second": lambda rate, headers: Bucket(rate, rate, headers=headers),
}
LEARN_SEC = 60.0
_MEASURE_SEC, _RECOVER_SEC, _AFTER_SEC = 120.0, 10.0, 20.0


@attrs.frozen
class Shared:
    """How processes shared a limit, once they had learnt it."""

    total: float
    """The share of the limit that all of them used."""
    slowest: float
    """What the slowest got, as a share of the mean."""
    share_limited: float
    """Responses 429, of all responses."""
    recovered: float
    """The share of the limit that one used from 10 seconds after the end of the others."""


@attrs.define
class Process:
    """A process that sends all the time, with so many callers, until it ends."""

    starts_at: float = 0.0
    ends_at: float = float("inf")
    callers: int = 8
    accepted: list[float] = attrs.field(factory=list)
    """The times at which responses arrived."""
    rate_limited: list[float] = attrs.field(factory=list)

    def accepted_in(self, begin: float, end: float) -> int:
        """How many requests were accepted between two times."""
        return sum(begin <= when < end for when in self.accepted)

    def rate_limited_in(self, begin: float, end: float) -> int:
        """How many requests were rate-limited between two times."""
        return sum(begin <= when < end for when in self.rate_limited)


def run_together(
    service: Service,
    processes: Sequence[Process],
    *,
    seconds: float,
    latency: float = 0.02,
    seed: int = 0,
) -> None:
    """Let processes send to a service for so many virtual seconds.

    In each process one caller at a time asks its limiter, as `LimitedCalls` does.
    """
    clock = VirtualClock()
    chance = random.Random(seed)
    events: list[tuple[float, int, Callable[[], None]]] = []
    order = iter(range(10**9))

    def at(when: float, what: Callable[[], None]) -> None:
        heapq.heappush(events, (when, next(order), what))

    def begin(process: Process) -> None:
        limiter = Limiter(clock)
        idle = process.callers
        is_asking = False

        def ask() -> None:
            nonlocal idle, is_asking
            is_asking = False
            while idle and clock.now < process.ends_at:
                permit = limiter.acquire()
                if permit.wait:
                    is_asking = True
                    at(clock.now + permit.wait + 0.0005, ask)
                    return
                idle -= 1
                at(clock.now + latency * chance.uniform(0.3, 0.7), lambda p=permit: arrive(p))

        def arrive(permit: Permit) -> None:
            accepted, headers = service(clock.now)
            when = clock.now + latency * chance.uniform(0.3, 0.7)
            at(when, lambda: respond(permit, accepted, headers))

        def respond(permit: Permit, accepted: bool, headers: Mapping[str, str]) -> None:
            nonlocal idle
            idle += 1
            if accepted:
                process.accepted.append(clock.now)
                limiter.record_response(permit, headers)
            else:
                process.rate_limited.append(clock.now)
                limiter.record_rate_limit(permit, headers, float(headers["retry-after"]))
            if not is_asking:
                ask()

        ask()

    for process in processes:
        at(process.starts_at, lambda process=process: begin(process))
    while events and events[0][0] < seconds:
        clock.now, _, what = heapq.heappop(events)
        what()


def simulate(
    service: Service, rate: float, processes: int, *, seed: int = 0, learn_sec: float = LEARN_SEC
) -> Shared:
    """Let processes share a limit for two minutes after some of learning, then all but one end."""
    # Small rates need more time, so that each process has some 30 requests.
    end = learn_sec + max(_MEASURE_SEC, 30.0 * processes / rate)
    first = Process()
    others = [Process(starts_at=0.1 * number, ends_at=end) for number in range(1, processes)]
    last = end + _RECOVER_SEC + _AFTER_SEC
    run_together(service, [first, *others], seconds=last, seed=seed)
    accepted = [one.accepted_in(learn_sec, end) for one in (first, *others)]
    limited = sum(one.rate_limited_in(learn_sec, end) for one in (first, *others))
    return Shared(
        sum(accepted) / (end - learn_sec) / rate,
        min(accepted) * processes / sum(accepted),
        limited / (limited + sum(accepted)),
        first.accepted_in(end + _RECOVER_SEC, last) / _AFTER_SEC / rate,
    )


def least_limited(service: Service, rate: float, processes: int, *, share: float = 0.85) -> float:
    """The share of 429 if each knows its part of a share of the limit, and sends it evenly.

    Processes that do not talk to each other cannot do better: they begin at times of their own, so
    that by chance more requests fall into one window than into the next.
    """
    chance = random.Random(1)
    pause = processes / (share * rate)
    starts = [chance.uniform(0, pause) for _ in range(processes)]
    # Pauses differ a little, else a chance constellation would last for ever.
    times = sorted(
        start + (number + chance.uniform(0, 0.2)) * pause
        for start in starts
        for number in range(99)
    )
    answers = [service(when)[0] for when in times]
    return 1 - sum(answers) / len(answers)
