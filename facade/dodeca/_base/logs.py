"""Keep secrets out of logs and error messages: API keys and the signatures of URLs.

`DODECA_LOG=debug` (or `info`) writes the log of the logger `dodeca` to standard error.
"""

from __future__ import annotations

import logging
import os
import re

LOG = logging.getLogger("dodeca")
LOG.addHandler(logging.NullHandler())  # silent by default

_QUERY = re.compile(r"(https?://[^\s\"'<>?#]+)[?#][^\s\"'<>)]+")
_NAMES = "x-api-key|authorization|set-cookie|cookie"
_HEADER = re.compile(rf"""(b?['"](?:{_NAMES})['"], b?)(['"]).*?\2""", re.IGNORECASE)
_LIBRARIES = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")


def masked(text: str) -> str:
    """The text with the query of every URL removed: presigned URLs are secrets."""
    return _QUERY.sub(r"\1?***", text) if "://" in text else text


class _Mask(logging.Filter):
    """Removes secrets from the log messages of the libraries that we use."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = _HEADER.sub(r"\1\2***\2", masked(text))
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
