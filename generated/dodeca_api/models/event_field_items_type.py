from typing import Literal

EventFieldItemsType = Literal["boolean", "integer", "number", "string"]

EVENT_FIELD_ITEMS_TYPE_VALUES: set[EventFieldItemsType] = {
    "boolean",
    "integer",
    "number",
    "string",
}


def check_event_field_items_type(value: str) -> EventFieldItemsType:
    if value in EVENT_FIELD_ITEMS_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EVENT_FIELD_ITEMS_TYPE_VALUES!r}"
    )
