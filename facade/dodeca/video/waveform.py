"""Waveforms: how loud audio is over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import av
import numpy as np

from dodeca.video.probe import (
    BrokenMedia,
    decoder_of,
    frames_of,
    open_container,
    packets_of,
    seconds,
    start_of,
    streams_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DECODED_SEC = 900.0
"""Of longer audio, only a share of the packets is decoded: this many seconds in all."""


@attrs.frozen(eq=False)
class Waveform:
    """The highest amplitude in each of n equal spans, from 0 to 1, and the seconds of all."""

    peaks: NDArray[np.float32]
    duration_sec: float


def waveform(path: Path, spans: int = 1000) -> Waveform:
    """Read how loud the first audio stream of a file is over time.

    Of more than 15 minutes every second packet is decoded, or fewer, evenly spread.

    Raises:
        BrokenMedia: there is no audio in it that can be decoded.
        OSError: it cannot be read.
    """
    with open_container(path) as (container, _):
        _, audio = streams_of(container)
        if audio is None:
            raise BrokenMedia("there is no audio in it")
        expected = (container.duration or 0) / av.time_base
        step = max(1, int(expected // _DECODED_SEC) + 1) if expected > _DECODED_SEC else 1
        decoder, zero, end = decoder_of(audio), start_of([audio]), 0.0
        times: list[float] = []
        peaks: list[float] = []
        for number, packet in enumerate(packets_of(container, [audio])):
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is None:
                continue
            end = max(end, seconds(stamp + (packet.duration or 0), audio) - zero)
            if number % step:
                continue
            for frame in frames_of(decoder, packet):
                at = seconds(stamp, audio) if frame.time is None else frame.time
                times.append(at - zero)
                peaks.append(_peak(frame.to_ndarray()))
    if not times:
        raise BrokenMedia("no audio in it can be decoded")
    duration = max(end, *times)
    found = _spread(np.array(times), np.array(peaks, np.float32), duration, spans)
    return Waveform(found, duration)


def _peak(samples: NDArray[Any]) -> float:
    """The largest amplitude of samples of any type, as a share of the largest possible."""
    if not samples.size:
        return 0.0
    kind, levels = samples.dtype.kind, samples.astype(np.float64)
    if kind == "u":  # 8 bits around 128
        levels = levels - 128
    full = 1 << 8 * samples.dtype.itemsize - 1 if kind in "iu" else 1
    return min(1.0, float(np.abs(levels).max()) / full)


def _spread(
    times: NDArray[np.float64], peaks: NDArray[np.float32], duration: float, spans: int
) -> NDArray[np.float32]:
    """The highest peak of each span; a span in which no frame begins has that of the one before."""
    found = np.full(spans, -1.0, np.float32)
    at = np.clip((times / max(duration, 1e-9) * spans).astype(int), 0, spans - 1)
    np.maximum.at(found, at, peaks)
    filled = np.maximum.accumulate(np.where(found >= 0, np.arange(spans), 0))
    return np.maximum(found[filled], 0)
