"""Links: what the hosts in them stand for, told without looking anything up. Pure."""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dodeca.errors import InvalidMediaError


def check_reach(values: Any) -> None:
    """That a body has no link to this machine, for a service that runs elsewhere.

    `values` is the JSON of a request, or its form fields as pairs.

    Raises:
        InvalidMediaError: a field for a URL names this machine.
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
    """All fields by name, except what people keep for themselves."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name != "user_metadata":
                yield name, value
                yield from _fields(value)
    elif isinstance(values, list):
        for item in values:
            yield from [item] if isinstance(item, tuple) else _fields(item)


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is or stands for, in any way to write it; None for a real name."""
    plain = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    if plain == "localhost" or plain.endswith(".localhost"):
        return ipaddress.IPv4Address("127.0.0.1")
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return _short(plain)
    return getattr(found, "ipv4_mapped", None) or found


def _short(host: str) -> ipaddress.IPv4Address | None:
    """`127.1`, `2130706433` and `0x7f.0.0.1` are addresses for most software."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, ValueError):
        return None
