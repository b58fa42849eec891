"""The settings of a client, checked when it is made."""

from __future__ import annotations

from urllib.parse import urlsplit

import attrs

from dodeca._http.messages import InvalidUrl, url
from dodeca.errors import ConfigurationError

BASE_URL = "https://api.twelvelabs.io/v1.3"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_YEAR_SEC = 31_536_000


@attrs.frozen
class ClientSettings:
    """How a client behaves; the same for all of its calls."""

    base_url: str
    timeout: float
    reconcile_after_sec: float
    retry_unknown: bool
    trust_env: bool
    retry_throttled: bool = True
    """Whether the transport waits and tries again itself when the service responses 429."""


def check_base_url(base_url: str, allow_insecure: bool) -> str:
    """Return the base URL without a slash at its end.

    Raises:
        ConfigurationError: no URL of http(s), or plain http to another machine.
    """
    rule = f"base_url is https://host[:port][/path], got {base_url!r}"
    if not isinstance(base_url, str) or any(mark in base_url for mark in "?#@\\ \t\r\n"):
        raise ConfigurationError(rule)
    try:
        parts = urlsplit(base_url)
        host = (parts.hostname or "").encode("idna") and url(base_url).host
        usable = parts.scheme in {"http", "https"} and host and parts.port != 0
    except (ValueError, InvalidUrl) as exc:
        raise ConfigurationError(rule) from exc
    if not usable:
        raise ConfigurationError(rule)
    if parts.scheme == "http" and not (allow_insecure or host in LOOPBACK):
        raise ConfigurationError(
            f"base_url is plain http, which would show the API key to the network: {base_url!r}; "
            "allow_insecure=True allows it"
        )
    return base_url.rstrip("/")


def check_seconds(name: str, value: float) -> float:
    """Return a number of seconds above 0 and of at most a year.

    Raises:
        ConfigurationError: it is something else.
    """
    if not isinstance(value, int | float) or not 0 < value <= _YEAR_SEC:
        rule = f"above 0, and at most those of a year, {_YEAR_SEC:,}"
        raise ConfigurationError(f"{name} is a number of seconds {rule}; got {value!r}")
    return value
