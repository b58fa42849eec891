"""What callers add to the body of a request."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dodeca._calls.extras import merge

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), JSON)


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """The values of an object that are no objects, by their paths; of empty ones, these."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {k: v for name, item in value.items() for k, v in leaves(item, (*path, name)).items()}


@given(OBJECTS, OBJECTS)
def test_all_of_the_extra_is_there_and_of_the_rest_what_it_does_not_replace(
    base: dict[str, Any], extra: dict[str, Any]
) -> None:
    before = copy.deepcopy((base, extra))
    merged = merge(base, extra)
    assert (base, extra) == before
    found = leaves(merged)
    for path, value in leaves(extra).items():
        if value != {}:  # an empty object adds nothing
            assert found[path] == value
    for path, value in leaves(base).items():
        replaced = any(
            path[: len(other)] == other or other[: len(path)] == path for other in leaves(extra)
        )
        if not replaced:
            assert found[path] == value


@given(OBJECTS)
def test_nothing_changes_nothing_and_twice_is_once(value: dict[str, Any]) -> None:
    assert merge(value, {}) == merge({}, value) == merge(value, value) == value
