from typing import Literal

TimedEmbeddingType = Literal["fused_embedding", "separate_embedding"]

TIMED_EMBEDDING_TYPE_VALUES: set[TimedEmbeddingType] = {
    "fused_embedding",
    "separate_embedding",
}


def check_timed_embedding_type(value: str) -> TimedEmbeddingType:
    if value in TIMED_EMBEDDING_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TIMED_EMBEDDING_TYPE_VALUES!r}")
