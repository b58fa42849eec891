from typing import Any

from dodeca_api.models.generate_request import GenerateRequest


def _get_kwargs(
    *,
    body: GenerateRequest,
) -> dict[str, Any]:
    """Answer a prompt about an indexed video. The index needs a Pegasus model, else 400
    `index_not_supported_for_generate`; `token_limit_exceeded` when the video is too much for
    it.
    By default the answer is a stream with one JSON event per line, with `stream` false one JSON
    object. 429 with an empty body when the rate limit is reached.
    Retired by the service: use `POST /analyze`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/generate",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
