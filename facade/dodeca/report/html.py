"""Render the HTML of a report; its content security policy blocks everything from outside."""

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

from dodeca._base.text import as_unicode
from dodeca.embeddings.timeline import (
    ScoreScale,
    ScoreTimeline,
    format_score,
    format_time,
    score_timelines,
    timed_segments,
)
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_THUMBNAILS = 12
_MAX_MATCHES = 6
_WIDTH = 10_000  # of a timeline's SVG, in its own units
_MANY_SEGMENTS = 240  # from here on, their boundaries would hide them
_MIN_OPACITY = 0.1
_TICK_STEPS_SEC = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MAX_TICKS = 8


@attrs.frozen
class ReportMatch:
    """One of the best matches of a query; `thumbnail` is a data URL."""

    start_sec: float
    end_sec: float
    modality: str
    score: float
    thumbnail: str | None


@attrs.frozen
class ReportQuery:
    """A query, its timelines (one for each modality) and its best matches."""

    text: str
    timelines: list[ScoreTimeline]
    matches: list[ReportMatch]

    @property
    def scale(self) -> ScoreScale:
        """The scale of its colours."""
        return ScoreScale.of(self.timelines)


def page(
    path: Path,
    mime_type: str,
    embeddings: Embeddings,
    queries: Mapping[str, Embeddings],
    title: str | None,
    folder: Path | None,
) -> tuple[str, int]:
    """Render the page: its HTML and the number of thumbnails.

    With a `folder`, the page refers to the media by a path relative to it; without, it embeds them.
    """
    rows = timed_segments(embeddings)
    duration = max(float(rows.end_sec.max()), _stated_duration(embeddings))
    times = [(i + 0.5) * duration / _THUMBNAILS for i in range(_THUMBNAILS)]
    thumbnails = _thumbnails(path, times)
    shown = [
        ReportQuery(text, score_timelines(rows, query), _best_matches(path, rows, query))
        for text, query in queries.items()
    ]
    style, script = _asset("page.css"), _asset("page.js")
    html = _template().render(
        title=as_unicode(path.name) if title is None else title,
        facts=_facts(rows, duration),
        duration=duration,
        source=_relative_url(path, folder) if folder else _data_url(path.read_bytes(), mime_type),
        is_audio=mime_type.startswith("audio/"),
        policy=_content_policy(style, script, is_embedded=folder is None),
        style=Markup(style),  # noqa: S704 - files of this package
        script=Markup(script),  # noqa: S704
        data=_json({"duration": duration, "queries": [_script_data(query) for query in shown]}),
        thumbnails=thumbnails,
        queries=shown,
        ticks=_ticks(duration),
        cells=lambda timeline, scale: _cells(timeline, scale, duration),
        is_dense=lambda timeline: len(timeline.scores) > _MANY_SEGMENTS,
        format_time=format_time,
        format_score=format_score,
    )
    return html, len(thumbnails)


def _best_matches(path: Path, rows: Embeddings, query: Embeddings) -> list[ReportMatch]:
    """The first matches of a search, as far as they score in the upper half of the range."""
    best = []
    matches = rows.search(query, k=len(rows))
    threshold = (matches[0].score + matches[-1].score) / 2
    for segment, score in matches[:_MAX_MATCHES]:
        if score >= threshold:
            start, end = segment.start_sec or 0.0, segment.end_sec or 0.0
            thumbnail = next(iter(_thumbnails(path, [(start + end) / 2])), None)
            modality = segment.embedding_option or "all"
            best.append(ReportMatch(start, end, modality, score, thumbnail))
    return best


def _thumbnails(path: Path, times: Sequence[float]) -> list[str]:
    """Frames at these seconds as data URLs; none for audio, or without PyAV."""
    try:
        from dodeca.video.probe import BrokenMedia
        from dodeca.video.thumbnails import thumbnail
    except ImportError:
        return []
    try:
        return [_data_url(thumbnail(path, time), "image/jpeg") for time in times]
    except BrokenMedia:
        return []


def _facts(rows: Embeddings, duration: float) -> list[str]:
    """The line below the heading: duration, number of segments, modalities, model."""
    plural = "s" if len(rows) != 1 else ""
    length = f"{duration:.1f} s" if duration < 60 else format_time(duration)
    facts = [length, f"{len(rows)} segment{plural}"]
    facts.append(", ".join(filter(None, rows.embedding_option.distinct())))
    return [fact for fact in [*facts, rows.model_name] if fact]


def _stated_duration(embeddings: Embeddings) -> float:
    return (embeddings.metadata.duration if embeddings.metadata else None) or 0.0


def _cells(timeline: ScoreTimeline, scale: ScoreScale, duration: float) -> Markup:
    """The segments of a timeline as SVG rectangles; the higher the score, the more opaque."""
    cells = []
    shares = scale.normalize(timeline.scores)
    for start, end, share in zip(timeline.start_sec, timeline.end_sec, shares, strict=True):
        left, right = (round(float(time) / duration * _WIDTH) for time in (start, end))
        opacity = _MIN_OPACITY + (1 - _MIN_OPACITY) * float(share)
        cells.append(
            f'<rect x="{left}" width="{max(right - left, 1)}" height="100" '
            f'fill-opacity="{opacity:.2f}"/>'
        )
    return Markup("".join(cells))  # noqa: S704 - numbers only


def _script_data(query: ReportQuery) -> dict[str, Any]:
    """What the page's script needs: starts of the matches, and segments with their scores."""
    return {
        "matches": [match.start_sec for match in query.matches],
        "timelines": [
            [
                [round(float(value), 4) for value in row]
                for row in zip(timeline.start_sec, timeline.end_sec, timeline.scores, strict=True)
            ]
            for timeline in query.timelines
        ],
    }


def _ticks(duration: float) -> list[tuple[float, str]]:
    """The ticks of the time axis: position in percent, label."""
    step = next((step for step in _TICK_STEPS_SEC if duration / step <= _MAX_TICKS), 3600)
    times = range(0, int(duration) + 1, step)
    return [(time / duration * 100, format_time(time)) for time in times if time < duration * 0.97]


def _content_policy(style: str, script: str, *, is_embedded: bool) -> str:
    """The content security policy: only what is in the page, and media that it refers to."""
    media = "data:" if is_embedded else "data: 'self' file:"
    return (
        f"default-src 'none'; img-src data:; media-src {media}; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: Any) -> Markup:
    """JSON that is safe inside a script element."""
    text = orjson.dumps(value).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - no markup is left in it


def _data_url(content: bytes, mime_type: str) -> str:
    return f"data:{mime_type};base64,{base64.b64encode(content).decode()}"


def _relative_url(path: Path, folder: Path) -> str:
    """The relative URL from the page's folder to the media."""
    try:
        relative = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError as exc:  # two drives
        raise InvalidRequestError(f"the page cannot refer to {path} from {folder}: {exc}") from exc
    # Without the dot, a name with a colon would be read as a scheme.
    return "./" + quote(os.fsencode(Path(relative).as_posix()))


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("page.html"))


def _asset(name: str) -> str:
    return (files("dodeca.report") / name).read_text("utf-8")
