from typing import Any

import httpx

from dodeca_api.models.chapter_result import ChapterResult
from dodeca_api.models.highlight_result import HighlightResult
from dodeca_api.models.summarize_request import SummarizeRequest
from dodeca_api.models.summary_result import SummaryResult
from dodeca_api.models.unlisted_object import UnlistedObject


def _get_kwargs(
    *,
    body: SummarizeRequest,
) -> dict[str, Any]:
    """Summarize an indexed video, or list its chapters or highlights with their times. The index
    needs a Pegasus model. 400 `token_limit_exceeded` when the video is too much for the model,
    429 with an empty body when the rate limit is reached.
    Retired by the service: use `POST /analyze` with a `response_format`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/summarize",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(
    *, response: httpx.Response
) -> ChapterResult | HighlightResult | SummaryResult | UnlistedObject:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:

        def _parse_response_200(
            data: object,
        ) -> ChapterResult | HighlightResult | SummaryResult | UnlistedObject:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_summarize_response_type_0 = SummaryResult.from_dict(data)

                return componentsschemas_summarize_response_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_summarize_response_type_1 = ChapterResult.from_dict(data)

                return componentsschemas_summarize_response_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_summarize_response_type_2 = HighlightResult.from_dict(data)

                return componentsschemas_summarize_response_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_summarize_response_type_3 = UnlistedObject.from_dict(data)

            return componentsschemas_summarize_response_type_3

        response_200 = _parse_response_200(response.json())

        return response_200

    raise ValueError(f"POST /summarize documents no answer with status {response.status_code}")
