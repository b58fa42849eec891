"""IP addresses in the hosts of URLs, recognized without a DNS query."""

from __future__ import annotations

import ipaddress
import socket
import unicodedata


def ip_of_host(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host spells out, in any notation; None for a domain name.

    `localhost` and the names below it give 127.0.0.1.
    """
    plain = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    if plain == "localhost" or plain.endswith(".localhost"):
        return ipaddress.IPv4Address("127.0.0.1")
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return _parse_short_form(plain)
    return getattr(found, "ipv4_mapped", None) or found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, in any notation."""
    found = ip_of_host(host)
    return found is not None and found.is_loopback


def is_in_networks(host: str, networks: str) -> bool:
    """Whether a host is an address in one of the networks, as in `10.0.0.0/8,::1/128`."""
    found = ip_of_host(host)
    if found is None:
        return False
    for entry in networks.split(","):
        try:
            if found in ipaddress.ip_network(entry.strip().strip("[]"), strict=False):
                return True
        except ValueError:
            continue  # the name of a host
    return False


def _parse_short_form(host: str) -> ipaddress.IPv4Address | None:
    """The address for `127.1`, `2130706433`, `0x7f.0.0.1`, which most software accepts."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, ValueError):
        return None
