from typing import Literal

TimedEmbeddingScope = Literal["asset", "clip", "local"]

TIMED_EMBEDDING_SCOPE_VALUES: set[TimedEmbeddingScope] = {
    "asset",
    "clip",
    "local",
}


def check_timed_embedding_scope(value: str) -> TimedEmbeddingScope:
    if value in TIMED_EMBEDDING_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TIMED_EMBEDDING_SCOPE_VALUES!r}")
