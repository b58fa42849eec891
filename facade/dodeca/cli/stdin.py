"""Texts and media on stdin, which commands take as `-`."""

from __future__ import annotations

import sys

import typer

STDIN = "-"


def read_stdin() -> bytes:
    """All that is on stdin.

    Raises:
        typer.BadParameter: it is empty, or has been read before.
    """
    content = sys.stdin.buffer.read()
    if not content.strip():
        raise typer.BadParameter("stdin is empty; `-` can be given once")
    return content


def text_of(argument: str) -> str:
    """A text; for `-` that on stdin, without the line break at its end.

    Raises:
        typer.BadParameter: stdin is empty or not UTF-8.
    """
    if argument != STDIN:
        return argument
    try:
        return read_stdin().decode().rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise typer.BadParameter(f"stdin is not UTF-8: {exc}") from exc
