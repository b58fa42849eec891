from typing import Any
from urllib.parse import quote


def _get_kwargs(
    batch_id: str,
) -> dict[str, Any]:
    """Cancel the analyses that are queued; those in progress are finished. The batch is
    `canceling`,
    and `canceled` once all have ended. A batch that has ended gives 409 `batch_completed`,
    `batch_canceled` or `batch_expired`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/analyze/batches/{batch_id}/cancel".format(
            batch_id=quote(str(batch_id), safe=""),
        ),
    }

    return _kwargs
