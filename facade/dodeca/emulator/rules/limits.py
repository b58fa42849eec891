"""What media an endpoint accepts, with the documented refusals of the rest.

The codes and texts are documented for `POST /tasks`; the numbers in them are those of the endpoint
at hand. No code is documented for images and audio formats: they get `parameter_invalid`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ErrorResponse, parameter_invalid, video_file_broken
from ..media.analysis import BrokenMedia, MediaInfo, probe
from .urls import Source

_AUDIO = {"wav": "WAV", "mp3": "MP3", "flac": "FLAC"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The audio and video that an endpoint takes; sides in pixels, times in seconds."""

    shortest: int
    longest: int
    smallest: tuple[int, int] = (360, 360)
    largest: tuple[int, int] = (5184, 2160)
    ratio: str = "2.4:1"
    """Longer side to shorter side at most."""
    ratios: tuple[tuple[int, int], ...] = ()
    """Width to height, where only certain shapes are taken (within two percent, for rounding)."""
    durations: str = ""
    """What a refusal says about the duration, where that is not simply the limits."""

    def video(self, source: Source) -> MediaInfo:
        """Return what a video is. Raises ErrorResponse unless it is one within the limits."""
        info = _probed(source)
        if info is None or info.kind != "video":
            raise video_file_broken()
        self._resolution(info)
        self._duration(info, "Video", "video")
        return info

    def audio(self, source: Source) -> MediaInfo:
        """Return what an audio file is. Raises ErrorResponse unless it is one within the limits."""
        info = _probed(source)
        if info is None:
            raise parameter_invalid(source.field, why="The audio file cannot be read.")
        if info.kind != "audio" or info.format not in _AUDIO:
            formats = ", ".join(_AUDIO.values())
            raise parameter_invalid(source.field, why=f"The formats of audio are {formats}.")
        if info.format == "wav" and not (info.audio_codec or "").startswith("pcm_"):
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
        if not self._well_shaped(info.width or 0, info.height or 0):
            text = (
                "The aspect ratio of the video is invalid. Please upload a video with aspect ratio "
                f"between 1:1 and {self.ratio}. {current}"
            )
            raise ErrorResponse(400, "video_resolution_invalid_aspect_ratio", text)

    def _well_shaped(self, width: int, height: int) -> bool:
        if self.ratios:
            return any(abs(width * tall / (height * wide) - 1) < 0.02 for wide, tall in self.ratios)
        longer, _, shorter = self.ratio.partition(":")
        return max(width, height) * float(shorter) <= min(width, height) * float(longer)

    def _duration(self, info: MediaInfo, subject: str, noun: str) -> None:
        duration = info.duration or 0.0
        span = f"{self.shortest} seconds and {_spoken(self.longest)}({self.longest} seconds)"
        wanted = (
            f"Please use {noun} with duration between {self.durations or span}. "
            f"Current duration is `{duration}` seconds."
        )
        if duration < self.shortest:
            raise ErrorResponse(
                400, "video_duration_too_short", f"{subject} is too short. {wanted}"
            )
        if duration > self.longest:
            text = f"{subject} is too long. {wanted}"
            raise ErrorResponse(400, "video_duration_too_long", text)


def image(source: Source, *, smallest: int) -> MediaInfo:
    """Return what an image is. Raises ErrorResponse unless it is a JPEG or PNG, large enough.

    `smallest` is the shortest side allowed, in pixels.
    """
    info = _probed(source)
    if info is None:
        raise parameter_invalid(source.field, why="The image cannot be read.")
    if info.kind != "image" or info.format not in ("jpeg", "png"):
        raise parameter_invalid(source.field, why="The formats of images are JPEG and PNG.")
    if min(info.width or 0, info.height or 0) < smallest:
        why = f"At least {smallest}x{smallest} pixels are needed, not {info.width}x{info.height}."
        raise parameter_invalid(source.field, why=why)
    return info


def _probed(source: Source) -> MediaInfo | None:
    try:
        return probe(source.content)
    except BrokenMedia:
        return None


def _spoken(seconds: int) -> str:
    hours = seconds // 3600
    return f"{hours} hours" if hours and seconds % 3600 == 0 else f"{seconds // 60} minutes"
