"""Plots of embeddings with matplotlib (extra `plot`): `plot(query)` and `plot_self_similarity()`.

The figures do not use pyplot, its global state or a display. They show themselves in notebooks;
`figure.savefig("match.png")` writes one to a file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base import extras
from dodeca._base.text import as_unicode, cut
from dodeca.embeddings.timeline import (
    ScoreScale,
    ScoreTimeline,
    by_modality,
    format_score,
    format_time,
    score_timelines,
)
from dodeca.errors import ConfigurationError, InvalidMediaError, InvalidRequestError

try:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure
    from matplotlib.image import imread
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import FuncFormatter, MaxNLocator
except ImportError as exc:
    raise ConfigurationError(extras.missing("a plot", "plot", exc)) from exc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Clip, Embeddings

_TEXT, _MUTED, _GRID, _BOUNDARY = "#22262f", "#6b7280", "#e9ebf0", "#b4bac6"
_COLOURS = {"visual": "#1f6fd1", "audio": "#c2410c", "transcription": "#0b8a6a"}
_OTHER_COLOUR = "#7048e8"
_TICK_STEPS_SEC = [1, 1.5, 2, 3, 5, 6, 10]
_MANY_SEGMENTS = 240  # from here on, their boundaries would hide them
_TOLERANCE_SEC = 0.001  # the service gives times in milliseconds
SHEET_CLIPS = 32
"""Clips that a contact sheet shows at most."""
SHEET_DPI = 100
"""Pixels per inch of a contact sheet that has the size of its thumbnails."""
_SHEET_COLUMNS = 4
_TILE = (2.9, 2.15)  # inches
_CAPTION = 34  # characters


class _NotebookFigure(Figure):
    """A matplotlib figure that shows itself in notebooks without pyplot."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=144)
        return file.getvalue()


def plot(embeddings: Embeddings, query: Embeddings, *, title: str | None = None) -> Figure:
    """Plot how well each segment matches a query over time, one panel for each modality.

    Each bar spans a segment, so with scene-based segmentation its edges are the scene boundaries.
    Its height is the cosine similarity, and so is the depth of its colour; all panels have one
    scale. The best segment of a panel is labelled if its score stands out. Rows of the whole asset
    are left out if there are clips. `figure.axes` has an `Axes` for each modality.

    >>> from dodeca import plots
    >>> video, query = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> [axes.get_ylabel() for axes in plots.plot(video, query, title="red").axes]
    ['visual', 'audio']

    Raises:
        InvalidRequestError: no segments with times, or `query` is not one vector.
        ConfigurationError: the extra `plot` is not installed.
    """
    timelines = score_timelines(embeddings, query)
    size = (10, 0.9 + 1.25 * len(timelines))
    figure = _NotebookFigure(figsize=size, layout="constrained", facecolor="white")
    grid = figure.subplots(len(timelines), 1, sharex=True, sharey=True, squeeze=False)
    panels: list[Axes] = list(grid[:, 0])
    scale = ScoreScale.of(timelines)
    for axes, timeline in zip(panels, timelines, strict=True):
        _draw_timeline(axes, timeline, scale)
    spread = scale.high - scale.low
    panels[0].set_ylim(scale.low - 0.02 * spread, scale.high + 0.34 * spread)
    start = min(float(timeline.start_sec.min()) for timeline in timelines)
    panels[-1].set_xlim(start, max(float(timeline.end_sec.max()) for timeline in timelines))
    _format_time_axis(panels[-1].xaxis)
    _set_title(figure, title)
    return figure


def plot_self_similarity(embeddings: Embeddings, *, title: str | None = None) -> Figure:
    """Plot how similar the segments are to each other: a matrix of cosines for each modality.

    Both axes are time; gaps between segments are empty. Squares along the diagonal are stretches of
    similar content, bright spots off it are content that returns. If segments overlap, as those of
    several videos do, the axes count segments instead, one video after another. `figure.axes`
    begins with an `Axes` for each modality.

    >>> from dodeca import plots
    >>> video = client.embed.video("colours.mp4")
    >>> plots.plot_self_similarity(video).savefig("colours.png")

    Raises:
        InvalidRequestError: no segments with times.
        ConfigurationError: the extra `plot` is not installed.
    """
    modalities = list(by_modality(embeddings))
    size = (1.2 + 4.2 * len(modalities), 4.6)
    figure = _NotebookFigure(figsize=size, layout="constrained", facecolor="white")
    panels: list[Axes] = list(figure.subplots(1, len(modalities), squeeze=False)[0])
    for axes, (modality, rows) in zip(panels, modalities, strict=True):
        edges, cosines, is_timed = _matrix(rows)
        low = min(float(cosines.min()), 0.99)
        image = axes.pcolorfast(edges, edges, cosines, cmap=_colormap(modality), vmin=low, vmax=1)
        axes.set_title(modality, loc="left", fontsize=10, color=_TEXT, parse_math=False)
        axes.set_aspect("equal")
        axes.invert_yaxis()
        axes.tick_params(colors=_MUTED, labelsize=8, length=0)
        axes.spines[:].set_visible(False)
        if is_timed:
            _format_time_axis(axes.xaxis)
            _format_time_axis(axes.yaxis)
        bar = figure.colorbar(image, ax=axes, shrink=0.72, aspect=24)
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors=_MUTED, labelsize=8, length=0)
    _set_title(figure, title)
    return figure


def contact_sheet(clips: Sequence[Clip], *, title: str | None = None) -> Figure:
    """Plot a thumbnail of each clip, with its file, time range and score (extras `plot`, `media`).

    The thumbnails are of the middles of the clips; audio has none. Of more than 32 clips, the
    first 32 are shown.

    >>> from dodeca import plots
    >>> query = client.embed.text("red")
    >>> clips = client.embed.video("colours.mp4").search(query, k=1).save_clips("clips")
    >>> plots.contact_sheet(clips, title="red").savefig("sheet.png")

    Raises:
        InvalidRequestError: there are no clips.
        ConfigurationError: the extra `plot` is not installed.
    """
    shown = list(clips)[:SHEET_CLIPS]
    if not shown:
        raise InvalidRequestError("a contact sheet needs a clip")
    columns = min(_SHEET_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    head = 0.45 if title else 0.1
    size = (_TILE[0] * max(columns, 2), _TILE[1] * rows + head)
    figure = _NotebookFigure(figsize=size, layout="constrained", facecolor="white")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, clip in zip(grid.flat, shown, strict=False):
        _draw_tile(axes, clip)
    more = f"  (the first {SHEET_CLIPS} of {len(clips)})" if len(clips) > SHEET_CLIPS else ""
    _set_title(figure, f"{title or ''}{more}")
    return figure


def _draw_tile(axes: Axes, clip: Clip) -> None:
    try:
        image = imread(io.BytesIO(clip.thumbnail()), format="jpeg")
        height, width = image.shape[:2]
        axes.imshow(image)
    except InvalidMediaError:  # audio, or a source that is not there any more
        height, width = 9, 16
        axes.text(8, 4.5, "no image", ha="center", va="center", color=_MUTED, fontsize=9)
    # All tiles are alike, whatever the shape of the image in them.
    whole_width, whole_height = max(width, height * 16 / 9), max(height, width * 9 / 16)
    left, top = (width - whole_width) / 2 - 0.5, (height - whole_height) / 2 - 0.5
    axes.add_patch(Rectangle((left, top), whole_width, whole_height, facecolor=_GRID, zorder=-1))
    axes.set(xlim=(left, left + whole_width), ylim=(top + whole_height, top), aspect="equal")
    name = as_unicode(PurePath(clip.source).name)
    times = f"{format_time(clip.start_sec)} to {format_time(clip.end_sec)}"
    parts = [times, format_score(clip.match.score), clip.match.segment.embedding_option]
    caption = cut(name, _CAPTION), "   ".join(filter(None, parts))
    # Control characters have no glyph, and dollar signs are no formulas.
    text = "\n".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f]", "\ufffd", line) for line in caption)
    below = axes.text(0, -0.05, text, va="top", fontsize=8, color=_TEXT, transform=axes.transAxes)
    below.set_parse_math(False)


def _matrix(rows: Embeddings) -> tuple[NDArray[np.float64], Any, bool]:
    """Cell edges, the cosines in the cells (masked in gaps), and whether the edges are times."""
    start, end = rows.start_sec, rows.end_sec
    overlap = (start[1:] < end[:-1] - _TOLERANCE_SEC) | (np.diff(start) <= 0)
    if overlap.any():
        by_source = rows[np.lexsort((end, start, rows.source_id.codes))]
        return np.arange(len(rows) + 1.0), by_source.similarity(), False
    gaps = np.flatnonzero(start[1:] > end[:-1] + _TOLERANCE_SEC)
    edges = np.append(np.insert(start, gaps + 1, end[gaps]), end[-1])
    empty = np.insert(np.zeros(len(rows), np.bool_), gaps + 1, True)
    cosines = np.full((len(empty), len(empty)), np.nan)
    cosines[np.ix_(~empty, ~empty)] = rows.similarity()
    return edges, np.ma.masked_invalid(cosines), True


def _draw_timeline(axes: Axes, timeline: ScoreTimeline, scale: ScoreScale) -> None:
    has_boundaries = len(timeline.scores) <= _MANY_SEGMENTS
    left, right, top = timeline.start_sec, timeline.end_sec, timeline.scores
    corners = [(left, 0 * top), (left, top), (right, top), (right, 0 * top)]
    bars = PolyCollection(  # thousands of patches would take seconds
        list(np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)),
        facecolors=_colormap(timeline.modality)(0.12 + 0.88 * scale.normalize(timeline.scores)),
        edgecolors="white" if has_boundaries else "none",
        linewidths=1.2 if has_boundaries else 0,
    )
    axes.add_collection(bars, autolim=False)
    if timeline.has_peak:
        _label_best(axes, timeline)
    if has_boundaries:
        times = np.unique(np.concatenate([timeline.start_sec, timeline.end_sec]))
        full_height = axes.get_xaxis_transform()
        dashes = (0, (2, 2))
        axes.vlines(times, 0, 1, _BOUNDARY, dashes, transform=full_height, lw=0.9, zorder=0)
    axes.set_ylabel(
        timeline.modality,
        rotation=0,
        ha="right",
        va="center",
        labelpad=12,
        fontsize=10,
        color=_TEXT,
    )
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.tick_right()
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)
    axes.spines[:].set_visible(False)
    axes.axhline(0, color=_MUTED, linewidth=0.8)


def _label_best(axes: Axes, timeline: ScoreTimeline) -> None:
    best = int(np.argmax(timeline.scores))
    start, end = float(timeline.start_sec[best]), float(timeline.end_sec[best])
    length = max(float(timeline.end_sec.max()) - timeline.start_sec[0], 1)
    is_left = (start - timeline.start_sec[0]) / length < 0.8
    axes.annotate(
        f"{format_time(start)} to {format_time(end)}   {format_score(timeline.high)}",
        (start if is_left else end, max(timeline.high, 0.0)),
        xytext=(0, 3),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="bottom",
        fontsize=9,
        color=_TEXT,
    )


def _format_time_axis(axis: Any) -> None:
    axis.set_major_locator(MaxNLocator(8, steps=_TICK_STEPS_SEC, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda seconds, _: format_time(seconds)))


def _set_title(figure: Figure, title: str | None) -> None:
    if title:
        text = figure.suptitle(
            title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=_TEXT
        )
        text.set_parse_math(False)  # dollar signs are no formulas


def _colormap(modality: str) -> LinearSegmentedColormap:
    colour = _COLOURS.get(modality, _OTHER_COLOUR)
    return LinearSegmentedColormap.from_list(modality, ["#f4f5f8", colour])
