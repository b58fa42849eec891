from typing import Any

from dodeca_api.models.create_analyze_batch_request import CreateAnalyzeBatchRequest


def _get_kwargs(
    *,
    body: CreateAnalyzeBatchRequest,
) -> dict[str, Any]:
    """Start up to 1,000 analyses of videos at once, all with one model and in one mode; each
    becomes
    an analysis task. `defaults` hold for the requests that do not say otherwise. Together at
    most
    2,000 hours of media; an account has at most 5 batches that have not ended.
    What has not ended 24 hours after creation is canceled. Results are kept for 30 days.
    A part of a video longer than 2 hours fails its own request only. Any error here means that
    nothing was created: 400 for a request that is not valid, a repeated `custom_id` too, 404
    for
    an asset that is not there, 409 for one that is not ready, 429 for a sixth batch, 503 when
    another service could not be asked, 504 when the checks took too long: send fewer requests."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/analyze/batches",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
