from typing import Literal

IndexedAssetStatusFilter = Literal["failed", "indexing", "pending", "queued", "ready", "validating"]

INDEXED_ASSET_STATUS_FILTER_VALUES: set[IndexedAssetStatusFilter] = {
    "failed",
    "indexing",
    "pending",
    "queued",
    "ready",
    "validating",
}


def check_indexed_asset_status_filter(value: str) -> IndexedAssetStatusFilter:
    if value in INDEXED_ASSET_STATUS_FILTER_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {INDEXED_ASSET_STATUS_FILTER_VALUES!r}"
    )
