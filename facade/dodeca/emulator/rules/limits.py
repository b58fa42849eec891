"""The media that an endpoint accepts, and the documented errors for the rest.

The codes and texts are documented for `POST /tasks`; the numbers in them are those of the endpoint.
No code is documented for images and audio formats: they get `parameter_invalid`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from dodeca.video.probe import MAX_PIXELS, BrokenMedia, MediaInfo, probe

from ..errors import ErrorResponse, parameter_invalid, video_file_broken
from .urls import MB, MediaSource

RATIOS = ((1, 1), (4, 3), (4, 5), (5, 4), (16, 9), (9, 16))
"""Ratios of width to height that are documented for `/tasks`, imports and `/embed/tasks`."""
_AUDIO = {"wav": "WAV", "mp3": "MP3", "flac": "FLAC"}


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Limits of an endpoint on audio and video; sides in pixels, times in seconds."""

    shortest: int
    longest: int
    smallest: tuple[int, int] = (360, 360)
    largest: tuple[int, int] = (5184, 2160)
    ratio: str = "2.4:1"
    """Maximum ratio of the longer to the shorter side."""
    ratios: tuple[tuple[int, int], ...] = ()
    """Allowed ratios of width to height, within two percent for rounding; empty allows any."""

    def check_video(self, source: MediaSource) -> MediaInfo:
        """Probe a video. Raises ErrorResponse unless it is a video within the limits."""
        info = _probe(source)
        if info is None or info.kind != "video":
            raise video_file_broken()
        self._resolution(info)
        self._duration(info, "Video", "video")
        return info

    def check_audio(self, source: MediaSource) -> MediaInfo:
        """Probe an audio file. Raises ErrorResponse unless it is one within the limits."""
        info = _probe(source)
        if info is None:
            raise parameter_invalid(source.field, why="The audio file cannot be read.")
        is_mp2 = info.format == "mp3" and info.audio_codec != "mp3"  # they have one container
        if info.kind != "audio" or info.format not in _AUDIO or is_mp2:
            formats = ", ".join(_AUDIO.values())
            raise parameter_invalid(source.field, why=f"The formats of audio are {formats}.")
        if info.format == "wav" and not _is_uncompressed(info.audio_codec or ""):
            raise parameter_invalid(source.field, why="WAV files should be uncompressed.")
        self._duration(info, "Audio", "audio")
        return info

    def _resolution(self, info: MediaInfo) -> None:
        low, high = sorted((info.width or 0, info.height or 0))
        current = f"Current resolution is `{info.width}x{info.height}`."
        wanted = (
            "Please upload a video with resolution between {}x{} and {}x{}. ".format(
                *self.smallest, *self.largest
            )
            + current
        )
        if low < min(self.smallest) or high < max(self.smallest):
            text = f"The resolution of the video is too low. {wanted}"
            raise ErrorResponse(400, "video_resolution_too_low", text)
        if low > min(self.largest) or high > max(self.largest):
            text = f"The resolution of the video is too high. {wanted}"
            raise ErrorResponse(400, "video_resolution_too_high", text)
        if not self._is_ratio_allowed(info.width or 0, info.height or 0):
            text = (
                "The aspect ratio of the video is invalid. Please upload a video with aspect ratio "
                f"between 1:1 and {self.ratio}. {current}"
            )
            raise ErrorResponse(400, "video_resolution_invalid_aspect_ratio", text)

    def _is_ratio_allowed(self, width: int, height: int) -> bool:
        if self.ratios:
            return any(abs(width * tall / (height * wide) - 1) < 0.02 for wide, tall in self.ratios)
        longer, _, shorter = self.ratio.partition(":")
        return max(width, height) * float(shorter) <= min(width, height) * float(longer)

    def _duration(self, info: MediaInfo, subject: str, noun: str) -> None:
        duration = info.duration or 0.0
        span = f"{self.shortest} seconds and {_duration_text(self.longest)}({self.longest} seconds)"
        wanted = (
            f"Please use {noun} with duration between {span}. "
            f"Current duration is `{duration}` seconds."
        )
        if duration < self.shortest:
            raise ErrorResponse(
                400, "video_duration_too_short", f"{subject} is too short. {wanted}"
            )
        if duration > self.longest:
            text = f"{subject} is too long. {wanted}"
            raise ErrorResponse(400, "video_duration_too_long", text)


def _is_uncompressed(codec: str) -> bool:
    """Whether it is PCM; A-law and mu-law are compressed, although their names begin so."""
    return codec.startswith("pcm_") and not codec.endswith("law")


def check_image(
    source: MediaSource, *, smallest: int, formats: Collection[str] = ("jpeg", "png")
) -> MediaInfo:
    """Probe an image. Raises ErrorResponse unless it is a large enough one in an allowed format.

    `smallest` is the shortest side allowed, in pixels; empty `formats` allow all.
    """
    info = _probe(source)
    if info is None:
        raise parameter_invalid(source.field, why="The image cannot be read.")
    if info.kind != "image" or (formats and info.format not in formats):
        wanted = " and ".join(name.upper() for name in formats)
        why = f"The formats of images are {wanted}." if formats else "It is not an image."
        raise parameter_invalid(source.field, why=why)
    if min(info.width or 0, info.height or 0) < smallest:
        why = f"At least {smallest}x{smallest} pixels are needed, not {info.width}x{info.height}."
        raise parameter_invalid(source.field, why=why)
    if (info.width or 0) * (info.height or 0) > MAX_PIXELS:
        why = (
            f"The emulator decodes images of up to {MAX_PIXELS:,} pixels, not "
            f"{info.width}x{info.height}; no limit of the service is documented."
        )
        raise parameter_invalid(source.field, why=why)
    return info


def check_pages(pages: int, size: int, *, per_mb: int, counted: int = 1) -> None:
    """Raise ErrorResponse for a PDF of too many pages for its `size` in bytes.

    Each started MB allows `per_mb` pages, of which a page counts as `counted`.
    """
    allowed = ceil(size / MB) * per_mb // counted
    if pages > allowed:
        text = f"Document ({pages} pages) exceeds maximum limit of {allowed} pages"
        raise ErrorResponse(413, "request_too_large", text)


def _probe(source: MediaSource) -> MediaInfo | None:
    try:
        return probe(source.content)
    except BrokenMedia:
        return None


def _duration_text(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} seconds"
    hours = seconds // 3600
    return f"{hours} hours" if hours and seconds % 3600 == 0 else f"{seconds // 60} minutes"
