from typing import Literal

IndexModelOption = Literal["audio", "visual"]

INDEX_MODEL_OPTION_VALUES: set[IndexModelOption] = {
    "audio",
    "visual",
}


def check_index_model_option(value: str) -> IndexModelOption:
    if value in INDEX_MODEL_OPTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {INDEX_MODEL_OPTION_VALUES!r}")
