"""How a command ends: its exit status, and the error in one line."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses of the command, for scripts to branch on.

    0   success
    1   error: the API rejected the request, or something else failed
    2   wrong usage: a missing or invalid argument or option
    3   some of several inputs failed, or `check` rejected a file
    75  rate limited: try again later (EX_TEMPFAIL of sysexits.h)
    130 interrupted
    """

    OK = 0
    ERROR = 1
    USAGE = 2
    SOME_FAILED = 3
    TRY_LATER = 75
    INTERRUPTED = 130


_SHELL_WORDS = {
    "use Media.asset(...)": "use asset:ID",
    "its content as Media.data(...)": "its content on stdin as `-`",
    ", or Media.of(PIL.Image.open(...))": "",
    "; allow_insecure=True allows it": "",
}
"""What errors advise in Python, and the same in a shell."""


def is_fatal(error: Exception) -> bool:
    """Whether every further input would meet an error as well."""
    from dodeca.errors import AuthenticationError, ConfigurationError, RateLimitError

    return isinstance(error, AuthenticationError | ConfigurationError | RateLimitError)


def exit_status_of(error: Exception) -> ExitStatus:
    """The exit status for an error."""
    from dodeca.errors import RateLimitError

    return ExitStatus.TRY_LATER if isinstance(error, RateLimitError) else ExitStatus.ERROR


def one_line(error: Exception) -> str:
    """An error in one line, in words of a shell."""
    from dodeca.errors import RateLimitError

    text = str(error) or type(error).__name__
    for python, shell in _SHELL_WORDS.items():
        text = text.replace(python, shell)
    if isinstance(error, RateLimitError) and error.retry_after:
        text += f"; try again in {error.retry_after:.0f} s"
    return " ".join(text.split())
