"""Segments, the rows of embeddings, and matches, the results of a search."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex, overload

import attrs
import numpy as np

from dodeca._base import html
from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca._serializable import NUMBERS, Serializable, to_plain
from dodeca.embeddings import captions, clips, edit_lists, export, match_media, ranking
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    from dodeca.embeddings.clips import Clip

_TOLERANCE_SEC = 0.001  # the service rounds times to milliseconds


@attrs.frozen(eq=False, repr=False)
class Segment(Serializable):
    """One row of embeddings: a vector, its modality and its time range.

    `vector` is float32 of shape (d,); `start_sec` and `end_sec` are seconds from the start of the
    media. `embedding_option` is the modality: "visual", "audio", "transcription" or a newer one;
    `embedding_scope` is "clip" or "asset". These are None for text and images. `source_id` is the
    name of the media in `Embeddings.concat`, `source` its absolute path, URL or asset id; `extra`
    holds other fields of the response. `uncertainty` is float32 of shape (d,), a number for each of
    the vector, higher where the model is less sure; None if it was not asked for.

    >>> client.embed.video("colours.mp4")[0]
    <Segment 0.00-5.00 s, visual, clip, 512 floats>
    """

    vector: NDArray[np.float32] = attrs.field(metadata=NUMBERS)
    embedding_option: str | None = None
    embedding_scope: str | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    source_id: str | None = None
    source: str | None = None
    model_name: str | None = None
    uncertainty: NDArray[np.float32] | None = attrs.field(default=None, metadata=NUMBERS)

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        # Through the constructor: earlier pickles have fewer fields.
        self.__init__(**state[1])  # type: ignore[misc]

    def __repr__(self) -> str:
        parts = (self.source_id, _span(self), self.embedding_option, self.embedding_scope)
        return f"<Segment {', '.join([*filter(None, parts), f'{self.vector.size} floats'])}>"

    def _repr_html_(self) -> str:
        values = [(name, getattr(self, name)) for name in _SHOWN]
        head = f"{self.vector.size} floats: {_first_values(self.vector)}"
        present = [(name, value) for name, value in values if value is not None]
        return html.pairs("Segment", [*present, *self.extra.items(), ("vector", head)])


_SHOWN = ("source_id", "start_sec", "end_sec", "embedding_option", "embedding_scope")


class _Scored(NamedTuple):
    segment: Segment
    score: float


class Match(_Scored, Serializable):
    """A segment and its score: the cosine similarity to the query, from -1 to 1.

    It unpacks as a pair: `for segment, score in matches`. If modalities were combined, `score` is
    their weighted mean, `scores` has the cosine of each, and `segment` is the row that adds most.

    >>> query = client.embed.text("red")
    >>> client.embed.video("colours.mp4").search(query, k=1)[0]
    <Match 0.57: 0.00-5.00 s, visual, clip>
    """

    scores: Mapping[str, float]

    def __new__(
        cls, segment: Segment, score: float, scores: Mapping[str, float] | None = None
    ) -> Match:
        """A match with its score, and the score of each modality if they were combined."""
        self = super().__new__(cls, segment, score)
        self.scores = scores or {}
        return self

    def to_dict(self, *, vectors: bool = False) -> dict[str, Any]:
        """The segment, the score and the scores as plain JSON values: see `Segment.to_dict`.

        >>> query = client.embed.text("red")
        >>> client.embed.video("colours.mp4").search(query, k=1)[0].to_dict()["segment"]["end_sec"]
        5.0
        """
        segment = self.segment.to_dict(vectors=vectors)
        return {"segment": segment, "score": float(self.score), "scores": to_plain(self.scores)}

    def save_clip(
        self, path: str | os.PathLike[str], *, pad_sec: float = 0.0, fast: bool = False
    ) -> Clip:
        """Cut the time range out of the file it is of, and save it as `path` (extra `media`).

        The clip is encoded anew: it begins with the frame that is on display at the start, ends
        with the last one before the end, and shows each frame as long as the source does; the audio
        is exact to the sample. Rotated video becomes upright. The ending of `path` decides what it
        is: `.mp4`, `.m4v`, `.mov`, `.mkv` (H.264 and AAC), `.webm` (VP9 and Opus), or audio alone
        in `.m4a`, `.mp3`, `.flac`, `.wav`, `.ogg`, `.opus`. A file of this name is replaced.

        `pad_sec` adds seconds at both ends. With `fast` nothing is encoded: the clip begins at the
        last key frame before the start, and the result says where that is. In async code, call it
        with `asyncio.to_thread`.

        >>> query = client.embed.text("blue")
        >>> match = client.embed.video("colours.mp4").search(query, k=1)[0]
        >>> match.save_clip("blue.mp4")
        <Clip blue.mp4: 5.00-9.00 s>

        Raises:
            InvalidRequestError: no time range, another ending of `path`, or a negative `pad_sec`.
            InvalidMediaError: the media is no file on this machine, or cannot be decoded.
            ConfigurationError: the extra `media` is not installed.
            OSError: the clip cannot be written.
        """
        return clips.save_clip(self, path, pad_sec=pad_sec, fast=fast)

    def __repr__(self) -> str:
        found = self.segment
        parts = (found.source_id, _span(found), _modality(self), found.embedding_scope)
        return f"<Match {self.score:.2f}: {', '.join(filter(None, parts))}>"

    def _repr_html_(self) -> str:
        return Matches([self])._repr_html_()


class Matches(list[Match], Serializable):
    """The results of a search, best first: a list of `Match`; a slice of it is `Matches`, too.

    `query` is the text of the query, where it is known: that of `Embeddings.search(text, client=…)`
    or the one given here. Exports show it.

    >>> found = client.embed.video("colours.mp4").search("red", k=3, client=client)
    >>> found.query, len(found[:2])
    ('red', 2)
    """

    query: str | None = None  # pickles of earlier versions have none

    def __init__(self, matches: Iterable[Match] = (), *, query: str | None = None) -> None:
        super().__init__(matches)
        self.query = query

    @overload
    def __getitem__(self, index: SupportsIndex) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Matches: ...
    def __getitem__(self, index: Any) -> Match | Matches:
        found = super().__getitem__(index)
        return Matches(found, query=self.query) if isinstance(index, slice) else found

    def to_dict(self, *, vectors: bool = False) -> dict[str, Any]:
        """The query, and the matches as plain JSON values in a list: see `Match.to_dict`.

        >>> query = client.embed.text("red")
        >>> len(client.embed.video("colours.mp4").search(query, k=2).to_dict()["matches"])
        2
        """
        matches = [match.to_dict(vectors=vectors) for match in self]
        return {"query": self.query, "matches": matches}

    def merge_adjacent(self, *, gap_sec: float = 0.0) -> Matches:
        """Merge matches that are adjacent in time and about as good; the result is best first.

        Matches of one source that overlap, or are at most `gap_sec` seconds apart, become one if
        their scores are at least half of the best one's; those of one time range become one
        whatever their modality and score. A merged match lasts from the first start to the last
        end, and has the score, vector and labels of its best part; `scores` has the best score of
        each modality. Matches without times are unchanged.

        >>> video, query = client.embed.video("colours.mp4"), client.embed.text("red")
        >>> len(video.search(query, k=4)), len(video.search(query, k=4).merge_adjacent())
        (4, 2)

        Raises:
            InvalidRequestError: `gap_sec` is not a finite number, 0 or more.
        """
        if not is_finite(gap_sec) or gap_sec < 0:
            raise InvalidRequestError(f"gap_sec must be a number, 0 or more, got {quote(gap_sec)}")
        untimed = (match for match in self if not _span(match.segment))
        found = Matches(untimed, query=self.query)
        timed = [_merge(rows) for rows in _same_time_range(self)]
        spans = [_place(match.segment) for match in timed]
        scores = [match.score for match in timed]
        for group in ranking.group_adjacent(spans, scores, gap_sec + _TOLERANCE_SEC):
            found.append(_merge([timed[at] for at in group]))
        found.sort(key=lambda match: -match.score)
        return found

    def save_clips(
        self,
        folder: str | os.PathLike[str],
        *,
        pad_sec: float = 0.0,
        merge: bool = False,
        fast: bool = False,
    ) -> list[Clip]:
        """Cut a clip for each time range into a folder, which is made if it is missing.

        Matches of one time range share a clip. With `merge`, so do those that overlap or touch,
        once `pad_sec` seconds are added at both ends: see `merge_adjacent`. The clips are named
        after the file and the times, and end with `.mp4`, or as the source if that is audio. No
        file is replaced: a name that is taken gets a number. See `Match.save_clip`.

        >>> query = client.embed.text("blue")
        >>> matches = client.embed.video("colours.mp4").search(query, k=1)
        >>> for clip in matches.save_clips("clips", merge=True):
        ...     print(clip.path.name)
        colours_00.00.05.000-00.00.09.000.mp4

        Raises:
            InvalidRequestError: a match has no time range, or `pad_sec` is negative; nothing is
                cut.
            InvalidMediaError: the media of a match is no file on this machine: nothing is cut. Or a
                file cannot be decoded: the clips before it are kept.
            ConfigurationError: the extra `media` is not installed.
            OSError: a clip cannot be written.
        """
        found = self.merge_adjacent(gap_sec=2 * pad_sec) if merge else self
        return list(clips.save_clips(found, folder, pad_sec=pad_sec, fast=fast))

    def to_pandas(self) -> pd.DataFrame:
        """A data frame with a row for each match, best first (extra `data`).

        The columns are `score`, `source_id`, `source`, `start_sec`, `end_sec`, `embedding_option`,
        `embedding_scope`, `model_name` and `extra` (JSON text). If modalities were combined, there
        is a column such as `score_visual` for each of them, NaN where a time range has it not.

        >>> video, query = client.embed.video("colours.mp4"), client.embed.text("blue")
        >>> video.search(query, k=2).to_pandas()[["score", "start_sec"]].shape
        (2, 2)

        Raises:
            ConfigurationError: the extra `data` is not installed.
        """
        return export.matches_to_pandas(self)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write the columns of `to_pandas` as CSV in UTF-8, a row for each match, best first.

        Cells are as they are, also those that a spreadsheet would compute, such as a file name that
        begins with "=". This and the other exports replace a file that is there, atomically.

        >>> query = client.embed.text("red")
        >>> client.embed.video("colours.mp4").search(query).to_csv("red.csv").name
        'red.csv'

        Raises:
            OSError: the file cannot be written.
        """
        return export.matches_to_csv(self, path)

    def to_srt(self, path: str | os.PathLike[str]) -> list[Path]:
        """Write captions (SubRip, `.srt`) with the times of the media (extra `export`).

        A caption is the transcript of the segment, its `extra["transcription"]`, where there is
        one, else `query` and the score. A `path` that ends with .srt is a file, for matches of one
        source. Any other is a folder, which gets a file for each source, with the name of the media
        by which players find it. Returns the files.

        >>> found = client.embed.video("colours.mp4").search("red", client=client)
        >>> [file.name for file in found.to_srt("captions")]
        ['colours.srt']

        Raises:
            InvalidRequestError: no matches, matches without times, or several sources for a file.
            ConfigurationError: the extra `export` is not installed.
            OSError: a file cannot be written.
        """
        return captions.write(self, path, "srt")

    def to_vtt(self, path: str | os.PathLike[str]) -> list[Path]:
        """Write captions for browsers (WebVTT, `.vtt`) as `to_srt` does (extra `export`).

        >>> found = client.embed.video("colours.mp4").search("red", client=client)
        >>> [file.name for file in found.to_vtt("red.vtt")]
        ['red.vtt']

        Raises:
            DodecaError: as for `to_srt`.
        """
        return captions.write(self, path, "vtt")

    def to_edl(self, path: str | os.PathLike[str], *, rate: float | None = None) -> Path:
        """Write an edit decision list (CMX 3600): the matches one after the other (extra `export`).

        The events are in the order of the matches, and refer to the media by reel, name and path;
        the caption, as of `to_srt`, is a comment. `rate` is the frames per second of the timecodes;
        the default is that of the first source that is a local video (extra `media`), else 24.
        Sources that have a timecode of their own are counted from there.

        >>> query = client.embed.text("red")
        >>> client.embed.video("colours.mp4").search(query).to_edl("red.edl", rate=25).name
        'red.edl'

        Raises:
            InvalidRequestError: no matches or more than 999, matches without times, some in video
                and some in audio files, or another `rate` than those of timecodes.
            ConfigurationError: the extra `export` is not installed.
            OSError: the file cannot be written.
        """
        return edit_lists.to_edl(self, path, rate)

    def to_otio(self, path: str | os.PathLike[str], *, rate: float | None = None) -> Path:
        """Write a timeline for editors (OpenTimelineIO, `.otio`) as `to_edl` does (extra `export`).

        It has a track for video and one for audio. The metadata of a clip, under "dodeca", are the
        query, the caption, the scores and the modality.

        >>> query = client.embed.text("red")
        >>> client.embed.video("colours.mp4").search(query).to_otio("red.otio", rate=25).name
        'red.otio'

        Raises:
            InvalidRequestError: no matches, matches without times, or another `rate` than those of
                timecodes.
            ConfigurationError: the extra `export` is not installed.
            OSError: the file cannot be written.
        """
        return edit_lists.to_otio(self, path, rate)

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"

    def _repr_html_(self) -> str:
        shown = self[: html.ROWS]
        images = [match_media.thumbnail_of(match.segment) for match in shown]
        rows: list[tuple[Any, ...]] = [
            (
                image and html.Image.of_jpeg(image),
                *(f"{m.score:.3f}", _source_name(m.segment)),
                *(_span(m.segment), _modality(m)),
            )
            for m, image in zip(shown, images, strict=True)
        ]
        title = f"{len(self)} match" + ("" if len(self) == 1 else "es")
        if self.query:
            title += f" for {self.query}"
        headings: tuple[str, ...] = ("", "score", "source_id", "time", "modality")
        if not any(images):  # an empty column would say nothing
            headings, rows = headings[1:], [row[1:] for row in rows]
        return html.table(title, headings, rows, len(self))


def _source_name(segment: Segment) -> str | None:
    """What a table calls a source: by the name of its file, unless it has another one."""
    is_address = segment.source_id in (None, segment.source)
    return match_media.name_of(segment) if segment.source and is_address else segment.source_id


def _place(segment: Segment) -> tuple[Any, float, float]:
    """What media a segment is of, and its start and end."""
    key = (segment.source_id, segment.embedding_scope)
    return key, segment.start_sec or 0.0, segment.end_sec or 0.0


def _same_time_range(matches: Matches) -> Iterable[list[Match]]:
    """The matches that have times, in lists of those of one source and one time range."""
    groups: dict[Any, list[Match]] = {}
    for match in matches:
        if _span(match.segment):
            key, start, end = _place(match.segment)
            groups.setdefault((key, round(start, 3), round(end, 3)), []).append(match)
    return groups.values()


def _merge(parts: list[Match]) -> Match:
    best = max(parts, key=lambda match: match.score)
    scores: dict[str, float] = {}
    for part in parts:
        own = part.scores or {part.segment.embedding_option or "": part.score}
        for modality, score in own.items():
            if modality:
                scores[modality] = max(score, scores.get(modality, score))
    starts = [part.segment.start_sec for part in parts if part.segment.start_sec is not None]
    ends = [part.segment.end_sec for part in parts if part.segment.end_sec is not None]
    segment = attrs.evolve(best.segment, start_sec=min(starts), end_sec=max(ends))
    return Match(segment, best.score, scores)


def _span(segment: Segment) -> str:
    if segment.start_sec is None or segment.end_sec is None:
        return ""
    return f"{segment.start_sec:.2f}-{segment.end_sec:.2f} s"


def _modality(match: Match) -> str | None:
    parts = [f"{modality} {score:.2f}" for modality, score in match.scores.items()]
    return " + ".join(parts) or match.segment.embedding_option


def _first_values(vector: NDArray[np.float32]) -> str:
    shown = ", ".join(f"{value:.4f}" for value in vector[:4])
    return f"{shown}, …" if vector.size > 4 else shown
