"""Hosts in URLs: which addresses they stand for, told without looking anything up."""

from __future__ import annotations

import ipaddress
import socket
import unicodedata


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
