from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca.emulator.media.segments import dynamic, fixed

seconds = st.integers(0, 4_000_000).map(lambda ms: ms / 1000)
stretches = st.tuples(seconds, seconds).map(sorted)


def lengths(segments):
    return [round(end * 1000) - round(start * 1000) for start, end in segments]


def covers(segments, start, end):
    if start == end:
        return segments == []
    touching = all(before[1] == after[0] for before, after in pairwise(segments))
    return touching and segments[0][0] == start and segments[-1][1] == end


@pytest.mark.parametrize(
    ("start", "end", "step", "expected"),
    [
        (0, 12, 5, [(0.0, 5.0), (5.0, 10.0), (10.0, 12.0)]),
        (0, 10, 5, [(0.0, 5.0), (5.0, 10.0)]),
        (0, 3, 5, [(0.0, 3.0)]),
        (1.5, 12, 5, [(1.5, 6.5), (6.5, 11.5), (11.5, 12.0)]),
        (0, 12.0000000001, 6, [(0.0, 6.0), (6.0, 12.0)]),
        (4, 4, 5, []),
    ],
)
def test_fixed_segments(start, end, step, expected):
    assert fixed(start, end, step) == expected


def test_fixed_refuses_no_length():
    with pytest.raises(ValueError, match="duration_sec"):
        fixed(0, 10, 0)


@given(stretches, st.integers(2, 10))
def test_fixed_segments_are_exact_and_cover_the_stretch(stretch, step):
    segments = fixed(*stretch, step)
    assert covers(segments, *stretch)
    assert all(length == step * 1000 for length in lengths(segments)[:-1])
    assert all(0 < length <= step * 1000 for length in lengths(segments))


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        ([], [(0.0, 20.0)]),
        ([5.0, 9.0, 15.0], [(0.0, 5.0), (5.0, 9.0), (9.0, 15.0), (15.0, 20.0)]),
        ([1.0, 5.0, 6.0, 9.5], [(0.0, 5.0), (5.0, 9.5), (9.5, 20.0)]),
        ([19.0], [(0.0, 19.0), (19.0, 20.0)]),
        ([0.0, 20.0, 25.0], [(0.0, 20.0)]),
        ([9.0, 5.0, 5.0], [(0.0, 5.0), (5.0, 9.0), (9.0, 20.0)]),
    ],
)
def test_dynamic_segments(cuts, expected):
    assert dynamic(0, 20, cuts, 4) == expected


@given(stretches, st.lists(seconds, max_size=40), st.integers(2, 5))
def test_dynamic_segments_end_at_cuts_and_respect_the_minimum(stretch, cuts, minimum):
    segments = dynamic(*stretch, cuts, minimum)
    assert covers(segments, *stretch)
    assert {end for _, end in segments[:-1]} <= set(cuts)
    assert all(length >= minimum * 1000 for length in lengths(segments)[:-1])


@given(stretches, st.lists(seconds, max_size=40), st.integers(2, 5))
def test_no_usable_cut_is_passed_over(stretch, cuts, minimum):
    for start, end in dynamic(*stretch, cuts, minimum):
        inside = [cut for cut in cuts if start * 1000 + minimum * 1000 <= cut * 1000 < end * 1000]
        assert inside == []
