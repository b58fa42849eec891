from typing import Any
from urllib.parse import quote


def _get_kwargs(
    batch_id: str,
) -> dict[str, Any]:
    """One JSON object in each line, one for each request, at any time until 30 days after
    creation:
    `ready` with `data`, `failed` with `error`, the others without either."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/batches/{batch_id}/results".format(
            batch_id=quote(str(batch_id), safe=""),
        ),
    }

    return _kwargs
