"""The media that a text is about: a video of an index, a video by itself, or images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dodeca.video.probe import BrokenMedia, probe

from ..database import Document
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided, video_file_broken
from ..inference.observations import Observation, observe_image, observe_video
from ..media.analysis import analyse
from ..rules.limits import MediaLimits
from ..rules.models import model_of
from ..rules.urls import MB, MediaSource
from ..state import State
from . import indexes, videos
from .media_sources import open_source

MAX_IMAGE = 20 * MB
MAX_REFERENCE = 32 * MB
MAX_PIXELS = 16_777_216
_IMAGES = ("jpeg", "png", "webp", "gif", "bmp")
_NAMED = re.compile(r"<@(\w+)>", re.ASCII)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The part of a video to analyze, in seconds."""

    start: float
    end: float


def pegasus_video(state: State, video_id: str) -> Document:
    """Return a ready video of an index with a Pegasus model. Raises ErrorResponse."""
    video = videos.ready_video(state, video_id)
    if model_of(indexes.find_index(state, video["index_id"]), "pegasus") is None:
        text = (
            "You can only summarize videos uploaded to an index with an engine from the Pegasus"
            " family enabled."
        )
        raise ErrorResponse(400, "index_not_supported_for_generate", text)
    return video


def observe_indexed_video(state: State, video_id: str) -> Observation:
    """Decode and observe a video of an index. Raises ErrorResponse."""
    video = pegasus_video(state, video_id)
    return observe_part(
        state.database.media_path(video["media"]), TimeRange(0.0, video["duration"])
    )


def observe_part(content: Path | bytes, window: TimeRange) -> Observation:
    """Decode and observe a part of a video. Raises ErrorResponse."""
    try:
        return observe_video(analyse(content, start=window.start, end=window.end))
    except BrokenMedia:
        raise video_file_broken() from None


@contextmanager
def open_video(state: State, video: Mapping[str, Any]) -> Iterator[MediaSource]:
    """Open the video that a `video` object names. Raises ErrorResponse."""
    source = {video["type"]: video[video["type"]]}
    with open_source(state, source, kind="video", field="video") as found:
        yield found


def checked_range(
    body: Mapping[str, Any], source: MediaSource, limits: MediaLimits
) -> tuple[TimeRange, float]:
    """Return the part to analyze and the duration of the whole video. Raises ErrorResponse."""
    duration = limits.check_video(source).duration or 0.0
    return time_range(body, duration), duration


def time_range(body: Mapping[str, Any], duration: float) -> TimeRange:
    """Return the range from `start_time` to `end_time`. Raises ErrorResponse."""
    start, end = float(body.get("start_time", 0)), float(body.get("end_time", duration))
    if not 0 <= start < duration:
        raise parameter_invalid("start_time", why=f"The duration is {duration} seconds.")
    if end > duration:
        raise parameter_invalid("end_time", why=f"The duration is {duration} seconds.")
    if end - start < 1:
        name = "end_time" if "end_time" in body else "start_time"
        raise parameter_invalid(name, why="The part should last at least a second.")
    return TimeRange(start, end)


def observe_images(state: State, body: Mapping[str, Any], prompt: str) -> list[Observation]:
    """Observe the images of a request, in its order. Raises ErrorResponse."""
    for name in ("start_time", "end_time"):
        if name in body:
            raise parameter_invalid(name, why="Images have no duration.")
    given: Sequence[Mapping[str, Any]] = body["image"]
    names = [image["name"] for image in given]
    if len(set(names)) < len(names):
        raise parameter_invalid("image.name", why="A name is given more than once.")
    mentioned = set(_NAMED.findall(prompt))
    if mentioned and mentioned != set(names):
        why = "It should name all of the images as `<@name>`, or none of them."
        raise parameter_invalid("prompt", why=why)
    return [_observe_image(state, image, "image", MAX_IMAGE) for image in given]


def observe_references(state: State, block: Mapping[str, Any], field: str) -> list[Observation]:
    """Observe the `media_sources` that belong to the text at `field`. Raises ErrorResponse."""
    given: Sequence[Mapping[str, Any]] = block.get("media_sources", [])
    parent, _, name = field.rpartition(".")
    if foreign := set(_NAMED.findall(block.get(name, ""))) - {source["name"] for source in given}:
        why = f"It names an image that is not given: `<@{min(foreign)}>`."
        raise parameter_invalid(field, why=why)
    return [
        _observe_image(state, source, f"{parent}.media_sources", MAX_REFERENCE) for source in given
    ]


def _observe_image(state: State, image: Mapping[str, Any], field: str, limit: int) -> Observation:
    source = {name: image[name] for name in ("url", "asset_id", "base64_string") if name in image}
    if len(source) != 1:
        why = "One of `url`, `asset_id` and `base64_string` is needed."
        raise parameter_not_provided(field, why=why)
    if not source.get("url", "https:").startswith("https:"):
        raise parameter_invalid(f"{field}.url", why="Only https URLs can be used for images.")
    with open_source(state, source, kind="image", field=field, limit=limit) as found:
        try:
            info = probe(found.content)
            if info.format not in _IMAGES:
                why = "The formats of images are JPEG, PNG, WebP, GIF and BMP."
                raise parameter_invalid(found.field, why=why)
            if (info.width or 0) * (info.height or 0) > MAX_PIXELS:
                raise parameter_invalid(found.field, why=f"It has more than {MAX_PIXELS} pixels.")
            return observe_image(found.content, image["name"])
        except BrokenMedia:
            raise parameter_invalid(found.field, why="The image cannot be read.") from None
