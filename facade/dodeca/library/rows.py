"""The rows of datasets: of runs, Parquet files and LanceDB tables, and where their media are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np

from dodeca._base.response_info import evolve
from dodeca._base.text import as_unicode, quote
from dodeca.bulk import lance
from dodeca.bulk.paths import OutputPaths
from dodeca.embeddings import Embeddings
from dodeca.embeddings.export import local_path, require, row_ids
from dodeca.embeddings.labels import Labels, code_type
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUERIES = "queries.sqlite"
_MAX_ID = 180  # characters, with room for a number


@attrs.frozen
class Rows:
    """The rows of a library.

    Their `source_id` is where the media of each row is, and each has an id of its own. `journals`
    are those of the runs that wrote them.
    """

    embeddings: Embeddings
    journals: Sequence[Path] = ()


def read_rows(paths: Sequence[str | os.PathLike[str]]) -> Rows:
    """The rows of one or more datasets, which must be of one model and one dimension.

    Raises:
        InvalidRequestError: no path, no such dataset, no vectors, or vectors of several models.
        ConfigurationError: an extra is not installed, or a newer version wrote a dataset.
    """
    if not paths:
        raise InvalidRequestError("name a dataset, Parquet files or a .lance table; got none")
    parts = [with_locations(_read(path), Path(os.path.abspath(path))) for path in paths]  # noqa: PTH100
    embeddings = parts[0] if len(parts) == 1 else Embeddings.concat(parts)
    if not len(embeddings):
        raise InvalidRequestError(f"there are no vectors in {quote(name_of(paths))}")
    if len(models := embeddings._model_names()) > 1:
        raise InvalidRequestError(
            f"a library has vectors of one model, and these are of {quote(' and '.join(models))}: "
            "open them one by one"
        )
    require("pyarrow").default_memory_pool().release_unused()  # else Arrow keeps what it read
    journals = [journal for path in paths if (journal := _journal_of(path)).is_file()]
    return Rows(embeddings, journals)


def with_locations(rows: Embeddings, dataset: Path) -> Embeddings:
    """The same rows; `source_id` and `source` are where the media of each row is.

    That is its source, else its source id, else the dataset itself. So time ranges of different
    media are kept apart, whatever the tables say.
    """
    locations = _locations(rows, as_unicode(dataset))
    ids = tuple(_usable(row_ids(rows)))
    return evolve(rows, source_id=locations, source=locations, ids=ids)


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


def _locations(rows: Embeddings, place: str) -> Labels:
    source, named = rows.source.remove_unused(), rows.source_id.remove_unused()
    if None not in source.categories:
        return source
    pairs: NDArray[np.int64] = source.codes.astype(np.int64) * len(named.categories) + named.codes
    distinct, positions = np.unique(pairs, return_inverse=True)
    labels = [
        source.categories[pair // len(named.categories)]
        or named.categories[pair % len(named.categories)]
        or place
        for pair in distinct.tolist()
    ]
    codes = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    recoded = np.array([codes[label] for label in labels], code_type(len(codes)))
    return Labels(recoded[positions], list(codes))


def _usable(ids: Sequence[str]) -> Sequence[str]:
    """Ids of rows as they are, if they are short, printable and each its own.

    Others come from tables of elsewhere: those become a hash, and further rows of one id have a
    number added.
    """
    plain = [each if _is_plain(each) else _hash(each) for each in ids]
    taken = set(plain)
    if len(taken) == len(plain):
        return plain
    numbers: dict[str, Iterator[int]] = {}
    found = []
    for each in plain:
        own = each
        if each in numbers:
            names = (f"{each}-{number}" for number in numbers[each])
            own = next(name for name in names if name not in taken)
            taken.add(own)
        else:
            numbers[each] = count(2)
        found.append(own)
    return found


def _is_plain(identity: str) -> bool:
    return identity.isprintable() and 0 < len(identity) <= _MAX_ID


def _hash(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
