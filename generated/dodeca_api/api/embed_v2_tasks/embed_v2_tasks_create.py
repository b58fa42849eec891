from typing import Any

from dodeca_api.models.create_async_embedding_request import CreateAsyncEmbeddingRequest


def _get_kwargs(
    *,
    body: CreateAsyncEmbeddingRequest,
) -> dict[str, Any]:
    """Accepts audio or video of 4 seconds to 4 hours, up to 4 GB, and with Marengo 3.5 images up
    to 32 MB and documents up to 512 MB, and embeds it in the background. Poll `GET
    /embed-v2/tasks/{task_id}` until the status is `ready` or `failed`. Only basic facts are
    checked here: an accepted task can still fail. A PDF file with more than 64 pages for each
    MB is one that fails."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/embed-v2/tasks",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
