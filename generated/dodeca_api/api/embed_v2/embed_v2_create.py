from typing import Any

import httpx

from ...models.create_embeddings_request import CreateEmbeddingsRequest
from ...models.embedding_success_response import EmbeddingSuccessResponse


def _get_kwargs(
    *,
    body: CreateEmbeddingsRequest,
) -> dict[str, Any]:

    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/embed-v2",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, response: httpx.Response) -> EmbeddingSuccessResponse:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = EmbeddingSuccessResponse.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /embed-v2 documents no answer with status {response.status_code}")
