from typing import Any
from urllib.parse import quote

from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    upload_id: str,
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
) -> dict[str, Any]:
    """The session with one page of its chunks: what is completed, pending or failed. This is what
    resuming an interrupted upload starts from. The pages run over `uploaded_chunks`."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/assets/multipart-uploads/{upload_id}".format(
            upload_id=quote(str(upload_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
