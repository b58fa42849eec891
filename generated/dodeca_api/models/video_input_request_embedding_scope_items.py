from typing import Literal

VideoInputRequestEmbeddingScopeItems = Literal["asset", "clip"]

VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES: set[VideoInputRequestEmbeddingScopeItems] = {
    "asset",
    "clip",
}


def check_video_input_request_embedding_scope_items(
    value: str,
) -> VideoInputRequestEmbeddingScopeItems:
    if value in VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES!r}"
    )
