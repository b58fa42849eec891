from typing import Any

from dodeca_api.models.analysis_mode import AnalysisMode
from dodeca_api.models.batch_status_filter import (
    BatchStatusFilter,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    status: list[BatchStatusFilter] | Unset = UNSET,
    analysis_mode: list[AnalysisMode] | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the batches of the account, newest first."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    json_analysis_mode: list[str] | Unset = UNSET
    if not isinstance(analysis_mode, Unset):
        json_analysis_mode = []
        for analysis_mode_item_data in analysis_mode:
            analysis_mode_item: str = analysis_mode_item_data
            json_analysis_mode.append(analysis_mode_item)

    params["analysis_mode"] = json_analysis_mode

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/batches",
        "params": params,
    }

    return _kwargs
