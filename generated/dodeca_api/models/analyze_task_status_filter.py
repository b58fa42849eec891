from typing import Literal

AnalyzeTaskStatusFilter = Literal["canceled", "failed", "pending", "processing", "queued", "ready"]

ANALYZE_TASK_STATUS_FILTER_VALUES: set[AnalyzeTaskStatusFilter] = {
    "canceled",
    "failed",
    "pending",
    "processing",
    "queued",
    "ready",
}


def check_analyze_task_status_filter(value: str) -> AnalyzeTaskStatusFilter:
    if value in ANALYZE_TASK_STATUS_FILTER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ANALYZE_TASK_STATUS_FILTER_VALUES!r}"
    )
