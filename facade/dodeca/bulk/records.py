"""What a journal holds: an input with its state, the stamp of its file, and a failure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import attrs

from dodeca._serializable import Serializable
from dodeca.bulk.options import EmbedOptions


@attrs.frozen
class FileStamp:
    """What shows that a file changed, without reading it.

    The inode and the time of its last change show a file that another one of the same size and
    mtime replaced. They are None in journals of version 1. All are None for what is not a file.
    """

    size: int | None = None
    mtime_ns: int | None = None
    ctime_ns: int | None = None
    inode: int | None = None

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> FileStamp:
        """The stamp of a file."""
        found = os.stat(path)  # noqa: PTH116 - of each input of a run: a Path would cost twice as much
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, _signed(found.st_ino))

    def matches(self, before: FileStamp) -> bool:
        """Whether a file is still the one of an earlier stamp."""
        if before.inode is None:
            return (self.size, self.mtime_ns) == (before.size, before.mtime_ns)
        return self == before


def _signed(number: int) -> int:
    """A number of 64 bits as SQLite stores it."""
    return number - (1 << 64) if number >= 1 << 63 else number


@attrs.define
class JournalRow:
    """An input in the journal. `content` is the hash of its bytes, None until they are read."""

    seq: int
    key: str
    kind: str
    origin: str
    source: str
    options: EmbedOptions
    state: str
    size: int | None
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None
    content: str | None
    changed: bool
    intent_at: float | None
    asset_id: str | None
    task_id: str | None
    media_sec: float | None

    @classmethod
    def of(cls, values: Sequence[Any]) -> JournalRow:
        """The input in a row of the database."""
        row = cls(*values)
        row.options, row.changed = EmbedOptions.from_json(values[5]), bool(row.changed)
        return row

    @property
    def stamp(self) -> FileStamp:
        """The stamp of the file when it was last read."""
        return FileStamp(self.size, self.mtime_ns, self.ctime_ns, self.inode)


@attrs.frozen
class RegisteredInput:
    """What decides whether an input that the journal has is to be embedded again."""

    key: str
    seq: int
    state: str
    changed: int
    metadata: str
    size: int | None
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None

    @property
    def stamp(self) -> FileStamp:
        """The stamp of the file when it was last read."""
        return FileStamp(self.size, self.mtime_ns, self.ctime_ns, self.inode)


@attrs.frozen
class Failure(Serializable):
    """An input without vectors, and the reason.

    `code` is the API's error code, or one of ours (`media_invalid`, `no_answer`, ...); `status` is
    the HTTP status, if there was a response. The next run tries a `retryable` one again.
    """

    input_id: str
    source: str
    input_type: str
    code: str
    status: int | None
    reason: str
    retryable: bool


def no_hook(name: str) -> None:
    """Called at named points of a run; tests pass their own function."""
