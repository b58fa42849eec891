from typing import Literal

EmbedTaskStatusFilter = Literal["failed", "processing", "ready"]

EMBED_TASK_STATUS_FILTER_VALUES: set[EmbedTaskStatusFilter] = {
    "failed",
    "processing",
    "ready",
}


def check_embed_task_status_filter(value: str) -> EmbedTaskStatusFilter:
    if value in EMBED_TASK_STATUS_FILTER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EMBED_TASK_STATUS_FILTER_VALUES!r}"
    )
