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
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
from dodeca.errors import DatasetError, InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_TYPE_NAMES = {bool: "bool", int: "int64", float: "float64", str: "string"}
_SEGMENT_COLUMNS = ("start_sec", "end_sec", "embedding_option", "embedding_scope")
_HEADER_SIZE_BYTES = 4  # for the length of the header of a packed row set
_ROW_GROUP_BYTES = 8_000_000  # about: what is held in memory to copy a part
_NEVER_REPEATED = frozenset({"id", "vector"})
_VECTOR_VALUES = "vector.list.element"


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
        *,
        part_bytes: int = 0,
    ) -> None:
        self._paths = paths
        self._part_bytes = part_bytes
        self._filled: str | None = None  # the part that this run writes new row sets to
        self._journal = journal
        self._metadata_types = metadata_types
        self._hook = hook

    def write(self, part: str | None, row_sets: Sequence[Mapping[str, Any]]) -> None:
        """Write row sets to a part, replacing the rows that it has of the same inputs.

        Without a part, new row sets fill one part of this run until that is large enough: it is
        replaced by a larger one each time.
        """
        seqs = [row["seq"] for row in row_sets]
        table = self._table(row_sets)
        name = part or self._part_to_fill() or self._new_name()
        if self._paths.table:
            self._journal.begin_part(name, "", seqs)
            lance.merge(self._paths, table)
            self._journal.settle_part(name, "")
        else:
            self._replace_part(name, chain(self._others(name, row_sets, table), [table]), seqs)
            self._filled = self._filled if part else name
        self._journal.mark_written(seqs)

    def _others(self, part: str, row_sets: Sequence[Mapping[str, Any]], like: Any) -> Iterable[Any]:
        """The rows that a part has of other inputs; none if it is new."""
        if part not in self._journal.parts():
            return ()
        keys = {row["key"] for row in row_sets}
        return _tables_without(self._paths.part(part), keys, like.schema)

    def _part_to_fill(self) -> str | None:
        """The part of this run that is not large enough yet."""
        if self._filled is None:
            return None
        path = self._paths.part(self._filled)
        with storage_errors(path):
            return self._filled if path.stat().st_size < self._part_bytes else None

    def remove(self, part: str, keys: Set[str]) -> None:
        """Remove the rows of some inputs from a part."""
        if self._paths.table:
            lance.delete(self._paths, keys)
        else:
            self._replace_part(part, _tables_without(self._paths.part(part), keys))

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
                self._replace_part(part, _tables_without(path, frozenset(), wanted))
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

    def _replace_part(self, part: str, tables: Iterable[Any], seqs: Sequence[int] = ()) -> None:
        """Write a part. The journal names the file by its digest before it is there."""
        target = self._paths.part(part)
        with self._draft(target, tables) as draft:
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
        with self._draft(target, [table]) as draft:
            self._publish(draft, target, what)

    @contextmanager
    def _draft(self, target: Path, tables: Iterable[Any]) -> Iterator[Path]:
        """Tables in a file that is to replace another one, outside the folder of the parts."""
        draft = self._paths.errors.with_name(f".{target.name}.new")
        with storage_errors(target):
            write_new(draft, lambda stream: _write_parquet(tables, stream))
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
        rows = [one for one in sets for _ in range(len(one.vectors))]
        values = {
            "id": [row_id for one in sets for row_id in one.ids()],
            "input_id": [one.row["key"] for one in rows],
            "source": [one.row["source"] for one in rows],
            **{
                name: [value for one in sets for value in one.header[name]]
                for name in _SEGMENT_COLUMNS
            },
            "model_name": [one.header["model_name"] for one in rows],
        }
        type_names = {"start_sec": "float64", "end_sec": "float64"}
        arrays = {n: arrow.array(type_names.get(n, "string"), v) for n, v in values.items()}
        arrays["vector"] = arrow.vectors(np.concatenate([one.vectors for one in sets]))
        for name, type_name in self._metadata_types.items():
            metadata = [_convert(type_name, one.metadata.get(name)) for one in rows]
            arrays[name] = arrow.array(type_name, metadata)
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


def _tables_without(path: Path, keys: Set[str], schema: Any = None) -> Iterator[Any]:
    """The rows of a part without those of some inputs: an empty table, and one a row group."""
    import pyarrow.parquet as pq

    from dodeca.embeddings import arrow

    with pq.ParquetFile(path) as part:
        yield part.schema_arrow.empty_table() if schema is None else schema.empty_table()
        for number in range(part.num_row_groups):
            table = part.read_row_group(number, use_threads=False)  # threads keep memory
            is_other = [key not in keys for key in table["input_id"].to_pylist()]
            if not all(is_other):
                table = table.filter(arrow.array("bool", is_other))
            yield table if schema is None else table.cast(schema)


def _write_parquet(tables: Iterable[Any], stream: BinaryIO) -> None:
    """Write tables of one schema, holding one more row group in memory.

    Vectors are not compressed: they would lose some 7 % of their size, for a third of the time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    left = iter(tables)
    first = next(left)
    names = first.schema.names
    compression = {name: "zstd" for name in names if name != "vector"}
    options: dict[str, Any] = {
        "compression": compression | {_VECTOR_VALUES: "none"},
        "use_dictionary": [name for name in names if name not in _NEVER_REPEATED],
        "write_statistics": [name for name in names if name != "vector"],
    }
    with pq.ParquetWriter(stream, first.schema, **options) as writer:
        for group in _row_groups(chain([first], left)):
            writer.write_table(group)
            pa.default_memory_pool().release_unused()  # else it keeps what each row group took


def _row_groups(tables: Iterable[Any]) -> Iterator[Any]:
    """The rows of tables, gathered or divided into row groups of about one size."""
    import pyarrow as pa

    gathered: list[Any] = []
    for table in tables:
        size = max(_ROW_GROUP_BYTES * table.num_rows // max(table.nbytes, 1), 1)
        for start in range(0, max(table.num_rows, 1), size):
            gathered.append(table.slice(start, size))
            if sum(each.nbytes for each in gathered) >= 0.9 * _ROW_GROUP_BYTES:
                yield pa.concat_tables(gathered)
                gathered = []
    if gathered:
        yield pa.concat_tables(gathered)


def _convert(type_name: str, value: Any) -> Any:
    """A metadata value, converted to the type of its column."""
    if value is None:
        return None
    if type_name in ("string", "null"):
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    return float(value) if type_name == "float64" else value
