"""Dates in parameters: a datetime, or text in any common format."""

from __future__ import annotations

from datetime import UTC, datetime

from dodeca._base.text import QUOTED, cut, quote
from dodeca.errors import InvalidRequestError
from dodeca_api.types import UNSET, Unset


def timestamp(name: str, value: datetime | str | None) -> str | Unset:
    """RFC 3339 in UTC, to the second; a time without a zone is in UTC.

    Raises:
        InvalidRequestError: text that is not a complete date or has an unknown time zone, another
            type, or a date outside the years 1 to 9999.
    """
    if value is None:
        return UNSET
    date = _parse(name, value) if isinstance(value, str) else value
    if not isinstance(date, datetime):
        raise InvalidRequestError(
            f"{name} must be a datetime or a date as text, got {quote(value)}"
        )
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
    except OverflowError as exc:
        raise InvalidRequestError(f"{name} must be in the years 1 to 9999, got {value}") from exc
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


# The parser fills in what a text leaves out from a default; two defaults show whether it did.
_DEFAULTS = datetime(2000, 1, 1), datetime(2001, 2, 2)


def _parse(name: str, text: str) -> datetime:
    from dateutil import parser

    try:
        found, other = (
            parser.parse(text, default=default, tzinfos=_offset) for default in _DEFAULTS
        )
    except (ValueError, OverflowError) as exc:
        raise InvalidRequestError(
            f"{name} is not a date: {quote(text)}: {cut(str(exc), QUOTED)}"
        ) from exc
    if found != other:
        raise InvalidRequestError(f"{name} must have a year, a month and a day, got {quote(text)}")
    return found


def _offset(zone: str | None, seconds: int | None) -> int | None:
    """The offset of a time zone; the parser would ignore names that it does not know."""
    if zone is not None and seconds is None:
        raise ValueError(f"{zone} is an ambiguous time zone; write an offset such as -05:00")
    return seconds
