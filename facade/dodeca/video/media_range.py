"""Reads a time range of a file: the frames in it, or the packets around it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import av
from av.container import InputContainer
from av.error import FFmpegError

from dodeca.video.probe import (
    MAX_PIXELS,
    BrokenMedia,
    MediaContent,
    MediaStream,
    check_pixels,
    frames_of,
    open_container,
    packets_of,
    seconds,
    stamp_of,
    start_of,
    streams_of,
)

TOLERANCE_SEC = 0.001
"""Times of segments are rounded to milliseconds: a frame so near to a time is at that time."""

StreamKind = Literal["video", "audio"]
_Items = Callable[[InputContainer, Any], Iterator[Any]]

# Seconds before a range to start reading at: audio decoders need some packets to be exact, and
# without an index a seek may end up too late. If all do, reading starts at the beginning.
_LEADS_SEC: dict[StreamKind, tuple[float, ...]] = {
    "video": (0.0, 5.0, 60.0),
    "audio": (0.5, 5.0, 60.0),
}
_WARM_UP_SEC = 1.0
# In these, seeking guesses a position from the bit rate, and all times after it are guesses, too.
_WITHOUT_TIMES = {"mp3", "aac", "ac3", "eac3", "amr", "dts", "tta"}
FRAME_SEC = 0.04
"""A last frame lasts so long if nothing says how long."""
_GENERATE_TIMES = 1  # AVFMT_FLAG_GENPTS


class TimeRange(NamedTuple):
    """Start and end in seconds from the start of the media; the end is not in it."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """How many seconds it lasts."""
        return self.end - self.start


class Source(NamedTuple):
    """A file to cut."""

    content: MediaContent
    zero: float
    """The start of the media on the file's own clock, in seconds."""
    rate: Fraction
    """Frames per second, about; 30 if it does not say so."""
    pixel_aspect: Fraction
    """The width of a pixel in relation to its height."""


class ShownFrame(NamedTuple):
    """A frame of a video, and when it is on display, in seconds from the start of a range."""

    frame: av.VideoFrame
    start: float
    end: float


def open_source(content: MediaContent, wanted: TimeRange) -> Source:
    """What a file has to be known by to be cut.

    Raises BrokenMedia if there is nothing to cut, or if it ends long before the range.
    """
    with open_container(content) as (container, _):
        video, audio = streams_of(container)
        streams: list[MediaStream] = [stream for stream in (video, audio) if stream]
        if not streams:
            raise BrokenMedia("there is no video or audio in it")
        if video:
            check_pixels(video)
        stated = (container.duration or 0) / av.time_base
        # Headers may hold estimates; but reading on for hours would not bring such a time.
        if stated and wanted.start > stated * 1.1 + 10:
            raise BrokenMedia(f"it ends at {stated:.3f} s, before {wanted.start:.3f} s")
        rate = (video.average_rate or video.guessed_rate) if video else None
        aspect = (video.sample_aspect_ratio if video else None) or Fraction(1)
        return Source(content, start_of(streams), rate or Fraction(30), aspect)


def shown_frames(source: Source, wanted: TimeRange) -> Generator[ShownFrame, None, None]:
    """Yield the frames of a video that are on display in a range.

    A frame is on display until the next one, however long that takes; the first one may have begun
    before the range.
    """
    frame: av.VideoFrame | None = None
    start = usual = 0.0
    for following in _frames(source, "video", wanted.start):
        end = time_of(following) - source.zero - wanted.start
        if frame is not None:
            if end <= start:  # a clock that runs backward
                continue
            usual = end - start
            yield from _shown(frame, start, end, wanted.length)
        if end >= wanted.length - TOLERANCE_SEC:
            return
        frame, start = following, end
    if frame is not None:
        base = frame.time_base or Fraction(0)
        end = start + (float((frame.duration or 0) * base) or usual or FRAME_SEC)
        yield from _shown(frame, start, end, wanted.length)


def _shown(frame: av.VideoFrame, start: float, end: float, length: float) -> Iterator[ShownFrame]:
    """Yield the part of a frame's time that is in the range, if there is one."""
    if end > TOLERANCE_SEC:
        is_last = end >= length - TOLERANCE_SEC
        yield ShownFrame(frame, start if start > TOLERANCE_SEC else 0.0, length if is_last else end)


def heard_frames(source: Source, wanted: TimeRange) -> Generator[av.AudioFrame, None, None]:
    """Yield the frames of the audio that overlap a range; their times count from its start."""
    for frame in _frames(source, "audio", wanted.start):
        start = time_of(frame) - source.zero - wanted.start
        if start >= wanted.length:
            return
        if start + frame.samples / frame.sample_rate > 0:
            frame.pts = round(start / frame.time_base)
            yield frame


def packets_around(
    source: Source, kind: StreamKind, wanted: TimeRange
) -> Generator[av.Packet[Any], None, None]:
    """Yield the packets of a range in the order of decoding, from the last key frame before it on.

    The last ones may be after the range: those that its frames refer to, and what lies between.
    Their times are those of the file.
    """
    start, end = source.zero + wanted.start, source.zero + wanted.end

    def items(container: InputContainer, stream: MediaStream) -> Iterator[av.Packet[Any]]:
        container.flags |= _GENERATE_TIMES
        group: list[av.Packet[Any]] | None = None  # from the last key frame on
        first = last = 0.0
        is_group_known = False
        timed = (p for p in packets_of(container, [stream]) if p.pts is not None)
        for packet in _with_decoding_times(timed):
            at, decoded_at = seconds(packet.pts, stream), seconds(packet.dts, stream)
            if group is not None and not is_group_known and decoded_at > start + TOLERANCE_SEC:
                is_group_known = True
                yield from group
            if packet.is_keyframe and (
                group is None or (not is_group_known and at <= start + TOLERANCE_SEC)
            ):
                group, first, last = [], at, at
            if group is None or at < first:  # needs what is before the key frame
                continue
            if decoded_at >= end and at > last:
                return
            last = max(last, at)
            if is_group_known:
                yield packet
            else:
                group.append(packet)
        if not is_group_known:
            yield from group or ()

    return _read(source, kind, wanted.start, items)


def _with_decoding_times(packets: Iterator[av.Packet[Any]]) -> Iterator[Any]:
    """Yield packets that all say when they are decoded: Matroska does not of the first ones."""
    waiting: list[av.Packet[Any]] = []
    for packet in packets:
        waiting.append(packet)
        if packet.dts is not None:
            for before, each in zip(range(len(waiting) - 1, -1, -1), waiting, strict=True):
                each.dts = packet.dts - before
            yield from waiting
            waiting = []
    for packet in waiting:  # without any, they are decoded as they are shown
        packet.dts = packet.pts
    yield from waiting


def _frames(source: Source, kind: StreamKind, start: float) -> Generator[Any, None, None]:
    """Yield decoded frames, the first of which is at the time or before it."""
    skip_until = source.zero + start - _WARM_UP_SEC

    def items(container: InputContainer, stream: Any) -> Iterator[Any]:
        decoder = stream.codec_context
        decoder.thread_type = "AUTO"
        if kind == "video":
            decoder.options = {"max_pixels": str(MAX_PIXELS)}
        for packet in packets_of(container, [stream]):
            if kind == "audio" and packet.pts is not None:
                end = seconds(packet.pts + (packet.duration or 0), stream)
                if packet.size and end < skip_until:
                    continue
            yield from (frame for frame in frames_of(decoder, packet) if frame.pts is not None)

    return _read(source, kind, start, items)


def _read(
    source: Source, kind: StreamKind, start: float, items: _Items
) -> Generator[Any, None, None]:
    """Yield items of a stream, the first of which is at the time or before it, if any is."""
    target = source.zero + start
    leads = [lead for lead in _LEADS_SEC[kind] if start > lead + 1]
    for lead in (*leads, None):
        with open_container(source.content) as (container, _):
            video, audio = streams_of(container)
            stream = video if kind == "video" else audio
            if stream is None:
                return
            if lead is not None and not _seek(container, stream, target - lead):
                continue
            found = items(container, stream)
            first = next(found, None)
            if lead is None or (first is not None and time_of(first) <= target + TOLERANCE_SEC):
                if first is not None:
                    yield first
                    yield from found
                return


def time_of(item: Any) -> float:
    """The time of a frame or a packet on the clock of its file, in seconds."""
    return float(item.pts * item.time_base)


def _seek(container: InputContainer, stream: MediaStream, at: float) -> bool:
    """Go to the last key frame before a time; whether times after that are exact."""
    if container.format.name in _WITHOUT_TIMES:
        return False
    try:
        if isinstance(stream, av.VideoStream):
            container.seek(stamp_of(at / (stream.time_base or Fraction(1))), stream=stream)
        else:  # some containers have an index for the video only
            container.seek(stamp_of(at * av.time_base))
    except FFmpegError:
        return False
    return True
