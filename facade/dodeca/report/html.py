"""From embeddings to the page: what it says, and how it is kept from loading or running more."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import orjson
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dodeca._strips import Strip, clock, moments, strips, two_digits
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

THUMBNAILS = 12
BEST = 6
_WIDTH = 10_000  # of a strip, in its own units
_DENSE = 240  # segments, from which on their bounds would hide them
_PALEST = 0.1
_TICKS_SEC = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS = 8


@attrs.frozen
class Moment:
    """One of the best matches of a query."""

    start_sec: float
    end_sec: float
    modality: str
    score: float
    picture: str | None


@attrs.frozen
class Query:
    """A query, its strips and its best moments."""

    text: str
    strips: list[Strip]
    best: list[Moment]


def page(
    path: Path,
    mime_type: str,
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    title: str | None,
    folder: Path | None,
) -> tuple[str, int]:
    """The HTML, and the number of thumbnails; with a `folder` the media are referenced from it."""
    rows = moments(embeddings)
    duration = max(float(rows.end_sec.max()), _stated_duration(embeddings))
    pictures = _thumbnails(path, [(i + 0.5) * duration / THUMBNAILS for i in range(THUMBNAILS)])
    found = [
        Query(text, strips(rows, query), _best(path, rows, query))
        for text, query in queries.items()
    ]
    style, script = _part("page.css"), _part("page.js")
    html = _template().render(
        title=_readable(path.name) if title is None else title,
        facts=_facts(rows, duration),
        duration=duration,
        source=_reference(path, folder) if folder else _data_url(path.read_bytes(), mime_type),
        is_audio=mime_type.startswith("audio/"),
        policy=_policy(style, script, folder is not None),
        style=Markup(style),  # noqa: S704 - files of this package
        script=Markup(script),  # noqa: S704
        data=_json({"duration": duration, "queries": [_numbers(query) for query in found]}),
        pictures=pictures,
        queries=found,
        ticks=_ticks(duration),
        cells=lambda strip: _cells(strip, duration),
        is_dense=lambda strip: len(strip.scores) > _DENSE,
        clock=clock,
        two_digits=two_digits,
    )
    return html, len(pictures)


def _best(path: Path, rows: Embeddings, query: Embeddings) -> list[Moment]:
    """The first moments that `search` finds, as far as they stand out from the rest."""
    best = []
    matches = rows.search(query, k=len(rows))
    least = (matches[0].score + matches[-1].score) / 2
    for segment, score in matches[:BEST]:
        if score >= least:
            start, end = segment.start_sec or 0.0, segment.end_sec or 0.0
            picture = next(iter(_thumbnails(path, [(start + end) / 2])), None)
            best.append(Moment(start, end, segment.embedding_option or "all", score, picture))
    return best


def _thumbnails(path: Path, times: Sequence[float]) -> list[str]:
    """Pictures at these seconds, as data URLs; none of a sound, or without PyAV."""
    try:
        from dodeca.emulator.media.container import BrokenMedia
        from dodeca.emulator.media.thumbnails import thumbnail
    except ImportError:
        return []
    try:
        return [_data_url(thumbnail(path, time), "image/jpeg") for time in times]
    except BrokenMedia:
        return []


def _facts(rows: Embeddings, duration: float) -> list[str]:
    several = "s" if len(rows) != 1 else ""
    length = f"{duration:.1f} s" if duration < 60 else clock(duration)
    facts = [length, f"{len(rows)} segment{several}"]
    facts.append(", ".join(filter(None, rows.embedding_option.distinct())))
    return [fact for fact in [*facts, rows.model_name] if fact]


def _stated_duration(embeddings: Embeddings) -> float:
    return (embeddings.metadata.duration if embeddings.metadata else None) or 0.0


def _cells(strip: Strip, duration: float) -> Markup:
    """The segments of a strip as rectangles; the colour is that of the query."""
    drawn = []
    for start, end, heat in zip(strip.start_sec, strip.end_sec, strip.heat, strict=True):
        left, right = (round(float(at) / duration * _WIDTH) for at in (start, end))
        shade = _PALEST + (1 - _PALEST) * float(heat)
        drawn.append(
            f'<rect x="{left}" width="{max(right - left, 1)}" height="100" '
            f'fill-opacity="{shade:.2f}"/>'
        )
    return Markup("".join(drawn))  # noqa: S704 - numbers only


def _numbers(query: Query) -> dict[str, Any]:
    """What the script says of the moment under the pointer."""
    return {
        "best": [moment.start_sec for moment in query.best],
        "strips": [
            [
                [round(float(value), 4) for value in row]
                for row in zip(strip.start_sec, strip.end_sec, strip.scores, strict=True)
            ]
            for strip in query.strips
        ],
    }


def _ticks(duration: float) -> list[tuple[float, str]]:
    """Times for the axis, with their place in percent."""
    step = next((step for step in _TICKS_SEC if duration / step <= _MOST_TICKS), 3600)
    times = range(0, int(duration) + 1, step)
    return [(time / duration * 100, clock(time)) for time in times if time < duration * 0.97]


def _policy(style: str, script: str, is_beside: bool) -> str:
    """Nothing is loaded but what is inside, and the media where they lie beside the page."""
    media = "data: 'self' file:" if is_beside else "data:"
    return (
        f"default-src 'none'; img-src data:; media-src {media}; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: Any) -> Markup:
    """JSON that can stand in a script element."""
    text = orjson.dumps(value).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - no markup is left in it


def _data_url(content: bytes, mime_type: str) -> str:
    return f"data:{mime_type};base64,{base64.b64encode(content).decode()}"


def _reference(path: Path, folder: Path) -> str:
    """The way from the page to the media, as a relative URL."""
    try:
        way = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError as exc:  # two drives
        raise InvalidRequestError(f"the page cannot refer to {path} from {folder}: {exc}") from exc
    # The dot keeps a name with a colon from being read as a scheme.
    return "./" + quote(os.fsencode(Path(way).as_posix()))


def _readable(name: str) -> str:
    """A file name, which may hold bytes that are no text."""
    return os.fsencode(name).decode("utf-8", "replace")


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_part("page.html"))


def _part(name: str) -> str:
    return (files("dodeca.report") / name).read_text("utf-8")
