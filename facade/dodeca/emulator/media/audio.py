"""Decoded audio as a few integers per window of about a sixteenth of a second.

Samples and the spectrum are rounded to integers, in steps far coarser than the differences between
the float arithmetic of two machines. The measurements are coarser still.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]

BANDS = 16
"""Number of frequency bands, on a logarithmic scale from 60 Hz to 7 kHz."""
_WINDOW = 1024  # samples of a window, at roughly 16 kHz
_BLOCK = 512  # those in its middle, of which the spectrum is taken
_BATCH = 16  # windows measured at once
_MAX_CHANNELS = 8
_GAP = 0.1  # seconds by which the stream's clock may drift from the count of samples
_PEAKS = 6  # frequencies that contain nearly all of a pure tone
_SCALE = 12  # bits that bring the power of a band to the scale of a level


@dataclass
class AudioColumns:
    """One row per window, growing while audio is decoded."""

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


class AudioMeter:
    """Takes decoded audio frames one by one and fills AudioColumns; holds about a second."""

    def __init__(self, start: float, end: float | None) -> None:
        self.columns: AudioColumns = AudioColumns()
        self.measured_until: float = start
        self._start, self._end = start, end
        self._kind: tuple[Any, ...] = ()
        self._rate = 0
        self._parts: list[Ints] = []
        self._held = 0
        self._time = start

    def add(self, frame: av.AudioFrame, time: float | None) -> None:
        """Add a frame that starts at `time` (None: where the last one ended)."""
        samples: Ints = frame.to_ndarray()
        rate = frame.sample_rate
        if not frame.format.is_planar:
            samples = samples.reshape(-1, frame.layout.nb_channels).T
        if not samples.size or rate <= 0:
            return
        if time is None:
            time = self.measured_until
        kind = (rate, len(samples), samples.dtype)
        if kind != self._kind or abs(time - self.measured_until) > _GAP:
            self.finish()
            self._parts = []
            self._kind, self._rate = kind, rate
            self._time = self.measured_until = max(time, self._start)
        first = max(0, round((self._start - time) * rate))
        last = None if self._end is None else max(0, round((self._end - time) * rate))
        samples = samples[:_MAX_CHANNELS, first:last]
        self._parts.append(samples)
        self._held += samples.shape[1]
        self.measured_until += samples.shape[1] / rate
        if self._held >= _BATCH * self._window:
            self._measure()

    def finish(self) -> None:
        """Measure what is left, repeated to fill the last window."""
        if self._held:
            samples = np.concatenate(self._parts, axis=1)
            missing = -self._held % self._window
            self._parts = [np.pad(samples, ((0, 0), (0, missing)), mode="wrap")]
            self._held += missing
            self._measure()

    @property
    def _factor(self) -> int:
        """How many samples are averaged before the spectrum, to get close to 16 kHz."""
        return min(max(1, round(self._rate / 16_000)), 48)  # a hostile rate must not fill memory

    @property
    def _window(self) -> int:
        return self._factor * _WINDOW

    def _measure(self) -> None:
        samples = np.concatenate(self._parts, axis=1)
        count = samples.shape[1] // self._window
        rest = samples[:, count * self._window :]
        self._parts, self._held = [rest], rest.shape[1]
        windows = _loudest(samples[:, : count * self._window]).reshape(count, self._window)

        columns, seconds = self.columns, self._window / self._rate
        columns.window = seconds
        columns.times += [self._time + index * seconds for index in range(count)]
        self._time += count * seconds
        power = np.einsum("ij,ij->i", windows, windows, dtype=np.int64) // self._window
        columns.levels += _steps(power).tobytes()
        thin = windows.reshape(count, -1, self._factor).sum(axis=2) // self._factor
        spectrum = _spectrum(thin[:, (_WINDOW - _BLOCK) // 2 :][:, :_BLOCK])
        bands = spectrum @ _band_of_bin(self._rate / self._factor)
        columns.bands += _steps(bands >> _SCALE).tobytes()
        strongest = np.partition(spectrum, -_PEAKS, axis=1)[:, -_PEAKS:].sum(axis=1)
        share = strongest * 255 // np.maximum(spectrum.sum(axis=1), 1)
        columns.tonal += np.clip((share - 60) * 255 // 190, 0, 255).astype(np.uint8).tobytes()


def _loudest(samples: Ints) -> Ints:
    """Return the loudest channel of (channels, n) samples of any type, scaled to 16 bits.

    A mean would dilute one channel of six, and lose channels that cancel out.
    """
    if samples.dtype.kind == "f":
        # Float decoders may differ in the last bits between machines: keep only twelve.
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
        samples = np.rint(np.clip(samples, -1, 1) * 4095).astype(np.int64) << 3
    elif samples.dtype == np.uint8:
        samples = (samples.astype(np.int64) - 128) << 8
    else:
        samples = samples.astype(np.int64) >> (8 * (samples.dtype.itemsize - 2))
    loudest: Ints = samples[np.abs(samples).sum(axis=1).argmax()]
    return loudest


def _steps(power: Ints) -> Ints:
    """Return four times the binary logarithm of integers, as uint8; 0 and 1 give 0."""
    mantissa, exponent = np.frexp(np.maximum(power, 1).astype(np.float64))
    # frexp is exact; the quarters of an octave are found by comparing, not by a logarithm.
    quarter = np.searchsorted(np.array([0.5946, 0.7071, 0.8409]), mantissa, side="right")
    return np.clip((exponent - 1) * 4 + quarter, 0, 255).astype(np.uint8)


@cache
def _taper() -> NDArray[np.float64]:
    """Return a Hann window in integers, 0 to 1024."""
    angle = 2 * np.pi * np.arange(_BLOCK) / _BLOCK
    return np.asarray(np.rint(512 - 512 * np.cos(angle)), np.float64)


def _spectrum(blocks: Ints) -> Ints:
    """Return the power of each of 255 frequencies, int64."""
    # The rounding step is a billion times what the order of additions may change.
    waves = np.fft.rfft(blocks * _taper(), axis=1)[:, 1:-1] / 4096
    power = np.rint(waves.real).astype(np.int64) ** 2
    power += np.rint(waves.imag).astype(np.int64) ** 2
    return power


@lru_cache(maxsize=64)
def _band_of_bin(rate: float) -> Ints:
    """Return (255, BANDS) zeros and ones: the band of each frequency."""
    hertz = np.arange(1, _BLOCK // 2) * rate / _BLOCK
    edges = 60 * (7000 / 60) ** (np.arange(1, BANDS) / BANDS)
    return np.eye(BANDS, dtype=np.int64)[np.searchsorted(edges, hertz)]
