import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca.emulator.inference.vectors import AXES
from dodeca.emulator.inference.vocabulary import WORDS_BY_AXIS, axes_of, count_tokens, split_words


def test_every_axis_has_words_and_every_word_an_axis():
    assert set(WORDS_BY_AXIS) == set(AXES)
    for axis, meaning in WORDS_BY_AXIS.items():
        assert all(axis in axes_of(word) for word in meaning.split())
        assert len(set(meaning.split())) == len(meaning.split())


@pytest.mark.parametrize(
    ("word", "axes"),
    [
        ("red", ["red"]),
        ("scarlet", ["red"]),
        ("night", ["dark"]),
        ("snow", ["bright", "white"]),
        ("roses", ["pink"]),
        ("scream", ["high pitch", "loud"]),
        ("whistle", ["high pitch", "tonal"]),
        ("bass", ["low pitch"]),
        ("the", []),
        ("s", []),
    ],
)
def test_words_and_their_axes(word, axes):
    assert sorted(axes_of(word)) == axes


def test_words_of_a_text():
    assert split_words("A man, walking his DOG!") == ["a", "man", "walking", "his", "dog"]
    assert split_words("snow_white 24/7") == ["snow", "white", "24", "7"]
    assert split_words("赤い車") == ["赤", "い", "車"]
    assert split_words(" ... ") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("man walking a dog", 4),
        ("Hello, world!", 4),
        ("it's", 3),
        ("a_b", 3),
        ("車が走る", 4),
        ("word " * 500, 500),
    ],
)
def test_tokens(text, count):
    assert count_tokens(text) == count


@given(st.text(), st.text())
def test_tokens_of_two_texts_add_up(first, second):
    assert count_tokens(f"{first} {second}") == count_tokens(first) + count_tokens(second)


@given(st.text())
def test_every_word_is_a_token(text):
    assert len(split_words(text)) <= count_tokens(text.casefold())
    assert all(word == word.strip() != "" for word in split_words(text))
