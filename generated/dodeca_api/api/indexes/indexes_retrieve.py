from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.index import Index


def _get_kwargs(
    index_id: str,
) -> dict[str, Any]:
    """The index with its models, its number of videos and their total length."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/indexes/{index_id}".format(
            index_id=quote(str(index_id), safe=""),
        ),
    }

    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> Index:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = Index.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /indexes/{{index_id}} documents no answer with status {response.status_code}"
    )
