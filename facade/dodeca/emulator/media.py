"""What a media file is, and what it shows and sounds like: one pass, a few bytes per frame.

`probe` reads what a file is; `analyse` decodes it once and keeps about 180 bytes of each frame and
about 20 of each tenth of a second of sound, so that memory stays flat however long the film.
Files are taken as they come from strangers: whatever cannot be decoded raises `BrokenMedia`, and
formats that point to other files or addresses (playlists) are not opened.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from .pixels import CELLS, COLOURS, motion, picture
from .sound import BANDS, Listener

Source = str | Path | bytes
"""A file by its path, or its content."""

_FORMATS = (
    "aac,ac3,aiff,amr,asf,avi,caf,eac3,flac,flv,gif,jpeg_pipe,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,mpegvideo,mxf,ogg,png_pipe,wav,w64,webp_pipe,bmp_pipe,tiff_pipe"
)
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
    """One row for each decoded picture, in the order shown."""

    times: NDArray[np.float64]
    """(n,) seconds from the beginning of the file."""
    cells: NDArray[np.uint8]
    """(n, 48, 3) mean red, green and blue of 8 by 6 cells, row by row."""
    colours: NDArray[np.uint16]
    """(n, 12) points of 2304 that have each of `pixels.COLOURS`."""
    detail: NDArray[np.uint16]
    """(n,) mean difference of light within cells, sixteenths of 0..255."""
    motion: NDArray[np.uint16]
    """(n,) mean change of light since the picture before, sixteenths of 0..255."""


@dataclass(frozen=True)
class Sound:
    """One row for each window of about a tenth of a second."""

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
        first = _first_frame(container, video) if video else None
        if video and first is None and audio is None:
            raise BrokenMedia("no picture in it can be decoded")
        if first is None:
            video = None
        if audio and not audio.codec_context.sample_rate:
            audio = None
        if video is None and audio is None:
            raise BrokenMedia("there is no picture and no sound in it")
        name = _format_name(container, source)
        shape: dict[str, Any] = {}
        if video and first:
            turned = round(first.rotation / 90) % 2
            width, height = first.width, first.height
            shape = {
                "width": height if turned else width,
                "height": width if turned else height,
                "video_codec": video.codec_context.codec.canonical_name,
            }
            if container.format.name.endswith("_pipe"):
                return MediaInfo("image", name, size, **shape)
            rate = video.average_rate or video.guessed_rate
            shape["fps"] = round(float(rate), 3) if rate else None
        duration = _duration(container, video, audio)
        if duration <= 0:
            raise BrokenMedia("it has no duration")
        return MediaInfo(
            "video" if video else "audio",
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
    with _opened(source) as (container, _):
        video, audio = _streams(container)
        if info.width is None:
            video = None
        if not info.has_audio:
            audio = None
        if info.kind == "image":
            start, end = 0.0, None
        reader = _Reader(container, video, audio, start, end)
        reader.read()
    if end is None:
        end = info.duration or 0.0
    return Analysis(info, start, min(end, info.duration or end), reader.frames(), reader.sound())


class _Reader:
    """Decodes one container and keeps the columns."""

    def __init__(
        self,
        container: InputContainer,
        video: av.VideoStream | None,
        audio: av.AudioStream | None,
        start: float,
        end: float | None,
    ) -> None:
        self._container, self._video, self._audio = container, video, audio
        self._start, self._end = start, end
        self._zero = _zero(video, audio)
        self._listener = Listener(start, end)
        self._times: list[float] = []
        self._cells = bytearray()
        self._colours = bytearray()
        self._detail: list[int] = []
        self._motion: list[int] = []
        self._light: NDArray[Any] | None = None

    def read(self) -> None:
        """Demultiplex once; a packet that cannot be decoded is passed over."""
        decoders: dict[int, Any] = {}
        if self._video:
            context = self._video.codec_context
            context.thread_count = 1  # one core, and damaged files decode the same every time
            context.options = {"max_pixels": str(_MAX_PIXELS), "skip_loop_filter": "all"}
            decoders[self._video.index] = context
        if self._audio:
            decoders[self._audio.index] = _audio_decoder(self._audio)
        if self._start > 1:
            self._container.seek(int((self._start - 1 + self._zero) * av.time_base))
        open_streams = set(decoders)
        streams = [stream for stream in (self._video, self._audio) if stream]
        for packet in _packets(self._container, streams):
            index = packet.stream.index
            if index not in open_streams:
                continue
            try:
                decoded = decoders[index].decode(packet)
            except (av.FFmpegError, ValueError):
                continue
            for frame in decoded:
                if self._take(frame, packet):
                    open_streams.discard(index)
            if not open_streams:
                break
        self._listener.finish()

    def _take(self, frame: Any, packet: av.Packet) -> bool:
        """Measure a frame; True when it lies beyond the end."""
        base = packet.stream.time_base
        time = None if frame.pts is None else float(frame.pts * base) - self._zero
        if isinstance(frame, av.AudioFrame):
            self._listener.hear(frame, time)
            return self._end is not None and self._listener.heard_until >= self._end
        if time is None:
            rate = self._video.average_rate if self._video else None
            time = self._times[-1] + float(1 / (rate or 25)) if self._times else 0.0
        if self._end is not None and time >= self._end:
            return True
        if time >= self._start:
            self._look(frame, time)
        return False

    def _look(self, frame: av.VideoFrame, time: float) -> None:
        seen = picture(frame)
        self._times.append(time)
        self._cells += seen.cells.tobytes()
        self._colours += seen.colours.tobytes()
        self._detail.append(seen.detail)
        self._motion.append(0 if self._light is None else motion(self._light, seen.light))
        self._light = seen.light

    def frames(self) -> Frames | None:
        if not self._times:
            return None
        return Frames(
            times=np.maximum.accumulate(np.array(self._times)),
            cells=np.frombuffer(self._cells, np.uint8).reshape(-1, CELLS, 3),
            colours=np.frombuffer(self._colours, np.uint16).reshape(-1, len(COLOURS)),
            detail=np.array(self._detail, np.uint16),
            motion=np.array(self._motion, np.uint16),
        )

    def sound(self) -> Sound | None:
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
    with file:
        try:
            with av.open(
                _Nameless(file),
                "r",
                options={"format_whitelist": _FORMATS, "protocol_whitelist": ""},
                metadata_errors="ignore",
                buffer_size=1 << 18,
            ) as container:
                yield container, size
        except (av.FFmpegError, ValueError, IndexError, MemoryError) as exc:
            reason = exc.strerror if isinstance(exc, av.FFmpegError) else str(exc)
            raise BrokenMedia(reason or type(exc).__name__) from exc


class _Nameless:
    """A file without a name, so that FFmpeg goes by its content alone.

    Some names it would take for patterns, addresses or formats.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _streams(container: InputContainer) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    """The picture and the sound; cover art of a song is no picture."""
    covers = int(av.stream.Disposition.attached_pic)
    videos = [s for s in container.streams.video if not int(s.disposition) & covers]
    return (videos or [None])[0], (list(container.streams.audio) or [None])[0]


def _packets(container: InputContainer, streams: list[Any]) -> Iterator[av.Packet]:
    """The packets up to where the file breaks off, then those that empty the decoders."""
    try:
        yield from container.demux(streams)
    except (av.FFmpegError, ValueError):
        return


def _first_frame(container: InputContainer, video: av.VideoStream) -> av.VideoFrame | None:
    video.codec_context.thread_count = 1
    video.codec_context.options = {"max_pixels": str(_MAX_PIXELS)}
    frame = None
    for packet in _packets(container, [video]):
        try:
            frame = next(iter(video.codec_context.decode(packet)), None)
        except (av.FFmpegError, ValueError):
            continue
        if frame is not None:
            break
    return frame


def _audio_decoder(audio: av.AudioStream) -> Any:
    name = _EXACT_DECODERS.get(audio.codec_context.codec.canonical_name)
    if name is None:
        return audio.codec_context
    decoder = av.CodecContext.create(name, "r")
    decoder.extradata = audio.codec_context.extradata
    return decoder


def _duration(
    container: InputContainer, video: av.VideoStream | None, audio: av.AudioStream | None
) -> float:
    """Seconds from the first to the end of the last packet of the picture, else of the sound.

    Headers may be missing, estimated or wrong, so the packets decide; but where the header agrees
    to within a tenth of a second it is the more exact, as it knows of padding.
    """
    stream: Any = video or audio
    container.seek(0)
    zero, last = _zero(video, audio), 0.0
    for packet in _packets(container, [stream]):
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None:
            last = max(last, float((stamp + (packet.duration or 0)) * stream.time_base) - zero)
    if stream.duration:
        stated = float(stream.duration * stream.time_base)
        last = stated if abs(stated - last) < 0.1 else last
    return round(last, 3)


def _zero(*streams: Any) -> float:
    """When the earliest stream begins, on the file's own clock."""
    starts = [float(s.start_time * s.time_base) for s in streams if s and s.start_time is not None]
    return min(starts, default=0.0)


def _format_name(container: InputContainer, source: Source) -> str:
    names = container.format.name.removesuffix("_pipe").split(",")
    if "mov" in names:
        brand = container.metadata.get("major_brand", "").strip().lower()
        return {"qt": "mov", "m4a": "m4a"}.get(brand, "mp4")
    return names[0]
