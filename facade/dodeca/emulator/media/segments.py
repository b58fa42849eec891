"""Divides a time range of media: into fixed lengths, or at scene changes.

All times are seconds as floats in steps of milliseconds. Segments are adjacent and together cover
exactly the range.
"""

from collections.abc import Iterable
from itertools import pairwise

Span = tuple[float, float]


def fixed(start: float, end: float, duration_sec: float) -> list[Span]:
    """Return segments of `duration_sec` each; the last one has what is left.

    >>> fixed(0, 12, 5)
    [(0.0, 5.0), (5.0, 10.0), (10.0, 12.0)]
    """
    first, last, step = _ms(start), _ms(end), _ms(duration_sec)
    if step <= 0:
        raise ValueError(f"duration_sec must be at least a millisecond, got {duration_sec}")
    return _pairs([*range(first, last, step), last])


def dynamic(start: float, end: float, cuts: Iterable[float], min_duration_sec: float) -> list[Span]:
    """Return segments that end at scene changes, none but the last shorter than the minimum.

    A cut that would make a segment too short is skipped, so the segment extends to the next cut
    that is far enough away. Without cuts the whole range is one segment.
    """
    first, last, minimum = _ms(start), _ms(end), _ms(min_duration_sec)
    bounds = [first]
    for cut in sorted({_ms(cut) for cut in cuts}):
        if bounds[-1] + max(minimum, 1) <= cut < last:
            bounds.append(cut)
    return _pairs([*bounds, last])


def _pairs(bounds: list[int]) -> list[Span]:
    """Return adjacent bounds in milliseconds as (start, end) in seconds, without empty ones."""
    return [(a / 1000, b / 1000) for a, b in pairwise(bounds) if a < b]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
