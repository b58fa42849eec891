"""The output of a bulk run: a Parquet dataset, or a LanceDB table, and a table of errors.

    library/
        vectors/part-00000.parquet   what `pandas.read_parquet("library/vectors")` reads
        errors.parquet
        journal.sqlite, journal.lock

For `out="photos.lance"` the vectors are the table `photos` of LanceDB, and the rest is in
`photos.journal/`. A part appears by being renamed, whole or not at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base.row_ids import row_id
from dodeca.bulk.journal import Failure, nothing
from dodeca.errors import ConfigurationError, InvalidRequestError, InvalidResponseError

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_TYPES = {bool: "bool", int: "int64", float: "float64", str: "string"}
_ROW = ("start_sec", "end_sec", "embedding_option", "embedding_scope")
_PART = re.compile(r"part-[0-9]{5,}")
_HEAD = 4  # bytes that hold the length of a packed row set's header


@attrs.frozen
class Place:
    """Where everything of a run is."""

    vectors: Path
    errors: Path
    journal: Path
    table: str = ""
    """The name of the LanceDB table in the folder `vectors`; empty for Parquet."""

    @classmethod
    def of(cls, out: str | os.PathLike[str], *, make: bool = True) -> Place:
        """The places that `out` names, their folders made where they are to be.

        Raises:
            InvalidRequestError: `out` is a file, or names nothing.
        """
        if not isinstance(out, str | os.PathLike) or not os.fspath(out).strip():
            raise InvalidRequestError(f"out is a folder, or ends in .lance; got {out!r}")
        path = Path(os.fspath(out))
        is_lance = path.suffix == ".lance"
        beside = path.with_suffix(".journal") if is_lance else path
        vectors = path.parent if is_lance else path / "vectors"
        try:
            for folder in (beside, vectors) if make else ():
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InvalidRequestError(f"out is a folder, or ends in .lance: {exc}") from exc
        return cls(
            vectors,
            beside / "errors.parquet",
            beside / "journal.sqlite",
            path.stem if is_lance else "",
        )


# Row sets as bytes, small enough to wait in the journal.


def pack(found: Embeddings, model_name: str) -> bytes:
    """The vectors of one input and what belongs to each."""
    head = orjson.dumps(
        {
            "shape": found.vectors.shape,
            "embedding_option": list(found.embedding_option),
            "embedding_scope": list(found.embedding_scope),
            "start_sec": found.start_sec.tolist(),
            "end_sec": found.end_sec.tolist(),
            "model_name": found.model_name or model_name,
        }
    )
    vectors = np.ascontiguousarray(found.vectors, dtype="<f4")
    return len(head).to_bytes(_HEAD, "little") + head + vectors.tobytes()


def length(packed: bytes) -> int:
    """How long the vectors of a packed row set are."""
    return int(_unpacked(packed)[0]["shape"][1])


def _unpacked(packed: bytes) -> tuple[dict[str, Any], Any]:
    start = _HEAD + int.from_bytes(packed[:_HEAD], "little")
    head = orjson.loads(packed[_HEAD:start])
    return head, np.frombuffer(packed, "<f4", offset=start).reshape(head["shape"])


# Columns.


def columns(
    metadata: Iterable[Mapping[str, Any]], before: Mapping[str, str] | None
) -> dict[str, str]:
    """The types of the metadata columns, by name; `before` are those of parts already written.

    Raises:
        InvalidRequestError: a column that the parts do not have, or have with another type.
    """
    found: dict[str, str] = {}
    for row in metadata:
        for name, value in row.items():
            kind = _TYPES.get(type(value))
            if kind is not None:
                found[name] = _common(found.get(name, kind), kind)
            else:
                found.setdefault(name, "null")
    found = {name: "string" if kind == "null" else kind for name, kind in sorted(found.items())}
    if before is None:
        return found
    for name, kind in found.items():
        if _common(before.get(name, "none"), kind) != before.get(name):
            raise InvalidRequestError(
                f"the dataset has the metadata columns {dict(before)}, and the inputs have "
                f"{name!r} as {kind}; write them to another dataset"
            )
    return dict(before)


def _common(one: str, other: str) -> str:
    if one == other or other == "null":
        return one
    if one == "null":
        return other
    return "float64" if {one, other} == {"int64", "float64"} else "string"


class Dataset:
    """Writes row sets, as parts of one schema."""

    def __init__(
        self, place: Place, extra: Mapping[str, str], at: Callable[[str], None] = nothing
    ) -> None:
        self._place = place
        self._extra = extra
        self._at = at

    def write(self, part: str, row_sets: Sequence[Mapping[str, Any]]) -> None:
        """Put row sets of the journal into a part; those of the same inputs in it are replaced."""
        table = self._table(row_sets)
        if self._place.table:
            _to_lance(self._place, table)
            return
        target = self._part(part)
        if any(row["part"] == part for row in row_sets):
            table = _merged(target, table)
        self._replace(target, table, "part")

    def remove(self, part: str, keys: Set[str]) -> None:
        """Take the rows of some inputs out of a part."""
        if self._place.table:
            _lance_table(self._place).delete(f"input_id IN ({_quoted(keys)})")
            return
        target = self._part(part)
        self._replace(target, _without(target, keys), "part")

    def write_errors(self, failures: Iterable[Failure]) -> None:
        """Write the table of errors anew."""
        from dodeca.bulk import _arrow

        kinds = {"status": "int32", "retryable": "bool"}
        rows = [attrs.astuple(failure) for failure in failures]
        names = [field.name for field in attrs.fields(Failure)]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        table = {
            name: _arrow.array(kinds.get(name, "string"), values)
            for name, values in zip(names, columns, strict=True)
        }
        self._replace(self._place.errors, _arrow.table(table), "errors")

    def _part(self, part: str) -> Path:
        """The file of a part. A journal may come from elsewhere, and its word is no path."""
        if not _PART.fullmatch(part):
            raise ConfigurationError(f"{self._place.journal} names a part {part!r}")
        return self._place.vectors / f"{part}.parquet"

    def _replace(self, target: Path, table: Any, what: str) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        draft = self._place.errors.with_name(f".{target.name}.new")  # beside, not among the parts
        draft.unlink(missing_ok=True)  # of a crash, or a link that would be written through
        with draft.open("xb") as stream:
            pq.write_table(table, stream, compression="zstd")
            stream.flush()
            os.fsync(stream.fileno())
        self._at(f"before the rename of {what}")
        draft.replace(target)
        _sync_folder(target.parent)
        self._at(f"after the rename of {what}")

    def _table(self, row_sets: Sequence[Mapping[str, Any]]) -> Any:
        from dodeca.bulk import _arrow

        sets = [_Set(row) for row in row_sets]
        values = {
            "id": [row_id for one in sets for row_id in one.ids()],
            "input_id": [one.row["key"] for one in sets for _ in one.vectors],
            "source": [one.row["source"] for one in sets for _ in one.vectors],
            **{name: [value for one in sets for value in one.head[name]] for name in _ROW},
            "model_name": [one.head["model_name"] for one in sets for _ in one.vectors],
        }
        kinds = {"start_sec": "float64", "end_sec": "float64"}
        arrays = {n: _arrow.array(kinds.get(n, "string"), v) for n, v in values.items()}
        arrays["vector"] = _arrow.vectors(np.concatenate([one.vectors for one in sets]))
        for name, kind in self._extra.items():
            own = [_as(kind, one.metadata.get(name)) for one in sets for _ in one.vectors]
            arrays[name] = _arrow.array(kind, own)
        return _arrow.table(arrays)


class _Set:
    """A row set with its input."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.head, self.vectors = _unpacked(row["packed"])
        self.metadata = orjson.loads(row["metadata"])

    def ids(self) -> list[str]:
        """The ids of the rows: by content, where the bytes were here."""
        source_id = self.row["content"] or f"{self.row['origin']}:{self.row['source']}"
        head = self.head
        return [
            row_id(source_id, start, end, option, scope, head["model_name"])
            for start, end, option, scope in zip(*(head[name] for name in _ROW), strict=True)
        ]


def _merged(path: Path, table: Any) -> Any:
    """The rows of a part, those of the same inputs replaced by the ones of a table."""
    import pyarrow as pa

    rest = _without(path, set(table["input_id"].to_pylist()))
    return pa.concat_tables([rest.cast(table.schema), table])


def _without(path: Path, keys: Set[str]) -> Any:
    """The rows of a part but for those of some inputs."""
    import pyarrow.parquet as pq

    from dodeca.bulk import _arrow

    table = pq.ParquetFile(path).read()
    is_other = [key not in keys for key in table["input_id"].to_pylist()]
    return table.filter(_arrow.array("bool", is_other))


def _as(kind: str, value: Any) -> Any:
    """A value of a metadata column in the type of that column."""
    if value is None:
        return None
    if kind == "string":
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    return float(value) if kind == "float64" else value


def _to_lance(place: Place, table: Any) -> None:
    """One atomic change: rows of these inputs that are there already are replaced."""
    found = _lance_table(place, table)
    inputs = _quoted(set(table["input_id"].to_pylist()))
    (
        found.merge_insert(["id", "input_id"])
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .when_not_matched_by_source_delete(f"input_id IN ({inputs})")
        .execute(table)
    )


def _quoted(keys: Set[str]) -> str:
    return ", ".join(f"'{key}'" for key in sorted(keys))


def _lance_table(place: Place, like: Any = None) -> Any:
    """The table, made empty where there is none."""
    try:
        import lancedb
    except ImportError as exc:
        raise ConfigurationError(
            f"a .lance output needs the extra `lance`: pip install 'dodeca[lance]' ({exc})"
        ) from exc
    database = lancedb.connect(place.vectors)
    if like is None:
        return database.open_table(place.table)
    return database.create_table(place.table, schema=like.schema, exist_ok=True)


def check_length(found: int, before: str | None) -> None:
    """All vectors of a dataset have one length.

    Raises:
        InvalidResponseError: these have another.
    """
    if before is not None and found != int(before):
        raise InvalidResponseError(
            f"these vectors have {found} floats, those of the dataset {before}"
        )


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
