"""How audio and video are cut into the segments that `embedding_scope=["clip"]` embeds.

The limits are those of the API's newer field tables (`POST /embed-v2`): fixed segments last
2 to 10 seconds, dynamic ones at least 2 to 5. The first published page gives no bounds.
"""

from __future__ import annotations

import attrs

from dodeca._base.numbers import is_finite
from dodeca.errors import InvalidRequestError

FIXED_SEC = (2, 10)
DYNAMIC_SEC = (2, 5)


@attrs.frozen
class Fixed:
    """Segments of one length; the last one may be shorter."""

    duration_sec: int


@attrs.frozen
class Dynamic:
    """Segments that end at scene changes and last at least `min_duration_sec`."""

    min_duration_sec: int


Segmentation = Fixed | Dynamic


def fixed(duration_sec: int) -> Fixed:
    """Cut into segments of `duration_sec` seconds, a whole number from 2 to 10.

    12 seconds at `fixed(5)` give 0-5, 5-10 and 10-12. For audio and video.

    >>> from dodeca import segmentation
    >>> segmentation.fixed(6)
    Fixed(duration_sec=6)

    Raises:
        InvalidRequestError: `duration_sec` is not a whole number from 2 to 10.
    """
    return Fixed(_whole_seconds("duration_sec", duration_sec, FIXED_SEC))


def dynamic(min_duration_sec: int = 4) -> Dynamic:
    """Cut a video at its scene changes, no segment shorter than `min_duration_sec` (2 to 5).

    The last segment may be shorter. Four seconds is what the service uses when a request for a
    video names no segmentation. For video only.

    >>> from dodeca import segmentation
    >>> segmentation.dynamic()
    Dynamic(min_duration_sec=4)

    Raises:
        InvalidRequestError: `min_duration_sec` is not a whole number from 2 to 5.
    """
    return Dynamic(_whole_seconds("min_duration_sec", min_duration_sec, DYNAMIC_SEC))


def _whole_seconds(name: str, value: float, limits: tuple[int, int]) -> int:
    low, high = limits
    is_complete = is_finite(value) and float(value).is_integer()
    if not is_complete or not low <= value <= high:
        raise InvalidRequestError(
            f"{name} is a whole number of seconds from {low} to {high}, got {value!r}"
        )
    return int(value)
