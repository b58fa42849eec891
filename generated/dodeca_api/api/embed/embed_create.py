from typing import Any

import httpx

from dodeca_api.models.embed_request import EmbedRequest
from dodeca_api.models.embed_response import EmbedResponse


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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> EmbedResponse:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = EmbedResponse.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /embed documents no answer with status {response.status_code}")
