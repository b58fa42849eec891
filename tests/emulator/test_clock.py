from datetime import UTC, datetime, timedelta, timezone

import pytest

from dodeca.emulator import ByCount, Clock, Instant, RealTime, VirtualClock
from dodeca.emulator.clock import parse_pace, parse_time, stage_at, timestamp


def test_the_real_clock_tells_utc_and_moves_on() -> None:
    clock = Clock()
    first = clock.now()
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now() >= first


def test_a_virtual_clock_moves_only_by_hand() -> None:
    clock = VirtualClock(datetime(2025, 3, 1, tzinfo=UTC))
    clock.advance(1.5)
    assert clock.now() == datetime(2025, 3, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    with pytest.raises(ValueError, match="only advances"):
        clock.advance(-1)


def test_timestamps_are_utc_with_milliseconds_and_read_back() -> None:
    east = datetime(2025, 3, 1, 2, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(east) == "2025-03-01T00:00:00.123Z"
    assert parse_time("2025-03-01T00:00:00.123Z") == east.replace(microsecond=123_000)
    assert parse_time("2025-03-01") == datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("instant", Instant()),
        ("3", ByCount(3)),
        ("realtime", RealTime(0.1)),
        ("realtime:2.5", RealTime(2.5)),
    ],
)
def test_paces_have_words(given: str, expected: object) -> None:
    assert parse_pace(given) == expected


@pytest.mark.parametrize("given", ["", "0", "-1", "1.5", "fast", "realtime:", "realtime:x"])
def test_other_words_are_no_pace(given: str) -> None:
    with pytest.raises(ValueError, match="a pace is"):
        parse_pace(given)


def test_progress_by_count_and_by_time() -> None:
    assert ByCount(4).progress(polls=3, elapsed=1e9, duration=1) == 0.75
    assert RealTime(0.5).progress(polls=9, elapsed=10, duration=40) == 0.5
    assert RealTime(0.5).progress(polls=0, elapsed=0, duration=0) == 1
    assert Instant().progress(polls=0, elapsed=0, duration=1e9) == 1


def test_stages_share_the_way_to_the_end() -> None:
    stages = ["uploading", "validating", "pending", "queued", "indexing"]
    assert [stage_at(share / 5, stages) for share in range(5)] == stages
    assert stage_at(0.999, stages) == "indexing"
