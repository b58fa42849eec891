from typing import Any
from urllib.parse import quote

from dodeca_api.models.video_embedding_option import (
    VideoEmbeddingOption,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    task_id: str,
    *,
    embedding_option: list[VideoEmbeddingOption] | Unset = UNSET,
) -> dict[str, Any]:
    """The vectors of a task that is `ready`, of all kinds or of those named in `embedding_option`.
    They are kept for seven days."""

    params: dict[str, Any] = {}

    json_embedding_option: list[str] | Unset = UNSET
    if not isinstance(embedding_option, Unset):
        json_embedding_option = []
        for embedding_option_item_data in embedding_option:
            embedding_option_item: str = embedding_option_item_data
            json_embedding_option.append(embedding_option_item)

    params["embedding_option"] = json_embedding_option

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/embed/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
