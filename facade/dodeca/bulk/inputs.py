"""Inputs of a bulk run: a folder, a glob, a manifest or an iterable, as a stream of items."""

from __future__ import annotations

import csv
import datetime
import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import cut, did_you_mean, quote
from dodeca._calls import limits
from dodeca._calls.params import unicode
from dodeca.bulk.folders import describe_left_out, media_files
from dodeca.bulk.options import OPTIONS, EmbedOptions, canonical_json
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media, is_in_memory, is_url, local_path

Scalar = bool | int | float | str | None

SOURCES = ("path", "url", "asset_id", "text")
KINDS = ("text", "image", "audio", "video")
_SOURCE_COLUMNS = (*SOURCES, "media")
_OWN_COLUMNS = frozenset({*_SOURCE_COLUMNS, "input_type", *OPTIONS})
_RESERVED = frozenset({"id", "input_id", "source", "vector"})
_MANIFESTS = frozenset({".csv", ".parquet", ".pq"})


@attrs.frozen
class Item:
    """One input: a source, its options, and the metadata for its rows in the dataset."""

    kind: str
    origin: str
    source: str
    options: EmbedOptions
    metadata: Mapping[str, Scalar] = attrs.field(factory=dict)
    media: Media | None = None

    @property
    def key(self) -> str:
        """The id of the input in the journal; it does not depend on the metadata."""
        return input_key(self.origin, self.source, self.kind, self.options.as_json)


def input_key(origin: str, source: str, kind: str, options: str) -> str:
    """The key of an input; `options` are canonical JSON."""
    return hashlib.sha256(canonical_json([origin, source, kind, options]).encode()).hexdigest()[:32]


def items(
    inputs: Any, options: EmbedOptions, left_out: Counter[str] | None = None
) -> Iterator[Item]:
    """The inputs, one by one; a row overrides `options` with its own.

    `left_out` counts the files of folders that are no inputs.

    Raises:
        InvalidRequestError: `inputs` cannot be read, or a row is malformed.
    """
    left_out = Counter() if left_out is None else left_out
    if isinstance(inputs, str | os.PathLike):
        yield from _items_named(os.fspath(inputs), options, "inputs", left_out)
        return
    if hasattr(inputs, "columns"):
        raise InvalidRequestError(
            'pass a table in memory as its rows: .to_dict("records") of pandas, '
            f".to_dicts() of polars; got {type(inputs).__name__}"
        )
    if isinstance(inputs, Media | Mapping) or is_in_memory(inputs):
        inputs = [inputs]
    if not isinstance(inputs, Iterable):
        raise InvalidRequestError(
            "inputs must be a folder, a glob, a manifest or an iterable of sources, "
            f"got {type(inputs).__name__}"
        )
    for number, entry in enumerate(inputs):
        where = f"input {number}"
        if isinstance(entry, str | os.PathLike):
            yield from _items_named(os.fspath(entry), options, where, left_out, may_be_missing=True)
        else:
            yield _entry_item(entry, options, where)


def _items_named(
    name: str,
    options: EmbedOptions,
    where: str,
    left_out: Counter[str],
    *,
    may_be_missing: bool = False,
) -> Iterator[Item]:
    """The items of a path, URL or glob; a missing file is an item if it may be missing."""
    if not name.strip():
        raise InvalidRequestError(f"{where}: a path must be a non-empty string, got {quote(name)}")
    if is_url(name):
        yield _url_item(name, options, {})
        return
    path = local_path(name)
    name = str(path)
    if path.is_file():
        is_table = path.suffix.lower() in _MANIFESTS
        yield from _manifest_items(path, options) if is_table else [_file_item(path, options, {})]
    elif path.is_dir():
        found = False
        for file in media_files(path, left_out):
            found = True
            yield _file_item(file, options, {})
        if not found:
            raise InvalidRequestError(
                f"there is no image, audio or video file in {quote(name)}"
                f"{describe_left_out(left_out)}"
            )
    elif matches := _glob_matches(name):
        for match in matches:
            if match.is_file():
                yield _file_item(match, options, {})
    elif may_be_missing:
        yield _file_item(path, options, {})
    elif glob.has_magic(name):
        raise InvalidRequestError(f"no file matches {quote(name)}")
    else:
        raise InvalidRequestError(f"there is no file, folder or manifest {quote(name)}")


def _glob_matches(name: str) -> list[Path]:
    """The paths that match a glob."""
    if not glob.has_magic(name):
        return []
    return [Path(found) for found in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207


def _manifest_items(path: Path, options: EmbedOptions) -> Iterator[Item]:
    """The rows of a table; paths in it are relative to its folder."""
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _parquet_rows(path)
    number, name, folder = -1, path.name, path.parent
    for number, row in enumerate(rows):
        yield row_item(row, options, f"row {number} of {name}", folder)
    if number < 0:
        raise InvalidRequestError(f"{path} has no rows")


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, restkey="")
            _check_columns(path, reader.fieldnames or [])
            for row in reader:
                if "" in row:
                    raise InvalidRequestError(
                        f"{path.name} has a row with more values than columns"
                    )
                yield {name: _csv_value(name, text) if text else None for name, text in row.items()}
    except (UnicodeDecodeError, csv.Error) as exc:
        raise InvalidRequestError(f"cannot read {path.name}: {exc}") from exc


def _check_columns(path: Path, names: Sequence[str]) -> None:
    """Check that a table has a column of sources, and none twice."""
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidRequestError(f"{path.name} has more than one column {quote(twice[0])}")
    if names and not {*SOURCES} & {*names}:
        is_one_csv_column = path.suffix.lower() == ".csv" and len(names) == 1
        hint = "; a CSV file has commas between its columns" if is_one_csv_column else ""
        raise InvalidRequestError(
            f"{path.name} must have a column {' or '.join(SOURCES)}, "
            f"got the columns {_quoted(names)}{hint}"
        )


def _quoted(names: Iterable[Any]) -> str:
    """Names for an error, cut to 200 characters."""
    return cut(", ".join(map(repr, names)), 200)


def _csv_value(name: str, text: str) -> Scalar:
    """Numbers become numbers, except in sources and options."""
    if name in SOURCES or (name in OPTIONS and not name.endswith("_sec")):
        return text
    if not (text[0].isdecimal() or text[0] in "+-"):
        return text
    for read, form in ((int, r"[+-]?(0|[1-9]\d{0,17})"), (float, r"[+-]?\d+\.\d*([eE][+-]?\d+)?")):
        if re.fullmatch(form, text):
            return read(text)
    return text


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    from pyarrow import ArrowException  # type: ignore[import-untyped]
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    try:
        with ParquetFile(path) as table:
            _check_columns(path, table.schema_arrow.names)
            for batch in table.iter_batches(1_000):
                yield from batch.to_pylist()
    except ArrowException as exc:
        raise InvalidRequestError(f"cannot read {path.name}: {exc}") from exc


def _entry_item(entry: Any, options: EmbedOptions, where: str) -> Item:
    if isinstance(entry, Mapping):
        return row_item(entry, options, where)
    if isinstance(entry, Media) or is_in_memory(entry):
        return _media_item(entry, options, {})
    raise InvalidRequestError(
        f"{where} must be a path, a URL, an open binary file, a PIL image, a Media or a mapping, "
        f"got {type(entry).__name__}"
    )


def row_item(
    row: Mapping[str, Any], options: EmbedOptions, where: str, folder: Path = Path()
) -> Item:
    """The item of a row: exactly one source, options by name, and metadata under other names."""
    values = {
        name: None if missing else value
        for name, value in row.items()
        if not (missing := is_missing(value)) or name not in _OWN_COLUMNS
    }
    named = [name for name in _SOURCE_COLUMNS if name in values]
    if len(named) != 1:
        raise InvalidRequestError(
            f"{where} must have exactly one of {', '.join(SOURCES)} or media, "
            f"got {_quoted(named or values) or 'an empty row'}"
        )
    source, kind = values.pop(named[0]), values.pop("input_type", None)
    if kind not in (None, *KINDS):
        raise InvalidRequestError(
            f"{where}: input_type must be one of {', '.join(KINDS)}, got {quote(kind)}"
            f"{did_you_mean(kind, KINDS)}"
        )
    try:
        own = options.replace({k: values.pop(k) for k in sorted(OPTIONS & values.keys())})
        metadata = {name: _metadata_value(name, value) for name, value in values.items()}
        found = _source_item(named[0], source, own, metadata, folder)
    except InvalidRequestError as exc:
        raise InvalidRequestError(f"{where}: {exc}") from exc
    return attrs.evolve(found, kind=kind) if kind else found


def is_missing(value: Any) -> bool:
    """Whether a cell of a table has no value: None, NaN, NaT, or the NA of pandas."""
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except (TypeError, ValueError, ArithmeticError):  # NA is neither true nor false
        return type(value).__name__ == "NAType"


def metadata_names(columns: Iterable[str]) -> list[str]:
    """The columns of a table that are neither a source nor an option, sorted."""
    return sorted({*columns} - _OWN_COLUMNS)


def _source_item(
    name: str, source: Any, options: EmbedOptions, metadata: Mapping[str, Scalar], folder: Path
) -> Item:
    if name == "media":
        return _media_item(source, options, metadata)
    if not isinstance(source, str | os.PathLike) or not os.fspath(source).strip():
        raise InvalidRequestError(f"{name} must be a non-empty string, got {quote(source)}")
    text = os.fspath(source)
    if name == "path":
        return _file_item(folder / local_path(text), options, metadata)
    unicode(repr(name), text)
    if name == "url":
        return _url_item(text, options, metadata)
    if name == "text":
        return Item("text", "text", text, options.of_whole, metadata)
    return Item("video", "asset", text, options, metadata)


def _file_item(path: Path, options: EmbedOptions, metadata: Mapping[str, Scalar]) -> Item:
    name = os.path.abspath(path)  # noqa: PTH100 - keeps links
    # Names that are not UTF-8 cannot be stored: the input fails, under an escaped name.
    source = name.encode(errors="backslashreplace").decode()
    return _make_item("file", source, name, options, metadata)


def _url_item(url: str, options: EmbedOptions, metadata: Mapping[str, Scalar]) -> Item:
    Media.url(unicode("'url'", url))
    return _make_item("url", url, urlsplit(url).path, options, metadata)


def _media_item(media: Any, options: EmbedOptions, metadata: Mapping[str, Scalar]) -> Item:
    if not isinstance(media, Media) and not is_in_memory(media):
        raise InvalidRequestError(
            f"media must be a Media, an open binary file or a PIL image, got {type(media).__name__}"
        )
    media = Media.of(media)
    if media.path is not None:
        return _file_item(media.path, options, metadata)
    if media.source_url is not None:
        return _url_item(media.source_url, options, metadata)
    if media.asset_id is not None:
        return Item("video", "asset", media.asset_id, options, metadata)
    digest = hashlib.sha256(media.content or b"").hexdigest()
    name = media.filename or "data"
    return _make_item("data", f"{name}#{digest[:16]}", name, options, metadata, media)


def _make_item(
    origin: str,
    source: str,
    name: str,
    options: EmbedOptions,
    metadata: Mapping[str, Scalar],
    media: Media | None = None,
) -> Item:
    """An item of the type that its name tells, else its content; images have no clip options."""
    kind = kind_of(mime_type_of(name)) or _kind_of_content(origin, name, media)
    own = options.of_whole if kind == "image" else options
    return Item(kind, origin, source, own, metadata, media)


def _kind_of_content(origin: str, name: str, media: Media | None) -> str:
    """The type of what has no telling name; video if it is missing, or is not here."""
    try:
        found = Media.file(name) if origin == "file" else media
    except InvalidMediaError:
        found = None
    return "video" if found is None else limits.input_type(found)


@lru_cache(1_000)
def _check_metadata_name(name: Any) -> None:
    if not isinstance(name, str):
        raise InvalidRequestError(f"names of metadata must be strings, got {quote(name)}")
    if unicode("'a name of metadata'", name) in _RESERVED:
        raise InvalidRequestError(
            f"{quote(name)} is a column of the output; choose another name for the metadata"
        )


def _metadata_value(name: str, value: Any) -> Scalar:
    _check_metadata_name(name)
    if type(value) is str:
        return unicode(repr(name), value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    found = value.item() if hasattr(value, "item") else value  # NumPy scalars
    if isinstance(found, int) and not -(2**63) <= found < 2**63:
        raise InvalidRequestError(
            f"integers in metadata must fit into 64 bits, {quote(name)} does not"
        )
    if isinstance(found, str):
        return unicode(repr(name), found)
    if found is None or isinstance(found, bool | int | float):
        return found
    raise InvalidRequestError(
        f"metadata must be strings, numbers, booleans or times, got {quote(found)} as {quote(name)}"
    )
