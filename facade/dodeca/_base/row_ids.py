"""Ids of rows: the same row gets the same id on every machine and in every run."""

from __future__ import annotations

import hashlib
import math
from uuid import UUID

_NAMESPACE = UUID("9b0e4d0a-6d5f-5c39-8e0e-0b6a3c1f7d12").bytes
_SEPARATOR = "\x1f"  # no option, scope, model or number contains it


def row_id(
    source_id: str,
    start_sec: float | None,
    end_sec: float | None,
    option: str | None,
    scope: str | None,
    model_name: str | None,
) -> str:
    """The id of one vector: a UUID version 5 of these values.

    Seconds are None or NaN for media without time. `source_id` names the media: its kind and its
    path, URL or asset id in a bulk run, or a name of your own.
    """
    parts = [_seconds(start_sec), _seconds(end_sec), option or "", scope or "", model_name or ""]
    # The free text comes last, so that it cannot be mistaken for another part.
    name = _SEPARATOR.join([*parts, source_id]).encode(
        "utf-8", "surrogatepass"
    )  # for any file name
    digest = bytearray(hashlib.sha1(_NAMESPACE + name, usedforsecurity=False).digest()[:16])
    digest[6] = (
        digest[6] & 0x0F | 0x50
    )  # as `UUID(bytes=digest, version=5)`, in a third of its time
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _seconds(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(float(value) + 0.0)
