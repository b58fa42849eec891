"""Probes media files: streams, duration, and the packets and frames in them.

Files are not trusted: what cannot be decoded raises `BrokenMedia`, names are ignored, and formats
that refer to other files or addresses (playlists) are not opened.
"""

import io
from collections import Counter
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

from dodeca._base.image_headers import heif_format

MediaContent = str | Path | bytes
"""A file by its path, or its content."""

MediaStream = av.VideoStream | av.AudioStream
_Sized = av.VideoStream | av.VideoFrame

_FORMATS = (
    "aac,ac3,aiff,amr,apng,asf,au,avi,caf,dts,dv,eac3,flac,flv,gif,ivf,jpeg_pipe,matroska,webm,mov,mp4,"
    "m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,mpegvideo,mxf,nut,ogg,png_pipe,rm,tta,wav,w64,webp_pipe,bmp_pipe,"
    "tiff_pipe,wv,yuv4mpegpipe"
)
MAX_PIXELS = 1 << 26
"""Pixels of the largest frame that is decoded: a small file must not expand to gigabytes."""
_MAX_STAMP = 1 << 62  # of 64 bits, with room to add to it
_MIN_RATE = 1000  # samples per second; below that, a small file lasts for days
# PyAV 19 accepts metadata that are not UTF-8; before, this was an option.
_LENIENT: dict[str, Any] = {"metadata_errors": "ignore"} if int(av.__version__[:2]) < 19 else {}
# Fixed-point decoders give the same samples on every machine; the default ones use floats.
_EXACT_DECODERS = {"aac": "aac_fixed", "mp3": "mp3", "mp3float": "mp3", "ac3": "ac3_fixed"}


class BrokenMedia(Exception):
    """The file cannot be decoded; the message says why."""


@dataclass(frozen=True)
class MediaInfo:
    """What a file is, read from its streams."""

    kind: Literal["video", "audio", "image"]
    format: str
    """Short name of the container: mp4, webm, matroska, mp3, wav, jpeg, png, ..."""
    size_bytes: int
    duration: float | None = None
    """Seconds, in steps of milliseconds; None for an image."""
    width: int | None = None
    """Pixels as displayed: after rotation, and with square pixels for video; None for audio."""
    height: int | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None

    @property
    def has_audio(self) -> bool:
        """Whether there is a soundtrack."""
        return self.audio_codec is not None


def probe(source: MediaContent) -> MediaInfo:
    """Read what a file is from its streams; the duration is measured from all packets.

    Frames of more than MAX_PIXELS are not decoded; the header has their size.

    Raises BrokenMedia when nothing in it can be decoded, and OSError when the file cannot be
    read.
    """
    with open_container(source) as (container, size):
        video, audio = streams_of(container)
        name = _format_name(container)
        streams = [stream for stream in (video, audio) if stream]
        if not streams:
            raise BrokenMedia("there is no video, image or audio in it")
        decoders = {stream.index: decoder_of(stream) for stream in streams}
        first: dict[int, Any] = {}
        ends = dict.fromkeys(decoders, 0)
        packets: Counter[int] = Counter()
        if video and _is_too_large(video):
            first[video.index] = video
        for packet in packets_of(container, streams):
            index = packet.stream_index
            packets[index] += packet.size > 0
            stamp = packet.dts if packet.pts is None else packet.pts
            ends[index] = max(ends[index], (stamp or 0) + (packet.duration or 0))
            if index not in first and (decoded := frames_of(decoders[index], packet)):
                first[index] = decoded[0]
            if video and video.index in first and _is_image(container):
                return _image(video, name, size, first[video.index])
        # A stream without a single frame does not count.
        streams = [stream for stream in streams if stream.index in first]
        if not streams:
            raise BrokenMedia("nothing in it can be decoded")
        if video in streams and name == "gif" and packets[video.index] == 1:
            return _image(video, name, size, first[video.index])
        values: dict[str, Any] = {"duration": _duration(streams, ends)}
        if values["duration"] <= 0:
            raise BrokenMedia("it has no duration")
        if video in streams:
            values |= _shape(video, first[video.index], aspect=pixel_aspect(video))
            rate = video.average_rate or video.guessed_rate
            values["fps"] = round(float(rate), 3) if rate else None
        if audio in streams:
            values["audio_codec"] = audio.codec_context.codec.canonical_name
        return MediaInfo("video" if video in streams else "audio", name, size, **values)


@contextmanager
def open_container(source: MediaContent) -> Iterator[tuple[InputContainer, int]]:
    """Open a container; yields it and its size in bytes. Errors of FFmpeg become BrokenMedia."""
    file: BinaryIO
    if isinstance(source, bytes):
        file, size = io.BytesIO(source), len(source)
    else:
        path = Path(source)
        file, size = path.open("rb"), path.stat().st_size
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": ""}
    with file:
        try:
            with av.open(UnnamedFile(file), "r", options=options, **_LENIENT) as container:
                yield container, size
        except FFmpegError as exc:
            unknown = isinstance(exc, NotAllowed)  # raised for formats not in the list
            reason = "its format is not supported" if unknown else exc.strerror
            raise BrokenMedia(reason or type(exc).__name__) from exc


class UnnamedFile:
    """A file without a name, so that FFmpeg relies on its content alone.

    It would interpret some names as patterns, addresses or formats.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.write, self.seek, self.tell = file.read, file.write, file.seek, file.tell


def streams_of(container: InputContainer) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    """Return the first video and the first audio stream that have a decoder, if any.

    Cover art of a song does not count.
    """
    cover = Disposition.attached_pic
    known = [stream for stream in container.streams if stream.codec_context]
    videos = (s for s in known if isinstance(s, av.VideoStream) and not s.disposition & cover)
    audios = (s for s in known if isinstance(s, av.AudioStream) and s.sample_rate >= _MIN_RATE)
    return next(videos, None), next(audios, None)


def packets_of(container: InputContainer, streams: list[MediaStream]) -> "Iterator[av.Packet[Any]]":
    """Yield the packets up to where the file breaks off, then those that flush the decoders."""
    wanted = {stream.index for stream in streams}
    try:
        for packet in container.demux(streams):
            if packet.stream_index in wanted:
                yield packet
    except FFmpegError:
        return


def stamp_of(units: float) -> int:
    """Return a timestamp to seek to, as the integer of 64 bits that FFmpeg takes."""
    return int(max(-_MAX_STAMP, min(units, _MAX_STAMP)))


def decoder_of(stream: MediaStream, *, thorough: bool = True) -> Any:
    """Return a decoder that gives the same result on every machine, also for damaged files.

    Video is decoded on one core and without the loop filter; unless `thorough`, frames that no
    others refer to are skipped: half the work, for nearly the same measurements.
    """
    decoder = stream.codec_context
    if isinstance(decoder, av.VideoCodecContext):
        decoder.thread_count = 1
        decoder.options = {"max_pixels": str(MAX_PIXELS), "skip_loop_filter": "all"}
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
    """Return the frames that a packet completes; none when it cannot be decoded."""
    try:
        return cast(list[Any], decoder.decode(packet))
    except FFmpegError:
        return []


def start_of(streams: list[MediaStream]) -> float:
    """Return the start of the earliest stream, in seconds of the file's own clock."""
    stamps = [(stream, stream.start_time) for stream in streams]
    return min((seconds(at, stream) for stream, at in stamps if at is not None), default=0.0)


def seconds(stamp: int, stream: MediaStream) -> float:
    """Return a timestamp in seconds."""
    base = stream.time_base or Fraction(1)
    return stamp * base.numerator / base.denominator


def _duration(streams: list[MediaStream], ends: dict[int, int]) -> float:
    """Return the seconds to the end of the last packet, in steps of milliseconds.

    The first stream, the video, decides, unless the audio is longer by a second or more. Headers
    may be missing, estimated or wrong, so packets are counted; but a header that agrees within a
    tenth of a second is more exact, as it accounts for padding.
    """
    lengths = []
    for stream in streams:
        counted = seconds(ends[stream.index], stream) - start_of(streams)
        stated = seconds(stream.duration or 0, stream)
        lengths.append(stated if abs(stated - counted) < 0.1 else counted)
    longest = max(lengths)
    return round(longest if longest - lengths[0] >= 1 else lengths[0], 3)


def check_pixels(video: av.VideoStream) -> None:
    """Raise BrokenMedia for frames that are too large to be decoded."""
    if _is_too_large(video):
        raise BrokenMedia(
            f"its frames have {video.width}x{video.height} pixels, of which at most {MAX_PIXELS:,} "
            "are decoded"
        )


def pixel_aspect(video: av.VideoStream) -> float:
    """Return the width of a pixel as displayed in relation to its height; 1 if unknown."""
    return float(video.sample_aspect_ratio or 1)


def _is_too_large(video: av.VideoStream) -> bool:
    return video.width * video.height > MAX_PIXELS


def _image(video: av.VideoStream, name: str, size: int, first: _Sized) -> MediaInfo:
    return MediaInfo("image", name, size, **_shape(video, first))


def _shape(video: av.VideoStream, first: _Sized, *, aspect: float = 1.0) -> dict[str, Any]:
    """Return the size as displayed, of the first frame or of the header."""
    turned = round(getattr(first, "rotation", 0) / 90) % 2
    width, height = max(1, round(first.width * aspect)), first.height
    return {
        "width": height if turned else width,
        "height": width if turned else height,
        "video_codec": video.codec_context.codec.canonical_name,
    }


def _is_image(container: InputContainer) -> bool:
    """Whether it is an image; the first one of an animated PNG counts, as in image viewers."""
    name = container.format.name
    return name.endswith("_pipe") or name == "apng" or _image_format(container) is not None


def _format_name(container: InputContainer) -> str:
    names = container.format.name.removesuffix("_pipe").split(",")
    if "mov" in names:
        brand = container.metadata.get("major_brand", "").strip().lower()
        return _image_format(container) or {"qt": "mov", "m4a": "m4a"}.get(brand, "mp4")
    return "png" if names[0] == "apng" else names[0]


def _image_format(container: InputContainer) -> str | None:
    """Return the format of an image in a container for video, as its brands say."""
    tags = container.metadata
    return heif_format(tags.get("major_brand", ""), tags.get("compatible_brands", ""))
