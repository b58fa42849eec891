from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dodeca._calls.dates import timestamp
from dodeca.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-01 12:00", "2024-01-01T12:00:00Z"),
        ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z"),
        ("29 Feb 2024 12:00:30 UTC", "2024-02-29T12:00:30Z"),
        ("2024-01-01T12:00:00.5-05:00", "2024-01-01T17:00:00Z"),
        (datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))), "2024-01-01T10:00:00Z"),
        (datetime(99, 1, 1, tzinfo=UTC), "0099-01-01T00:00:00Z"),
    ],
)
def test_dates_are_written_in_utc(value: Any, expected: str) -> None:
    assert timestamp("at", value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("2024-01-01 12:00 EST", "2024-01-01 12:00 XYZ", "10", "May", "May 2024", "12:30", "soon"),
        *("", 20240101, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
    ],
)
def test_what_leaves_the_moment_open_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"^at "):
        timestamp("at", value)
