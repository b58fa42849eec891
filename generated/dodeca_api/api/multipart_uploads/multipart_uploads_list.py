from typing import Any

from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the upload sessions that are not complete."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/assets/multipart-uploads",
        "params": params,
    }

    return _kwargs
