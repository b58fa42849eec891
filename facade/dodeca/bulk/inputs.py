"""Inputs of a bulk run: a folder, a glob, a manifest or an iterable, as a stream of items."""

from __future__ import annotations

import csv
import datetime
import glob
import hashlib
import mimetypes
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import orjson

from dodeca._calls.embed_requests import MODEL
from dodeca._calls.params import choices, unicode
from dodeca.errors import InvalidRequestError
from dodeca.media import Media
from dodeca.segmentation import Dynamic, Fixed, Segmentation, dynamic, fixed
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
class Options:
    """How media are embedded; what is None is left to the service."""

    model_name: str = MODEL
    start_sec: float | None = None
    end_sec: float | None = None
    segmentation: Segmentation | None = None
    embedding_option: tuple[str, ...] | None = None
    embedding_scope: tuple[str, ...] | None = None

    def to_json(self) -> str:
        """The options as text; equal options give equal text."""
        return _json(
            {
                name: _segmentation_text(value) if name == "segmentation" else value
                for name, value in attrs.asdict(self, recurse=False).items()
                if value is not None
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Options:
        """The options that `to_json` wrote."""
        return cls().changed(orjson.loads(text))

    def changed(self, values: Mapping[str, Any]) -> Options:
        """These options, but for what is given.

        Raises:
            InvalidRequestError: a value that is not what the option takes.
        """
        given: dict[str, Any] = {
            name: _READERS[name](name, value) for name, value in values.items() if value is not None
        }
        return attrs.evolve(self, **given)

    def check(self) -> None:
        """Look at the words, of which newer models may know more.

        Raises:
            InvalidRequestError: a word that the API does not list.
        """
        if self.model_name == MODEL:
            choices("embedding_option", self.embedding_option, VIDEO_OPTIONS)
            choices("embedding_scope", self.embedding_scope, VIDEO_SCOPES)


@attrs.frozen
class Item:
    """One input: a source together with its options, and what is to stand beside its vectors."""

    kind: str
    origin: str
    source: str
    options: Options
    metadata: Mapping[str, Scalar] = attrs.field(factory=dict)
    media: Media | None = None

    @property
    def key(self) -> str:
        """What the journal knows the input by; metadata do not count."""
        parts = [self.origin, self.source, self.kind, self.options.to_json()]
        return hashlib.sha256(_json(parts).encode()).hexdigest()[:32]


def items(inputs: Any, options: Options) -> Iterator[Item]:
    """The inputs, one by one; `options` hold where a row names none of its own.

    Raises:
        InvalidRequestError: nothing that can be read as inputs, or a row that is malformed.
    """
    if isinstance(inputs, str | os.PathLike):
        yield from _named(os.fspath(inputs), options, "inputs")
        return
    if hasattr(inputs, "columns"):
        raise InvalidRequestError(
            'a table in memory is given as its rows: .to_dict("records") of pandas, '
            f".to_dicts() of polars; got {type(inputs).__name__}"
        )
    if isinstance(inputs, Media | Mapping):
        inputs = [inputs]
    if not isinstance(inputs, Iterable):
        raise InvalidRequestError(
            "inputs are a folder, a glob, a manifest or an iterable of sources, "
            f"got {type(inputs).__name__}"
        )
    for number, entry in enumerate(inputs):
        where = f"input {number}"
        if isinstance(entry, str | os.PathLike):
            yield from _named(os.fspath(entry), options, where, is_one_of_many=True)
        else:
            yield _entry(entry, options, where)


def _named(
    name: str, options: Options, where: str, *, is_one_of_many: bool = False
) -> Iterator[Item]:
    """What a string or path stands for; one of many that leads nowhere fails for itself."""
    if not name.strip():
        raise InvalidRequestError(f"{where}: a name is a non-empty string, got {name!r}")
    path = Path(name)
    if _is_url(name):
        yield _url(name, options, {})
    elif path.is_file():
        is_table = path.suffix.lower() in _MANIFESTS
        yield from _manifest(path, options) if is_table else [_file(path, options, {})]
    elif path.is_dir():
        yield from _folder(path, options)
    elif matches := _matches(name):
        for match in matches:
            if match.is_file():
                yield _file(match, options, {})
    elif is_one_of_many:
        yield _file(path, options, {})
    elif glob.has_magic(name):
        raise InvalidRequestError(f"no file is like {name!r}")
    else:
        raise InvalidRequestError(f"there is no file, folder or manifest {name!r}")


def _matches(name: str) -> list[Path]:
    """What is like a pattern."""
    if not glob.has_magic(name):
        return []
    return [Path(found) for found in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207


def _folder(path: Path, options: Options) -> Iterator[Item]:
    """All pictures, sounds and films below a folder, in the order of their names."""
    for folder, folders, names in os.walk(path, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and _named_kind(name) is not None:
                yield _file(Path(folder, name), options, {})


def _unreadable(error: OSError) -> None:
    raise InvalidRequestError(f"cannot read the folder {error.filename}: {error}") from error


def _manifest(path: Path, options: Options) -> Iterator[Item]:
    """The rows of a table; paths in it start where it is."""
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _parquet_rows(path)
    for number, row in enumerate(rows):
        yield row_item(row, options, f"row {number} of {path.name}", path.parent)


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            for row in csv.DictReader(stream, restkey=""):
                if "" in row:
                    raise InvalidRequestError(
                        f"{path.name} has a row with more values than columns"
                    )
                yield {name: _csv_value(name, text) for name, text in row.items() if text}
    except (UnicodeDecodeError, csv.Error) as exc:
        raise InvalidRequestError(f"cannot read {path.name}: {exc}") from exc


def _csv_value(name: str, text: str) -> Scalar:
    """Numbers are numbers, but not in what names something."""
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
            for batch in table.iter_batches(1_000):
                for row in batch.to_pylist():
                    yield {name: value for name, value in row.items() if value is not None}
    except ArrowException as exc:
        raise InvalidRequestError(f"cannot read {path.name}: {exc}") from exc


def _entry(entry: Any, options: Options, where: str) -> Item:
    if isinstance(entry, Mapping):
        return row_item(entry, options, where)
    if isinstance(entry, Media):
        return _media(entry, options, {})
    raise InvalidRequestError(
        f"{where} is a path, a URL, a Media or a mapping, got {type(entry).__name__}"
    )


def row_item(row: Mapping[str, Any], options: Options, where: str, folder: Path = Path()) -> Item:
    """One row: exactly one source, options by their names, and metadata under other names."""
    values = {name: value for name, value in row.items() if value is not None}
    named = [name for name in (*SOURCES, "media") if name in values]
    if len(named) != 1:
        raise InvalidRequestError(
            f"{where} names exactly one of {', '.join(SOURCES)} or media, got {named or 'none'}"
        )
    source, kind = values.pop(named[0]), values.pop("input_type", None)
    if kind not in (None, *KINDS):
        raise InvalidRequestError(f"{where}: input_type is any of {', '.join(KINDS)}, got {kind!r}")
    try:
        own = options.changed({k: values.pop(k) for k in sorted(_OPTIONS & values.keys())})
        metadata = {name: _scalar(name, value) for name, value in values.items()}
        found = _sourced(named[0], source, own, metadata, folder)
    except InvalidRequestError as exc:
        raise InvalidRequestError(f"{where}: {exc}") from exc
    return attrs.evolve(found, kind=kind) if kind else found


def metadata_names(columns: Iterable[str]) -> list[str]:
    """Which columns of a table are neither a source nor an option, in the order of their names."""
    return sorted({*columns} - {*SOURCES, "media", "input_type"} - _OPTIONS)


def _sourced(
    name: str, source: Any, options: Options, metadata: Mapping[str, Scalar], folder: Path
) -> Item:
    if name == "media":
        return _media(source, options, metadata)
    if not isinstance(source, str | os.PathLike) or not os.fspath(source).strip():
        raise InvalidRequestError(f"{name} is a non-empty string, got {source!r}")
    text = os.fspath(source)
    if name == "path":
        return _file(folder / text, options, metadata)
    unicode(repr(name), text)
    if name == "url":
        return _url(text, options, metadata)
    if name == "text":
        return Item("text", "text", text, Options(model_name=options.model_name), metadata)
    return Item("video", "asset", text, options, metadata)


def _file(path: Path, options: Options, metadata: Mapping[str, Scalar]) -> Item:
    name = os.path.abspath(path)  # noqa: PTH100 - keeps links
    # What is not UTF-8 stands in no journal and no table: it fails by a name that can.
    source = name.encode(errors="backslashreplace").decode()
    return _item("file", source, name, options, metadata)


def _url(url: str, options: Options, metadata: Mapping[str, Scalar]) -> Item:
    Media.url(unicode("'url'", url))
    return _item("url", url, urlsplit(url).path, options, metadata)


def _media(media: Any, options: Options, metadata: Mapping[str, Scalar]) -> Item:
    if not isinstance(media, Media):
        raise InvalidRequestError(f"media is a Media, got {type(media).__name__}")
    if media.path is not None:
        return _file(media.path, options, metadata)
    if media.source_url is not None:
        return _url(media.source_url, options, metadata)
    if media.asset_id is not None:
        return Item("video", "asset", media.asset_id, options, metadata)
    digest = hashlib.sha256(media.content or b"").hexdigest()
    name = media.filename or "data"
    return _item("data", f"{name}#{digest[:16]}", name, options, metadata, media)


def _item(
    origin: str,
    source: str,
    name: str,
    options: Options,
    metadata: Mapping[str, Scalar],
    media: Media | None = None,
) -> Item:
    """What is of no kind that its name says is taken for video; pictures have no other options."""
    kind = _named_kind(name) or "video"
    own = Options(model_name=options.model_name) if kind == "image" else options
    return Item(kind, origin, source, own, metadata, media)


def _named_kind(name: str) -> str | None:
    """What a name says that it is; None where that is no medium."""
    kind = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return kind if kind in KINDS[1:] else None


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _scalar(name: str, value: Any) -> Scalar:
    if not isinstance(name, str):
        raise InvalidRequestError(f"names of metadata are strings, got {name!r:.80}")
    if unicode("'a name of metadata'", name) in _RESERVED:
        raise InvalidRequestError(
            f"{name!r} is a column of the output; name the metadata otherwise"
        )
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    found = value.item() if hasattr(value, "item") else value  # numbers of numpy
    if isinstance(found, int) and not -(2**63) <= found < 2**63:
        raise InvalidRequestError(f"whole numbers in metadata have 64 bits, {name!r} has more")
    if isinstance(found, str):
        return unicode(repr(name), found)
    if found is None or isinstance(found, bool | int | float):
        return found
    raise InvalidRequestError(
        f"metadata are strings, numbers, booleans and times, got {found!r:.80} as {name!r}"
    )


def _seconds(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise InvalidRequestError(f"{name} is a number of seconds, got {value!r}")
    return float(value)


def _words(name: str, value: Any) -> tuple[str, ...]:
    words = re.split(r"[,;|\s]+", value.strip()) if isinstance(value, str) else tuple(value)
    if not words or not all(isinstance(word, str) and word for word in words):
        raise InvalidRequestError(f"{name} is a list of words, got {value!r}")
    return tuple(words)


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} is a non-empty string, got {value!r}")
    return value


def _segmentation(name: str, value: Any) -> Segmentation:
    if isinstance(value, Fixed | Dynamic):
        return value
    match = re.fullmatch(r"\s*(fixed|dynamic)[\s:(=]*(\d+)\)?\s*", str(value))
    if match is None:
        raise InvalidRequestError(f"{name} is like 'fixed:6' or 'dynamic:4', got {value!r}")
    return (fixed if match[1] == "fixed" else dynamic)(int(match[2]))


def _segmentation_text(value: Segmentation) -> str:
    if isinstance(value, Fixed):
        return f"fixed:{value.duration_sec}"
    return f"dynamic:{value.min_duration_sec}"


_READERS = {
    "model_name": _word,
    "start_sec": _seconds,
    "end_sec": _seconds,
    "segmentation": _segmentation,
    "embedding_option": _words,
    "embedding_scope": _words,
}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
