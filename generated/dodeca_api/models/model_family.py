from typing import Literal

ModelFamily = Literal["marengo", "pegasus"]

MODEL_FAMILY_VALUES: set[ModelFamily] = {
    "marengo",
    "pegasus",
}


def check_model_family(value: str) -> ModelFamily:
    if value in MODEL_FAMILY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MODEL_FAMILY_VALUES!r}")
