from typing import Literal

SearchOperator = Literal["and", "or"]

SEARCH_OPERATOR_VALUES: set[SearchOperator] = {
    "and",
    "or",
}


def check_search_operator(value: str) -> SearchOperator:
    if value in SEARCH_OPERATOR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_OPERATOR_VALUES!r}")
