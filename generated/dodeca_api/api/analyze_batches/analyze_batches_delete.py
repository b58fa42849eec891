from typing import Any
from urllib.parse import quote


def _get_kwargs(
    batch_id: str,
) -> dict[str, Any]:
    """Delete a batch that has ended, and its tasks, for good. One that has not gives 409
    `batch_not_terminal`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/analyze/batches/{batch_id}".format(
            batch_id=quote(str(batch_id), safe=""),
        ),
    }

    return _kwargs
