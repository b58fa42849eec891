"""What a text is to be about: a video of an index, a video by itself, or images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..database import Document
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided, video_file_broken
from ..inference.observations import Facts, film, picture
from ..media.analysis import BrokenMedia, analyse, probe
from ..rules.limits import Limits
from ..rules.models import model_of
from ..rules.urls import MB, Source
from ..state import State
from . import indexes, videos
from .media_sources import opened

MAX_IMAGE = 20 * MB
MAX_REFERENCE = 32 * MB
MAX_PIXELS = 16_777_216
_IMAGES = ("jpeg", "png", "webp", "gif", "bmp")
_NAMED = re.compile(r"<@(\w+)>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a video to look at, in seconds."""

    start: float
    end: float


def pegasus_video(state: State, video_id: str) -> Document:
    """Return a ready video of an index that a Pegasus model looks after. Raises ErrorResponse."""
    video = videos.ready(state, video_id)
    if model_of(indexes.existing(state, video["index_id"]), "pegasus") is None:
        text = (
            "You can only summarize videos uploaded to an index with an engine from the Pegasus"
            " family enabled."
        )
        raise ErrorResponse(400, "index_not_supported_for_generate", text)
    return video


def indexed_film(state: State, video_id: str) -> Facts:
    """Return the facts of a video of an index. Raises ErrorResponse."""
    video = pegasus_video(state, video_id)
    return facts_of(state.database.media_path(video["media"]), Window(0.0, video["duration"]))


def facts_of(content: Path | bytes, window: Window) -> Facts:
    """Decode a part of a video and return its facts. Raises ErrorResponse."""
    try:
        return film(analyse(content, start=window.start, end=window.end))
    except BrokenMedia:
        raise video_file_broken() from None


@contextmanager
def opened_video(state: State, video: Mapping[str, Any]) -> Iterator[Source]:
    """Provide the video that a `video` object names. Raises ErrorResponse."""
    source = {video["type"]: video[video["type"]]}
    with opened(state, source, kind="video", field="video") as found:
        yield found


def window(body: Mapping[str, Any], source: Source, limits: Limits) -> tuple[Window, float]:
    """Return the part of a video to look at, and its whole duration. Raises ErrorResponse."""
    duration = limits.video(source).duration or 0.0
    return part(body, duration), duration


def part(body: Mapping[str, Any], duration: float) -> Window:
    """Return the part between `start_time` and `end_time`. Raises ErrorResponse."""
    start, end = float(body.get("start_time", 0)), float(body.get("end_time", duration))
    if not 0 <= start < duration:
        raise parameter_invalid("start_time", why=f"The duration is {duration} seconds.")
    if end > duration:
        raise parameter_invalid("end_time", why=f"The duration is {duration} seconds.")
    if end - start < 1:
        name = "end_time" if "end_time" in body else "start_time"
        raise parameter_invalid(name, why="The part should last a second at least.")
    return Window(start, end)


def images(state: State, body: Mapping[str, Any], prompt: str) -> list[Facts]:
    """Return the facts of the images of a request, in its order. Raises ErrorResponse."""
    for name in ("start_time", "end_time"):
        if name in body:
            raise parameter_invalid(name, why="Images have no duration.")
    given: Sequence[Mapping[str, Any]] = body["image"]
    names = [image["name"] for image in given]
    if len(set(names)) < len(names):
        raise parameter_invalid("image.name", why="A name is given more than once.")
    mentioned = set(_NAMED.findall(prompt))
    if mentioned and mentioned != set(names):
        why = "It should name all of the images as `<@name>`, or none."
        raise parameter_invalid("prompt", why=why)
    return [_image(state, image, "image", MAX_IMAGE) for image in given]


def references(state: State, block: Mapping[str, Any], field: str) -> list[Facts]:
    """Return the facts of the `media_sources` beside the text at `field`. Raises ErrorResponse."""
    given: Sequence[Mapping[str, Any]] = block.get("media_sources", [])
    parent, _, name = field.rpartition(".")
    if foreign := set(_NAMED.findall(block.get(name, ""))) - {source["name"] for source in given}:
        why = f"It names an image that is not there: `<@{min(foreign)}>`."
        raise parameter_invalid(field, why=why)
    return [_image(state, source, f"{parent}.media_sources", MAX_REFERENCE) for source in given]


def _image(state: State, image: Mapping[str, Any], field: str, limit: int) -> Facts:
    source = {name: image[name] for name in ("url", "asset_id", "base64_string") if name in image}
    if len(source) != 1:
        why = "One of `url`, `asset_id` and `base64_string` is needed."
        raise parameter_not_provided(field, why=why)
    if not source.get("url", "https:").startswith("https:"):
        raise parameter_invalid(f"{field}.url", why="Only https URLs can be used for images.")
    with opened(state, source, kind="image", field=field, limit=limit) as found:
        try:
            info = probe(found.content)
            if info.format not in _IMAGES:
                why = "The formats of images are JPEG, PNG, WebP, GIF and BMP."
                raise parameter_invalid(found.field, why=why)
            if (info.width or 0) * (info.height or 0) > MAX_PIXELS:
                raise parameter_invalid(found.field, why=f"It has more than {MAX_PIXELS} pixels.")
            return picture(found.content, image["name"])
        except BrokenMedia:
            raise parameter_invalid(found.field, why="The image cannot be read.") from None
