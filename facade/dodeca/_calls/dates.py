"""Dates as people pass them: a datetime, or text in any usual form."""

from __future__ import annotations

from datetime import UTC, datetime

from dodeca.errors import InvalidRequestError
from dodeca_api.types import UNSET, Unset


def timestamp(name: str, value: datetime | str | None) -> str | Unset:
    """RFC 3339 in UTC, to the second; a time without a zone is taken as UTC.

    Raises:
        InvalidRequestError: text that is no whole date or has an unknown zone, another type, or a
            moment before the year 1 or after 9999.
    """
    if value is None:
        return UNSET
    moment = _parsed(name, value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise InvalidRequestError(f"{name} is a datetime or text with a date, got {value!r}")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
    except OverflowError as exc:
        raise InvalidRequestError(f"{name} is a date of the years 1 to 9999, got {value}") from exc
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


# What a text leaves out, the parser takes from its default: two of them tell what that was.
_DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2)


def _parsed(name: str, text: str) -> datetime:
    from dateutil import parser

    try:
        found, other = (
            parser.parse(text, default=default, tzinfos=_offset) for default in _DEFAULTS
        )
    except (ValueError, OverflowError) as exc:
        raise InvalidRequestError(f"{name} is not a date: {text!r}: {exc}") from exc
    if found != other:
        raise InvalidRequestError(f"{name} has a year, a month and a day, got {text!r}")
    return found


def _offset(zone: str | None, seconds: int | None) -> int | None:
    """The offset of a zone; the parser would ignore names that it does not know."""
    if zone is not None and seconds is None:
        raise ValueError(f"{zone} may be several zones, write an offset such as -05:00")
    return seconds
