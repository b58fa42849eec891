"""The API key, which no repr, log, copy or pickle reveals."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, MutableMapping
from typing import NoReturn

from dodeca._base.logs import hide_in_logs
from dodeca.errors import ConfigurationError

ENVIRONMENT = ("TWELVELABS_API_KEY", "TWELVE_LABS_API_KEY", "TL_API_KEY")

_NO_KEY = (
    "no API key: pass api_key=..., or set " + " or ".join(ENVIRONMENT) + "; "
    "Client.emulated() needs none"
)
_MAX_PLAIN_LENGTH = 12  # characters; shorter strings are not real keys, and occur in ordinary text


class APIKey:
    """An API key whose repr shows only the last four characters."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str | None) -> None:
        self._value = value if isinstance(value, str) else ""

    def checked(self) -> APIKey:
        """This key, without white space and quotes around it.

        Only the key itself is in the frames of an error, and no text that holds it.

        Raises:
            ConfigurationError: no key, a placeholder, or one with characters that HTTP headers do
                not allow.
        """
        problem, is_changed = self._strip()
        if problem:
            raise ConfigurationError(problem)
        if is_changed:
            warnings.warn("white space or quotes around the API key were removed", stacklevel=3)
        hide_in_logs(self)
        return self

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

    def redact_headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of a response, without the key as `redact` removes it."""
        text = "\0".join([*headers, *headers.values()]).encode()
        clean = self.redact(text)
        if clean == text:
            return headers
        parts = clean.decode().split("\0")
        return dict(zip(parts[: len(headers)], parts[len(headers) :], strict=True))

    def _strip(self) -> tuple[str | None, bool]:
        """Remove what does not belong to the key; why it is unusable, and whether it changed."""
        found, key = self._value, self._value.strip()
        if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":  # as `docker --env-file` keeps
            key = key[1:-1].strip()
        self._value = key
        if not key:
            return _NO_KEY, False
        if key[0] == "<" and key[-1] == ">":
            return "the API key is a placeholder in angle brackets; put your own key there", False
        if not key.isascii() or not key.isprintable() or " " in key:
            return "the API key has characters that no HTTP header can carry", False
        return None, key != found

    def __repr__(self) -> str:
        return f"***{self._value[-4:]}" if len(self._value) > _MAX_PLAIN_LENGTH else "***"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled or copied into files")


def load_api_key(value: str | None) -> APIKey:
    """The API key from the argument, or else from the environment; not yet checked.

    It never fails, so that no traceback holds the argument.
    """
    return APIKey(value if value is not None else _from_environment())


def _from_environment() -> str | None:
    """The first variable that is not blank."""
    found = (os.environ.get(name) for name in ENVIRONMENT)
    return next((value for value in found if value and value.strip()), None)
