"""Segments of a video by definition, for the analysis mode `time_based_metadata`.

A segment is a scene, or a part of one, that matches words of the definition's description ("red",
"loud") or resembles one of its reference images. Without either, every scene is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

from dodeca.video.probe import BrokenMedia

from ..errors import parameter_invalid, parameter_not_provided, video_file_broken
from ..media.analysis import Measurements, analyse
from ..media.palette import COLOURS
from ..media.scenes import cuts
from ..media.segments import Span, dynamic, fixed
from . import schemas
from .observations import Observation, Shares, observe_video
from .sentences import Phrasing
from .vocabulary import axes_of, split_words

SHORTEST = 2.0  # seconds
FIELD = "response_format.segment_definitions"
_RESERVED = {"start_time", "end_time", "metadata"}
_PRESENT = 150  # thousandths of an axis; a segment matches from there
_SIMILAR = 600  # thousandths of the colours in common with a reference image


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """The segments to find. A task stores it, under these field names."""

    definitions: list[dict[str, Any]]
    references: dict[str, list[Shares]]
    """Colours of the reference images of each definition, by its id."""
    time_format: str
    shortest: float
    longest: float | None


def check_definitions(definitions: Sequence[Mapping[str, Any]], duration: float | None) -> None:
    """Check the definitions for a video of `duration` seconds. Raises ErrorResponse."""
    ids = [definition["id"] for definition in definitions]
    if len(set(ids)) < len(ids):
        raise parameter_invalid(f"{FIELD}.id", why="An id is given more than once.")
    for definition in definitions:
        _check_fields(definition.get("fields", []), f"{FIELD}.fields")
        _check_ranges(definition.get("time_ranges", []), duration)


def find_segments(
    content: Path,
    start: float,
    end: float,
    wanted: SegmentRequest,
    phrasing: Phrasing,
    undecided: list[str],
) -> dict[str, Any]:
    """Return the segments of a range of a video, by the ids of their definitions.

    Choices that no measurement decides are added to `undecided`.

    Raises ErrorResponse when the video cannot be decoded.
    """
    try:
        analysis = analyse(content, start=start, end=end)
    except BrokenMedia:
        raise video_file_broken() from None
    return {
        definition["id"]: [
            _segment(part, definition, wanted.time_format, phrasing, undecided)
            for part in _matching(analysis, definition, wanted)
        ]
        for definition in wanted.definitions
    }


def _matching(
    analysis: Measurements, definition: Mapping[str, Any], wanted: SegmentRequest
) -> Iterator[Observation]:
    """Yield the segments that match a definition."""
    axes = [axis for word in split_words(definition["description"]) for axis in axes_of(word)]
    images = wanted.references.get(definition["id"], [])
    for part in observe_video(analysis, list(_candidates(analysis, definition, wanted))).scenes:
        named = any(part.share(axis) >= _PRESENT for axis in axes)
        similar = any(_colour_overlap(part.seen or {}, image) >= _SIMILAR for image in images)
        if named or similar or not (axes or images):
            yield part


def _candidates(
    analysis: Measurements, definition: Mapping[str, Any], wanted: SegmentRequest
) -> Iterator[Span]:
    """Yield the scenes of each time range, joined and split to fit the durations."""
    bounds = cuts(analysis)
    ranges = definition.get("time_ranges") or [
        {"start_time": analysis.start, "end_time": analysis.end}
    ]
    for given in ranges:
        start, end = float(given["start_time"]), float(given["end_time"])
        scenes = _join_last(dynamic(start, end, bounds, wanted.shortest), wanted.shortest)
        for first, last in scenes:
            yield from _split(first, last, wanted.longest)


def _join_last(scenes: list[Span], shortest: float) -> list[Span]:
    """Join a last scene that is too short to the one before."""
    if len(scenes) > 1 and scenes[-1][1] - scenes[-1][0] < shortest:
        return [*scenes[:-2], (scenes[-2][0], scenes[-1][1])]
    return scenes


def _split(start: float, end: float, longest: float | None) -> list[Span]:
    """Split a scene into equal parts of at most `longest` seconds."""
    if longest is None or end - start <= longest:
        return [(start, end)]
    count = ceil((end - start) / longest)
    return fixed(start, end, ceil((end - start) * 1000 / count) / 1000)


def _colour_overlap(shares: Shares, other: Shares) -> int:
    """Return how much of their colours two images have in common, in thousandths."""
    return sum(min(shares.get(colour, 0), other.get(colour, 0)) for colour in COLOURS)


def _segment(
    part: Observation,
    definition: Mapping[str, Any],
    form: str,
    phrasing: Phrasing,
    undecided: list[str],
) -> dict[str, Any]:
    return {
        "start_time": schemas.format_time(part.start, form),
        "end_time": schemas.format_time(part.end, form),
        "metadata": {
            field["name"]: _value(field, part, form, phrasing, undecided)
            for field in definition.get("fields", [])
        },
    }


def _value(
    field: Mapping[str, Any],
    part: Observation,
    form: str,
    phrasing: Phrasing,
    undecided: list[str],
) -> Any:
    """Return the value of a field; the event of a `time_array` is the segment itself."""
    if field["type"] == "time_array":
        event = {"start_time": part.start, "end_time": part.end}
        times = {name: schemas.format_time(seconds, form) for name, seconds in event.items()}
        inner = field["items"]["fields"]
        values = {f["name"]: _value(f, part, form, phrasing, undecided) for f in inner}
        return [times | {"metadata": values}]
    schema = {key: field[key] for key in ("type", "format", "enum", "items") if key in field}
    schema["description"] = f"{field['name'].replace('_', ' ')} {field['description']}"
    if field["type"] == "array" and "enum" in schema:
        schema["items"] = {**schema["items"], "enum": schema.pop("enum")}
    return schemas.generate_json(schema, part, phrasing, undecided)


def _check_fields(fields: Sequence[Mapping[str, Any]], where: str, *, event: bool = False) -> None:
    names = [field["name"] for field in fields]
    if len(set(names)) < len(names):
        raise parameter_invalid(f"{where}.name", why="A name is given more than once.")
    if reserved := _RESERVED.intersection(names):
        raise parameter_invalid(f"{where}.name", why=f"`{min(reserved)}` is reserved.")
    for field in fields:
        for name, wrong, why in _field_errors(field, event=event):
            if wrong:
                error = parameter_invalid if name in field else parameter_not_provided
                raise error(f"{where}.{name}", why=why)
        if field["type"] == "time_array":
            inner = field["items"].get("fields", [])
            _check_fields(inner, f"{where}.items.fields", event=True)


def _field_errors(field: Mapping[str, Any], *, event: bool) -> Iterator[tuple[str, bool, str]]:
    """Yield what can be wrong with a field: where, whether it is, and why."""
    kind, items = field["type"], field.get("items")
    lists = kind in ("array", "time_array")
    yield "format", (kind == "timestamp") != ("format" in field), "It belongs to `timestamp` only."
    yield "items", lists != (items is not None), "They belong to `array` and `time_array`."
    if "enum" in field:
        texts = kind == "string" or (kind == "array" and (items or {}).get("type") == "string")
        yield "enum", not texts, "Choices are texts." if event else "It belongs to texts only."
        yield "enum", not field["enum"], "It should name at least one value."
    if items is not None:
        objects = items["type"] == "object"
        yield "items", objects != (kind == "time_array"), "Objects belong to `time_array` only."
        yield "items", objects != ("fields" in items), "Fields belong to objects only."


def _check_ranges(ranges: Sequence[Mapping[str, Any]], duration: float | None) -> None:
    where = f"{FIELD}.time_ranges"
    if ranges and duration is None:
        raise parameter_invalid(where, why="Images have no duration.")
    for given in ranges:
        start, end = given["start_time"], given["end_time"]
        if not 0 <= start <= end - SHORTEST or end > (duration or 0.0):
            why = f"Each lasts at least 2 seconds, within the {duration} seconds of the video."
            raise parameter_invalid(where, why=why)
    ordered = sorted((given["start_time"], given["end_time"]) for given in ranges)
    if any(end > start for (_, end), (start, _) in pairwise(ordered)):
        raise parameter_invalid(where, why="They overlap.")
