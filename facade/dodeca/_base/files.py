"""Open and write files safely."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_new(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a new file, synced to disk, for instance the draft that replaces another file.

    An old file or link of that name is removed first, so that no link is followed.
    """
    path.unlink(missing_ok=True)
    with path.open("xb") as stream:
        write(stream)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(target: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file atomically: it is there as a whole, or as it was before.

    Raises:
        OSError: it cannot be written; the error names the target.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        write_new(draft, write)
        draft.replace(target)
    except OSError as exc:
        if exc.filename != str(draft):
            raise
        # name the file that was asked for, not the draft
        raise OSError(exc.errno, exc.strerror, str(target)) from exc
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable: those of files that were made, renamed or removed."""
    if os.name == "nt":  # Windows cannot open a folder, and syncs renames by itself
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_nonblocking(path: str, flags: int) -> int:
    """An opener for `open`, which would block for ever on a pipe without a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
