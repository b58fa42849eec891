"""The API key, which no repr, log, copy or pickle reveals."""

from __future__ import annotations

import os
import warnings
from collections.abc import MutableMapping
from typing import NoReturn

from dodeca.errors import ConfigurationError

ENVIRONMENT = ("TWELVELABS_API_KEY", "TWELVE_LABS_API_KEY", "TL_API_KEY")

_MAX_PLAIN_LENGTH = 12  # characters; shorter strings are not real keys, and occur in ordinary text


class APIKey:
    """An API key whose repr shows only the last four characters."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def sign(self, headers: MutableMapping[str, str]) -> None:
        """Add the key to the headers of a request; it is sent nowhere else."""
        headers["x-api-key"] = self._value

    def redact(self, text: bytes) -> bytes:
        """The text with the key replaced by `***`, in case a server sent it back."""
        return (
            text.replace(self._value.encode(), b"***")
            if len(self._value) > _MAX_PLAIN_LENGTH
            else text
        )

    def __repr__(self) -> str:
        return f"***{self._value[-4:]}" if len(self._value) > _MAX_PLAIN_LENGTH else "***"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled or copied into files")


def load_api_key(value: str | None) -> APIKey:
    """The API key from the argument, or else from the environment.

    Raises:
        ConfigurationError: no key, or one with characters that HTTP headers do not allow.
    """
    found = value if value is not None else _from_environment()
    if not isinstance(found, str) or not found.strip():
        raise ConfigurationError(
            "no API key: pass api_key=..., or set " + " or ".join(ENVIRONMENT) + "; "
            "Client.emulated() needs none"
        )
    key = found.strip()
    if key != found:
        warnings.warn("white space around the API key was removed", stacklevel=4)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError("the API key has characters that no HTTP header can carry")
    return APIKey(key)


def _from_environment() -> str | None:
    return next((os.environ[name] for name in ENVIRONMENT if os.environ.get(name)), None)
