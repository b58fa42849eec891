from typing import Literal

TaskStatusFilter = Literal[
    "failed", "indexing", "pending", "queued", "ready", "uploading", "validating"
]

TASK_STATUS_FILTER_VALUES: set[TaskStatusFilter] = {
    "failed",
    "indexing",
    "pending",
    "queued",
    "ready",
    "uploading",
    "validating",
}


def check_task_status_filter(value: str) -> TaskStatusFilter:
    if value in TASK_STATUS_FILTER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TASK_STATUS_FILTER_VALUES!r}")
