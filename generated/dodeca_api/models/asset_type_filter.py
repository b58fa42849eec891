from typing import Literal

AssetTypeFilter = Literal["audio", "document", "image", "video"]

ASSET_TYPE_FILTER_VALUES: set[AssetTypeFilter] = {
    "audio",
    "document",
    "image",
    "video",
}


def check_asset_type_filter(value: str) -> AssetTypeFilter:
    if value in ASSET_TYPE_FILTER_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ASSET_TYPE_FILTER_VALUES!r}")
