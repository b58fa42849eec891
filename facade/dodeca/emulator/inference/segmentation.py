"""Segments of a film by definition: what `time_based_metadata` asks for, and what comes of it.

A segment is a scene, or a part of one, that measures as the words of the definition's description
("red", "loud") or looks like one of its reference images. Without either, every scene is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

from ..errors import parameter_invalid, parameter_not_provided, video_file_broken
from ..media.analysis import Analysis, BrokenMedia, analyse
from ..media.pixels import COLOURS
from ..media.scenes import cuts
from ..media.segments import Segment, dynamic, fixed
from . import schemas
from .observations import Facts, Shares, film
from .sentences import Voice
from .vocabulary import axes_of, words

SHORTEST = 2.0  # seconds of a segment at least
FIELD = "response_format.segment_definitions"
_RESERVED = {"start_time", "end_time", "metadata"}
_THERE = 150  # thousandths of an axis from which on a segment is of the kind
_ALIKE = 600  # thousandths of the colours that a segment shares with a reference image


@dataclass(frozen=True, slots=True)
class Wanted:
    """The segments to look for. Plain data, so that a task can keep it."""

    definitions: list[dict[str, Any]]
    references: dict[str, list[Shares]]
    """What the reference images of each definition show, by its id."""
    time_format: str
    shortest: float
    longest: float | None


def check(definitions: Sequence[Mapping[str, Any]], duration: float | None) -> None:
    """Check the definitions of a request, for a video of some seconds. Raises ErrorResponse."""
    ids = [definition["id"] for definition in definitions]
    if len(set(ids)) < len(ids):
        raise parameter_invalid(f"{FIELD}.id", why="An id is given more than once.")
    for definition in definitions:
        _check_fields(definition.get("fields", []), f"{FIELD}.fields")
        _check_ranges(definition.get("time_ranges", []), duration)


def made(content: Path, start: float, end: float, wanted: Wanted, voice: Voice) -> dict[str, Any]:
    """Return the segments of a stretch of a film, by the ids of their definitions.

    Raises ErrorResponse when the film cannot be decoded.
    """
    try:
        analysis = analyse(content, start=start, end=end)
    except BrokenMedia:
        raise video_file_broken() from None
    return {
        definition["id"]: [
            _segment(part, definition, wanted.time_format, voice)
            for part in _found(analysis, definition, wanted)
        ]
        for definition in wanted.definitions
    }


def _found(analysis: Analysis, definition: Mapping[str, Any], wanted: Wanted) -> Iterator[Facts]:
    """Go through the segments that fit a definition."""
    axes = [axis for word in words(definition["description"]) for axis in axes_of(word)]
    images = wanted.references.get(definition["id"], [])
    for part in film(analysis, list(_stretches(analysis, definition, wanted))).scenes:
        named = any(part.share(axis) >= _THERE for axis in axes)
        alike = any(_likeness(part.seen or {}, image) >= _ALIKE for image in images)
        if named or alike or not (axes or images):
            yield part


def _stretches(
    analysis: Analysis, definition: Mapping[str, Any], wanted: Wanted
) -> Iterator[Segment]:
    """Go through the scenes of each time range, joined and divided as the durations ask for."""
    bounds = cuts(analysis)
    ranges = definition.get("time_ranges") or [
        {"start_time": analysis.start, "end_time": analysis.end}
    ]
    for stretch in ranges:
        start, end = float(stretch["start_time"]), float(stretch["end_time"])
        scenes = _joined(dynamic(start, end, bounds, wanted.shortest), wanted.shortest)
        for first, last in scenes:
            yield from _divided(first, last, wanted.longest)


def _joined(scenes: list[Segment], shortest: float) -> list[Segment]:
    """Join a last scene that is too short with the one before."""
    if len(scenes) > 1 and scenes[-1][1] - scenes[-1][0] < shortest:
        return [*scenes[:-2], (scenes[-2][0], scenes[-1][1])]
    return scenes


def _divided(start: float, end: float, longest: float | None) -> list[Segment]:
    """Divide a scene into equal parts of `longest` seconds at most."""
    if longest is None or end - start <= longest:
        return [(start, end)]
    count = ceil((end - start) / longest)
    return fixed(start, end, ceil((end - start) * 1000 / count) / 1000)


def _likeness(shares: Shares, other: Shares) -> int:
    """Return how much of the colours two pictures share, in thousandths."""
    return sum(min(shares.get(colour, 0), other.get(colour, 0)) for colour in COLOURS)


def _segment(part: Facts, definition: Mapping[str, Any], form: str, voice: Voice) -> dict[str, Any]:
    return {
        "start_time": schemas.clock(part.start, form),
        "end_time": schemas.clock(part.end, form),
        "metadata": {
            field["name"]: _value(field, part, form, voice)
            for field in definition.get("fields", [])
        },
    }


def _value(field: Mapping[str, Any], part: Facts, form: str, voice: Voice) -> Any:
    """Return the value of a field; events of a `time_array` are the segment itself."""
    if field["type"] == "time_array":
        event = {"start_time": part.start, "end_time": part.end}
        times = {name: schemas.clock(seconds, form) for name, seconds in event.items()}
        inner = field["items"]["fields"]
        return [times | {"metadata": {f["name"]: _value(f, part, form, voice) for f in inner}}]
    schema = {key: field[key] for key in ("type", "format", "enum", "items") if key in field}
    schema["description"] = f"{field['name'].replace('_', ' ')} {field['description']}"
    if field["type"] == "array" and "enum" in schema:
        schema["items"] = {**schema["items"], "enum": schema.pop("enum")}
    return schemas.made(schema, part, voice)


def _check_fields(fields: Sequence[Mapping[str, Any]], where: str, *, event: bool = False) -> None:
    names = [field["name"] for field in fields]
    if len(set(names)) < len(names):
        raise parameter_invalid(f"{where}.name", why="A name is given more than once.")
    if taken := _RESERVED.intersection(names):
        raise parameter_invalid(f"{where}.name", why=f"`{min(taken)}` is taken.")
    for field in fields:
        for name, wrong, why in _rules(field, event=event):
            if wrong:
                refusal = parameter_invalid if name in field else parameter_not_provided
                raise refusal(f"{where}.{name}", why=why)
        if field["type"] == "time_array":
            inner = field["items"].get("fields", [])
            _check_fields(inner, f"{where}.items.fields", event=True)


def _rules(field: Mapping[str, Any], *, event: bool) -> Iterator[tuple[str, bool, str]]:
    """Go through what can be wrong with a field: where, whether, and why."""
    kind, items = field["type"], field.get("items")
    lists = kind in ("array", "time_array")
    yield "format", (kind == "timestamp") != ("format" in field), "It goes with `timestamp` only."
    yield "items", lists != (items is not None), "They go with `array` and `time_array` only."
    if "enum" in field:
        texts = kind == "string" or (kind == "array" and (items or {}).get("type") == "string")
        yield "enum", not texts, "Choices are texts." if event else "It goes with texts only."
        yield "enum", not field["enum"], "It should name at least one value."
    if items is not None:
        objects = items["type"] == "object"
        yield "items", objects != (kind == "time_array"), "Objects go with `time_array` only."
        yield "items", objects != ("fields" in items), "Fields go with objects only."


def _check_ranges(ranges: Sequence[Mapping[str, Any]], duration: float | None) -> None:
    where = f"{FIELD}.time_ranges"
    if ranges and duration is None:
        raise parameter_invalid(where, why="Images have no duration.")
    for stretch in ranges:
        start, end = stretch["start_time"], stretch["end_time"]
        if not 0 <= start <= end - SHORTEST or end > (duration or 0.0):
            why = f"Each lasts 2 seconds or more, within the {duration} seconds of the video."
            raise parameter_invalid(where, why=why)
    ordered = sorted((stretch["start_time"], stretch["end_time"]) for stretch in ranges)
    if any(end > start for (_, end), (start, _) in pairwise(ordered)):
        raise parameter_invalid(where, why="They overlap.")
