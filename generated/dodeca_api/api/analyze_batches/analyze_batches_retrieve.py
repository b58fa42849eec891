from typing import Any
from urllib.parse import quote


def _get_kwargs(
    batch_id: str,
) -> dict[str, Any]:
    """The state of a batch, and how many of its analyses are in which state. `completed` means
    that
    all have ended, not that any succeeded; no batch fails as a whole."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/batches/{batch_id}".format(
            batch_id=quote(str(batch_id), safe=""),
        ),
    }

    return _kwargs
