from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.import_logs import ImportLogs


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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> ImportLogs:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = ImportLogs.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /tasks/transfers/import/{{integration_id}}/logs documents no answer with status {response.status_code}"
    )
