"""What a media file is, and what it shows and sounds like: one pass, a few bytes per frame.

`probe` reads what a file is; `analyse` decodes it once and keeps about 200 bytes of each frame and
about 25 of each sixteenth of a second of sound, so that memory stays flat however long the film.
Files are taken as they come from strangers: whatever cannot be decoded raises `BrokenMedia`, and
formats that point to other files or addresses (playlists) are not opened.
"""

import io
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from .pixels import CELLS, COLOURS, NEW_SCENE, Picture, difference, picture
from .sound import BANDS, Listener

Source = str | Path | bytes
"""A file by its path, or its content."""

_FORMATS = (
    "aac,ac3,aiff,amr,asf,avi,caf,eac3,flac,flv,gif,jpeg_pipe,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,mpegvideo,mxf,ogg,png_pipe,wav,w64,webp_pipe,bmp_pipe,tiff_pipe"
)
_MANY = 20  # pictures per second from which on some can be left out
_MAX_PIXELS = 1 << 26  # a small file must not unfold into gigabytes
# Fixed-point decoders give the same samples on every machine; the usual ones compute in floats.
_EXACT_DECODERS = {"aac": "aac_fixed", "mp3": "mp3", "mp3float": "mp3", "ac3": "ac3_fixed"}


class BrokenMedia(Exception):
    """The file cannot be decoded; the message says why."""


@dataclass(frozen=True)
class MediaInfo:
    """What a file is, as found in its streams."""

    kind: Literal["video", "audio", "image"]
    format: str
    """Short name of the container: mp4, webm, matroska, mp3, wav, jpeg, png, ..."""
    size_bytes: int
    duration: float | None = None
    """Seconds, in milliseconds' steps; None for an image."""
    width: int | None = None
    """Pixels as shown, that is after any rotation; None without a picture."""
    height: int | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None

    @property
    def has_audio(self) -> bool:
        """Whether there is a soundtrack."""
        return self.audio_codec is not None


@dataclass(frozen=True)
class Frames:
    """One row for each decoded picture, in the order shown.

    Pictures that no other one refers to are left out where that loses no scene change.
    """

    times: NDArray[np.float64]
    """(n,) seconds from the beginning of the file."""
    cells: NDArray[np.uint8]
    """(n, 48, 3) mean red, green and blue of 8 by 6 cells, row by row."""
    colours: NDArray[np.uint16]
    """(n, 12) how many of `pixels.POINTS` have each of `pixels.COLOURS`."""
    detail: NDArray[np.uint16]
    """(n,) mean step of light between neighbouring points, sixteenths of 0..255."""
    motion: NDArray[np.uint16]
    """(n,) mean change of a point's light since the row before, sixteenths of 0..255."""
    change: NDArray[np.uint16]
    """(n,) mean change of a cell's colour since the row before, sixteenths of 0..255."""


@dataclass(frozen=True)
class Sound:
    """One row for each window of about a sixteenth of a second."""

    times: NDArray[np.float64]
    """(n,) start of each window, seconds from the beginning of the file."""
    window: float
    """Length of a window in seconds."""
    levels: NDArray[np.uint8]
    """(n,) loudness in steps of 0.75 dB; 0 is digital silence, 116 a full-scale sine."""
    bands: NDArray[np.uint8]
    """(n, 16) the same measure for each frequency band, low to high."""
    tonal: NDArray[np.uint8]
    """(n,) 0 for noise to 255 for a pure tone."""


@dataclass(frozen=True)
class Analysis:
    """What was decoded between `start` and `end` (seconds)."""

    info: MediaInfo
    start: float
    end: float
    frames: Frames | None
    sound: Sound | None


def probe(source: Source) -> MediaInfo:
    """Read what a file is, from its streams; all its packets are counted for the duration.

    Raises BrokenMedia when there is nothing in it that can be decoded, and OSError when the file
    cannot be read at all.
    """
    with _opened(source) as (container, size):
        video, audio = _streams(container)
        picture = _first_picture(container, video) if video else None
        if video and picture is None and audio is None:
            raise BrokenMedia("no picture in it can be decoded")
        if audio and not audio.codec_context.sample_rate:
            audio = None
        name = _format_name(container)
        shape: dict[str, Any] = {}
        if video and picture:
            turned = round(picture.rotation / 90) % 2
            shape = {
                "width": picture.height if turned else picture.width,
                "height": picture.width if turned else picture.height,
                "video_codec": video.codec_context.codec.canonical_name,
            }
            if container.format.name.endswith("_pipe"):
                return MediaInfo("image", name, size, **shape)
            rate = video.average_rate or video.guessed_rate
            shape["fps"] = round(float(rate), 3) if rate else None
        elif audio is None:
            raise BrokenMedia("there is no picture and no sound in it")
        duration = _duration(container, video if shape else None, audio)
        if duration <= 0:
            raise BrokenMedia("it has no duration")
        return MediaInfo(
            "video" if shape else "audio",
            name,
            size,
            duration=duration,
            audio_codec=audio.codec_context.codec.canonical_name if audio else None,
            **shape,
        )


def analyse(source: Source, *, start: float = 0.0, end: float | None = None) -> Analysis:
    """Decode pictures and sound between `start` and `end` (seconds) once and measure them.

    Raises BrokenMedia when nothing can be decoded, and OSError when the file cannot be read.
    """
    info = probe(source)
    if info.kind == "image":
        start, end = 0.0, None
    reader = _read(source, info, start, end, thorough=(info.fps or 0) < _MANY)
    if reader.too_coarse:
        reader = _read(source, info, start, end, thorough=True)
    last = info.duration or 0.0
    return Analysis(
        info, start, last if end is None else min(end, last), reader.frames(), reader.sound()
    )


def _read(
    source: Source, info: MediaInfo, start: float, end: float | None, *, thorough: bool
) -> "_Reader":
    with _opened(source) as (container, _):
        video, audio = _streams(container)
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
        self._video, self._audio = video, audio
        self._start, self._end = start, end
        self._zero = _zero(video, audio)
        self._bases = {s.index: s.time_base or Fraction(1) for s in (video, audio) if s}
        self._listener = Listener(start, end)
        self._last: Picture | None = None
        self._times = array("d")
        self._cells = bytearray()
        self._colours = bytearray()
        self._detail, self._motion, self._change = array("H"), array("H"), array("H")
        self._due: deque[float] = deque(maxlen=64)  # when the last packets' pictures are shown
        self.too_coarse = False
        """Whether a scene may have changed within several pictures left out in a row."""

    def read(self, container: InputContainer, thorough: bool) -> None:
        """Demultiplex once; a packet that cannot be decoded is passed over."""
        decoders: dict[int, Any] = {}
        if self._video:
            decoders[self._video.index] = _picture_decoder(self._video, thorough)
        if self._audio:
            decoders[self._audio.index] = _sound_decoder(self._audio)
        if self._start > 1:  # a second of run-up fills the sound decoder's memory
            container.seek(int((self._start - 1 + self._zero) * av.time_base))
        streams = [stream for stream in (self._video, self._audio) if stream]
        unfinished = set(decoders)
        for packet in _packets(container, streams):
            index = packet.stream_index
            if index not in unfinished:
                continue
            try:
                decoded = decoders[index].decode(packet)
            except av.FFmpegError:
                continue
            if self._video and index == self._video.index:
                finished = self._show(packet, decoded)
            else:
                finished = self._play(packet, decoded)
            if finished:
                unfinished.discard(index)
            if self.too_coarse or not unfinished:
                break
        self._listener.finish()

    def _play(self, packet: "av.Packet[Any]", decoded: list[av.AudioFrame]) -> bool:
        """Measure sound; True when it has reached the end."""
        for frame in decoded:
            self._listener.hear(frame, self._time(frame.pts, packet))
        return self._end is not None and self._listener.heard_until >= self._end

    def _show(self, packet: "av.Packet[Any]", decoded: list[av.VideoFrame]) -> bool:
        """Measure pictures; True when one lies beyond the end."""
        due = self._time(packet.pts, packet)
        if due is not None:
            self._due.append(due)
        for frame in decoded:
            time = self._time(frame.pts, packet)
            if time is None:
                time = self._times[-1] + 0.04 if self._times else 0.0
            if self._end is not None and time >= self._end:
                return True
            if time >= self._start:
                self._look(frame, time)
        return False

    def _time(self, stamp: int | None, packet: "av.Packet[Any]") -> float | None:
        """Seconds from the beginning of the file."""
        if stamp is None:
            return None
        base = self._bases[packet.stream_index]
        return stamp * base.numerator / base.denominator - self._zero

    def _look(self, frame: av.VideoFrame, time: float) -> None:
        seen = picture(frame)
        last = self._last or seen
        change = difference(last.cells, seen.cells)
        if change >= NEW_SCENE and sum(self._times[-1] < due < time for due in self._due) > 1:
            self.too_coarse = True
        self._times.append(time)
        self._cells += seen.cells.tobytes()
        self._colours += seen.colours.tobytes()
        self._detail.append(seen.detail)
        self._motion.append(difference(last.light, seen.light))
        self._change.append(change)
        self._last = seen

    def frames(self) -> Frames | None:
        """The columns of the pictures, if there are any."""
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

    def sound(self) -> Sound | None:
        """The columns of the sound, if there is any."""
        columns = self._listener.columns
        if not columns.times:
            return None
        return Sound(
            times=np.array(columns.times),
            window=columns.window,
            levels=np.frombuffer(columns.levels, np.uint8),
            bands=np.frombuffer(columns.bands, np.uint8).reshape(-1, BANDS),
            tonal=np.frombuffer(columns.tonal, np.uint8),
        )


@contextmanager
def _opened(source: Source) -> Iterator[tuple[InputContainer, int]]:
    """The container and its size in bytes; FFmpeg's many errors become BrokenMedia."""
    file: BinaryIO
    if isinstance(source, bytes):
        file, size = io.BytesIO(source), len(source)
    else:
        path = Path(source)
        file, size = path.open("rb"), path.stat().st_size
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": ""}
    with file:
        try:
            with av.open(
                _Nameless(file), "r", options=options, metadata_errors="ignore"
            ) as container:
                yield container, size
        except av.FFmpegError as exc:
            unknown = isinstance(exc, av.PermissionError)  # said of formats not in the list
            reason = "its format is not known" if unknown else exc.strerror
            raise BrokenMedia(reason or type(exc).__name__) from exc


class _Nameless:
    """A file without a name, so that FFmpeg goes by its content alone.

    Some names it would take for patterns, addresses or formats.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _streams(container: InputContainer) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    """The picture and the sound; cover art of a song is no picture."""
    cover = av.stream.Disposition.attached_pic
    videos = (stream for stream in container.streams.video if not stream.disposition & cover)
    return (
        next((stream for stream in videos if _known(stream)), None),
        next((stream for stream in container.streams.audio if _known(stream)), None),
    )


def _known(stream: Any) -> bool:
    """Whether there is a decoder for the stream."""
    return stream.codec_context is not None


def _packets(container: InputContainer, streams: list[Any]) -> "Iterator[av.Packet[Any]]":
    """The packets up to where the file breaks off, then those that empty the decoders."""
    try:
        yield from container.demux(streams)
    except av.FFmpegError:
        return


def _first_picture(container: InputContainer, video: av.VideoStream) -> av.VideoFrame | None:
    decoder = _picture_decoder(video, thorough=True)
    for packet in _packets(container, [video]):
        try:
            decoded = decoder.decode(packet)
        except av.FFmpegError:
            continue
        if decoded:
            return decoded[0]
    return None


def _picture_decoder(video: av.VideoStream, thorough: bool) -> av.VideoCodecContext:
    """A decoder on one core, which damaged files too leave the same pictures every time.

    The smoothing filter is left out, and, unless `thorough`, the pictures that no others refer to:
    half the work, for numbers that are nearly the same.
    """
    decoder = video.codec_context
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(_MAX_PIXELS), "skip_loop_filter": "all"}
    if not thorough:
        decoder.skip_frame = "NONREF"
    return decoder


def _sound_decoder(audio: av.AudioStream) -> av.AudioCodecContext:
    name = _EXACT_DECODERS.get(audio.codec_context.codec.canonical_name)
    if name is None:
        return audio.codec_context
    decoder = cast(av.AudioCodecContext, av.CodecContext.create(name, "r"))
    decoder.extradata = audio.codec_context.extradata
    return decoder


def _duration(
    container: InputContainer, video: av.VideoStream | None, audio: av.AudioStream | None
) -> float:
    """Seconds from the first to the end of the last packet, in milliseconds' steps.

    The picture decides, unless the sound goes on for another second or more. Headers may be
    missing, estimated or wrong, so packets are counted; but a header that agrees to within a tenth
    of a second is the more exact, as it knows of padding.
    """
    container.seek(0)
    streams: dict[int, Any] = {stream.index: stream for stream in (video, audio) if stream}
    ends = dict.fromkeys(streams, 0)
    for packet in _packets(container, list(streams.values())):
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:
            index = packet.stream_index
            ends[index] = max(ends[index], stamp + (packet.duration or 0))
    zero = _zero(video, audio)
    lengths = []
    for index, stream in streams.items():
        length = float(ends[index] * stream.time_base) - zero
        stated = float((stream.duration or 0) * stream.time_base)
        lengths.append(stated if abs(stated - length) < 0.1 else length)
    longest = max(lengths)
    return round(longest if longest - lengths[0] >= 1 else lengths[0], 3)


def _zero(*streams: Any) -> float:
    """When the earliest stream begins, on the file's own clock."""
    starts = [float(s.start_time * s.time_base) for s in streams if s and s.start_time is not None]
    return min(starts, default=0.0)


def _format_name(container: InputContainer) -> str:
    names = container.format.name.removesuffix("_pipe").split(",")
    if "mov" in names:
        brand = container.metadata.get("major_brand", "").strip().lower()
        return {"qt": "mov", "m4a": "m4a"}.get(brand, "mp4")
    return names[0]
