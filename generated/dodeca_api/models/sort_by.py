from typing import Literal

SortBy = Literal["created_at", "updated_at"]

SORT_BY_VALUES: set[SortBy] = {
    "created_at",
    "updated_at",
}


def check_sort_by(value: str) -> SortBy:
    if value in SORT_BY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SORT_BY_VALUES!r}")
