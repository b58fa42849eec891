from typing import Literal

TextTruncate = Literal["end", "none", "start"]

TEXT_TRUNCATE_VALUES: set[TextTruncate] = {
    "end",
    "none",
    "start",
}


def check_text_truncate(value: str) -> TextTruncate:
    if value in TEXT_TRUNCATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TEXT_TRUNCATE_VALUES!r}")
