import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import segmentation
from dodeca._calls import params
from dodeca.errors import InvalidRequestError


@given(st.integers(2, 10))
def test_fixed_takes_two_to_ten_seconds(seconds: int) -> None:
    assert segmentation.fixed(seconds).duration_sec == seconds
    assert segmentation.fixed(float(seconds)).duration_sec == seconds  # type: ignore[arg-type]


@given(st.integers(2, 5))
def test_dynamic_takes_two_to_five_seconds(seconds: int) -> None:
    assert segmentation.dynamic(seconds).min_duration_sec == seconds


@given(
    st.integers(max_value=1)
    | st.floats(2.1, 2.9)
    | st.sampled_from([math.nan, math.inf, True, "5", None])
)
def test_anything_else_is_refused_with_what_arrived(value: object) -> None:
    for build in (segmentation.fixed, segmentation.dynamic):
        with pytest.raises(InvalidRequestError) as caught:
            build(value)  # type: ignore[arg-type]
        assert repr(value) in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    for seconds in (np.int64(4), np.float32(4), np.float64(4)):
        assert type(segmentation.fixed(seconds).duration_sec) is int
        assert orjson.dumps(params.number("x", seconds)) in (b"4", b"4.0")
    assert type(params.integer("x", np.int64(4))) is int
    told = params.metadata_text({"score": np.float64(0.5), "year": np.int64(2024)})
    assert told == '{"score":0.5,"year":2024}'
    for wrong in (np.bool_(True), np.float64("nan"), 10**400):
        with pytest.raises(InvalidRequestError):
            params.number("x", wrong)
    with pytest.raises(InvalidRequestError):
        params.integer("x", np.float64(4))


@given(
    st.builds(segmentation.fixed, st.integers(2, 10))
    | st.builds(segmentation.dynamic, st.integers(2, 5))
)
def test_a_segmentation_is_read_back_from_its_text(wanted: segmentation.Segmentation) -> None:
    assert segmentation.parse(str(wanted)) == segmentation.parse(f" {wanted!s} ") == wanted


@pytest.mark.parametrize(
    "text",
    ["", "fixed", "cut:4", "fixed:-4", "fixed:4.5", "fixed:4:5", "fixed:" + "9" * 5000, None, 4],
)
def test_other_text_is_no_segmentation(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="must be fixed:SECONDS or dynamic:SECONDS"):
        segmentation.parse(text)
