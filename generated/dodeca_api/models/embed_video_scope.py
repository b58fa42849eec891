from typing import Literal

EmbedVideoScope = Literal["clip", "video"]

EMBED_VIDEO_SCOPE_VALUES: set[EmbedVideoScope] = {
    "clip",
    "video",
}


def check_embed_video_scope(value: str) -> EmbedVideoScope:
    if value in EMBED_VIDEO_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EMBED_VIDEO_SCOPE_VALUES!r}")
