"""What a media file is: its streams, its length, and how it is taken apart.

Files are taken as they come from strangers: whatever cannot be decoded raises `BrokenMedia`, names
mean nothing, and formats that point to other files or addresses (playlists) are not opened.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.error import PermissionError as NotAllowed
from av.stream import Disposition

Source = str | Path | bytes
"""A file by its path, or its content."""

Stream = av.VideoStream | av.AudioStream

_FORMATS = (
    "aac,ac3,aiff,amr,asf,avi,caf,eac3,flac,flv,gif,jpeg_pipe,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,mpegvideo,mxf,ogg,png_pipe,wav,w64,webp_pipe,bmp_pipe,tiff_pipe"
)
_MAX_PIXELS = 1 << 26  # a small file must not unfold into gigabytes
_MIN_RATE = 1000  # samples per second; below, sound is none, and a small file lasts for days
# PyAV 19 takes metadata that are no UTF-8; before, it had to be told so.
_LENIENT: dict[str, Any] = {"metadata_errors": "ignore"} if int(av.__version__[:2]) < 19 else {}
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


def probe(source: Source) -> MediaInfo:
    """Read what a file is, from its streams; all its packets are counted for the duration.

    Raises BrokenMedia when there is nothing in it that can be decoded, and OSError when the file
    cannot be read at all.
    """
    with opened(source) as (container, size):
        video, audio = streams_of(container)
        name = _format_name(container)
        streams = [stream for stream in (video, audio) if stream]
        if not streams:
            raise BrokenMedia("there is no picture and no sound in it")
        decoders = {stream.index: decoder_of(stream) for stream in streams}
        first: dict[int, Any] = {}
        ends = dict.fromkeys(decoders, 0)
        for packet in packets_of(container, streams):
            index = packet.stream_index
            stamp = packet.dts if packet.pts is None else packet.pts
            ends[index] = max(ends[index], (stamp or 0) + (packet.duration or 0))
            if index in first:
                continue
            if decoded := frames_of(decoders[index], packet):
                first[index] = decoded[0]
                if video and index == video.index and container.format.name.endswith("_pipe"):
                    return MediaInfo("image", name, size, **_shape(video, first[index]))
        # What yields nothing to see or hear is as good as not there.
        streams = [stream for stream in streams if stream.index in first]
        if not streams:
            raise BrokenMedia("nothing in it can be decoded")
        facts: dict[str, Any] = {"duration": _duration(streams, ends)}
        if facts["duration"] <= 0:
            raise BrokenMedia("it has no duration")
        if video in streams:
            facts |= _shape(video, first[video.index])
            rate = video.average_rate or video.guessed_rate
            facts["fps"] = round(float(rate), 3) if rate else None
        if audio in streams:
            facts["audio_codec"] = audio.codec_context.codec.canonical_name
        return MediaInfo("video" if video in streams else "audio", name, size, **facts)


@contextmanager
def opened(source: Source) -> Iterator[tuple[InputContainer, int]]:
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
            with av.open(_Nameless(file), "r", options=options, **_LENIENT) as container:
                yield container, size
        except FFmpegError as exc:
            unknown = isinstance(exc, NotAllowed)  # said of formats not in the list
            reason = "its format is not known" if unknown else exc.strerror
            raise BrokenMedia(reason or type(exc).__name__) from exc


class _Nameless:
    """A file without a name, so that FFmpeg goes by its content alone.

    Some names it would take for patterns, addresses or formats.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def streams_of(container: InputContainer) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    """The first picture and the first sound for which there is a decoder, if any.

    Cover art of a song is no picture.
    """
    cover = Disposition.attached_pic
    known = [stream for stream in container.streams if stream.codec_context]
    videos = (s for s in known if isinstance(s, av.VideoStream) and not s.disposition & cover)
    audios = (s for s in known if isinstance(s, av.AudioStream) and s.sample_rate >= _MIN_RATE)
    return next(videos, None), next(audios, None)


def packets_of(container: InputContainer, streams: list[Stream]) -> "Iterator[av.Packet[Any]]":
    """The packets up to where the file breaks off, then those that empty the decoders."""
    wanted = {stream.index for stream in streams}
    try:
        for packet in container.demux(streams):
            if packet.stream_index in wanted:
                yield packet
    except FFmpegError:
        return


def decoder_of(stream: Stream, *, thorough: bool = True) -> Any:
    """A decoder that gives the same result on every machine, for damaged files too.

    Pictures are decoded on one core and without the smoothing filter; unless `thorough`, those that
    no others refer to are left out: half the work, for numbers that are nearly the same.
    """
    decoder = stream.codec_context
    if isinstance(decoder, av.VideoCodecContext):
        decoder.thread_count = 1
        decoder.options = {"max_pixels": str(_MAX_PIXELS), "skip_loop_filter": "all"}
        if not thorough:
            decoder.skip_frame = "NONREF"
        return decoder
    name = _EXACT_DECODERS.get(decoder.codec.canonical_name)
    if name is None:
        return decoder
    exact = cast(av.AudioCodecContext, av.CodecContext.create(name, "r"))
    exact.extradata = decoder.extradata
    return exact


def frames_of(decoder: Any, packet: "av.Packet[Any]") -> list[Any]:
    """The frames that a packet completes; none when it cannot be decoded."""
    try:
        return cast(list[Any], decoder.decode(packet))
    except FFmpegError:
        return []


def beginning(streams: list[Stream]) -> float:
    """When the earliest stream begins, in seconds of the file's own clock."""
    stamps = [(stream, stream.start_time) for stream in streams]
    return min((seconds(at, stream) for stream, at in stamps if at is not None), default=0.0)


def seconds(stamp: int, stream: Stream) -> float:
    """A time stamp in seconds."""
    base = stream.time_base or Fraction(1)
    return stamp * base.numerator / base.denominator


def _duration(streams: list[Stream], ends: dict[int, int]) -> float:
    """Seconds from the first to the end of the last packet, in milliseconds' steps.

    The picture, which is the first of the streams, decides, unless the sound goes on for another
    second or more. Headers may be missing, estimated or wrong, so packets are counted; but a header
    that agrees to within a tenth of a second is the more exact, as it knows of padding.
    """
    lengths = []
    for stream in streams:
        counted = seconds(ends[stream.index], stream) - beginning(streams)
        stated = seconds(stream.duration or 0, stream)
        lengths.append(stated if abs(stated - counted) < 0.1 else counted)
    longest = max(lengths)
    return round(longest if longest - lengths[0] >= 1 else lengths[0], 3)


def _shape(video: av.VideoStream, picture: av.VideoFrame) -> dict[str, Any]:
    turned = round(picture.rotation / 90) % 2
    width, height = picture.width, picture.height
    return {
        "width": height if turned else width,
        "height": width if turned else height,
        "video_codec": video.codec_context.codec.canonical_name,
    }


def _format_name(container: InputContainer) -> str:
    names = container.format.name.removesuffix("_pipe").split(",")
    if "mov" in names:
        brand = container.metadata.get("major_brand", "").strip().lower()
        return {"qt": "mov", "m4a": "m4a"}.get(brand, "mp4")
    return names[0]
