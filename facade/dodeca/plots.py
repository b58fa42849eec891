"""Pictures of embeddings, by matplotlib (extra `plot`): `embeddings.plot(query)`, `plot_self()`.

The figures belong to nobody but the caller: pyplot and its global state are not touched, no screen
is needed. They show themselves in notebooks; `figure.savefig("match.png")` writes one.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base import extras
from dodeca.embeddings.timeline import Strip, by_modality, clock, strips, two_digits
from dodeca.errors import ConfigurationError

try:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator
except ImportError as exc:
    raise ConfigurationError(extras.missing("a plot", "plot", exc)) from exc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings

_INK, _SOFT, _LINE, _BOUND = "#22262f", "#6b7280", "#e9ebf0", "#b4bac6"
_TONES = {"visual": "#1f6fd1", "audio": "#c2410c", "transcription": "#0b8a6a"}
_OTHER_TONE = "#7048e8"
_STEPS_SEC = [1, 1.5, 2, 3, 5, 6, 10]
_DENSE = 240
_TOUCH_SEC = 0.001  # the service gives times in milliseconds


class Picture(Figure):
    """A matplotlib figure that shows itself in notebooks without pyplot."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=144)
        return file.getvalue()


def plot(embeddings: Embeddings, query: Embeddings, *, title: str | None = None) -> Figure:
    """How well each moment matches a query: a strip over time for each modality.

    A bar spans a segment, so that its edges are the bounds of scenes where those cut the film; its
    height is the cosine, its colour the place between the lowest and the highest of its strip.
    The best moment of a strip is named where one stands out. Where clips and the whole were
    embedded, the clips are shown. `figure.axes` has an `Axes` for each modality.

    >>> from dodeca import plots
    >>> film, query = client.embed.video("colours.mp4"), client.embed.text("red")
    >>> [axes.get_ylabel() for axes in plots.plot(film, query, title="red").axes]
    ['visual', 'audio']

    Raises:
        InvalidRequestError: no segments with times, or a query that is not one vector.
        ConfigurationError: the extra `plot` is not installed.
    """
    found = strips(embeddings, query)
    figure = Picture(figsize=(10, 0.9 + 1.25 * len(found)), layout="constrained", facecolor="white")
    grid = figure.subplots(len(found), 1, sharex=True, sharey=True, squeeze=False)
    rows: list[Axes] = list(grid[:, 0])
    for axes, strip in zip(rows, found, strict=True):
        _draw_strip(axes, strip)
    low = min(0.0, *(strip.low for strip in found))
    high = max(0.05, *(strip.high for strip in found))
    rows[0].set_ylim(low - 0.02 * (high - low), high + 0.34 * (high - low))
    start = min(float(strip.start_sec.min()) for strip in found)
    rows[-1].set_xlim(start, max(float(strip.end_sec.max()) for strip in found))
    _time_axis(rows[-1].xaxis)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=_INK)
    return figure


def plot_self(embeddings: Embeddings, *, title: str | None = None) -> Figure:
    """How alike the moments are to each other: a map of cosines for each modality.

    Both axes are time, and what lies between segments is empty. Squares along the diagonal are
    stretches that stay alike, bright spots off it are what comes back later. Where segments
    overlap, as those of several films do, the axes count them instead, film by film.
    `figure.axes` begins with an `Axes` for each modality.

    >>> from dodeca import plots
    >>> plots.plot_self(client.embed.video("colours.mp4")).savefig("colours.png")

    Raises:
        InvalidRequestError: no segments with times.
        ConfigurationError: the extra `plot` is not installed.
    """
    found = list(by_modality(embeddings))
    figure = Picture(figsize=(1.2 + 4.2 * len(found), 4.6), layout="constrained", facecolor="white")
    columns: list[Axes] = list(figure.subplots(1, len(found), squeeze=False)[0])
    for axes, (modality, rows) in zip(columns, found, strict=True):
        edges, cosines, is_timed = _grid(rows)
        low = min(float(cosines.min()), 0.99)
        image = axes.pcolorfast(edges, edges, cosines, cmap=_map_of(modality), vmin=low, vmax=1)
        axes.set_title(modality, loc="left", fontsize=10, color=_INK)
        axes.set_aspect("equal")
        axes.invert_yaxis()
        axes.tick_params(colors=_SOFT, labelsize=8, length=0)
        axes.spines[:].set_visible(False)
        if is_timed:
            _time_axis(axes.xaxis)
            _time_axis(axes.yaxis)
        bar = figure.colorbar(image, ax=axes, shrink=0.72, aspect=24)
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors=_SOFT, labelsize=8, length=0)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=_INK)
    return figure


def _grid(rows: Embeddings) -> tuple[NDArray[np.float64], Any, bool]:
    """Edges, the cosines between them (masked in gaps), and whether the edges are times."""
    start, end = rows.start_sec, rows.end_sec
    overlap = (start[1:] < end[:-1] - _TOUCH_SEC) | (np.diff(start) <= 0)
    if overlap.any():
        films = rows[np.lexsort((end, start, rows.source_id.codes))]
        return np.arange(len(rows) + 1.0), films.similarity(), False
    gaps = np.flatnonzero(start[1:] > end[:-1] + _TOUCH_SEC)
    edges = np.append(np.insert(start, gaps + 1, end[gaps]), end[-1])
    empty = np.insert(np.zeros(len(rows), np.bool_), gaps + 1, True)
    cosines = np.full((len(empty), len(empty)), np.nan)
    cosines[np.ix_(~empty, ~empty)] = rows.similarity()
    return edges, np.ma.masked_invalid(cosines), True


def _draw_strip(axes: Axes, strip: Strip) -> None:
    widths = strip.end_sec - strip.start_sec
    is_dense = len(widths) > _DENSE
    axes.bar(
        strip.start_sec,
        strip.scores,
        widths,
        align="edge",
        color=_map_of(strip.modality)(0.12 + 0.88 * strip.heat),
        edgecolor="none" if is_dense else "white",
        linewidth=0 if is_dense else 1.2,
    )
    if strip.stands_out:
        _name_best(axes, strip)
    if not is_dense:
        bounds = np.unique(np.concatenate([strip.start_sec, strip.end_sec]))
        height = axes.get_xaxis_transform()
        dashes = (0, (2, 2))
        axes.vlines(bounds, 0, 1, _BOUND, dashes, transform=height, lw=0.9, zorder=0)
    axes.set_ylabel(
        strip.modality, rotation=0, ha="right", va="center", labelpad=12, fontsize=10, color=_INK
    )
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.tick_right()
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_SOFT, labelsize=8, length=0)
    axes.spines[:].set_visible(False)
    axes.axhline(0, color=_SOFT, linewidth=0.8)


def _name_best(axes: Axes, strip: Strip) -> None:
    best = int(np.argmax(strip.scores))
    start, end = float(strip.start_sec[best]), float(strip.end_sec[best])
    middle = (start - strip.start_sec[0]) / max(float(strip.end_sec.max()) - strip.start_sec[0], 1)
    axes.annotate(
        f"{clock(start)} to {clock(end)}   {two_digits(strip.high)}",
        (start if middle < 0.8 else end, max(strip.high, 0.0)),
        xytext=(0, 3),
        textcoords="offset points",
        ha="left" if middle < 0.8 else "right",
        va="bottom",
        fontsize=9,
        color=_INK,
    )


def _time_axis(axis: Any) -> None:
    axis.set_major_locator(MaxNLocator(8, steps=_STEPS_SEC, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda seconds, _: clock(seconds)))


def _map_of(modality: str) -> LinearSegmentedColormap:
    tone = _TONES.get(modality, _OTHER_TONE)
    return LinearSegmentedColormap.from_list(modality, ["#f4f5f8", tone])
