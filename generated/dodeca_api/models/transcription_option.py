from typing import Literal

TranscriptionOption = Literal["lexical", "semantic"]

TRANSCRIPTION_OPTION_VALUES: set[TranscriptionOption] = {
    "lexical",
    "semantic",
}


def check_transcription_option(value: str) -> TranscriptionOption:
    if value in TRANSCRIPTION_OPTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TRANSCRIPTION_OPTION_VALUES!r}")
