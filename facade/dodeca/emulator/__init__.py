"""The local stand-in for the API: the documented behaviour on real media, without a key."""

from .clock import ByCount, Clock, Instant, Pace, RealTime, VirtualClock
from .core import Emulator
from .transport import EmulatorTransport

__all__ = [
    "Emulator",
    "EmulatorTransport",
    "Clock",
    "VirtualClock",
    "Pace",
    "Instant",
    "ByCount",
    "RealTime",
]
