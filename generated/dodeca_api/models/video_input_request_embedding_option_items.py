from typing import Literal

VideoInputRequestEmbeddingOptionItems = Literal["audio", "transcription", "visual"]

VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES: set[VideoInputRequestEmbeddingOptionItems] = {
    "audio",
    "transcription",
    "visual",
}


def check_video_input_request_embedding_option_items(
    value: str,
) -> VideoInputRequestEmbeddingOptionItems:
    if value in VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES!r}"
    )
