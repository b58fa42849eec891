from typing import Any

from dodeca_api.models.embed_request import EmbedRequest


def _get_kwargs(
    *,
    body: EmbedRequest,
) -> dict[str, Any]:
    """Vectors of a text, an image, an audio file, or of several of them in one request; all lie in
    one space. 1024 numbers each with Marengo 2.7. Text may have 77 tokens with Marengo 2.7,
    500 with Marengo 3.0; `text_truncate` decides what happens beyond.
    A part that fails carries an `error_message` in a successful answer.
    `POST /embed-v2` is the newer way."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/embed",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs
