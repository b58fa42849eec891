from typing import Literal

SearchSortOption = Literal["clip_count", "score"]

SEARCH_SORT_OPTION_VALUES: set[SearchSortOption] = {
    "clip_count",
    "score",
}


def check_search_sort_option(value: str) -> SearchSortOption:
    if value in SEARCH_SORT_OPTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_SORT_OPTION_VALUES!r}")
