from typing import Literal

AssetUploadMethod = Literal["direct", "url"]

ASSET_UPLOAD_METHOD_VALUES: set[AssetUploadMethod] = {
    "direct",
    "url",
}


def check_asset_upload_method(value: str) -> AssetUploadMethod:
    if value in ASSET_UPLOAD_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ASSET_UPLOAD_METHOD_VALUES!r}")
