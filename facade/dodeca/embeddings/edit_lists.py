"""Matches as a timeline of clips for editors: OpenTimelineIO, and EDL by its CMX 3600 adapter."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from dodeca._base.files import replace_file
from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.numbers import is_finite
from dodeca._base.text import one_line, quote, valid_unicode
from dodeca._serializable import to_plain
from dodeca.embeddings import match_media
from dodeca.embeddings.captions import caption
from dodeca.embeddings.export import file_path, require
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Match, Matches, Segment
    from dodeca.video.header import MediaHeader

_NTSC_30, _NTSC_60 = 30000 / 1001, 60000 / 1001
_RATES = (24000 / 1001, 24, 25, _NTSC_30, 30, 48, 50, _NTSC_60, 60)  # of SMPTE timecode
_DEFAULT_RATE = 24.0
_RATE_TOLERANCE = 0.01  # 29.97 stands for 30000/1001
_DAY_SEC = 24 * 3600  # what a timecode counts to
_MAX_EVENTS = 999  # of CMX 3600
_REEL_LENGTH = 8
_NO_REEL = "AX"
_RESERVED_REELS = {_NO_REEL, "BL"}
_FEATURE = "an edit list"
if sys.version_info >= (3, 14):
    _FEATURE += " (on Python up to 3.13, as OpenTimelineIO has no package for this one)"


def to_otio(matches: Matches, path: str | os.PathLike[str], rate: float | None) -> Path:
    """See `Matches.to_otio`."""
    otio = require("opentimelineio", extra="export", feature=_FEATURE)
    target = file_path(path)
    timeline = _timeline(otio, matches, rate, target.stem)
    return _write(target, otio.adapters.write_to_string(timeline, "otio_json"))


def to_edl(matches: Matches, path: str | os.PathLike[str], rate: float | None) -> Path:
    """See `Matches.to_edl`."""
    require("otio_cmx3600_adapter", extra="export", feature=_FEATURE)
    otio = require("opentimelineio", extra="export", feature=_FEATURE)
    target = file_path(path)
    if len(matches) > _MAX_EVENTS:
        raise InvalidRequestError(f"an EDL has at most {_MAX_EVENTS} events, got {len(matches)}")
    timeline = _timeline(otio, matches, rate, target.stem)
    events = _one_track(otio, timeline)
    _add_reels_and_comments(events, matches)
    used = timeline.tracks[0].trimmed_range().duration.rate
    text: str = otio.adapters.write_to_string(timeline, "cmx_3600", rate=used)
    # Of the header, the adapter writes the title alone. It counts these two with dropped frames.
    mode = "DROP FRAME" if used in (_NTSC_30, _NTSC_60) else "NON-DROP FRAME"
    return _write(target, text.replace("\n\n", f"\nFCM: {mode}\n\n", 1))


@attrs.frozen
class _Media:
    """The media of some matches, as a timeline refers to them."""

    name: str
    url: str | None
    header: MediaHeader | None
    has_video: bool
    has_audio: bool

    @classmethod
    def of(cls, segment: Segment) -> _Media:
        name, path = match_media.name_of(segment), match_media.path_of(segment)
        url = path.as_uri() if path else valid_unicode(match_media.url_of(segment))
        file = match_media.file_of(segment)
        header = _read_header(file) if file else None
        if header is not None:
            return cls(name, url, header, header.has_video, header.has_audio)
        # A video that cannot be read here is taken to have a soundtrack.
        is_audio = kind_of(mime_type_of(name)) == "audio"
        return cls(name, url, None, not is_audio, has_audio=True)


def _read_header(path: Path) -> MediaHeader | None:
    """The header of a file; None if it cannot be read, or without the extra `media`."""
    try:
        from dodeca.video.header import read_header
        from dodeca.video.probe import BrokenMedia
    except ImportError:
        return None
    try:
        return read_header(path)
    except (BrokenMedia, OSError, ValueError):
        return None


def _timeline(otio: Any, matches: Matches, rate: float | None, title: str) -> Any:
    """The matches one after the other, on a track for video and one for audio."""
    match_media.check_timed(matches, _DAY_SEC)
    segments = {match_media.source_of(match.segment): match.segment for match in matches}
    known = {source: _Media.of(segment) for source, segment in segments.items()}
    media = [known[match_media.source_of(match.segment)] for match in matches]
    used = _rate(rate, media)
    schema = otio.schema
    timeline = schema.Timeline(name=one_line(matches.query or title))
    video = schema.Track(name="V1", kind=schema.TrackKind.Video)
    audio = schema.Track(name="A1", kind=schema.TrackKind.Audio)
    for match, source in zip(matches, media, strict=True):
        clip = _clip(otio, match, source, matches.query, used)
        gap = schema.Gap(duration=clip.source_range.duration)
        video.append(clip.deepcopy() if source.has_video else gap.deepcopy())
        audio.append(clip if source.has_audio else gap)
    if any(source.has_video for source in media):
        timeline.tracks.append(video)
    if any(source.has_audio for source in media):
        timeline.tracks.append(audio)
    return timeline


def _clip(otio: Any, match: Match, media: _Media, query: str | None, rate: float) -> Any:
    schema, opentime = otio.schema, otio.opentime
    zero, available = opentime.RationalTime(0, rate), None
    if media.header is not None:
        zero = _start(opentime, media.header, rate)
        if media.header.duration_sec:
            length = opentime.RationalTime.from_seconds(media.header.duration_sec, rate).floor()
            available = opentime.TimeRange(zero, length)
    first, end = (
        opentime.RationalTime.from_seconds(sec, rate).round()
        for sec in match_media.time_range(match)
    )
    if available is not None and available.duration > first:
        end = min(end, available.duration)
    length = max(end - first, opentime.RationalTime(1, rate))
    about = {
        "query": query,
        "caption": caption(match, query),
        "score": match.score,
        "scores": match.scores,
        "embedding_option": match.segment.embedding_option,
        "start_sec": match.segment.start_sec,
        "end_sec": match.segment.end_sec,
    }
    return schema.Clip(
        name=media.name,
        media_reference=schema.MissingReference(name=media.name, available_range=available)
        if media.url is None
        else schema.ExternalReference(target_url=media.url, available_range=available),
        source_range=opentime.TimeRange(zero + first, length),
        metadata={"dodeca": valid_unicode(to_plain(about))},
    )


def _start(opentime: Any, header: MediaHeader, rate: float) -> Any:
    """The time of the first frame: editors count from the timecode that the camera wrote."""
    zero = opentime.RationalTime(0, rate)
    if header.timecode is None or not header.frame_rate:
        return zero
    try:
        start = opentime.from_timecode(header.timecode, _nearest(header.frame_rate))
    except ValueError:
        return zero
    return start.rescaled_to(rate).round()


def _rate(rate: float | None, media: Iterable[_Media]) -> float:
    """The frame rate of the timeline: the one that was asked for, else that of the first video."""
    if rate is None:
        found = (each.header.frame_rate for each in media if each.header)
        return _nearest(next(filter(None, found), _DEFAULT_RATE))
    if not is_finite(rate) or abs(_nearest(rate) - rate) > _RATE_TOLERANCE:
        known = ", ".join(f"{each:.5g}" for each in _RATES)
        raise InvalidRequestError(
            f"rate must be the frames per second of a timecode ({known}), got {quote(rate)}"
        )
    return _nearest(rate)


def _nearest(rate: float) -> float:
    return float(min(_RATES, key=lambda known: abs(known - rate)))


def _one_track(otio: Any, timeline: Any) -> Any:
    """Leave the track that an EDL can hold: the video, or the audio where there is no other.

    Raises:
        InvalidRequestError: some matches are in video and some in audio files.
    """
    kinds = otio.schema.TrackKind
    track = timeline.tracks[0]
    if any(isinstance(child, otio.schema.Gap) for child in track):
        raise InvalidRequestError(
            "an EDL lists clips of video or of audio, and the matches are of both: write two, or "
            "use to_otio"
        )
    del timeline.tracks[1:]
    if track.kind == kinds.Audio:  # the adapter wants a track of video, which may be empty
        timeline.tracks.append(otio.schema.Track(kind=kinds.Video))
    return track


def _add_reels_and_comments(events: Iterable[Any], matches: Sequence[Match]) -> None:
    """The names of the sources as an EDL takes them, and the captions as comments."""
    reels: dict[match_media.SourceKey, str] = {}
    for clip, match in zip(events, matches, strict=True):
        source = match_media.source_of(match.segment)
        if source not in reels:
            reels[source] = _reel(clip.name, {*reels.values(), *_RESERVED_REELS})
        comment = f"COMMENT: {one_line(clip.metadata['dodeca']['caption'])}"
        reel = reels[source] if any(source) else _NO_REEL
        clip.metadata["cmx_3600"] = {"reel": reel, "comments": [comment]}


def _reel(name: str, taken: set[str]) -> str:
    """A name of at most eight letters and digits that no other source has."""
    plain = re.sub(r"[^A-Z0-9]", "", Path(name).stem.upper()) or "REEL"
    reel, number = plain[:_REEL_LENGTH], 1
    while reel in taken:
        number += 1
        reel = f"{plain[: _REEL_LENGTH - len(str(number))]}{number}"
    return reel


def _write(target: Path, text: str) -> Path:
    replace_file(target, lambda stream: stream.write(text.encode()))
    return target
