"""URLs in request bodies: whether the service can fetch them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dodeca._base.addresses import address
from dodeca.errors import InvalidMediaError


def check_reachable(values: Any) -> None:
    """Refuse a body that names a URL on this machine, which a remote service cannot fetch.

    `values` is the JSON of a request, or its form fields as pairs.

    Raises:
        InvalidMediaError: a URL field names this machine or a private address.
    """
    for name, value in _fields(values):
        if (name == "url" or name.endswith("_url")) and isinstance(value, str):
            host = _host(name, value)
            where = address(host)
            if where is not None and not where.is_global:
                raise InvalidMediaError(f"the service cannot fetch {name} from {host}")


def _host(name: str, url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as exc:
        raise InvalidMediaError(f"{name} is not a URL: {url!r}: {exc}") from exc


def _fields(values: Any) -> Iterator[tuple[str, Any]]:
    """Yield every field with its name, except those of user metadata."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name != "user_metadata":
                yield name, value
                yield from _fields(value)
    elif isinstance(values, list):
        for item in values:
            yield from [item] if isinstance(item, tuple) else _fields(item)
