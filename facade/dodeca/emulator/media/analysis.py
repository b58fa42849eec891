"""Measures what a media file shows and sounds like, in one pass with a few bytes per frame.

`analyse` decodes a file once and keeps about 200 bytes of each frame and about 25 of each sixteenth
of a second of audio, so that memory does not grow with the length of the video.
"""

import hashlib
import threading
from array import array
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from dodeca.video.probe import (
    MediaContent,
    MediaInfo,
    MediaStream,
    check_pixels,
    decoder_of,
    frames_of,
    open_container,
    packets_of,
    probe,
    seconds,
    start_of,
    streams_of,
)

from .audio import BANDS, AudioMeter
from .palette import COLOURS
from .pixels import CELLS, NEW_SCENE, FrameMeasures, difference, measure_frame, moved_share

LAG = 0.2
"""Seconds between the frames that are compared for motion, whatever the frame rate."""

_MANY = 20  # frames per second; from there on some can be skipped
_MOST_KEPT = 32
_MOST_ROWS = 10_000  # of measurements that are kept: about two megabytes
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Frames:
    """One row for each decoded frame, in presentation order.

    Frames that no other frame refers to are skipped where that loses no scene change.
    """

    times: NDArray[np.float64]
    """(n,) seconds from the start of the file."""
    cells: NDArray[np.uint8]
    """(n, 48, 3) mean red, green and blue of 8 by 6 cells, row by row."""
    colours: NDArray[np.uint16]
    """(n, 12) how many of `pixels.POINTS` have each of `palette.COLOURS`."""
    detail: NDArray[np.uint16]
    """(n,) mean step of light between adjacent points, sixteenths of 0..255."""
    motion: NDArray[np.uint16]
    """(n,) thousandths of the points that have changed since the row `LAG` seconds before, or since
    the row before where rows are further apart."""
    change: NDArray[np.uint16]
    """(n,) mean change of a cell's colour since the row before, sixteenths of 0..255."""


@dataclass(frozen=True)
class AudioWindows:
    """One row for each window of about a sixteenth of a second."""

    times: NDArray[np.float64]
    """(n,) start of each window, seconds from the start of the file."""
    window: float
    """Length of a window in seconds."""
    levels: NDArray[np.uint8]
    """(n,) loudness in steps of 0.75 dB; 0 is digital silence, 116 a full-scale sine."""
    bands: NDArray[np.uint8]
    """(n, 16) the same measure for each frequency band, low to high."""
    tonal: NDArray[np.uint8]
    """(n,) 0 for noise to 255 for a pure tone."""


@dataclass(frozen=True)
class Measurements:
    """What was measured between `start` and `end` (seconds)."""

    info: MediaInfo
    start: float
    end: float
    frames: Frames | None
    audio: AudioWindows | None

    @property
    def rows(self) -> int:
        """How many frames and windows of audio there are."""
        return sum(len(part.times) for part in (self.frames, self.audio) if part)


_kept: dict[tuple[bytes | None, float, float | None], Measurements] = {}
"""The last measurements, by the digest of the content and the range of time."""
_lock = threading.Lock()


def analyse(source: MediaContent, *, start: float = 0.0, end: float | None = None) -> Measurements:
    """Decode frames and audio between `start` and `end` (seconds) once and measure them.

    The last measurements of short files are kept, since tests send the same few files again and
    again. Raises BrokenMedia when nothing can be decoded, and OSError when the file cannot be read.
    """
    key = _digest(source), start, end
    found = _kept.get(key)
    if found is None:
        found = _measure(source, start, end)
        if key[0] is not None and found.rows <= _MOST_ROWS:
            with _lock:
                _kept[key] = found
                if len(_kept) > _MOST_KEPT:
                    _kept.pop(next(iter(_kept)))
    return found


def _digest(source: MediaContent) -> bytes | None:
    """Return the SHA-256 of a content; None if it is so large that it takes long, too."""
    if isinstance(source, bytes):
        return None if len(source) > _MOST_BYTES else hashlib.sha256(source).digest()
    path = Path(source)
    if path.stat().st_size > _MOST_BYTES:
        return None
    return hashlib.sha256(path.read_bytes()).digest()


def _measure(source: MediaContent, start: float, end: float | None) -> Measurements:
    info = probe(source)
    if info.kind == "image":
        start, end = 0.0, None
    reader = _read(source, info, start, end, thorough=(info.fps or 0) < _MANY)
    if reader.too_coarse:
        reader = _read(source, info, start, end, thorough=True)
    last = info.duration or 0.0
    return Measurements(
        info, start, last if end is None else min(end, last), reader.frames(), reader.audio()
    )


def _read(
    source: MediaContent, info: MediaInfo, start: float, end: float | None, *, thorough: bool
) -> "_Reader":
    with open_container(source) as (container, _):
        video, audio = streams_of(container)
        if video is not None and info.width:
            check_pixels(video)
        reader = _Reader(
            video if info.width else None, audio if info.has_audio else None, start, end
        )
        reader.read(container, thorough)
    return reader


class _Reader:
    """Decodes one container and keeps the columns."""

    def __init__(
        self,
        video: av.VideoStream | None,
        audio: av.AudioStream | None,
        start: float,
        end: float | None,
    ) -> None:
        self._video = video
        self._streams: list[MediaStream] = [stream for stream in (video, audio) if stream]
        self._start, self._end = start, end
        self._zero = start_of(self._streams)
        self._meter = AudioMeter(start, end)
        self._last: FrameMeasures | None = None
        self._lights: deque[tuple[float, NDArray[np.uint8]]] = deque()
        """The light of the last rows, from the one to compare with on."""
        self._times = array("d")
        self._cells = bytearray()
        self._colours = bytearray()
        self._detail, self._motion, self._change = array("H"), array("H"), array("H")
        self._due: deque[float] = deque(maxlen=64)  # presentation times of the last packets
        self.too_coarse = False
        """Whether a scene may have changed within several consecutive skipped frames."""

    def read(self, container: InputContainer, thorough: bool) -> None:
        """Demultiplex once; a packet that cannot be decoded is skipped."""
        decoders = {s.index: (s, decoder_of(s, thorough=thorough)) for s in self._streams}
        self._seek(container)
        for packet in packets_of(container, self._streams):
            if packet.stream_index not in decoders:
                continue
            stream, decoder = decoders[packet.stream_index]
            decoded = frames_of(decoder, packet)
            if stream is self._video:
                finished = self._decode_video(packet, decoded)
            else:
                finished = self._decode_audio(stream, decoded)
            if finished:
                del decoders[stream.index]
            if self.too_coarse or not decoders:
                break
        self._meter.finish()

    def _seek(self, container: InputContainer) -> None:
        """Seek to a second before the start, which fills the state of the audio decoder.

        Audio alone is read from its beginning: it is fast, and its formats often seek inexactly.
        """
        if self._video and self._start > 1:
            try:
                container.seek(int((self._start - 1 + self._zero) * av.time_base))
            except FFmpegError:
                return  # then it is read from the beginning

    def _decode_audio(self, stream: MediaStream, decoded: list[av.AudioFrame]) -> bool:
        """Measure audio; return True when it has reached the end."""
        for frame in decoded:
            self._meter.add(frame, self._time(frame.pts, stream))
        return self._end is not None and self._meter.measured_until >= self._end

    def _decode_video(self, packet: "av.Packet[Any]", decoded: list[av.VideoFrame]) -> bool:
        """Measure frames; return True when one is beyond the end."""
        due = self._time(packet.pts, packet.stream)
        if due is not None:
            self._due.append(due)
        for frame in decoded:
            time = self._time(frame.pts, packet.stream)
            if time is None:
                time = self._times[-1] + 0.04 if self._times else 0.0
            if self._end is not None and time >= self._end:
                return True
            if time >= self._start:
                self._add_frame(frame, time)
        return False

    def _time(self, stamp: int | None, stream: MediaStream) -> float | None:
        """Return seconds from the start of the file."""
        return None if stamp is None else seconds(stamp, stream) - self._zero

    def _add_frame(self, frame: av.VideoFrame, time: float) -> None:
        measures = measure_frame(frame)
        last = self._last or measures
        change = difference(last.cells, measures.cells)
        if change >= NEW_SCENE and sum(self._times[-1] < due < time for due in self._due) > 1:
            self.too_coarse = True
        self._times.append(time)
        self._cells += measures.cells.tobytes()
        self._colours += measures.colours.tobytes()
        self._detail.append(measures.detail)
        self._motion.append(self._moved(time, measures.light))
        self._change.append(change)
        self._last = measures

    def _moved(self, time: float, light: NDArray[np.uint8]) -> int:
        """Return the share of points that have changed in `LAG` seconds, and remember these."""
        lights = self._lights
        while len(lights) > 1 and lights[1][0] <= time - LAG + 0.0005:
            lights.popleft()
        share = moved_share(lights[0][1], light) if lights else 0
        lights.append((time, light))
        return share

    def frames(self) -> Frames | None:
        """Return the columns of the frames, if there are any."""
        if not self._times:
            return None
        return Frames(
            times=np.maximum.accumulate(np.array(self._times)),
            cells=np.frombuffer(self._cells, np.uint8).reshape(-1, CELLS, 3),
            colours=np.frombuffer(self._colours, np.uint16).reshape(-1, len(COLOURS)),
            detail=np.array(self._detail),
            motion=np.array(self._motion),
            change=np.array(self._change),
        )

    def audio(self) -> AudioWindows | None:
        """Return the columns of the audio, if there is any."""
        columns = self._meter.columns
        if not columns.times:
            return None
        return AudioWindows(
            times=np.array(columns.times),
            window=columns.window,
            levels=np.frombuffer(columns.levels, np.uint8),
            bands=np.frombuffer(columns.bands, np.uint8).reshape(-1, BANDS),
            tonal=np.frombuffer(columns.tonal, np.uint8),
        )
