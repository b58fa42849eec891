"""Small pictures of videos and images, for the front page and for what a search finds."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from dodeca.video.probe import BrokenMedia, decoder_of, frames_of, opened, packets_of, streams_of

LONGER_SIDE = 480  # pixels
_INTO = 0.2  # share of a film after which the picture is taken


@lru_cache(maxsize=256)
def thumbnail(content: Path, at: float | None = None) -> bytes:
    """Return a picture of a file as a JPEG; `at` is its time in a video, in seconds.

    Without a time it is one of the first fifth. Raises BrokenMedia when there is none in it.
    """
    with opened(content) as (container, _):
        video, _ = streams_of(container)
        if video is None:
            raise BrokenMedia("there is no picture in it")
        zero = container.start_time or 0
        if container.duration and not container.format.name.endswith("_pipe"):
            into = container.duration * _INTO if at is None else at * av.time_base
            container.seek(int(into) + zero)
        until = (at or 0.0) + zero / av.time_base
        decoder, last = decoder_of(video), None
        for packet in packets_of(container, [video]):
            for last in frames_of(decoder, packet):
                if at is None or last.time is None or last.time >= until:
                    return _jpeg(last)
        if last is not None:
            return _jpeg(last)
    raise BrokenMedia("no picture in it can be decoded")


def _jpeg(frame: av.VideoFrame) -> bytes:
    scale = min(1.0, LONGER_SIDE / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale)) for side in (frame.width, frame.height))
    small = frame.reformat(width, height, format="rgb24").to_ndarray()
    turned = np.rot90(small, round(frame.rotation / 90) % 4)
    upright = np.ascontiguousarray(turned, np.uint8)
    picture = av.VideoFrame.from_ndarray(upright, format="rgb24").reformat(format="yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base, picture.pts = Fraction(1, 25), 0
    packets: list[Any] = [*encoder.encode(picture), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
