"""Optional extras: what to say where the packages of one are not installed."""

from __future__ import annotations


def install_command(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install 'dodeca[{extra}]'"


def missing(feature: str, extra: str, cause: ImportError) -> str:
    """The message for a feature whose packages could not be imported."""
    return f"{feature} needs the extra `{extra}`: {install_command(extra)} ({cause})"
