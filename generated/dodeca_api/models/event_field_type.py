from typing import Literal

EventFieldType = Literal["array", "boolean", "integer", "number", "string"]

EVENT_FIELD_TYPE_VALUES: set[EventFieldType] = {
    "array",
    "boolean",
    "integer",
    "number",
    "string",
}


def check_event_field_type(value: str) -> EventFieldType:
    if value in EVENT_FIELD_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EVENT_FIELD_TYPE_VALUES!r}")
