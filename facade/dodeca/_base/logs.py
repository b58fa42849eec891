"""Keep secrets out of logs and error messages: API keys and the signatures of URLs.

`DODECA_LOG=debug` (or `info`) writes the log of the logger `dodeca` to standard error.
"""

from __future__ import annotations

import logging
import os
import re
import weakref
from typing import Protocol

LOG = logging.getLogger("dodeca")
LOG.addHandler(logging.NullHandler())  # silent by default

# Possessive, and without a query it matches, too: so no text takes more than linear time.
_QUERY = re.compile(r"(https?://[^\s\"'<>?#]*+)([?#][^\s\"'<>)]++)?")
_NAMES = "x-api-key|authorization|set-cookie|cookie"
_HEADER = re.compile(rf"""(b?['"](?:{_NAMES})['"], b?)(['"]).*?\2""", re.IGNORECASE)
_LIBRARIES = (
    *tuple(f"httpcore.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")),
    "httpx",
)


def masked(text: str) -> str:
    """The text with the query of every URL removed: presigned URLs are secrets."""
    return _QUERY.sub(_without_query, text) if "://" in text else text


def _without_query(url: re.Match[str]) -> str:
    return f"{url[1]}?***" if url[2] else url[1]


class Secret(Protocol):
    """What knows a value that no log may show."""

    def redact(self, text: bytes) -> bytes:
        """The text without that value."""
        ...


_SECRETS: weakref.WeakSet[Secret] = weakref.WeakSet()


def hide_in_logs(secret: Secret) -> None:
    """Mask the value of a secret in the logs, for as long as the secret exists."""
    _SECRETS.add(secret)


class _Mask(logging.Filter):
    """Removes secrets from the log messages of the libraries that we use."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = _HEADER.sub(r"\1\2***\2", masked(text))
        encoded = clean.encode("utf-8", "surrogatepass")
        for secret in list(_SECRETS):
            encoded = secret.redact(encoded)
        clean = encoded.decode("utf-8", "surrogatepass")
        if clean != text:
            record.msg, record.args = clean, ()
        return True


_MASK = _Mask()
_TO_STDERR = logging.StreamHandler()
_TO_STDERR.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))


def set_up_logging() -> None:
    """Mask the logs of the libraries, and write ours to stderr if DODECA_LOG is set."""
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_MASK)  # adding it twice has no effect
    level = logging.getLevelNamesMapping().get(os.environ.get("DODECA_LOG", "").upper())
    if level is not None and _TO_STDERR not in LOG.handlers:
        LOG.addHandler(_TO_STDERR)
        LOG.setLevel(level)
