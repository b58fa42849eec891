from typing import Any

from dodeca_api.models.analyze_request import AnalyzeRequest


def _get_kwargs(
    *,
    body: AnalyzeRequest,
) -> dict[str, Any]:
    """Answer a prompt about a video of up to one hour, or about up to 20 images (Pegasus 1.6).
    By default the answer is a stream with one JSON event per line: `stream_start`, any number
    of `text_generation`, `stream_end`. With `stream` false it is one JSON object.
    Running out of tokens is no error: `finish_reason` is `length` and the text is cut off.
    404 when the video or asset is not there; 429 may have no body."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/analyze",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
