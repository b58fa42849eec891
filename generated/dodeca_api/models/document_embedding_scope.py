from typing import Literal

DocumentEmbeddingScope = Literal["asset", "local"]

DOCUMENT_EMBEDDING_SCOPE_VALUES: set[DocumentEmbeddingScope] = {
    "asset",
    "local",
}


def check_document_embedding_scope(value: str) -> DocumentEmbeddingScope:
    if value in DOCUMENT_EMBEDDING_SCOPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DOCUMENT_EMBEDDING_SCOPE_VALUES!r}"
    )
