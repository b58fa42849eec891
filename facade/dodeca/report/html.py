"""Render the HTML of a report; its content security policy blocks everything from outside."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import orjson
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dodeca.embeddings.timeline import (
    ScoreScale,
    ScoreTimeline,
    format_score,
    format_time,
    score_timelines,
)
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings, Match
    from dodeca.report.sources import Source

_THUMBNAILS = 12
_MAX_MATCHES = 6
_WIDTH = 10_000  # of a timeline's SVG, in its own units
_MANY_SEGMENTS = 240  # from here on, their boundaries would hide them
_MIN_OPACITY = 0.1
_TICK_STEPS_SEC = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MAX_TICKS = 8


@attrs.frozen
class ReportMatch:
    """One of the best matches of a query; `file` is a number, `thumbnail` a data URL."""

    file: int
    name: str
    start_sec: float
    end_sec: float
    modality: str
    score: float
    thumbnail: str | None


@attrs.frozen
class ReportQuery:
    """A query and its best matches in all files."""

    text: str
    matches: list[ReportMatch]


@attrs.frozen
class ReportFile:
    """A video or audio file; `timelines` has for each query those of the modalities."""

    name: str
    duration: float
    url: str
    is_audio: bool
    facts: list[str]
    thumbnails: list[str]
    timelines: list[list[ScoreTimeline]]

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The ticks of its time axis."""
        return _ticks(self.duration)

    @property
    def cells(self) -> Callable[[ScoreTimeline, ScoreScale], Markup]:
        """Draws the segments of a timeline of this file."""
        return partial(_cells, duration=self.duration)


def page(
    sources: Sequence[Source],
    queries: Mapping[str, Embeddings],
    title: str | None,
    folder: Path | None,
) -> tuple[str, int]:
    """Render the page: its HTML and the number of thumbnails of timelines.

    With a `folder`, the page refers to the media by paths relative to it; without, it embeds them.
    """
    reported = [_file(source, queries, folder) for source in sources]
    best = [ReportQuery(text, _best_matches(sources, vectors)) for text, vectors in queries.items()]
    every = [one for file in reported for timelines in file.timelines for one in timelines]
    style, script = _asset("page.css"), _asset("page.js")
    html = _template().render(
        title=_heading(sources) if title is None else title,
        facts=reported[0].facts if len(reported) == 1 else _common_facts(sources),
        files=reported,
        queries=best,
        scale=ScoreScale.of(every),
        policy=_content_policy(style, script, is_embedded=folder is None),
        style=Markup(style),  # noqa: S704 - files of this package
        script=Markup(script),  # noqa: S704
        data=_json(_script_data(reported, best)),
        is_dense=lambda timeline: len(timeline.scores) > _MANY_SEGMENTS,
        format_time=format_time,
        format_score=format_score,
    )
    return html, sum(len(file.thumbnails) for file in reported)


def _file(source: Source, queries: Mapping[str, Embeddings], folder: Path | None) -> ReportFile:
    duration = source.duration_sec
    times = [(i + 0.5) * duration / _THUMBNAILS for i in range(_THUMBNAILS)]
    url = (
        _relative_url(source.path, folder)
        if folder
        else _data_url(source.path.read_bytes(), source.mime_type)
    )
    return ReportFile(
        name=source.name,
        duration=duration,
        url=url,
        is_audio=source.is_audio,
        facts=_facts([source.rows], duration),
        thumbnails=_thumbnails(source.path, times),
        timelines=[score_timelines(source.rows, query) for query in queries.values()],
    )


def _best_matches(sources: Sequence[Source], query: Embeddings) -> list[ReportMatch]:
    """The first matches of a search, as far as they score in the upper half of the range."""
    found = [
        (number, match)
        for number, source in enumerate(sources)
        for match in source.rows.search(query, k=len(source.rows))
    ]
    found.sort(key=lambda pair: -pair[1].score)
    threshold = (found[0][1].score + found[-1][1].score) / 2
    return [
        _match(number, sources[number], match)
        for number, match in found[:_MAX_MATCHES]
        if match.score >= threshold
    ]


def _match(number: int, source: Source, match: Match) -> ReportMatch:
    start, end = match.segment.start_sec or 0.0, match.segment.end_sec or 0.0
    thumbnail = next(iter(_thumbnails(source.path, [(start + end) / 2])), None)
    modality = match.segment.embedding_option or "all"
    return ReportMatch(number, source.name, start, end, modality, match.score, thumbnail)


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


def _heading(sources: Sequence[Source]) -> str:
    return sources[0].name if len(sources) == 1 else f"{len(sources)} files"


def _common_facts(sources: Sequence[Source]) -> list[str]:
    duration = sum(source.duration_sec for source in sources)
    return _facts([source.rows for source in sources], duration)


def _facts(rows: Sequence[Embeddings], duration: float) -> list[str]:
    """The line below a heading: duration, number of segments, modalities, model."""
    count = sum(map(len, rows))
    length = f"{duration:.1f} s" if duration < 60 else format_time(duration)
    modalities = dict.fromkeys(name for each in rows for name in each.embedding_option.distinct())
    models = dict.fromkeys(each.model_name for each in rows)
    facts = [length, f"{count} segment{'s' if count != 1 else ''}"]
    facts += [", ".join(filter(None, modalities)), ", ".join(filter(None, models))]
    return list(filter(None, facts))


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


def _script_data(reported: Sequence[ReportFile], queries: Sequence[ReportQuery]) -> dict[str, Any]:
    """What the page's script needs: where matches are, and segments with their scores."""
    return {
        "queries": [
            [[match.file, match.start_sec] for match in query.matches] for query in queries
        ],
        "files": [
            {
                "name": file.name,
                "duration": file.duration,
                "timelines": [[_rounded(one) for one in timelines] for timelines in file.timelines],
            }
            for file in reported
        ],
    }


def _rounded(timeline: ScoreTimeline) -> list[list[float]]:
    columns = (timeline.start_sec, timeline.end_sec, timeline.scores)
    return [[round(float(value), 4) for value in row] for row in zip(*columns, strict=True)]


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
