from typing import Any

from dodeca_api.models.summarize_request import SummarizeRequest


def _get_kwargs(
    *,
    body: SummarizeRequest,
) -> dict[str, Any]:
    """Summarize an indexed video, or list its chapters or highlights with their times. The index
    needs a Pegasus model. 400 `token_limit_exceeded` when the video is too much for the model,
    429 with an empty body when the rate limit is reached.
    Retired by the service: use `POST /analyze` with a `response_format`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/summarize",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
