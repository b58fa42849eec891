from typing import Any
from urllib.parse import quote

import httpx

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


# The documented statuses of a success.
_SUCCESSES = (204,)


def _parse_response(*, response: httpx.Response) -> None:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 204:
        return None
    raise ValueError(
        f"PUT /indexes/{{index_id}} documents no answer with status {response.status_code}"
    )
