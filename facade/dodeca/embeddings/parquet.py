"""Read Parquet files into one matrix, made beforehand, or from the cache beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import quote
from dodeca._base.warn_once import warn_once
from dodeca.embeddings import columns, matrix_cache, tables
from dodeca.embeddings.export import local_path, require
from dodeca.embeddings.matrix import MatrixBuilder
from dodeca.errors import DodecaError, InvalidRequestError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

_BATCH_ROWS = 2_048  # are decoded at once; more take more memory and are not faster
_BESIDE = (".cache", ".sqlite", ".sqlite-journal")
_BUFFER_BYTES = 1 << 20  # of a file, instead of a whole column


@attrs.frozen
class Rows:
    """What Parquet files hold: matrices of all rows, and a table of each file's other columns."""

    vectors: NDArray[np.float32]
    uncertainty: NDArray[np.float32] | None
    tables: Sequence[pa.Table]

    def parts(self) -> Iterator[dict[str, Any]]:
        """The fields of `Embeddings` for each file; the matrices are views."""
        start = 0
        for table in self.tables:
            rows = slice(start, start + table.num_rows)
            uncertainty = None if self.uncertainty is None else self.uncertainty[rows]
            yield tables.read_columns(table, self.vectors[rows], uncertainty)
            start = rows.stop


def read_parquet(path: str | os.PathLike[str], *, cache: bool = False) -> Rows:
    """The rows of a Parquet file, of all files of a folder, or of a bulk run.

    See `Embeddings.load`. Files need not have the same columns.
    """
    dataset = local_path(path).absolute()
    if not dataset.exists():
        raise InvalidRequestError(f"there is no file or folder {quote(os.fspath(path))}")
    if (dataset / "journal.sqlite").is_file() and (dataset / "vectors").is_dir():
        dataset /= "vectors"
    require("pyarrow.parquet")
    files = list(_files_of(dataset)) if dataset.is_dir() else [dataset]
    if not files:
        raise InvalidRequestError(f"there are no Parquet files in {quote(os.fspath(path))}")
    with _errors_of(path):
        try:
            return _read_cached(dataset, files) if cache else _read_files(files)
        except (OSError, ValueError):
            _check_no_media(files)
            raise


def _check_no_media(files: Sequence[Path]) -> None:
    """Say what to do with media where vectors were expected.

    Raises:
        InvalidRequestError: one of the files is named as media are.
    """
    for file in files:
        if kind_of(mime_type_of(file.name)):
            raise InvalidRequestError(
                f"{quote(os.fspath(file))} is media, not vectors: embed it first, with "
                "`dodeca run` or `embed.run`, and name the dataset"
            )


def _files_of(folder: Path) -> Iterator[Path]:
    """The files in a folder and those below it.

    Names that begin with . or _ mean: no data. Caches and kept queries lie beside the files.
    """
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.suffix in _BESIDE:
            continue
        if path.is_dir():
            yield from _files_of(path)
        else:
            yield path


def _read_cached(dataset: Path, files: Sequence[Path]) -> Rows:
    """The rows of a cache, which is written if there is none that is right."""
    target = dataset.with_name(f"{dataset.name}.cache")
    state = matrix_cache.state_of(files, dataset.parent)
    kept = matrix_cache.read(target, state)
    if kept is not None:
        return Rows(*kept)
    rows = _read_files(files)
    if matrix_cache.state_of(files, dataset.parent) == state:  # not changed while they were read
        try:
            matrix_cache.write(target, state, rows.vectors, rows.uncertainty, rows.tables)
        except OSError as exc:
            warn_once(UserWarning(f"the cache cannot be written: {exc}"))
    return rows


def _read_files(paths: Sequence[Path]) -> Rows:
    """The rows of files: the other columns of each as a whole, its vectors in batches."""
    files = [_File.of(path) for path in paths]
    others = [file.other_columns() for file in files]
    columns.check_lengths(
        (file.schema.field("vector").type.list_size, tables.model_name(table))
        for file, table in zip(files, others, strict=True)
        if table.num_rows and hasattr(file.schema.field("vector").type, "list_size")
    )
    count = sum(table.num_rows for table in others)
    vectors = MatrixBuilder("vector", count)
    filled = [file for file in files if file.footer.num_rows] or files[:1]
    has_uncertainty = any("uncertainty" in file.matrices for file in filled)
    uncertainty = MatrixBuilder("uncertainty", count) if has_uncertainty else None
    for file in files:
        file.add_to(vectors, uncertainty)
    matrix = tables.finish_vectors(vectors)
    length = matrix.shape[1]
    return Rows(matrix, None if uncertainty is None else uncertainty.finish(length), others)


@attrs.frozen
class _File:
    """A Parquet file; its footer is read once."""

    path: Path
    footer: Any
    schema: Any
    matrices: Sequence[str]
    """The columns that become a matrix."""

    @classmethod
    def of(cls, path: Path) -> _File:
        footer = require("pyarrow.parquet").read_metadata(path)
        schema = footer.schema.to_arrow_schema()
        tables.check_columns(schema.names)
        more = ["uncertainty"] if tables.has_uncertainty(schema) else []
        return cls(path, footer, schema, ["vector", *more])

    def other_columns(self) -> pa.Table:
        names = [name for name in self.schema.names if name not in self.matrices]
        with self._open() as opened:
            return opened.read(columns=names)

    def add_to(self, vectors: MatrixBuilder, uncertainty: MatrixBuilder | None) -> None:
        builders = {"vector": vectors}
        if uncertainty is not None:
            if "uncertainty" in self.matrices:
                builders["uncertainty"] = uncertainty
            else:
                uncertainty.add_missing(self.footer.num_rows)
        for name, builder in builders.items():
            builder.set_type(self.schema.field(name).type)
        with self._open() as opened:
            for batch in opened.iter_batches(_BATCH_ROWS, columns=list(builders)):
                for name, builder in builders.items():
                    builder.add(batch.column(name))

    def _open(self) -> Any:
        return require("pyarrow.parquet").ParquetFile(
            self.path, metadata=self.footer, buffer_size=_BUFFER_BYTES, pre_buffer=False
        )


@contextmanager
def _errors_of(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the errors of Arrow into one that names the path."""
    try:
        yield
    except DodecaError:
        raise
    except (OSError, ValueError, NotImplementedError) as exc:  # as Arrow's own errors are
        raise InvalidRequestError(
            f"cannot read {quote(os.fspath(path))} as Parquet: {exc}"
        ) from exc
