"""Decoded sound as a few integers per window of about a tenth of a second.

Samples are rounded to integers first. The spectrum is a matrix product of whole numbers small
enough that float64 holds every partial sum exactly, so the order in which a machine adds them up
cannot change a bit of the result.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]

BANDS = 16
"""Frequency bands told apart, evenly spaced by ear from 60 Hz to 7 kHz."""
_BLOCK = 512  # samples of one spectrum, at roughly 16 kHz
_BLOCKS = 3  # blocks to a window
_BATCH = 16  # windows measured at once


@dataclass
class SoundColumns:
    """One row per window, growing while the sound is decoded."""

    times: list[float] = field(default_factory=list)
    """Start of each window, seconds."""
    levels: bytearray = field(default_factory=bytearray)
    """Loudness in steps of 0.75 dB: 0 is digital silence, 116 a full-scale sine."""
    bands: bytearray = field(default_factory=bytearray)
    """The same measure for each of the BANDS."""
    tonal: bytearray = field(default_factory=bytearray)
    """0 for noise to 255 for a pure tone."""
    window: float = 0.1
    """Length of a window in seconds."""


class Listener:
    """Takes decoded audio frames one by one and fills SoundColumns; holds about a second."""

    def __init__(self, start: float, end: float | None) -> None:
        self.columns = SoundColumns()
        self.heard_until = start
        self._start, self._end = start, end
        self._rate = 0
        self._parts: list[Ints] = []
        self._held = 0
        self._time = start

    def hear(self, frame: av.AudioFrame, time: float | None) -> None:
        """Add a frame that begins at `time` (None: where the last one ended)."""
        samples = _mono(frame)
        rate = frame.sample_rate
        if not len(samples) or rate <= 0:
            return
        time = self.heard_until if time is None else time
        if rate != self._rate or abs(time - self.heard_until) > 0.1:
            self.finish()
            self._rate = rate
            self._time = self.heard_until = max(time, self._start)
        if time < self._start:
            samples = samples[round((self._start - time) * rate) :]
        if self._end is not None:
            samples = samples[: max(0, round((self._end - self.heard_until) * rate))]
        if not len(samples):
            return
        self._parts.append(samples)
        self._held += len(samples)
        self.heard_until += len(samples) / rate
        if self._held >= _BATCH * self._window:
            self._measure()

    def finish(self) -> None:
        """Measure what is left; the last window is filled up with silence."""
        if self._held:
            missing = -self._held % self._window
            self._parts.append(np.zeros(missing, np.int32))
            self._held += missing
            self._measure()

    @property
    def _factor(self) -> int:
        """How many samples become one before the spectrum, to come near 16 kHz."""
        return max(1, round(self._rate / 16_000))

    @property
    def _window(self) -> int:
        return self._factor * _BLOCK * _BLOCKS

    def _measure(self) -> None:
        samples = np.concatenate(self._parts)
        count = len(samples) // self._window
        rest = samples[count * self._window :]
        windows = samples[: count * self._window].reshape(count, self._window)
        self._parts, self._held = [rest], len(rest)

        columns, seconds = self.columns, self._window / self._rate
        columns.window = seconds
        columns.times += [self._time + index * seconds for index in range(count)]
        self._time += count * seconds
        power = (windows.astype(np.int64) ** 2).sum(axis=1) // self._window
        columns.levels += _steps(power).tobytes()
        thin = windows.reshape(-1, self._factor).sum(axis=1) // self._factor
        spectrum = _spectrum(thin.reshape(-1, _BLOCK))
        spectrum = spectrum.reshape(count, _BLOCKS, -1).sum(axis=1)
        bands = spectrum @ _band_of_bin(self._rate / self._factor)
        # A sine's power gathers in about four bins; the shift puts it on the scale of `levels`.
        columns.bands += _steps(bands >> 12).tobytes()
        strongest = np.sort(spectrum, axis=1)[:, -12:].sum(axis=1)
        share = strongest * 255 // np.maximum(spectrum.sum(axis=1), 1)
        columns.tonal += np.clip((share - 60) * 255 // 190, 0, 255).astype(np.uint8).tobytes()


def _mono(frame: av.AudioFrame) -> Ints:
    """The mean of the channels as int32 on the scale of 16 bits."""
    data = frame.to_ndarray()
    if data.dtype.kind == "f":
        # Float decoders may differ in the last bits between machines: keep only twelve.
        data = np.nan_to_num(data, nan=0.0, posinf=1.0, neginf=-1.0)
        data = np.rint(np.clip(data, -1, 1) * 4095).astype(np.int32) << 3
    elif data.dtype == np.uint8:
        data = (data.astype(np.int32) - 128) << 8
    else:
        data = data.astype(np.int64) >> (8 * (data.dtype.itemsize - 2))
    channels = max(1, frame.layout.nb_channels)
    if not frame.format.is_planar:
        data = data.reshape(-1, channels).T
    return (data.sum(axis=0, dtype=np.int64) // len(data)).astype(np.int32)


def _steps(power: Ints) -> Ints:
    """Four times the binary logarithm of whole numbers, as uint8; 0 and 1 give 0."""
    mantissa, exponent = np.frexp(np.maximum(power, 1).astype(np.float64))
    # frexp is exact; the quarters of an octave are found by comparing, not by a logarithm.
    quarter = np.searchsorted(np.array([0.5946, 0.7071, 0.8409]), mantissa, side="right")
    return np.clip((exponent - 1) * 4 + quarter, 0, 255).astype(np.uint8)


@cache
def _waves() -> NDArray[np.float64]:
    """Whole-number cosine and sine waves under a Hann window, one per column."""
    time = np.arange(_BLOCK)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * time / _BLOCK)
    angle = 2 * np.pi * np.outer(time, np.arange(1, _BLOCK // 2)) / _BLOCK
    waves = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(np.rint(hann[:, None] * waves * 1024), np.float64)


def _spectrum(blocks: Ints) -> Ints:
    """Power of each of 255 frequencies, int64."""
    # Below 2**15 * 2**10 * 2**9: exact in float64 whatever the order of the additions.
    waves = (blocks.astype(np.float64) @ _waves()).astype(np.int64) >> 12
    half = waves.shape[1] // 2
    return waves[:, :half] ** 2 + waves[:, half:] ** 2


@cache
def _band_of_bin(rate: float) -> Ints:
    """(255, BANDS) zeros and ones: which band each frequency belongs to."""
    hertz = np.arange(1, _BLOCK // 2) * rate / _BLOCK
    edges = 60 * (7000 / 60) ** (np.arange(1, BANDS) / BANDS)
    return np.eye(BANDS, dtype=np.int64)[np.searchsorted(edges, hertz)]
