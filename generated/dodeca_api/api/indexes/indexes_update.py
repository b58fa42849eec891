from typing import Any
from urllib.parse import quote

from dodeca_api.models.index_update_request import IndexUpdateRequest


def _get_kwargs(
    index_id: str,
    *,
    body: IndexUpdateRequest,
) -> dict[str, Any]:
    """Give the index another name; nothing else of it can be changed. Asking for other models or
    options gives 400 `index_engine_cannot_be_changed` or `index_option_cannot_be_changed`, a
    taken name `index_name_already_exists`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/indexes/{index_id}".format(
            index_id=quote(str(index_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
