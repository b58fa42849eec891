"""The space of Marengo 3.5: as near as in 3.0 within it, and nothing in common with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca.emulator.inference.space import turned, uncertainty
from dodeca.emulator.inference.vectors import text_vector
from tests.depth import depth

from .test_fixed_values import digest

WORDS = ["red", "maroon", "blue", "green", "loud", "noise", "dark", "dog", "cat", "whistle", "goal"]
TEXTS = np.stack([text_vector(word) for word in WORDS])
texts = st.lists(st.text(max_size=40), min_size=2, max_size=5)


def cosines(vectors: np.ndarray) -> np.ndarray:
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units @ units.T


def test_the_turn_is_the_same_in_every_version() -> None:
    """People store these vectors: another digest is another space."""
    assert digest(turned(TEXTS)) == "f6cad3b59426"
    assert digest(uncertainty(turned(TEXTS))) == "237e243b7ec1"


@settings(max_examples=depth(20, deep=200))
@given(texts)
def test_what_is_near_stays_as_near(found: list[str]) -> None:
    vectors = np.stack([text_vector(text) for text in found])
    assert turned(vectors) @ turned(vectors).T == pytest.approx(vectors @ vectors.T, abs=1e-5)


@settings(max_examples=depth(20, deep=200))
@given(texts)
def test_a_vector_does_not_depend_on_those_beside_it(found: list[str]) -> None:
    vectors = np.stack([text_vector(text) for text in found])
    alone = np.concatenate([turned(vector[None]) for vector in vectors])
    assert (alone == turned(vectors)).all()


def test_the_two_spaces_have_nothing_in_common() -> None:
    between = TEXTS @ turned(TEXTS).T
    assert np.abs(between).max() < 0.2
    assert abs(between.mean()) < 0.03


@pytest.mark.parametrize("dimension", [128, 256])
def test_the_first_numbers_still_tell_what_is_near(dimension: int) -> None:
    shorter = turned(TEXTS)[:, :dimension]
    assert np.abs(cosines(shorter) - cosines(TEXTS)).max() < 0.35
    near = cosines(shorter)[WORDS.index("red")]
    assert WORDS[int(np.argsort(near)[-2])] == "maroon"


def test_small_numbers_are_less_sure() -> None:
    vectors = turned(TEXTS)
    unsure = uncertainty(vectors)
    assert unsure.shape == vectors.shape
    assert unsure.dtype == np.float32
    assert ((unsure > 0) & (unsure <= 1)).all()
    for numbers, doubts in zip(np.abs(vectors), unsure, strict=True):
        assert (np.diff(doubts[np.argsort(numbers)]) <= 0).all()
