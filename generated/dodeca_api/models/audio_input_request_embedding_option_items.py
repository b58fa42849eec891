from typing import Literal

AudioInputRequestEmbeddingOptionItems = Literal["audio", "transcription"]

AUDIO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES: set[AudioInputRequestEmbeddingOptionItems] = {
    "audio",
    "transcription",
}


def check_audio_input_request_embedding_option_items(
    value: str,
) -> AudioInputRequestEmbeddingOptionItems:
    if value in AUDIO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {AUDIO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES!r}"
    )
