"""The settings of a client, checked when the client is created."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import attrs

from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.extras import Extras
from dodeca._calls.hooks import Hooks
from dodeca._http.messages import InvalidUrl, parse_url
from dodeca.errors import ConfigurationError

BASE_URL = "https://api.twelvelabs.io/v1.3"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BASE_URL_VARIABLE = "TWELVELABS_BASE_URL"
_YEAR_SEC = 31_536_000
_MAX_RETRIES = 100


@attrs.frozen
class ClientSettings:
    """Settings that apply to all calls of a client; times are in seconds."""

    base_url: str
    timeout: float
    reconcile_after_sec: float
    retry_unknown: bool
    trust_env: bool
    hooks: Hooks = Hooks()
    embedding_model: str = MODEL
    retry_throttled: bool = True
    """Whether the transport itself waits and retries after a 429."""
    max_retries: int | None = None
    """How often a request is sent again; None for the rule of `retry.delay`."""
    extras: Extras = Extras()
    """What is added to each request."""

    def with_options(
        self, *, timeout: float | None, max_retries: int | None, extras: Extras
    ) -> ClientSettings:
        """These settings with others; None leaves a setting as it is.

        Raises:
            ConfigurationError: one of them is invalid.
        """
        return attrs.evolve(
            self,
            timeout=self.timeout if timeout is None else check_seconds("timeout", timeout),
            max_retries=self.max_retries if max_retries is None else check_retries(max_retries),
            extras=self.extras.with_more(extras),
        )


def check_base_url(base_url: str | None, allow_insecure: bool) -> str:
    """Return the base URL, by default that of the environment, without trailing slashes.

    Raises:
        ConfigurationError: not an http(s) URL, or plain http to another machine.
    """
    name = "base_url"
    if base_url is None:
        name = BASE_URL_VARIABLE
        base_url = os.environ.get(name, "").strip() or BASE_URL
    rule = f"{name} must be https://host[:port][/path], got {quote(base_url)}"
    if not isinstance(base_url, str) or any(mark in base_url for mark in "?#@\\ \t\r\n"):
        raise ConfigurationError(rule)
    try:
        parts = urlsplit(base_url)
        host = (parts.hostname or "").encode("idna") and parse_url(base_url).host
        usable = parts.scheme in {"http", "https"} and host and parts.port != 0
    except (ValueError, InvalidUrl) as exc:
        raise ConfigurationError(rule) from exc
    if not usable:
        raise ConfigurationError(rule)
    if parts.scheme == "http" and not (allow_insecure or host in LOOPBACK):
        raise ConfigurationError(
            f"{name} is plain http, which sends the API key unencrypted: {quote(base_url)}; "
            "allow_insecure=True allows it"
        )
    return base_url.rstrip("/")


def check_model_name(name: str) -> str:
    """Return the name of an embedding model.

    Raises:
        ConfigurationError: it is not a string, or is blank.
    """
    if not isinstance(name, str) or not name.strip():
        raise ConfigurationError(f"embedding_model must be a non-empty string, got {quote(name)}")
    return name


def check_flag(name: str, value: bool) -> bool:
    """Return True or False; a text such as "false", as environments hold it, would count as True.

    Raises:
        ConfigurationError: it is another value.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True or False, got {quote(value)}")
    return value


def check_seconds(name: str, value: float) -> float:
    """Return a number of seconds above 0 and up to a year.

    Raises:
        ConfigurationError: it is not such a number.
    """
    if not is_finite(value) or not 0 < value <= _YEAR_SEC:
        rule = f"above 0 and up to {_YEAR_SEC:,} (a year)"
        raise ConfigurationError(f"{name} must be a number of seconds {rule}, got {quote(value)}")
    return value


def check_retries(value: int | None) -> int | None:
    """Return a number of retries from 0 to 100, or None.

    Raises:
        ConfigurationError: it is not such a number.
    """
    if value is None or (type(value) is int and 0 <= value <= _MAX_RETRIES):
        return value
    raise ConfigurationError(
        f"max_retries must be a whole number from 0 to {_MAX_RETRIES}, got {quote(value)}"
    )
