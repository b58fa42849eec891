"""Inputs of a bulk run: a folder, a glob, a manifest or an iterable, as a stream of items."""

from __future__ import annotations

import csv
import datetime
import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import orjson

from dodeca._base.text import cut, quote
from dodeca._calls.embed_requests import MODEL
from dodeca._calls.params import choices, unicode
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, input_type_of, is_in_memory, is_url, local_path
from dodeca.segmentation import Segmentation
from dodeca.segmentation import parse as parse_segmentation
from dodeca_api.models.video_input_request_embedding_option_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES as VIDEO_OPTIONS,
)
from dodeca_api.models.video_input_request_embedding_scope_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES as VIDEO_SCOPES,
)

Scalar = bool | int | float | str | None

SOURCES = ("path", "url", "asset_id", "text")
KINDS = ("text", "image", "audio", "video")
_OPTIONS = frozenset(
    {"start_sec", "end_sec", "segmentation", "embedding_option", "embedding_scope", "model_name"}
)
_RESERVED = frozenset({"id", "input_id", "source", "vector"})
_MANIFESTS = frozenset({".csv", ".parquet", ".pq"})


@attrs.frozen
class EmbedOptions:
    """How media are embedded; None is the default of the service."""

    model_name: str = MODEL
    start_sec: float | None = None
    end_sec: float | None = None
    segmentation: Segmentation | None = None
    embedding_option: tuple[str, ...] | None = None
    embedding_scope: tuple[str, ...] | None = None

    def to_json(self) -> str:
        """The options as canonical JSON: equal options give equal text."""
        return _json(
            {
                name: str(value) if name == "segmentation" else value
                for name, value in attrs.asdict(self, recurse=False).items()
                if value is not None
            }
        )

    @classmethod
    def from_json(cls, text: str) -> EmbedOptions:
        """The options that `to_json` wrote."""
        return cls().replace(orjson.loads(text))

    def replace(self, values: Mapping[str, Any]) -> EmbedOptions:
        """These options with some of them changed; None changes nothing.

        Raises:
            InvalidRequestError: an option cannot have this value.
        """
        parsed: dict[str, Any] = {
            name: _PARSERS[name](name, value) for name, value in values.items() if value is not None
        }
        return attrs.evolve(self, **parsed)

    def check(self) -> None:
        """Check the values for the current model; newer models may have more.

        Raises:
            InvalidRequestError: a value that the API does not list.
        """
        if self.model_name == MODEL:
            choices("embedding_option", self.embedding_option, VIDEO_OPTIONS)
            choices("embedding_scope", self.embedding_scope, VIDEO_SCOPES)


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
        return input_key(self.origin, self.source, self.kind, self.options.to_json())


def input_key(origin: str, source: str, kind: str, options: str) -> str:
    """The key of an input; `options` are canonical JSON."""
    return hashlib.sha256(_json([origin, source, kind, options]).encode()).hexdigest()[:32]


def items(inputs: Any, options: EmbedOptions) -> Iterator[Item]:
    """The inputs, one by one; a row overrides `options` with its own.

    Raises:
        InvalidRequestError: `inputs` cannot be read, or a row is malformed.
    """
    if isinstance(inputs, str | os.PathLike):
        yield from _items_named(os.fspath(inputs), options, "inputs")
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
            yield from _items_named(os.fspath(entry), options, where, may_be_missing=True)
        else:
            yield _entry_item(entry, options, where)


def _items_named(
    name: str, options: EmbedOptions, where: str, *, may_be_missing: bool = False
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
        for item in _folder_items(path, options):
            found = True
            yield item
        if not found:
            raise InvalidRequestError(f"there is no image, audio or video file in {quote(name)}")
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


def _folder_items(path: Path, options: EmbedOptions) -> Iterator[Item]:
    """All image, audio and video files below a folder, sorted by name."""
    for folder, folders, names in os.walk(path, onerror=_raise_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and input_type_of(name) is not None:
                yield _file_item(Path(folder, name), options, {})


def _raise_unreadable(error: OSError) -> None:
    raise InvalidRequestError(f"cannot read the folder {error.filename}: {error}") from error


def _manifest_items(path: Path, options: EmbedOptions) -> Iterator[Item]:
    """The rows of a table; paths in it are relative to its folder."""
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _parquet_rows(path)
    number = -1
    for number, row in enumerate(rows):
        yield row_item(row, options, f"row {number} of {path.name}", path.parent)
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
    if name in SOURCES or (name in _OPTIONS and not name.endswith("_sec")):
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
    values = {name: None if is_missing(value) else value for name, value in row.items()}
    for name in [*SOURCES, "media", "input_type", *_OPTIONS]:
        if values.get(name, "") is None:
            del values[name]
    named = [name for name in (*SOURCES, "media") if name in values]
    if len(named) != 1:
        raise InvalidRequestError(
            f"{where} must have exactly one of {', '.join(SOURCES)} or media, "
            f"got {_quoted(named or values) or 'an empty row'}"
        )
    source, kind = values.pop(named[0]), values.pop("input_type", None)
    if kind not in (None, *KINDS):
        raise InvalidRequestError(
            f"{where}: input_type must be one of {', '.join(KINDS)}, got {quote(kind)}"
        )
    try:
        own = options.replace({k: values.pop(k) for k in sorted(_OPTIONS & values.keys())})
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
    return sorted({*columns} - {*SOURCES, "media", "input_type"} - _OPTIONS)


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
        return Item("text", "text", text, EmbedOptions(model_name=options.model_name), metadata)
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
    """An item of the type that its name tells, else video; images have no options but the model."""
    kind = input_type_of(name) or "video"
    own = EmbedOptions(model_name=options.model_name) if kind == "image" else options
    return Item(kind, origin, source, own, metadata, media)


def _metadata_value(name: str, value: Any) -> Scalar:
    if not isinstance(name, str):
        raise InvalidRequestError(f"names of metadata must be strings, got {quote(name)}")
    if unicode("'a name of metadata'", name) in _RESERVED:
        raise InvalidRequestError(
            f"{quote(name)} is a column of the output; choose another name for the metadata"
        )
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


def _parse_seconds(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise InvalidRequestError(f"{name} must be a number of seconds, got {quote(value)}")
    return float(value)


def _parse_strings(name: str, value: Any) -> tuple[str, ...]:
    strings = re.split(r"[,;|\s]+", value.strip()) if isinstance(value, str) else tuple(value)
    if not strings or not all(isinstance(each, str) and each for each in strings):
        raise InvalidRequestError(f"{name} must be a list of strings, got {quote(value)}")
    return tuple(strings)


def _parse_string(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} must be a non-empty string, got {quote(value)}")
    return value


def _parse_segmentation(_: str, value: Any) -> Segmentation:
    return value if isinstance(value, Segmentation) else parse_segmentation(str(value))


_PARSERS = {
    "model_name": _parse_string,
    "start_sec": _parse_seconds,
    "end_sec": _parse_seconds,
    "segmentation": _parse_segmentation,
    "embedding_option": _parse_strings,
    "embedding_scope": _parse_strings,
}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
