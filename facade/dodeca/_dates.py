"""Dates as people pass them: a datetime, or text in any usual form."""

from __future__ import annotations

from datetime import UTC, datetime

from dodeca.errors import InvalidRequestError
from dodeca_api.types import UNSET, Unset


def timestamp(name: str, value: datetime | str | None) -> str | Unset:
    """RFC 3339 in UTC, to the second; a time without a zone is taken as UTC.

    Raises:
        InvalidRequestError: text that is no date, or another type.
    """
    if value is None:
        return UNSET
    moment = _parsed(name, value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise InvalidRequestError(f"{name} is a datetime or text with a date, got {value!r}")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parsed(name: str, text: str) -> datetime:
    from dateutil import parser

    try:
        return parser.parse(text)
    except (ValueError, OverflowError) as exc:
        raise InvalidRequestError(f"{name} is not a date: {text!r}") from exc
