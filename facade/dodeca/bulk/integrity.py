"""The check of a library before a run writes to it: its parts are those that the journal names.

A part that is missing is written again: its inputs count as not embedded. Whatever else is not as
the last run left it is an error, since only its owner knows which of the files are the right ones.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson

from dodeca._base.files import sha256_of
from dodeca.bulk import lance
from dodeca.bulk.database import storage_errors
from dodeca.bulk.journal import Journal
from dodeca.bulk.paths import PART, OutputPaths
from dodeca.errors import DatasetError


def check_library(journal: Journal, paths: OutputPaths) -> None:
    """Check the journal against the output; record what has to be embedded again.

    Raises:
        DatasetError: the output is not the one that the journal was written for, or not as the last
            run left it. Nothing was written.
    """
    _check_journal(journal, paths)
    if paths.table:
        lost = _lost_in_lance(journal, paths)
        journal.repeat("missing rows", lost)
    else:
        missing, settled = _check_parts(journal, paths)
        for part, digest in settled.items():
            journal.adopt_part(part, digest)
        for part in missing:
            journal.forget_part(part)
    journal.repeat("a damaged row set", journal.damaged_row_sets())
    journal.write_meta("output", paths.form)
    journal.commit()
    journal.is_checked()


def _check_journal(journal: Journal, paths: OutputPaths) -> None:
    if not (journal.is_sealed or journal.is_as_written()):
        raise DatasetError(
            f"{paths.journal} is damaged: restore it from a copy, or write to another output"
        )
    form = journal.read_meta("output")
    if form not in (None, paths.form):
        raise DatasetError(
            f"{paths.journal} is of a run that writes {form}, and not {paths.form}: "
            "choose another output"
        )
    try:
        orjson.loads(journal.read_meta("columns") or "{}")
    except orjson.JSONDecodeError as exc:
        raise DatasetError(f"{paths.journal} is damaged: its columns are no JSON: {exc}") from exc


def _check_parts(journal: Journal, paths: OutputPaths) -> tuple[list[str], dict[str, str]]:
    """The parts that are missing, and the digests of those whose replacement was interrupted."""
    named = journal.parts()
    for name in () if journal.is_sealed else journal.parts_of_inputs():
        paths.part(name)  # checks the name
        if name not in named:
            raise DatasetError(f"{paths.journal} is damaged: it does not list its part {name}")
    with storage_errors(paths.vectors):
        found = {path.stem: path for path in paths.vectors.glob("part-*.parquet")}
    adopted = _parts_of_version_1(journal, paths, found)
    for name, path in sorted(found.items()):
        if PART.fullmatch(name) and name not in named and name not in adopted:
            raise DatasetError(
                f"{path} is not in {paths.journal}: restore the journal that names it, or move the "
                "file away, or write to another output"
            )
    missing: list[str] = []
    settled = dict(adopted)
    for name, digests in named.items():
        path = paths.part(name)
        if not path.exists():
            missing.append(name)
        elif name not in adopted:
            settled |= _settled(journal, name, path, digests)
    return missing, settled


def _settled(
    journal: Journal, name: str, path: Path, digests: tuple[str | None, str | None]
) -> dict[str, str]:
    with storage_errors(path):
        digest = sha256_of(path)
    if digest not in digests:
        raise DatasetError(
            f"{path} is not as the last run left it: restore it from a copy, or delete it, and its "
            f"inputs are embedded again; {journal.path} has its SHA-256"
        )
    return {} if digests == (digest, None) else {name: digest}


def _parts_of_version_1(
    journal: Journal, paths: OutputPaths, found: dict[str, Path]
) -> dict[str, str]:
    """The digests of parts that a run of version 1 wrote: they had none, so their rows are counted.

    One that its journal does not name was written by a run that was killed right after it.
    """
    named, spooled = journal.parts(), journal.undigested_keys()
    adopted: dict[str, str] = {}
    for name, path in found.items():
        if named.get(name, (None, None)) != (None, None) or not (name in named or spooled):
            continue
        rows = _rows_by_input(path)
        expected = {key: n for _, key, part, n in journal.written_inputs() if part == name}
        if rows.keys() <= spooled | journal.keys_of_part(name) and all(
            rows[key] == number for key, number in expected.items()
        ):
            adopted[name] = sha256_of(path)
            continue
        raise DatasetError(
            f"{path} does not have the rows that {paths.journal} names: restore it from a copy, or "
            "delete it, and its inputs are embedded again"
        )
    return adopted


def _rows_by_input(path: Path) -> Counter[str]:
    """The number of rows of each input in a part."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        table = pq.ParquetFile(path).read()  # all of it: a damaged page is found
    except (OSError, pa.ArrowException) as exc:
        raise DatasetError(f"{path} cannot be read as Parquet: {exc}") from exc
    if "input_id" not in table.column_names:
        raise DatasetError(f"{path} is not a part of a bulk run: it has no column input_id")
    return Counter(table["input_id"].to_pylist())


def _lost_in_lance(journal: Journal, paths: OutputPaths) -> list[int]:
    """The inputs that are done, and whose rows the table does not have."""
    if not journal.parts():
        return []
    found = lance.rows_by_input(paths)
    return [seq for seq, key, _, n in journal.written_inputs() if found[key] != n]
