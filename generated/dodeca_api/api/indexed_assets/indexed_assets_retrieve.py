from typing import Any
from urllib.parse import quote

from dodeca_api.models.video_embedding_option import (
    VideoEmbeddingOption,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    index_id: str,
    indexed_asset_id: str,
    *,
    embedding_option: list[VideoEmbeddingOption] | Unset = UNSET,
    transcription: bool | Unset = UNSET,
) -> dict[str, Any]:
    """Status and metadata; vectors when `embedding_option` is given, the transcript when
    `transcription` is set. Vectors need an index with a Marengo model."""

    params: dict[str, Any] = {}

    json_embedding_option: list[str] | Unset = UNSET
    if not isinstance(embedding_option, Unset):
        json_embedding_option = []
        for embedding_option_item_data in embedding_option:
            embedding_option_item: str = embedding_option_item_data
            json_embedding_option.append(embedding_option_item)

    params["embedding_option"] = json_embedding_option

    params["transcription"] = transcription

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/indexes/{index_id}/indexed-assets/{indexed_asset_id}".format(
            index_id=quote(str(index_id), safe=""),
            indexed_asset_id=quote(str(indexed_asset_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
