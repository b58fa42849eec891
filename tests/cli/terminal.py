"""A terminal to run commands on, and what its screen shows at the end."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import IO

from rich.text import Text

COLUMNS = 96
DODECA = Path(sys.executable).parent / "dodeca"
_TOKENS = re.compile(r"\x1b\[\??[\d;]*[A-Za-z]|\r\n|\n|\r|[^\x1b\r\n]+")


def run(
    *words: object, cwd: Path, columns: int = COLUMNS, out: IO[bytes] | None = None
) -> tuple[int, list[tuple[float, str]]]:
    """Run the command on a terminal of its own: its status, and what it wrote when (seconds).

    `out` takes its stdout, so that only stderr is the terminal.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    plain = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI"}
    env = {name: value for name, value in os.environ.items() if name not in plain}
    env |= {"TERM": "xterm-256color", "TWELVELABS_API_KEY": "key"}
    started = time.monotonic()
    command = [DODECA, *map(str, words)]
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=theirs, stdout=out or theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    pieces: list[tuple[float, str]] = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        written += piece
        try:
            text = written.decode()
        except UnicodeDecodeError:  # in the middle of a character
            continue
        pieces.append((time.monotonic() - started, text))
        written = b""
    os.close(ours)
    return process.wait(timeout=20), pieces


def screen(written: str) -> list[Text]:
    """The lines that are left, in their colours.

    As much of a terminal as commands use: lines, colours, moves up, and wiping of whole lines.
    """
    lines, row = [""], 0
    for token in _TOKENS.findall(written):
        if token in ("\r\n", "\n"):
            row += 1
            if row == len(lines):
                lines.append("")
        elif token == "\x1b[2K":
            lines[row] = ""
        elif token.endswith("A") and token.startswith("\x1b"):
            row -= int(token[2:-1])
        elif token.startswith("\x1b") and not token.endswith("m"):
            assert token in ("\x1b[?25l", "\x1b[?25h"), f"the terminal does not know {token!r}"
        elif token != "\r":
            lines[row] += token
    while lines and not lines[-1].strip():
        lines.pop()
    return [Text.from_ansi(line) for line in lines]


def shown(written: str) -> str:
    """The screen without its colours."""
    return "\n".join(line.plain.rstrip() for line in screen(written))
