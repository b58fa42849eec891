from typing import Any
from urllib.parse import quote


def _get_kwargs(
    integration_id: str,
) -> dict[str, Any]:
    """Every import so far, oldest first, with the number of videos per status and the files that
    failed. Retired by the service: list indexed assets instead."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/tasks/transfers/import/{integration_id}/logs".format(
            integration_id=quote(str(integration_id), safe=""),
        ),
    }

    return _kwargs
