from typing import Any

from dodeca_api.models.analysis_mode import AnalysisMode
from dodeca_api.models.analyze_task_status_filter import (
    AnalyzeTaskStatusFilter,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    status: AnalyzeTaskStatusFilter | Unset = UNSET,
    video_url: str | Unset = UNSET,
    asset_id: str | Unset = UNSET,
    analysis_mode: AnalysisMode | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the analysis tasks, newest first. Prompts are cut to 30 characters, schemas are
    left out, and of several segment definitions only the first is shown."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params["video_url"] = video_url

    params["asset_id"] = asset_id

    json_analysis_mode: str | Unset = UNSET
    if not isinstance(analysis_mode, Unset):
        json_analysis_mode = analysis_mode

    params["analysis_mode"] = json_analysis_mode

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/tasks",
        "params": params,
    }

    return _kwargs
