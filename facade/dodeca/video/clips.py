"""Cuts clips out of video and audio files: exact to the frame, or fast at key frames."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import av
from av.container import OutputContainer
from av.error import FFmpegError

from dodeca.video.media_range import (
    Source,
    TimeRange,
    heard_frames,
    open_source,
    packets_around,
    shown_frames,
    time_of,
)
from dodeca.video.probe import (
    BrokenMedia,
    MediaContent,
    UnnamedFile,
    open_container,
    streams_of,
)
from dodeca.video.thumbnails import thumbnail
from dodeca.video.tracks import AudioTrack, CopiedTrack, VideoTrack

__all__ = ["CONTAINERS", "BrokenMedia", "Container", "TimeRange", "cut", "suffix_for", "thumbnail"]

T = TypeVar("T")


class Container(NamedTuple):
    """A kind of file that a clip can be: its muxer, and the codecs that are encoded for it."""

    muxer: str
    video_codec: str | None
    audio_codec: str


CONTAINERS = {
    ".mp4": Container("mp4", "libx264", "aac"),
    ".m4v": Container("mp4", "libx264", "aac"),
    ".mov": Container("mov", "libx264", "aac"),
    ".mkv": Container("matroska", "libx264", "aac"),
    ".webm": Container("webm", "libvpx-vp9", "libopus"),
    ".m4a": Container("ipod", None, "aac"),
    ".mp3": Container("mp3", None, "libmp3lame"),
    ".flac": Container("flac", None, "flac"),
    ".wav": Container("wav", None, "pcm_s16le"),
    ".ogg": Container("ogg", None, "libopus"),
    ".opus": Container("ogg", None, "libopus"),
}
"""By the ending of a file name. Those without video take the audio of a video."""


def suffix_for(path: Path, *, fast: bool = False) -> str:
    """The ending of a clip that suits a file: `.mp4`, or its own for audio and copied packets.

    Raises BrokenMedia if the file cannot be opened, and OSError if it cannot be read.
    """
    with open_container(path) as (container, _):
        video, _ = streams_of(container)
    own = CONTAINERS.get(path.suffix.lower())
    if own and (fast or video is None) and (own.video_codec or video is None):
        return path.suffix.lower()
    if fast:
        return ".mkv"  # holds nearly everything
    return ".mp4" if video else ".m4a"


def cut(
    content: MediaContent,
    target: BinaryIO,
    wanted: TimeRange,
    container: Container,
    *,
    fast: bool = False,
) -> TimeRange:
    """Write a range of a file to `target`, which can seek; returns the range that the clip has.

    It is encoded anew, exact to the frame and to the sample. With `fast`, packets are copied as
    they are: the clip begins at the last key frame before the range, and may end some frames after
    it. The first video stream and the first audio stream are kept, and nothing else.

    Raises BrokenMedia if there is nothing in the range, or if it cannot be decoded or copied, and
    OSError if the file cannot be read or the clip cannot be written.
    """
    source, written = open_source(content, wanted), _Target(target)
    try:
        return (_copy if fast else _encode)(source, written, wanted, container)
    except FFmpegError as exc:
        if written.failure is not None:  # not the fault of the source
            raise written.failure from None
        what = "copied" if fast else "encoded"
        reason = exc.strerror or type(exc).__name__
        raise BrokenMedia(f"it cannot be {what} as {container.muxer}: {reason}") from exc


class _Target(UnnamedFile):
    """The file to write; keeps the error that FFmpeg would replace by one of its own."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._file = file
        self.failure: OSError | None = None
        self.write = self._write

    def _write(self, content: Any) -> int:
        try:
            return self._file.write(content)
        except OSError as exc:
            self.failure = self.failure or exc
            raise


def _encode(source: Source, target: _Target, wanted: TimeRange, container: Container) -> TimeRange:
    with ExitStack() as stack:
        frames = _begun(stack, shown_frames(source, wanted)) if container.video_codec else None
        samples = _begun(stack, heard_frames(source, wanted))
        output = _output(stack, target, container, wanted, [frames, samples])
        tracks: list[VideoTrack | AudioTrack] = []
        if frames and container.video_codec:
            tracks.append(VideoTrack(output, container.video_codec, frames, source))
        if samples:
            tracks.append(AudioTrack(output, container.audio_codec, samples, wanted.length))
        output.start_encoding()
        _mux(output, [track.packets() for track in tracks])
    length = min(max(track.end for track in tracks), wanted.length)
    return TimeRange(wanted.start, wanted.start + length)


def _copy(source: Source, target: _Target, wanted: TimeRange, container: Container) -> TimeRange:
    with ExitStack() as stack:
        found = packets_around(source, "video", wanted)
        video = _begun(stack, found) if container.video_codec else None
        start = time_of(video.first) - source.zero if video else wanted.start
        found = packets_around(source, "audio", TimeRange(start, wanted.end))
        audio = _begun(stack, found)
        if audio and not video:
            start = time_of(audio.first) - source.zero
        output = _output(stack, target, container, wanted, [video, audio])
        kept = TimeRange(source.zero + start, source.zero + wanted.end)
        tracks = [
            CopiedTrack(output, packets, kept, source.rate) for packets in (video, audio) if packets
        ]
        _mux(output, [track.packets() for track in tracks])
    return TimeRange(start, start + max(track.end for track in tracks))


class _Begun(Iterator[T]):
    """An iterator whose first item is known."""

    def __init__(self, first: T, others: Iterator[T]) -> None:
        self.first = first
        self._items = chain([first], others)

    def __next__(self) -> T:
        return next(self._items)


def _begun(stack: ExitStack, items: Generator[T, None, None]) -> _Begun[T] | None:
    """The items with their first one, if there is any; their file is closed with the stack."""
    stack.enter_context(closing(items))
    for first in items:
        return _Begun(first, items)
    return None


def _output(
    stack: ExitStack,
    target: _Target,
    container: Container,
    wanted: TimeRange,
    tracks: Sequence[object],
) -> OutputContainer:
    """Open the clip to write, if anything belongs into it."""
    if not any(tracks):
        raise BrokenMedia(f"there is nothing in it from {wanted.start:.3f} to {wanted.end:.3f} s")
    output = av.open(target, "w", format=container.muxer)
    return stack.enter_context(output)


def _mux(output: OutputContainer, tracks: Iterable[Iterator[av.Packet[Any]]]) -> None:
    """Write the packets of several tracks in the order of their times."""
    for packet in heapq.merge(*tracks, key=lambda packet: (packet.dts or 0) * packet.time_base):
        output.mux(packet)
