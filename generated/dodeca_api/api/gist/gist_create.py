from typing import Any

from dodeca_api.models.gist_request import GistRequest


def _get_kwargs(
    *,
    body: GistRequest,
) -> dict[str, Any]:
    """Suggest a title, topics and hashtags for an indexed video. The index needs a Pegasus model.
    429 with an empty body when the rate limit is reached.
    Retired by the service: use `POST /analyze` with a `response_format`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/gist",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
