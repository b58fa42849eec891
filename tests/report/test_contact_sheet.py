"""The contact sheet of clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dodeca import Segment, plots
from dodeca.embeddings import Clip, Match
from dodeca.errors import InvalidMediaError, InvalidRequestError


def clips(source: Path, count: int) -> list[Clip]:
    match = Match(Segment(np.ones(2, np.float32), "visual", "clip", 0.0, 1.0), 0.5)
    return [Clip(source, str(source), n / 10, n / 10 + 1, match) for n in range(count)]


def test_each_clip_has_a_thumbnail_and_says_what_it_is(sample_files: Path) -> None:
    figure = plots.contact_sheet(clips(sample_files / "colours.mp4", 5), title="$red$")
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 5
    assert shown[0].images[0].get_array().shape == (270, 480, 3)  # type: ignore[union-attr]
    assert shown[4].texts[0].get_text() == "colours.mp4\n0:00 to 0:01   0.50   visual"
    assert figure.get_suptitle() == "$red$"


def test_audio_and_hostile_names_are_shown_as_text(sample_files: Path, tmp_path: Path) -> None:
    hostile = Path("/nowhere") / ("<b>$\\frac$\x1b[31m\n" + "é" * 99)
    figure = plots.contact_sheet(
        [*clips(sample_files / "tones.wav", 1), *clips(hostile, 1)], title="x"
    )
    assert not [axes for axes in figure.axes if axes.images]
    title = figure.axes[1].texts[-1].get_text()
    assert title.startswith("<b>$\\frac$\ufffd[31m\ufffdé")
    assert len(title.splitlines()) == 2
    figure.savefig(tmp_path / "sheet.png")


def test_of_many_clips_the_first_ones_are_shown(sample_files: Path) -> None:
    figure = plots.contact_sheet(clips(sample_files / "tones.wav", 33))
    assert len(figure.axes) == plots.SHEET_CLIPS == 32
    assert figure.get_suptitle().strip() == "(the first 32 of 33)"


def test_a_sheet_needs_a_clip() -> None:
    with pytest.raises(InvalidRequestError, match="needs a clip"):
        plots.contact_sheet([])


def test_a_clip_whose_source_is_not_there_has_no_thumbnail(tmp_path: Path) -> None:
    (clip,) = clips(tmp_path / "missing.mp4", 1)
    with pytest.raises(InvalidMediaError, match=r"missing\.mp4"):
        clip.thumbnail()
