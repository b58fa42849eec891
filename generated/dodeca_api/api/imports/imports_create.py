from typing import Any
from urllib.parse import quote

from dodeca_api.models.import_request import ImportRequest


def _get_kwargs(
    integration_id: str,
    *,
    body: ImportRequest,
) -> dict[str, Any]:
    """Start indexing every video that a cloud integration holds. The answer lists the videos that
    will be imported and the files that will not; the work goes on afterwards.
    One import runs at a time; another one meanwhile gives 400. A file that the index has
    already is skipped unless `incremental_import` is false.
    Videos have the limits of `POST /tasks`: 360x360 to 3840x2160 pixels; an aspect ratio of
    1:1, 4:3, 4:5, 5:4, 16:9 or 9:16; 4 seconds to 2 hours with Marengo, to 1 hour with Pegasus;
    2 GB.
    Retired by the service: upload assets and index them instead."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/tasks/transfers/import/{integration_id}".format(
            integration_id=quote(str(integration_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
