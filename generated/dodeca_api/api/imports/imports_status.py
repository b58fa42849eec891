from typing import Any
from urllib.parse import quote

from dodeca_api.types import UNSET


def _get_kwargs(
    integration_id: str,
    *,
    index_id: str,
) -> dict[str, Any]:
    """The videos of an integration and an index, grouped by status.
    Retired by the service: poll indexed assets instead."""

    params: dict[str, Any] = {}

    params["index_id"] = index_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/tasks/transfers/import/{integration_id}/status".format(
            integration_id=quote(str(integration_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
