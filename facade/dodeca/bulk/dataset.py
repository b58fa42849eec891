"""The output of a bulk run: a Parquet dataset, or a LanceDB table, and a table of errors.

    library/
        vectors/part-00000.parquet   what `pandas.read_parquet("library/vectors")` reads
        errors.parquet
        journal.sqlite, journal.lock

For `out="photos.lance"` the vectors are the table `photos` of LanceDB, and the rest is in
`photos.journal/`. A part is written to a temporary file and renamed: it is complete or not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base.files import sha256_of, sync_folder, write_new
from dodeca._base.row_ids import row_id
from dodeca.bulk import lance
from dodeca.bulk.database import storage_errors
from dodeca.bulk.journal import Journal
from dodeca.bulk.paths import OutputPaths
from dodeca.bulk.records import Failure, no_hook
from dodeca.errors import (
    DatasetError,
    InvalidRequestError,
    InvalidResponseError,
)

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_TYPE_NAMES = {bool: "bool", int: "int64", float: "float64", str: "string"}
_SEGMENT_COLUMNS = ("start_sec", "end_sec", "embedding_option", "embedding_scope")
_HEADER_SIZE_BYTES = 4  # for the length of the header of a packed row set


# Row sets as bytes, for the spool of the journal.


def pack(found: Embeddings, model_name: str) -> bytes:
    """The vectors of one input and their columns, as bytes."""
    header = orjson.dumps(
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
    return len(header).to_bytes(_HEADER_SIZE_BYTES, "little") + header + vectors.tobytes()


def vector_length(packed: bytes) -> int:
    """The number of dimensions of the vectors in a packed row set."""
    return int(_unpack(packed)[0]["shape"][1])


def _unpack(packed: bytes) -> tuple[dict[str, Any], Any]:
    start = _HEADER_SIZE_BYTES + int.from_bytes(packed[:_HEADER_SIZE_BYTES], "little")
    header = orjson.loads(packed[_HEADER_SIZE_BYTES:start])
    return header, np.frombuffer(packed, "<f4", offset=start).reshape(header["shape"])


# Columns.


def metadata_types(
    metadata: Iterable[Mapping[str, Any]], before: Mapping[str, str] | None
) -> dict[str, str]:
    """The types of the metadata columns, by name; `before` are those of the existing dataset.

    "null" is the type of a column without a value so far. A column of whole numbers becomes one of
    decimals where decimals come.

    Raises:
        InvalidRequestError: a column that the dataset does not have, or has with another type.
    """
    found: dict[str, str] = {}
    for row in metadata:
        for name, value in row.items():
            type_name = _TYPE_NAMES.get(type(value))
            if type_name is not None:
                found[name] = _common_type(found.get(name, type_name), type_name)
            else:
                found.setdefault(name, "null")
    found = dict(sorted(found.items()))
    if before is None:
        return found
    types = dict(before)
    for name, type_name in found.items():
        known = before.get(name)
        common = known and _common_type(known, type_name)
        if common and (known in (common, "null") or (known, common) == ("int64", "float64")):
            types[name] = common
        else:
            raise InvalidRequestError(
                f"the dataset has the metadata columns {dict(before)}, and the inputs have "
                f"{name!r} as {type_name}; write them to another dataset"
            )
    return types


def _common_type(one: str, other: str) -> str:
    if one == other or other == "null":
        return one
    if one == "null":
        return other
    return "float64" if {one, other} == {"int64", "float64"} else "string"


class Dataset:
    """Writes row sets as Parquet parts, or into a LanceDB table; all have one schema."""

    def __init__(
        self,
        paths: OutputPaths,
        journal: Journal,
        metadata_types: Mapping[str, str],
        hook: Callable[[str], None] = no_hook,
    ) -> None:
        self._paths = paths
        self._journal = journal
        self._metadata_types = metadata_types
        self._hook = hook

    def write(self, part: str | None, row_sets: Sequence[Mapping[str, Any]]) -> None:
        """Write row sets to a part, replacing the rows that it has of the same inputs.

        Without a part they make a new one.
        """
        seqs = [row["seq"] for row in row_sets]
        table = self._table(row_sets)
        name = part or self._new_name()
        if self._paths.table:
            self._journal.begin_part(name, "", seqs)
            lance.merge(self._paths, table)
            self._journal.settle_part(name, "")
        else:
            if part is not None:
                table = _merge_into_part(self._paths.part(part), table)
            self._replace_part(name, table, seqs)
        self._journal.mark_written(seqs, name)

    def remove(self, part: str, keys: Set[str]) -> None:
        """Remove the rows of some inputs from a part."""
        if self._paths.table:
            lance.delete(self._paths, keys)
        else:
            self._replace_part(part, _part_without(self._paths.part(part), keys))

    def align_columns(self) -> None:
        """Convert the metadata columns of older parts to the types that they have now."""
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        if self._paths.table:
            if self._journal.parts():
                lance.convert_columns(self._paths, self._with_metadata_types)
            return
        for part in self._journal.parts():
            path = self._paths.part(part)
            found = pq.read_schema(path)
            wanted = self._with_metadata_types(found)
            if not found.equals(wanted):
                self._replace_part(part, pq.ParquetFile(path).read().cast(wanted))
                self._journal.commit()

    def _with_metadata_types(self, schema: Any) -> Any:
        from dodeca.embeddings import arrow

        for name, type_name in self._metadata_types.items():
            if (index := schema.get_field_index(name)) >= 0:
                schema = schema.set(index, schema.field(index).with_type(arrow.type_of(type_name)))
        return schema

    def _new_name(self) -> str:
        numbers = [int(name.removeprefix("part-")) for name in self._journal.parts()]
        return f"part-{max(numbers, default=-1) + 1:05d}"

    def write_errors(self, failures: Iterable[Failure]) -> None:
        """Replace the table of errors."""
        from dodeca.embeddings import arrow

        type_names = {"status": "int32", "retryable": "bool"}
        rows = [attrs.astuple(failure) for failure in failures]
        names = [field.name for field in attrs.fields(Failure)]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        table = {
            name: arrow.array(type_names.get(name, "string"), values)
            for name, values in zip(names, columns, strict=True)
        }
        self._replace(self._paths.errors, arrow.table(table), "errors")

    def _replace_part(self, part: str, table: Any, seqs: Sequence[int] = ()) -> None:
        """Write a part. The journal names the file by its digest before it is there."""
        target = self._paths.part(part)
        with self._draft(target, table) as draft:
            is_new = part not in self._journal.parts()
            if is_new and target.exists():
                raise DatasetError(
                    f"{target} exists, and is not of this run: move it away, then run again"
                )
            digest = sha256_of(draft)
            self._journal.begin_part(part, digest, seqs)
            self._publish(draft, target, "part")
        self._journal.settle_part(part, digest)

    def _replace(self, target: Path, table: Any, what: str) -> None:
        with self._draft(target, table) as draft:
            self._publish(draft, target, what)

    @contextmanager
    def _draft(self, target: Path, table: Any) -> Iterator[Path]:
        """A table in a file that is to replace another one, outside the folder of the parts."""
        import pyarrow.parquet as pq

        draft = self._paths.errors.with_name(f".{target.name}.new")
        with storage_errors(target):
            write_new(draft, lambda stream: pq.write_table(table, stream, compression="zstd"))
        yield draft

    def _publish(self, draft: Path, target: Path, what: str) -> None:
        self._hook(f"before the rename of {what}")
        self._journal.check_in_place()
        with storage_errors(target):
            draft.replace(target)
            sync_folder(target.parent)
        self._hook(f"after the rename of {what}")

    def _table(self, row_sets: Sequence[Mapping[str, Any]]) -> Any:
        from dodeca.embeddings import arrow

        sets = [_RowSet(row) for row in row_sets]
        values = {
            "id": [row_id for one in sets for row_id in one.ids()],
            "input_id": [one.row["key"] for one in sets for _ in one.vectors],
            "source": [one.row["source"] for one in sets for _ in one.vectors],
            **{
                name: [value for one in sets for value in one.header[name]]
                for name in _SEGMENT_COLUMNS
            },
            "model_name": [one.header["model_name"] for one in sets for _ in one.vectors],
        }
        type_names = {"start_sec": "float64", "end_sec": "float64"}
        arrays = {n: arrow.array(type_names.get(n, "string"), v) for n, v in values.items()}
        arrays["vector"] = arrow.vectors(np.concatenate([one.vectors for one in sets]))
        for name, type_name in self._metadata_types.items():
            values_of_rows = [
                _convert(type_name, one.metadata.get(name)) for one in sets for _ in one.vectors
            ]
            arrays[name] = arrow.array(type_name, values_of_rows)
        return arrow.table(arrays)


class _RowSet:
    """A row set with its input."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.header, self.vectors = _unpack(row["packed"])
        self.metadata = orjson.loads(row["metadata"])

    def ids(self) -> list[str]:
        """The ids of the rows; they depend on the source, so that equal files have their own."""
        source_id = f"{self.row['origin']}:{self.row['source']}"
        header = self.header
        return [
            row_id(source_id, start, end, option, scope, header["model_name"])
            for start, end, option, scope in zip(
                *(header[name] for name in _SEGMENT_COLUMNS), strict=True
            )
        ]


def _merge_into_part(path: Path, table: Any) -> Any:
    """The rows of a part, with those of the same inputs replaced by a table."""
    import pyarrow as pa

    rest = _part_without(path, set(table["input_id"].to_pylist()))
    return pa.concat_tables([rest.cast(table.schema), table])


def _part_without(path: Path, keys: Set[str]) -> Any:
    """The rows of a part without those of some inputs."""
    import pyarrow.parquet as pq

    from dodeca.embeddings import arrow

    table = pq.ParquetFile(path).read()
    is_other = [key not in keys for key in table["input_id"].to_pylist()]
    return table.filter(arrow.array("bool", is_other))


def _convert(type_name: str, value: Any) -> Any:
    """A metadata value, converted to the type of its column."""
    if value is None:
        return None
    if type_name in ("string", "null"):
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    return float(value) if type_name == "float64" else value


def check_vector_length(found: int, before: str | None) -> None:
    """Check that vectors have as many dimensions as those of the dataset.

    Raises:
        InvalidResponseError: they do not.
    """
    if before is not None and found != int(before):
        raise InvalidResponseError(
            f"these vectors have {found} dimensions, the dataset has {before}"
        )
