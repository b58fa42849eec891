"""Check that the service can fetch the URLs in request bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dodeca._base.addresses import ip_of_host
from dodeca._base.text import QUOTED, cut, quote
from dodeca.errors import InvalidMediaError


def check_reachable(values: Any) -> None:
    """Check that no URL of a request points to this machine or a private network.

    `values` is the JSON of a request, or its form fields as pairs.

    Raises:
        InvalidMediaError: a URL does.
    """
    for name, value in _fields(values):
        if (name == "url" or name.endswith("_url")) and isinstance(value, str):
            host = _host(name, value)
            where = ip_of_host(host)
            if where is not None and not where.is_global:
                raise InvalidMediaError(f"the service cannot fetch {name} from {host}")


def _host(name: str, url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as exc:
        raise InvalidMediaError(
            f"{name} is not a URL: {quote(url)}: {cut(str(exc), QUOTED)}"
        ) from exc


def _fields(values: Any) -> Iterator[tuple[str, Any]]:
    """Every field with its name, except those of user metadata."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name != "user_metadata":
                yield name, value
                yield from _fields(value)
    elif isinstance(values, list):
        for item in values:
            yield from [item] if isinstance(item, tuple) else _fields(item)
