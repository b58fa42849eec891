from typing import Literal

SearchGroupBy = Literal["clip", "video"]

SEARCH_GROUP_BY_VALUES: set[SearchGroupBy] = {
    "clip",
    "video",
}


def check_search_group_by(value: str) -> SearchGroupBy:
    if value in SEARCH_GROUP_BY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_GROUP_BY_VALUES!r}")
