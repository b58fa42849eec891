import numpy as np
import pytest

from dodeca import Embeddings

pytest.importorskip("matplotlib")


def film(*starts: int) -> Embeddings:
    return Embeddings.from_items(
        [{"embedding": [1.0, at], "start_sec": at, "end_sec": at + 5} for at in starts]
    )


def test_gaps_in_a_film_are_empty_in_its_map() -> None:
    axes = film(0, 60, 65).plot_self_similarity().axes[0]
    (image,) = axes.images
    shown = np.ma.getmaskarray(image.get_array())
    assert axes.get_xlim() == (0, 70)
    assert shown.tolist() == [
        [False, True, False, False],
        [True, True, True, True],
        [False, True, False, False],
        [False, True, False, False],
    ]


def test_films_that_overlap_are_drawn_row_by_row() -> None:
    both = Embeddings.concat({"a": film(0, 5), "b": film(0, 5)})
    axes = both.plot_self_similarity().axes[0]
    (image,) = axes.images
    assert axes.get_xlim() == (0, 4)
    assert np.allclose(image.get_array(), both.similarity(), atol=1e-6)
