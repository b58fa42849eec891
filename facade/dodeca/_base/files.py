"""Open and write files safely."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]')
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.I)
_MAX_NAME_BYTES = 200  # with room for what is added


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
    with _draft_of(target) as draft:
        write_new(draft, write)
        draft.replace(target)


def add_file(targets: Iterable[Path], write: Callable[[BinaryIO], object]) -> Path:
    """Write a file atomically under the first of these names that is free; returns that one.

    Nothing is replaced, whoever else writes there at the same time. The names are of one folder.

    Raises:
        OSError: it cannot be written; the error names the first target.
    """
    names = iter(targets)
    first = next(names)
    with _draft_of(first) as draft:
        write_new(draft, write)
        target = next(name for name in chain([first], names) if _claim(name))
        try:
            return draft.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """A name for what becomes the target; nothing of that name is left behind."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        yield draft
    except OSError as exc:
        if exc.filename != str(draft):
            raise
        # name the file that was asked for, not the draft
        raise OSError(exc.errno, exc.strerror, str(target)) from exc
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _claim(path: Path) -> bool:
    """Make an empty file; False if the name is taken."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def safe_name(name: str) -> str:
    """A name, for instance of media, as that of a file that every platform takes.

    >>> from dodeca._base.files import safe_name
    >>> safe_name("a/b: c?.mp4")
    'a_b_ c_.mp4'
    """
    plain = _NOT_IN_NAMES.sub("_", name.encode("utf-8", "replace").decode()).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    stem, extension = (stem, dot + extension) if dot and len(extension) < 16 else (plain, "")
    if _DEVICE.fullmatch(stem.partition(".")[0]):  # which Windows would open instead
        stem = f"_{stem}"
    while len(f"{stem}{extension}".encode()) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return f"{stem}{extension}" or "_"


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
