from typing import Any
from urllib.parse import quote

from dodeca_api.models.chunk_report_request import ChunkReportRequest


def _get_kwargs(
    upload_id: str,
    *,
    body: ChunkReportRequest,
) -> dict[str, Any]:
    """Tell the service which chunks have arrived, 1 to 50 at a time and in any order, with the
    ETag of each. Reporting a chunk twice does no harm. When all are reported the service puts
    the file together; the asset is usable once its own status is `ready`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/assets/multipart-uploads/{upload_id}".format(
            upload_id=quote(str(upload_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
