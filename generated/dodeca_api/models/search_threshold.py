from typing import Literal

SearchThreshold = Literal["high", "low", "medium", "none"]

SEARCH_THRESHOLD_VALUES: set[SearchThreshold] = {
    "high",
    "low",
    "medium",
    "none",
}


def check_search_threshold(value: str) -> SearchThreshold:
    if value in SEARCH_THRESHOLD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_THRESHOLD_VALUES!r}")
