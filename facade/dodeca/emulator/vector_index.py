"""The vectors of indexes in memory: for each option one matrix, with a row for each clip.

A search compares its query with all clips of an index, so they are kept as one. They are read at
the first search of an index, and follow what changes from then on. Videos stand in the order in
which they became ready. A removed one keeps its rows for as long as there may be page tokens of
searches that found it, so that the ranks of the others stay.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .database import Condition, Database, Document, Segments, StoredSegments, Vectors

COLLECTION = "videos"
MAX_BYTES = 2 * 1024**3  # of matrices; the index that was searched last is kept in any case
_MAX_COLUMNS = 16  # that an index keeps for the filters of searches
_NAMES = ("_id", "duration", "system_metadata", "user_metadata")


@dataclass(slots=True)
class IndexedVideo:
    """A video whose clips are in the matrices."""

    id: str
    seq: int
    """Greater for videos that became ready later."""
    document_seq: int
    """Greater for videos that were added later."""
    count: int
    """How many clips it has."""
    document: Document | None
    """What searches need to know of it; None when it was removed."""


@dataclass(frozen=True, slots=True)
class Clips:
    """The clips of an index at one moment: a row each, all clips of a video in a row."""

    videos: tuple[IndexedVideo, ...]
    starts: npt.NDArray[np.int64]
    """The first row of each video, and the number of rows."""
    owner: npt.NDArray[np.int32]
    """Which video each row belongs to."""
    order: npt.NDArray[np.int64]
    """All rows, those of the newest video first."""
    times: npt.NDArray[np.float64]
    """Start and end of each clip in seconds."""
    matrices: dict[str, Vectors]
    """The vectors of the clips by option; NaN where a video does not have the option."""
    seqs: npt.NDArray[np.int64]
    """The `seq` of each video."""
    is_alive: npt.NDArray[np.bool_]
    """Which videos have not been removed."""
    duration: float
    """Of all videos that have not been removed, in seconds."""
    _columns: dict[str, list[Any]] = field(default_factory=dict)

    def column(self, name: str, value_of: Callable[[Document, str], Any]) -> list[Any]:
        """Return a field of all videos, None where one was removed; the last ones are kept."""
        if (column := self._columns.get(name)) is None:
            documents = [video.document for video in self.videos]
            column = [each if each is None else value_of(each, name) for each in documents]
            if len(self._columns) >= _MAX_COLUMNS:
                self._columns.clear()
            self._columns[name] = column
        return column


class VectorIndexes:
    """The clips of all indexes that are searched; safe to use from many threads."""

    def __init__(self, database: Database, max_bytes: int = MAX_BYTES) -> None:
        self._database = database
        self._max_bytes = max_bytes
        self._loaded: OrderedDict[str, _VectorIndex] = OrderedDict()
        self._home: dict[str, _VectorIndex] = {}
        """By the id of a video."""
        self._changed: dict[str, None] = {}
        """The ids of videos that have changed since the last search, in the order of changes."""
        database.on_change = self._note

    def clips(self, index_id: str) -> Clips:
        """Return the clips of an index as they are now."""
        with self._database.transaction():
            for video_id in self._changed:
                self._follow(video_id)
            self._changed.clear()
            index = self._loaded.get(index_id) or self._load(index_id)
            self._loaded.move_to_end(index_id)
            while len(self._loaded) > 1 and self._size() > self._max_bytes:
                self._unload(next(iter(self._loaded)))
            return index.clips()

    @property
    def loaded(self) -> list[str]:
        """The ids of the indexes that are in memory, the one that was searched last at the end."""
        return list(self._loaded)

    def _size(self) -> int:
        return sum(index.size for index in self._loaded.values())

    def purge(self, condition: Condition) -> None:
        """Give up the rows of removed videos that meet a condition on the table of vectors."""
        with self._database.transaction():
            for video_id in self._database.purge_segments(condition):
                if index := self._home.get(video_id):
                    index.purged += index.video(video_id).count
            for index_id, index in list(self._loaded.items()):
                if index.purged * 2 > index.count:
                    self._unload(index_id)  # to be read again without them

    def _note(self, collection: str, document_id: str) -> None:
        if self._loaded and collection == COLLECTION:
            self._changed.pop(document_id, None)
            self._changed[document_id] = None

    def _follow(self, video_id: str) -> None:
        """Take over what has changed of a video."""
        document = self._database.get(COLLECTION, video_id)
        if index := self._home.get(video_id):
            index.replace(video_id, document)
        elif document and (index := self._loaded.get(document["index_id"])):
            condition = ("v.collection = ? AND v.id = ?", (COLLECTION, video_id))
            for stored in self._database.stored_segments(condition):
                self._add(index, stored)

    def _load(self, index_id: str) -> _VectorIndex:
        index = self._loaded[index_id] = _VectorIndex()
        for stored in self._database.stored_segments(("v.index_id = ?", (index_id,))):
            self._add(index, stored)
        return index

    def _add(self, index: _VectorIndex, stored: StoredSegments) -> None:
        index.add(stored)
        self._home[stored.document_id] = index

    def _unload(self, index_id: str) -> None:
        for video in self._loaded.pop(index_id).videos:
            del self._home[video.id]


@dataclass(slots=True)
class _VectorIndex:
    """The clips of one index, which grow at their end."""

    videos: list[IndexedVideo] = field(default_factory=list)
    count: int = 0
    purged: int = 0
    """How many rows belong to videos of which the database knows nothing any more."""
    _places: dict[str, int] = field(default_factory=dict)
    _times: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    _matrices: dict[str, Vectors] = field(default_factory=dict)
    _clips: Clips | None = None

    @property
    def size(self) -> int:
        """How many bytes the matrices take."""
        return sum(matrix.nbytes for matrix in self._matrices.values())

    def video(self, video_id: str) -> IndexedVideo:
        return self.videos[self._places[video_id]]

    def replace(self, video_id: str, document: Document | None) -> None:
        """Set the document of a video that is there; None when it was removed."""
        known = self.video(video_id)
        self.videos[self._places[video_id]] = IndexedVideo(
            known.id, known.seq, known.document_seq, known.count, _known(document)
        )
        self._clips = None

    def add(self, stored: StoredSegments) -> None:
        """Append the clips of a video."""
        clips, found = stored.segments.about["clips"], by_option(stored.segments)
        count = len(clips)
        stop = self.count + count
        self._times = _grown(self._times, stop)
        self._times[self.count : stop] = np.array(clips).reshape(-1, 2)
        width = stored.segments.vectors.shape[1]
        for option in found.keys() - self._matrices.keys():
            self._matrices[option] = np.full((self.count, width), np.nan, np.float32)
        for option in self._matrices:
            matrix = self._matrices[option] = _grown(self._matrices[option], stop)
            matrix[self.count : stop] = found.get(option, np.nan)
        self._places[stored.document_id] = len(self.videos)
        self.videos.append(
            IndexedVideo(
                stored.document_id,
                stored.seq,
                stored.document_seq or 0,
                count,
                _known(stored.document),
            )
        )
        self.count = stop
        self._clips = None

    def clips(self) -> Clips:
        """Return what is there now. What is added later is not in it."""
        if self._clips is None:
            counts = np.array([video.count for video in self.videos], np.int64)
            starts = np.concatenate([[0], np.cumsum(counts)])
            alive = [video.document for video in self.videos if video.document]
            newest = np.argsort([-video.document_seq for video in self.videos], kind="stable")
            self._clips = Clips(
                videos=tuple(self.videos),
                starts=starts,
                owner=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
                order=_ranges(starts[newest], counts[newest]),
                times=self._times[: self.count],
                matrices={o: matrix[: self.count] for o, matrix in self._matrices.items()},
                seqs=np.array([video.seq for video in self.videos], np.int64),
                is_alive=np.array([video.document is not None for video in self.videos], bool),
                duration=sum(document["duration"] or 0.0 for document in alive),
            )
        return self._clips


def by_option(segments: Segments) -> dict[str, Vectors]:
    """Return the vectors of the clips of a video by option."""
    count = len(segments.about["clips"])
    options = enumerate(segments.about["embedded"])
    return {option: segments.vectors[i * count : (i + 1) * count] for i, option in options}


def _known(document: Document | None) -> Document | None:
    """Return the part of the document of a video that searches need."""
    return document and {name: document[name] for name in _NAMES}


def _grown(rows: npt.NDArray[Any], least: int) -> npt.NDArray[Any]:
    """Return an array that has room for `least` rows, and the same contents."""
    if least <= len(rows):
        return rows
    larger = np.empty((max(least, len(rows) * 3 // 2), *rows.shape[1:]), rows.dtype)
    larger[: len(rows)] = rows
    return larger


def _ranges(starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the whole numbers from each start on, as many as its count."""
    ends = np.cumsum(counts)
    return np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
