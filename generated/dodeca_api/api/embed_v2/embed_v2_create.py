from typing import Any

from dodeca_api.models.create_embeddings_request import CreateEmbeddingsRequest


def _get_kwargs(
    *,
    body: CreateEmbeddingsRequest,
) -> dict[str, Any]:
    """Embeds one input and returns the vectors in the answer. Needs a Marengo model of version 3.0
    or newer. Give the block that `input_type` names. Marengo 3.5 takes `multi_input` only;
    Marengo 3.0 takes all six, and as `multi_input` texts and images only.

    Limits of Marengo 3.0: text 500 tokens. Images JPEG or PNG, at least 128x128 pixels, at most
    5 MB (newer field tables: 32 MB). Audio and video at most 10 minutes, and 36 MB as base64;
    audio as WAV, MP3 or FLAC, video in any format that FFmpeg reads, 360x360 to 5184x2160
    pixels with an aspect ratio between 1:2.4 and 2.4:1.

    Limits of Marengo 3.5: text 2,000 tokens, each source 32 MB in whatever way it is given,
    audio and video 30 seconds, and of a PDF file 16 pages for each MB.

    Larger and longer media belongs in an embedding task (`POST /embed-v2/tasks`). Vectors of
    different models cannot be compared."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/embed-v2",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
