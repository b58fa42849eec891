"""Where CPU time goes: samples of the running function, a thousand for each second of CPU."""

from __future__ import annotations

import collections
import signal
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import FrameType

_PACKAGES = sysconfig.get_paths()["purelib"]
_STANDARD = sysconfig.get_paths()["stdlib"]


def sampled(way: Callable[[], object], times: int) -> dict[str, float]:
    """The share of each function, with what it calls in C, that takes one percent or more."""
    counts: collections.Counter[str] = collections.Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        if frame is not None:
            counts[_name(frame)] += 1

    way()  # all is imported
    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        for _ in range(times):
            way()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    total = counts.total() or 1
    return {name: n / total for name, n in counts.most_common() if n / total >= 0.01}


def _name(frame: FrameType) -> str:
    """Our functions by name, those of others by their package."""
    code = frame.f_code
    if code.co_filename.startswith("<"):  # such as "<attrs generated methods dodeca.errors>"
        return code.co_filename.strip("<>").partition(" dodeca")[0]
    path = Path(code.co_filename)
    for root, what in ((_PACKAGES, ""), (_STANDARD, "standard library: ")):
        if path.is_relative_to(root):
            return what + path.relative_to(root).parts[0].removesuffix(".py")
    home = next((part for part in ("dodeca", "dodeca_api") if part in path.parts), path.parent.name)
    return f"{home}.{path.stem}: {code.co_qualname}"
