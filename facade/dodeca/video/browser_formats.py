"""What browsers play by themselves, and as which type; read from the header of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import attrs
import av
from av.container import InputContainer

from dodeca._base.image_headers import heif_format
from dodeca.video.probe import BrokenMedia, open_container, streams_of

_SAMPLING = ("yuv420p", "yuvj420p")  # of H.264; decoders of browsers have no other
_VIDEO_CODECS = {
    "video/mp4": {"h264", "av1", "vp9"},
    "video/webm": {"vp8", "vp9", "av1"},
}
_AUDIO_CODECS = {
    "video/mp4": {"aac", "mp3", "opus", "flac"},
    "video/webm": {"vorbis", "opus"},
    "audio/mp4": {"aac", "mp3", "opus", "flac"},
    "audio/webm": {"vorbis", "opus"},
    "audio/ogg": {"vorbis", "opus", "flac"},
    "audio/mpeg": {"mp3"},
    "audio/wav": {"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"},
    "audio/flac": {"flac"},
    "audio/aac": {"aac"},
}
_AUDIO_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
}
_IMAGES = {
    "jpeg_pipe": "image/jpeg",
    "png_pipe": "image/png",
    "apng": "image/png",
    "webp_pipe": "image/webp",
    "bmp_pipe": "image/bmp",
    "gif": "image/gif",
}
_OTHER_IMAGES = ("tiff_pipe",)


@attrs.frozen
class BrowserFormat:
    """The kind of a file, and the MIME type as which browsers play it; None if they do not."""

    kind: Literal["video", "audio", "image"]
    mime_type: str | None


def browser_format(path: Path) -> BrowserFormat:
    """Read the container and the codecs of a file.

    Browsers do not play AVI, WMV, most MKV, HEVC, or H.264 in other than 8 bits and 4:2:0.

    Raises:
        BrokenMedia: there is nothing in it that can be decoded.
        OSError: it cannot be read.
    """
    with open_container(path) as (container, _):
        if (image := _image(container)) is not None:
            return image
        video, audio = streams_of(container)
        if video is None and audio is None:
            raise BrokenMedia("there is no video, image or audio in it")
        codec = audio.codec_context.codec.canonical_name if audio else None
        if audio and codec == "mp3float":
            codec = "mp3"
        if video is None:
            return BrowserFormat("audio", _playable(_audio_type(container, path), None, codec))
        mime_type = _video_type(container, path)
        return BrowserFormat("video", _playable(mime_type, video, codec))


def _image(container: InputContainer) -> BrowserFormat | None:
    name = container.format.name
    if name in _IMAGES or name in _OTHER_IMAGES:
        return BrowserFormat("image", _IMAGES.get(name))
    tags = container.metadata
    match heif_format(tags.get("major_brand", ""), tags.get("compatible_brands", "")):
        case None:
            return None
        case "avif":
            return BrowserFormat("image", "image/avif")
    return BrowserFormat("image", None)


def _video_type(container: InputContainer, path: Path) -> str | None:
    names = container.format.name.split(",")
    if "mp4" in names:  # QuickTime, too, is played as MP4
        return "video/mp4"
    # The same reader reads Matroska, of which browsers play only the kind called WebM.
    return "video/webm" if "webm" in names and path.suffix.lower() == ".webm" else None


def _audio_type(container: InputContainer, path: Path) -> str | None:
    video_type = _video_type(container, path)
    if video_type is not None:
        return video_type.replace("video/", "audio/")
    return _AUDIO_TYPES.get(container.format.name)


def _playable(
    mime_type: str | None, video: av.VideoStream | None, audio_codec: str | None
) -> str | None:
    """The MIME type, if browsers play these codecs in it."""
    if mime_type is None:
        return None
    if audio_codec is not None and audio_codec not in _AUDIO_CODECS[mime_type]:
        return None
    if video is not None:
        codec = video.codec_context.codec.canonical_name
        if codec not in _VIDEO_CODECS[mime_type]:
            return None
        if codec == "h264" and video.pix_fmt not in _SAMPLING:
            return None
    return mime_type
