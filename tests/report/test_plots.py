"""Plots: what is drawn, by its data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dodeca import Embeddings
from dodeca.errors import InvalidRequestError
from tests.lazy import Lazy

from .videos import QUERIES, embedded

plt, collections = Lazy("matplotlib.pyplot"), Lazy("matplotlib.collections")
colors, images = Lazy("matplotlib.colors"), Lazy("matplotlib.image")


def bars_of(axes: Any) -> Any:
    """The bars of a panel, which are drawn before the boundaries."""
    bars = axes.collections[0]
    assert isinstance(bars, collections.PolyCollection)
    return bars


def drawn(figure: Any) -> dict[str, list[tuple[float, float, float]]]:
    """The bars of each panel: start, end, height."""
    return {
        axes.get_ylabel(): [
            (float(bar.vertices[0, 0]), float(bar.vertices[2, 0]), float(bar.vertices[1, 1]))
            for bar in bars_of(axes).get_paths()
        ]
        for axes in figure.axes
    }


def test_a_panel_for_each_modality_with_a_bar_for_each_segment() -> None:
    found, queries = embedded()
    clips = found.filter(scope="clip")
    bars = drawn(found.plot(queries["a red car"]))
    assert list(bars) == clips.embedding_option.distinct()
    for modality, shown in bars.items():
        rows = clips.filter(option=modality)
        matches = rows.search(queries["a red car"], k=len(rows))
        expected = sorted((m.segment.start_sec, m.segment.end_sec, m.score) for m in matches)
        assert np.allclose(shown, expected, atol=1e-6)


def test_the_best_segment_is_labelled_darkest_and_within_the_axes() -> None:
    found, queries = embedded()
    visual, audio = found.plot(queries["a red car"], title="a red car").axes
    assert [text.get_text().split("   ")[0] for text in visual.texts] == ["0:00 to 0:05"]
    assert [text.get_text() for text in audio.texts] == []  # nothing stands out
    shades = [sum(colors.to_rgb(colour)) for colour in bars_of(visual).get_facecolor()]
    assert int(np.argmin(shades)) == 0
    assert visual.get_xlim() == (0, 20)
    assert visual.get_ylim() == audio.get_ylim()


def test_the_boundaries_of_scenes_are_marked() -> None:
    found, queries = embedded()
    _, bounds = found.plot(queries["a red car"]).axes[0].collections
    assert isinstance(bounds, collections.LineCollection)
    at = sorted(segment[0][0] for segment in bounds.get_segments())
    assert at == pytest.approx([0, 5, 9, 15, 20])


def test_the_self_similarity_matrix_has_cosines_at_the_times_of_the_segments() -> None:
    found, _ = embedded()
    figure = found.plot_self_similarity(title="colours")
    for axes, modality in zip(figure.axes, ("visual", "audio"), strict=False):
        rows = found.filter(option=modality, scope="clip")
        (image,) = (item for item in axes.images if isinstance(item, images.PcolorImage))
        unit = rows.vectors / np.linalg.norm(rows.vectors, axis=1, keepdims=True)
        assert axes.get_title(loc="left") == modality
        assert np.allclose(image.get_array(), unit @ unit.T, atol=1e-6)
        assert axes.get_xlim() == (0, 20)
        assert axes.get_ylim() == (20, 0)


def test_figures_are_written_without_a_display_and_leave_none_open(tmp_path: Path) -> None:
    found, queries = embedded()
    for figure in (found.plot(queries[QUERIES[1]]), found.plot_self_similarity()):
        figure.savefig(tmp_path / "figure.png")
        assert (tmp_path / "figure.png").stat().st_size > 5_000
        assert figure._repr_png_().startswith(b"\x89PNG")
    assert plt.get_fignums() == []
    code = "import sys, dodeca.plots; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_hour_is_drawn_without_boundaries_and_with_hours_on_the_axis() -> None:
    vectors = np.random.default_rng(1).normal(size=(600, 512)).astype(np.float32)
    rows = [
        {
            "embedding": vectors[i],
            "start_sec": 7 * i,
            "end_sec": 7 * i + 7,
            "embedding_scope": "clip",
        }
        for i in range(600)
    ]
    found = Embeddings.from_items(rows)
    figure = found.plot(found[3:4])
    (axes,) = figure.axes
    figure.canvas.draw()
    (bars,) = axes.collections  # one for all: thousands of patches would take seconds
    assert len(bars.get_paths()) == 600
    assert len(axes.patches) == 0
    assert "1:00:00" in [label.get_text() for label in axes.get_xticklabels()]
    assert found.plot_self_similarity().axes[0].get_xlim() == (0, 4200)


def test_what_has_no_times_has_no_plot() -> None:
    found, queries = embedded()
    text = queries[QUERIES[0]]
    for draw in (lambda: text.plot(text), text.plot_self_similarity):
        with pytest.raises(InvalidRequestError, match="no segments with times"):
            draw()
    with pytest.raises(InvalidRequestError, match="one vector of 512"):
        found.plot(found)


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import numpy as np\n"
        "from dodeca import Embeddings, errors\n"
        "row = {'embedding': np.ones(2), 'start_sec': 0, 'end_sec': 1}\n"
        "try: Embeddings.from_items([row]).plot_self_similarity()\n"
        "except errors.ConfigurationError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'dodeca[plot]'" in done.stdout


def test_a_dollar_sign_in_a_title_is_no_formula() -> None:
    found, queries = embedded()
    for figure in (
        found.plot(queries["a red car"], title="price $5 to $10"),
        found.plot_self_similarity(title="price $5 to $10"),
    ):
        title = next(text for text in figure.texts if text.get_text() == "price $5 to $10")
        assert not title.get_parse_math()


def test_a_plot_is_large_enough_for_its_panels_and_its_scores() -> None:
    found, queries = embedded()
    query = queries["a red car"]
    figure = found.plot(query, title="a red car")
    assert figure.get_size_inches().tolist() == pytest.approx([10, 0.9 + 1.25 * 2])
    scores = [height for bars in drawn(figure).values() for *_, height in bars]
    low, high = min(0.0, *scores), max(scores)
    assert figure.axes[0].get_ylim() == pytest.approx(
        (low - 0.02 * (high - low), high + 0.34 * (high - low))
    )
    matrix = found.plot_self_similarity()
    assert matrix.get_size_inches().tolist() == pytest.approx([1.2 + 4.2 * 2, 4.6])
    for axes in matrix.axes[:2]:
        (image,) = (item for item in axes.images if isinstance(item, images.PcolorImage))
        assert image.norm.vmax == 1
        assert image.norm.vmin == pytest.approx(float(image.get_array().min()))


def test_a_plot_has_no_frames_and_one_title() -> None:
    found, queries = embedded()
    for figure in (
        found.plot(queries["a red car"], title="red"),
        found.plot_self_similarity(title="red"),
    ):
        assert figure.get_suptitle() == "red"
        for axes in figure.axes[:2]:
            assert not any(spine.get_visible() for spine in axes.spines.values())
            sides = axes.xaxis.get_tick_params(), axes.yaxis.get_tick_params()
            assert {side["length"] for side in sides} == {0}
            assert {side["labelsize"] for side in sides} == {8}
    assert found.plot(queries["a red car"]).get_suptitle() == ""
    assert [axes.get_title(loc="left") for axes in found.plot_self_similarity().axes[:2]] == [
        *("visual", "audio")
    ]


@pytest.mark.parametrize(("best", "align"), [(0, "left"), (7, "left"), (8, "right"), (9, "right")])
def test_the_label_of_the_best_segment_stays_within_the_plot(best: int, align: str) -> None:
    rows = [
        {"embedding": [1.0, 0.0] if at == best else [0.0, 1.0], "start_sec": at, "end_sec": at + 1}
        for at in range(10)
    ]
    axes = (
        Embeddings.from_items(rows).plot(Embeddings.from_items([{"embedding": [1.0, 0.0]}])).axes[0]
    )
    (label,) = axes.texts
    assert label.get_horizontalalignment() == align
    assert label.xy == (best if align == "left" else best + 1, 1.0)
    assert label.get_text() == f"0:0{best} to 0:{best + 1:02}   1.00"


@pytest.mark.parametrize(("count", "has_boundaries"), [(240, True), (241, False)])
def test_boundaries_are_drawn_up_to_240_segments(count: int, has_boundaries: bool) -> None:
    rows = [
        {"embedding": [1.0, float(at)], "start_sec": at, "end_sec": at + 1} for at in range(count)
    ]
    axes = (
        Embeddings.from_items(rows).plot(Embeddings.from_items([{"embedding": [1.0, 0.0]}])).axes[0]
    )
    assert len(axes.collections) == (2 if has_boundaries else 1)
    assert list(bars_of(axes).get_linewidth()) == [1.2 if has_boundaries else 0]
