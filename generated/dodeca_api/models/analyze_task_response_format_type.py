from typing import Literal

AnalyzeTaskResponseFormatType = Literal["json_schema", "segment_definitions"]

ANALYZE_TASK_RESPONSE_FORMAT_TYPE_VALUES: set[AnalyzeTaskResponseFormatType] = {
    "json_schema",
    "segment_definitions",
}


def check_analyze_task_response_format_type(value: str) -> AnalyzeTaskResponseFormatType:
    if value in ANALYZE_TASK_RESPONSE_FORMAT_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ANALYZE_TASK_RESPONSE_FORMAT_TYPE_VALUES!r}"
    )
