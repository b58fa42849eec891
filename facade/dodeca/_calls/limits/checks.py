"""Whether an endpoint takes a file, and why not, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Literal

import attrs

from dodeca._base.media_types import Kind
from dodeca._base.text import format_size
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.limits.file_info import FileInfo
from dodeca._calls.limits.table import PEGASUS_SEC, Endpoint, Fact, Limit, limits_of

_RATIO_TOLERANCE = 0.02
_KINDS = {"image": "an image", "audio": "audio", "video": "video", "document": "a document"}
_UNKNOWN: dict[Fact, str] = {
    "kind": "kind of media",
    "format": "format",
    "codec": "codec",
    "frame": "frame size",
    "ratio": "frame size",
    "duration": "length",
}


@attrs.frozen
class EndpointCheck:
    """Whether an endpoint takes a file as `kind`.

    `applies` is False if it does not take this kind of media at all. `reasons` say why it refuses
    the file, in the order of the service. `unknown` names what is limited but not in the
    header; the service may refuse the file for them. `note` is worth knowing if it is accepted.
    """

    endpoint: Endpoint
    kind: Kind
    applies: bool = True
    reasons: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    note: str | None = None

    @property
    def outcome(self) -> Literal["accepted", "refused", "unknown"]:
        """Whether the file is accepted; unknown if nothing is against it but not all is known."""
        if self.reasons or not self.applies:
            return "refused"
        return "unknown" if self.unknown else "accepted"

    def __str__(self) -> str:
        return "; ".join(self.reasons)


def judge(info: FileInfo, endpoint: Endpoint, kind: Kind, model_name: str = MODEL) -> EndpointCheck:
    """Compare what is known of a file, which is sent as `kind`, with the limits of an endpoint.

    `model_name` is the model that embeds it, where the endpoint embeds.
    """
    limits = limits_of(endpoint, kind, model_name)
    reasons: dict[Fact, str] = {}
    unknown: dict[str, None] = {}
    for limit in limits:
        if limit.fact == "ratio" and "frame" in reasons:
            continue
        found = _JUDGES[limit.fact](info, limit)
        if found is Unknown.UNKNOWN:
            unknown[_UNKNOWN[limit.fact]] = None
        elif found is not None:
            reasons[limit.fact] = found
            if limit.fact in ("kind", "format"):
                break  # what comes next is about another kind of file
    is_long = endpoint is Endpoint.INDEX and (info.duration_sec or 0) > PEGASUS_SEC
    note = "Pegasus takes at most 1 hour" if is_long and not reasons else None
    return EndpointCheck(
        endpoint, kind, bool(limits), tuple(reasons.values()), tuple(unknown), note
    )


class Unknown(Enum):
    """The header does not tell whether a limit holds."""

    UNKNOWN = "unknown"


Finding = str | Unknown | None
"""Why a limit does not hold; None if it does."""


def _size(info: FileInfo, limit: Limit) -> Finding:
    (most,) = limit.most
    if info.size <= most:
        return None
    wanted, found = format_size(most), format_size(info.size)
    found = f"{info.size:,} bytes" if found == wanted else found
    return f"at most {wanted}, got {found}"


def _kind(info: FileInfo, limit: Limit) -> Finding:
    if info.kind is None:
        return Unknown.UNKNOWN
    if info.kind in limit.allowed:
        return None
    text = f"there is no video in it, but {_KINDS[info.kind]} ({info.format})"
    if info.kind != "image":
        return text
    is_taken = info.format in ("jpeg", "png")
    return f"{text}; {'embed it as an image' if is_taken else _conversion(info, 'image')}"


def _format(info: FileInfo, limit: Limit) -> Finding:
    if info.format is None and limit.kind == "audio":
        return Unknown.UNKNOWN  # an MP3 file may begin with anything
    if info.format in limit.allowed:
        return None
    *names, last = (name.upper() for name in limit.allowed)
    subject = "images" if limit.kind == "image" else "audio"
    allowed = f"{', '.join(names)} or {last}"
    got = info.format or "another format"
    return f"{subject} must be {allowed}, got {got}; {_conversion(info, limit.kind)}"


def _codec(info: FileInfo, limit: Limit) -> Finding:
    if info.format != "wav":
        return None
    if info.codec is None:
        return Unknown.UNKNOWN
    if info.codec in limit.allowed:
        return None
    return f"WAV must be uncompressed, got {info.codec}; {_conversion(info, 'audio')}"


def _frame(info: FileInfo, limit: Limit) -> Finding:
    """Portrait and landscape have the same limits."""
    if not info.width or not info.height:
        return Unknown.UNKNOWN
    sides = sorted((info.width, info.height), reverse=True)
    got = f"got {info.width}x{info.height}"
    if any(side < least for side, least in zip(sides, limit.least, strict=False)):
        return f"at least {_pair(limit.least)} pixels, {got}"
    if any(side > most for side, most in zip(sides, limit.most, strict=False)):
        return f"at most {_pair(limit.most)} pixels, {got}"
    return None


def _ratio(info: FileInfo, limit: Limit) -> Finding:
    width, height = info.width, info.height
    if not width or not height:
        return Unknown.UNKNOWN
    if limit.allowed:
        if any(_is_near(width / height, ratio) for ratio in limit.allowed):
            return None
        wanted = f"one of {', '.join(limit.allowed)}"
    else:
        if max(width, height) <= limit.most[0] * min(width, height):
            return None
        wanted = f"at most {limit.most[0]}:1"
    return f"the aspect ratio must be {wanted}, got {width}x{height}"


def _duration(info: FileInfo, limit: Limit) -> Finding:
    (least,), (most,) = limit.least, limit.most
    if info.duration_sec is None:
        return Unknown.UNKNOWN
    shortest = max(info.duration_sec - info.error_sec, 0.0)
    longest = info.duration_sec + info.error_sec
    if longest < least:
        return f"at least {format_duration(least)}, got {_got(info.duration_sec, least)}"
    if shortest > most:
        return f"at most {format_duration(most)}, got {_got(info.duration_sec, most)}"
    return None if least <= shortest and longest <= most else Unknown.UNKNOWN


_JUDGES: dict[Fact, Callable[[FileInfo, Limit], Finding]] = {
    "size": _size,
    "kind": _kind,
    "format": _format,
    "codec": _codec,
    "frame": _frame,
    "ratio": _ratio,
    "duration": _duration,
}


def _conversion(info: FileInfo, kind: Kind) -> str:
    """How to make a file that is accepted."""
    if info.format == "heic":
        return "to convert it: heif-convert INPUT OUTPUT.png"
    name = "-frames:v 1 OUTPUT.png" if "image" in (kind, info.kind) else "OUTPUT.flac"
    return f"to convert it: ffmpeg -i INPUT {name}"


def _pair(sides: tuple[float, ...]) -> str:
    return "x".join(f"{side:.0f}" for side in sides)


def _is_near(found: float, ratio: str) -> bool:
    across, _, down = ratio.partition(":")
    return abs(found * int(down) / int(across) - 1) < _RATIO_TOLERANCE


def _got(seconds: float, limit: float) -> str:
    text = format_duration(seconds)
    return f"{seconds:.3f} s" if text == format_duration(limit) else text


def format_duration(seconds: float) -> str:
    """A duration in words."""
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    minutes, rest = whole // 60, whole % 60
    if whole >= 3600 and whole % 3600 == 0:
        return f"{whole // 3600} hour{'s' if whole > 3600 else ''}"
    return f"{minutes} min {rest} s" if rest else f"{minutes} minutes"
