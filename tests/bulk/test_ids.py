"""Ids of rows follow from what a row is, and from nothing else."""

from __future__ import annotations

import math
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dodeca._base.row_ids import row_id

ROW = ("a" * 64, 0.0, 6.0, "visual", "clip", "marengo3.0")


def test_an_id_is_a_uuid_that_stays() -> None:
    found = row_id(*ROW)
    assert UUID(found).version == 5
    assert found == "08240c43-b043-521a-a827-9b6ff4e1ba83"


def test_each_part_counts() -> None:
    others = ("b" * 64, 2.0, 8.0, "audio", "asset", "marengo3.5")
    changed = {row_id(*ROW[:i], others[i], *ROW[i + 1 :]) for i in range(len(ROW))}
    assert len(changed | {row_id(*ROW)}) == len(ROW) + 1


def test_no_time_has_one_spelling() -> None:
    assert row_id("a", None, None, None, None, None) == row_id("a", math.nan, math.nan, "", "", "")


def test_numbers_of_numpy_are_the_same_numbers() -> None:
    assert row_id("a", np.float64(1.5), np.int64(3), "", "", "") == row_id("a", 1.5, 3, "", "", "")
    assert row_id("a", -0.0, 3.0, "", "", "") == row_id("a", 0.0, 3.0, "", "", "")


@given(st.text(), st.text())
def test_two_names_have_two_ids(one: str, other: str) -> None:
    ids = {row_id(name, 0.0, 6.0, "visual", "clip", "marengo3.0") for name in (one, other)}
    assert len(ids) == len({one, other})
