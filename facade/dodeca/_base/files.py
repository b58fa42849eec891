"""Write files safely."""

from __future__ import annotations

import os
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
