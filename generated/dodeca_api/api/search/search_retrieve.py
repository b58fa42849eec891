from typing import Any
from urllib.parse import quote

from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    page_token: str,
    *,
    include_user_metadata: bool | Unset = UNSET,
) -> dict[str, Any]:
    """The next or the previous page of an earlier search, at no charge. After `page_expires_at`
    the answer is 400 `search_page_token_expired`: search again."""

    params: dict[str, Any] = {}

    params["include_user_metadata"] = include_user_metadata

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/search/{page_token}".format(
            page_token=quote(str(page_token), safe=""),
        ),
        "params": params,
    }

    return _kwargs
