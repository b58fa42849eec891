"""The rows of datasets: of runs, Parquet files and LanceDB tables, and where their media are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np

from dodeca._base.text import as_unicode, quote
from dodeca.bulk import lance
from dodeca.bulk.paths import OutputPaths
from dodeca.embeddings import Embeddings
from dodeca.embeddings.export import local_path
from dodeca.embeddings.labels import Labels, code_type
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUERIES = "queries.sqlite"


@attrs.frozen
class Rows:
    """The rows of a library; `locations` is where the media of each row is."""

    embeddings: Embeddings
    locations: Labels
    journals: Sequence[Path]
    """Those of the runs that wrote the datasets."""


def read_rows(paths: Sequence[str | os.PathLike[str]]) -> Rows:
    """The rows of one or more datasets, which must be of one model and one dimension.

    Raises:
        InvalidRequestError: no path, no such dataset, no vectors, or vectors of several models.
        ConfigurationError: an extra is not installed, or a newer version wrote a dataset.
    """
    if not paths:
        raise InvalidRequestError("name a dataset, Parquet files or a .lance table; got none")
    parts = [_read(path) for path in paths]
    embeddings = parts[0] if len(parts) == 1 else Embeddings.concat(parts)
    if not len(embeddings):
        raise InvalidRequestError(f"there are no vectors in {quote(name_of(paths))}")
    if len(models := embeddings._model_names()) > 1:
        raise InvalidRequestError(
            f"a library has vectors of one model, and these are of {quote(' and '.join(models))}: "
            "open them one by one"
        )
    named = [_locations(part, path) for part, path in zip(parts, paths, strict=True)]
    journals = [journal for path in paths if (journal := _journal_of(path)).is_file()]
    return Rows(embeddings, Labels.joined(named), journals)


def name_of(paths: Sequence[str | os.PathLike[str]]) -> str:
    """What datasets are called: their names."""
    names = [as_unicode(Path(os.path.abspath(path)).name) for path in paths]  # noqa: PTH100
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def queries_path(path: str | os.PathLike[str]) -> Path:
    """Where the queries of a dataset are kept: with the journal of a run, else beside the path."""
    journal = _journal_of(path)
    if journal.is_file():
        return journal.with_name(QUERIES)
    target = local_path(path).absolute()
    return target.with_name(f"{target.name}.{QUERIES}")


def _read(path: str | os.PathLike[str]) -> Embeddings:
    local = local_path(path)
    if local.suffix != ".lance":
        return Embeddings.load(local)
    if not local.is_dir():
        raise InvalidRequestError(f"there is no table {quote(os.fspath(path))}")
    return Embeddings.from_arrow(lance.read(OutputPaths.of(local, create=False)))


def _journal_of(path: str | os.PathLike[str]) -> Path:
    return OutputPaths.of(local_path(path).absolute(), create=False).journal


def _locations(rows: Embeddings, path: str | os.PathLike[str]) -> Labels:
    """Where the media of each row is: its source, else its source id, else the dataset itself."""
    place = as_unicode(os.path.abspath(path))  # noqa: PTH100 - as for inputs
    source, named = rows.source.remove_unused(), rows.source_id.remove_unused()
    if None not in source.categories:
        return source
    pairs: NDArray[np.int64] = source.codes.astype(np.int64) * len(named.categories) + named.codes
    codes, categories = np.unique(pairs, return_inverse=True)
    labels = [
        source.categories[code // len(named.categories)]
        or named.categories[code % len(named.categories)]
        or place
        for code in codes.tolist()
    ]
    known = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    recoded = np.array([known[label] for label in labels], code_type(len(known)))
    return Labels(recoded[categories], list(known))
