from typing import Literal

AudioInputRequestEmbeddingScopeItems = Literal["asset", "clip"]

AUDIO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES: set[AudioInputRequestEmbeddingScopeItems] = {
    "asset",
    "clip",
}


def check_audio_input_request_embedding_scope_items(
    value: str,
) -> AudioInputRequestEmbeddingScopeItems:
    if value in AUDIO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {AUDIO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES!r}"
    )
