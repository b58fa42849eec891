"""The paths of the output of a bulk run."""

from __future__ import annotations

import os
import re
from pathlib import Path

import attrs

from dodeca._base.text import quote
from dodeca.errors import DatasetError, InvalidRequestError

JOURNAL = "journal.sqlite"
PART = re.compile(r"part-[0-9]{5,}")


@attrs.frozen
class OutputPaths:
    """The paths of the output of a run."""

    vectors: Path
    errors: Path
    journal: Path
    table: str = ""
    """The name of the LanceDB table in the folder `vectors`; empty for Parquet."""

    @classmethod
    def of(cls, out: str | os.PathLike[str], *, create: bool = True) -> OutputPaths:
        """The paths for an `out`; the folders are created unless `create` is False.

        Raises:
            InvalidRequestError: `out` is empty, or a file.
        """
        if not isinstance(out, str | os.PathLike) or not os.fspath(out).strip():
            raise InvalidRequestError(f"out must be a folder, or end in .lance; got {quote(out)}")
        if "\0" in os.fspath(out):
            raise InvalidRequestError(f"out cannot have the character NUL, got {quote(out)}")
        try:
            path = Path(out).expanduser()
            is_lance = path.suffix == ".lance"
            beside = path.with_suffix(".journal") if is_lance else path
            vectors = path.parent if is_lance else path / "vectors"
            for folder in (beside, vectors) if create else ():
                folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError) as exc:  # RuntimeError: there is no such home folder
            raise InvalidRequestError(f"out must be a folder, or end in .lance: {exc}") from exc
        return cls(
            vectors,
            beside / "errors.parquet",
            beside / JOURNAL,
            path.stem if is_lance else "",
        )

    @property
    def form(self) -> str:
        """What the vectors are written to, as the journal names it: it has one output."""
        return f"the LanceDB table {self.table!r}" if self.table else "Parquet files"

    def part(self, name: str) -> Path:
        """The file of a part, whose name is checked: a journal may come from an untrusted place.

        Raises:
            DatasetError: it is not the name of a part.
        """
        if not PART.fullmatch(name):
            raise DatasetError(f"{self.journal} names a part {quote(name)}")
        return self.vectors / f"{name}.parquet"
