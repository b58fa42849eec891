from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.chunk_report import ChunkReport
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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> ChunkReport:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = ChunkReport.from_dict(response.json())

        return response_200

    raise ValueError(
        f"POST /assets/multipart-uploads/{{upload_id}} documents no answer with status {response.status_code}"
    )
