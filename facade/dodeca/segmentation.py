"""How to split media into the parts that `embedding_scope=["clip"]` or `["local"]` embeds.

The limits are those of the API's newer field tables (`POST /embed-v2`): 2 to 10 seconds for fixed
segments, a minimum of 2 to 5 for dynamic ones. The first published page gives no limits. More
seconds are sent with an `UnknownValueWarning`. Documents are split
with Marengo 3.5.
"""

from __future__ import annotations

import re

import attrs

from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca._base.warn_once import warn_once
from dodeca.errors import InvalidRequestError, UnknownValueWarning

FIXED_SEC = (2, 10)
DYNAMIC_SEC = (2, 5)


@attrs.frozen
class Fixed:
    """Segments of `duration_sec` seconds; the last one may be shorter."""

    duration_sec: int

    def __str__(self) -> str:
        return f"fixed:{self.duration_sec}"


@attrs.frozen
class Dynamic:
    """Segments that end at scene changes and last at least `min_duration_sec`."""

    min_duration_sec: int

    def __str__(self) -> str:
        return f"dynamic:{self.min_duration_sec}"


@attrs.frozen
class WholePages:
    """The pages of a PDF file, a row for each."""


@attrs.frozen
class Quadrants:
    """The pages of a PDF file and their quarters, five rows for each page."""


@attrs.frozen
class Sentences:
    """Chunks of at most `max_sentences` whole sentences, of a text or Markdown file."""

    max_sentences: int
    overlap_sentences: int = 0


Segmentation = Fixed | Dynamic
DocumentSegmentation = WholePages | Quadrants | Sentences

_TEXT = re.compile(r"\s*(fixed|dynamic)[\s:(=]*(\d{1,9})\)?\s*")


def fixed(duration_sec: int) -> Fixed:
    """Split audio or video into segments of `duration_sec` seconds, a whole number from 2 to 10.

    `fixed(5)` splits 12 seconds into 0-5, 5-10 and 10-12.

    >>> from dodeca import segmentation
    >>> segmentation.fixed(6)
    Fixed(duration_sec=6)

    Raises:
        InvalidRequestError: `duration_sec` is not a whole number of 2 or more.
    """
    return Fixed(_whole_seconds("duration_sec", duration_sec, FIXED_SEC))


def dynamic(min_duration_sec: int = 4) -> Dynamic:
    """Split a video at scene changes, into segments of `min_duration_sec` (2 to 5) or more seconds.

    The last segment may be shorter. `dynamic(4)` is the service's default for video with Marengo
    3.0. Marengo 3.5 splits audio so, too, and its default is `dynamic(2)` for both.

    >>> from dodeca import segmentation
    >>> segmentation.dynamic()
    Dynamic(min_duration_sec=4)

    Raises:
        InvalidRequestError: `min_duration_sec` is not a whole number of 2 or more.
    """
    return Dynamic(_whole_seconds("min_duration_sec", min_duration_sec, DYNAMIC_SEC))


def pages() -> WholePages:
    """Split a PDF file into its pages, a row for each; the default of the service.

    >>> from dodeca import segmentation
    >>> segmentation.pages()
    WholePages()
    """
    return WholePages()


def quadrants() -> Quadrants:
    """Split each page of a PDF file into a row for the page and one for each of its quarters.

    This takes five times the tokens, and each page counts as five.

    >>> from dodeca import segmentation
    >>> segmentation.quadrants()
    Quadrants()
    """
    return Quadrants()


def sentences(max_sentences: int, overlap_sentences: int = 0) -> Sentences:
    """Split a text or Markdown file into chunks of at most `max_sentences` whole sentences.

    `overlap_sentences` of each chunk are repeated at the beginning of the next. A chunk that is too
    long for the model fails the task.

    >>> from dodeca import segmentation
    >>> segmentation.sentences(5, overlap_sentences=1)
    Sentences(max_sentences=5, overlap_sentences=1)

    Raises:
        InvalidRequestError: `max_sentences` is not a whole number of 1 or more, or
            `overlap_sentences` not one from 0 to less than `max_sentences`.
    """
    most = _whole("max_sentences", max_sentences, 1)
    overlap = _whole("overlap_sentences", overlap_sentences, 0)
    if overlap >= most:
        raise InvalidRequestError(
            f"overlap_sentences must be less than max_sentences, got {overlap} and {most}"
        )
    return Sentences(most, overlap)


def parse(text: str) -> Segmentation:
    """A segmentation of audio or video from text: "fixed:6", "dynamic:4"; `str` is the inverse.

    >>> from dodeca import segmentation
    >>> segmentation.parse("fixed:6")
    Fixed(duration_sec=6)

    Raises:
        InvalidRequestError: other text, or less than 2 seconds.
    """
    match = _TEXT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidRequestError(
            f"segmentation must be fixed:SECONDS or dynamic:SECONDS, got {quote(text)}"
        )
    return (fixed if match[1] == "fixed" else dynamic)(int(match[2]))


def _whole(name: str, value: float, least: int) -> int:
    if not is_finite(value) or not float(value).is_integer() or value < least:
        raise InvalidRequestError(
            f"{name} must be a whole number of {least} or more, got {quote(value)}"
        )
    return int(value)


def _whole_seconds(name: str, value: float, limits: tuple[int, int]) -> int:
    low, high = limits
    is_whole = is_finite(value) and float(value).is_integer()
    if not is_whole or value < low:
        raise InvalidRequestError(
            f"{name} must be a whole number of seconds from {low} to {high}, got {quote(value)}"
        )
    if value > high:
        warn_once(UnknownValueWarning(name, value, f"the documented maximum is {high}"))
    return int(value)
