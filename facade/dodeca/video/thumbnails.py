"""Thumbnails of videos and images."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from dodeca.video.probe import (
    BrokenMedia,
    check_pixels,
    decoder_of,
    frames_of,
    open_container,
    packets_of,
    pixel_aspect,
    stamp_of,
    streams_of,
)

LONGER_SIDE = 480  # pixels
_DEFAULT_POSITION = 0.2  # share of a video before the frame that is shown


@lru_cache(maxsize=256)
def thumbnail(content: Path, at: float | None = None) -> bytes:
    """Return a JPEG thumbnail of a file; `at` is the time in a video, in seconds.

    Without a time it is a frame after a fifth of the video. Raises BrokenMedia without video.
    """
    with open_container(content) as (container, _):
        video, _ = streams_of(container)
        if video is None:
            raise BrokenMedia("there is no video or image in it")
        check_pixels(video)
        zero = container.start_time or 0
        positions: list[float | None] = [None]
        if container.duration and not container.format.name.endswith("_pipe"):
            into = container.duration * _DEFAULT_POSITION if at is None else at * av.time_base
            # Without an index, as in MPEG-TS, a seek may end up after the last key frame; even one
            # to the start of the audio may, which is before that of the video.
            positions = [into + zero, zero - av.time_base]
        until = (at or 0.0) + zero / av.time_base
        decoder, aspect, last = decoder_of(video), pixel_aspect(video), None
        for position in positions:
            if position is not None:
                container.seek(stamp_of(position))
            for packet in packets_of(container, [video]):
                for last in frames_of(decoder, packet):
                    if at is None or last.time is None or last.time >= until:
                        return _jpeg(last, aspect)
            if last is not None:
                return _jpeg(last, aspect)
    raise BrokenMedia("no frame in it can be decoded")


def _jpeg(frame: av.VideoFrame, aspect: float) -> bytes:
    """Encode a frame as displayed; `aspect` is that of its pixels."""
    sides = frame.width * aspect, frame.height
    scale = min(1.0, LONGER_SIDE / max(sides))
    width, height = (max(2, round(side * scale)) for side in sides)
    small = frame.reformat(width, height, format="rgb24").to_ndarray()
    turned = np.rot90(small, round(frame.rotation / 90) % 4)
    upright = np.ascontiguousarray(turned, np.uint8)
    image = av.VideoFrame.from_ndarray(upright, format="rgb24").reformat(format="yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = (
        image.width,
        image.height,
        "yuvj420p",
    )
    encoder.time_base, image.pts = Fraction(1, 25), 0
    packets: list[Any] = [*encoder.encode(image), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
