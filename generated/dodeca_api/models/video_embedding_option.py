from typing import Literal

VideoEmbeddingOption = Literal["audio", "transcription", "visual", "visual-text"]

VIDEO_EMBEDDING_OPTION_VALUES: set[VideoEmbeddingOption] = {
    "audio",
    "transcription",
    "visual",
    "visual-text",
}


def check_video_embedding_option(value: str) -> VideoEmbeddingOption:
    if value in VIDEO_EMBEDDING_OPTION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VIDEO_EMBEDDING_OPTION_VALUES!r}"
    )
