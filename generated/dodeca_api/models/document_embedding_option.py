from typing import Literal

DocumentEmbeddingOption = Literal["text", "visual"]

DOCUMENT_EMBEDDING_OPTION_VALUES: set[DocumentEmbeddingOption] = {
    "text",
    "visual",
}


def check_document_embedding_option(value: str) -> DocumentEmbeddingOption:
    if value in DOCUMENT_EMBEDDING_OPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DOCUMENT_EMBEDDING_OPTION_VALUES!r}"
    )
