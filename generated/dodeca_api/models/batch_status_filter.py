from typing import Literal

BatchStatusFilter = Literal[
    "canceled", "canceling", "completed", "expired", "pending", "processing"
]

BATCH_STATUS_FILTER_VALUES: set[BatchStatusFilter] = {
    "canceled",
    "canceling",
    "completed",
    "expired",
    "pending",
    "processing",
}


def check_batch_status_filter(value: str) -> BatchStatusFilter:
    if value in BATCH_STATUS_FILTER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {BATCH_STATUS_FILTER_VALUES!r}")
