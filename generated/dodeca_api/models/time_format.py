from typing import Literal

TimeFormat = Literal["hh:mm:ss", "hh:mm:ss.fff", "seconds"]

TIME_FORMAT_VALUES: set[TimeFormat] = {
    "hh:mm:ss",
    "hh:mm:ss.fff",
    "seconds",
}


def check_time_format(value: str) -> TimeFormat:
    if value in TIME_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {TIME_FORMAT_VALUES!r}")
