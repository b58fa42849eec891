"""The sources of a library: what its rows are of, and how that can be played."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs
import numpy as np

from dodeca._base import extras
from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import base_name, cut, quote, split_url
from dodeca.bulk.database import connect_read_only
from dodeca.errors import ConfigurationError, DatasetError, InvalidMediaError
from dodeca.library.metadata import MetadataColumns
from dodeca.library.rows import Rows
from dodeca.library.values import Link, LocalFile, Missing, Playable, Source, SourceKind
from dodeca.media import is_url

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME_CHARACTERS = 80  # of a text, which has no file name


@attrs.frozen
class _Input:
    """What the journal of a run knows of an input."""

    kind: SourceKind
    origin: str


def source_id(location: str) -> str:
    """The id of the source at a location."""
    return hashlib.sha256(location.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def find_sources(
    rows: Rows, metadata: MetadataColumns, is_segment: NDArray[np.bool_]
) -> tuple[list[Source], list[str]]:
    """The sources in the order of the categories of `source_id`, and the origin of each.

    `is_segment` are the rows that are counted as segments. An origin is "file", "url", "text",
    "asset" or "data"; "" if nobody knows.
    """
    inputs = _inputs(rows.journals)
    codes, embeddings = rows.embeddings.source_id.codes, rows.embeddings
    count = len(embeddings.source_id.categories)
    segments = np.bincount(codes[is_segment], minlength=count)
    ends = np.full(count, -np.inf)
    np.maximum.at(ends, codes, np.nan_to_num(embeddings.end_sec, nan=-np.inf))
    first = np.full(count, -1)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # the last assignment stays
    sources, origins = [], []
    for number, location in enumerate(embeddings.source_id.categories):
        place, row = location or "", int(first[number])
        known = inputs.get(place)
        origin = known.origin if known else _origin_of(place)
        end = float(ends[number])
        sources.append(
            Source(
                id=source_id(place),
                name=_name_of(place, origin),
                location=place,
                kind=known.kind if known else _kind_of(place, origin, embeddings, row),
                duration_sec=end if np.isfinite(end) else None,
                segments=int(segments[number]),
                metadata=metadata.of_row(row),
            )
        )
        origins.append(origin)
    return _distinct(sources, origins), origins


def _distinct(sources: Sequence[Source], origins: Sequence[str]) -> list[Source]:
    """The sources; files of one name have as many of their folders in it as differ."""
    named: dict[str, list[int]] = {}
    for number, source in enumerate(sources):
        if origins[number] == "file":
            named.setdefault(source.name, []).append(number)
    found = list(sources)
    for numbers in named.values():
        places = [PurePath(sources[number].location).parts for number in numbers]
        depth = 1
        while len({place[-depth:] for place in places}) < len(places):
            depth += 1
        if depth > 1:
            for number, place in zip(numbers, places, strict=True):
                found[number] = attrs.evolve(found[number], name="/".join(place[-depth:]))
    return found


def playable(source: Source, origin: str) -> Playable:
    """How a source of a dataset can be played."""
    match origin:
        case "url":
            return Link(source.location)
        case "file":
            path = Path(source.location)
            try:
                if path.is_file():
                    return LocalFile(path)
            except (OSError, ValueError) as exc:
                return Missing(f"the file cannot be read: {cut(str(exc), 200)}")
            return Missing("there is no such file any more")
        case "text":
            return Missing("a text cannot be played")
        case "asset":
            return Missing("an asset of the service; its file is not on this machine")
        case "data":
            return Missing("it was embedded from memory, without a file")
    return Missing("the dataset does not say where its file is")


def local_thumbnail(source: Source, found: Playable, at_sec: float | None) -> bytes:
    """A JPEG of a source.

    Raises:
        InvalidMediaError: it is not a local file, or has no frame that can be decoded.
        ConfigurationError: the extra `media` is not installed.
    """
    if not isinstance(found, LocalFile):
        reason = found.reason if isinstance(found, Missing) else "it is not on this machine"
        raise InvalidMediaError(f"there is no thumbnail of {quote(source.name)}: {reason}")
    try:
        from dodeca.video.probe import BrokenMedia
        from dodeca.video.thumbnails import thumbnail
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a thumbnail", "media", exc)) from exc
    try:
        return thumbnail(found.path, at_sec)
    except (BrokenMedia, OSError) as exc:
        raise InvalidMediaError(f"there is no thumbnail of {quote(source.name)}: {exc}") from exc


def _origin_of(location: str) -> str:
    if is_url(location):
        return "url"
    return "file" if PurePath(location).is_absolute() else ""


def _name_of(location: str, origin: str) -> str:
    match origin:
        case "url":
            parts = split_url(location)
            named = base_name(unquote(parts.path)) or parts.hostname if parts else None
            return named or cut(location, _NAME_CHARACTERS)
        case "file":
            return base_name(location) or location
        case "data":
            return location.rpartition("#")[0] or location
    return cut(location, _NAME_CHARACTERS)


def _kind_of(location: str, origin: str, embeddings: Any, row: int) -> SourceKind | None:
    """The kind of a source by its name, else by a row of it."""
    parts = split_url(location) if origin == "url" else None
    name = parts.path if parts else location
    if origin and (kind := kind_of(mime_type_of(name))):
        return kind
    match embeddings.embedding_option[row]:
        case "visual":
            return "video" if np.isfinite(embeddings.end_sec[row]) else None
        case "audio":
            return "audio"
    return None


def _inputs(journals: Sequence[Path]) -> Mapping[str, _Input]:
    """The inputs of runs, by their source; none of a journal that cannot be read.

    It knows texts from ids, which is for showing only: a library works without.
    """
    found: dict[str, _Input] = {}
    for journal in journals:
        try:
            db = connect_read_only(journal)
            if db is not None:
                with closing(db):
                    for source, kind, origin in db.execute(
                        "SELECT source, kind, origin FROM inputs"
                    ):
                        found[source] = _Input(kind, origin)
        except (sqlite3.Error, DatasetError):
            continue
    return found
