"""Clips of matches: which part of which file, and under what name it is saved."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from dodeca._base import extras
from dodeca._base.files import add_file, replace_file
from dodeca._base.numbers import is_finite
from dodeca._base.text import as_unicode, printable, quote
from dodeca._serializable import Serializable
from dodeca.embeddings.export import local_path
from dodeca.errors import ConfigurationError, InvalidMediaError, InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings.matches import Match
    from dodeca.video import clips as cutting

_NAME_LENGTH = 80
_MAX_SEC = 1e9  # no media last 30 years
_Write = Callable[[BinaryIO], object]
_UNSAFE = re.compile(r'[\ufffd<>:"/\\|?*]')


@attrs.frozen(repr=False)
class Clip(Serializable):
    """A clip that was cut out of a video or audio file, and saved.

    `path` is its file. `start_sec` and `end_sec` are the part of `source`, the absolute path of the
    media, that it has; cut at key frames, it may begin earlier than its match, and end later.
    `match` is what it was cut for, the best one if several were merged.

    >>> query = client.embed.text("red")
    >>> match = client.embed.video("colours.mp4").search(query, k=1)[0]
    >>> match.save_clip("red.mp4", pad_sec=0.5)
    <Clip red.mp4: 0.00-5.50 s>
    """

    path: Path
    source: str
    start_sec: float
    end_sec: float
    match: Match

    def thumbnail(self) -> bytes:
        """The frame in the middle of the clip, as a JPEG of at most 480 pixels (extra `media`).

        >>> query = client.embed.text("red")
        >>> match = client.embed.video("colours.mp4").search(query, k=1)[0]
        >>> match.save_clip("red.mp4").thumbnail()[:2]
        b'\\xff\\xd8'

        Raises:
            InvalidMediaError: its source is audio, or is not there any more.
        """
        cutting = _cutting()
        try:
            jpeg: bytes = cutting.thumbnail(Path(self.source), (self.start_sec + self.end_sec) / 2)
        except (cutting.BrokenMedia, OSError) as exc:
            raise InvalidMediaError(f"{as_unicode(self.source)}: {exc}") from exc
        return jpeg

    def __repr__(self) -> str:
        return f"<Clip {self.path}: {self.start_sec:.2f}-{self.end_sec:.2f} s>"


@attrs.frozen
class _Cut:
    """A part of a file that is to become a clip."""

    source: Path
    start_sec: float
    end_sec: float
    match: Match = attrs.field(eq=False)


def save_clip(match: Match, path: Any, *, pad_sec: float, fast: bool) -> Clip:
    """See `Match.save_clip`."""
    cut = _planned(match, _checked_pad(pad_sec))
    target = local_path(path)
    _container(target.suffix, path)
    if target.exists() and target.samefile(cut.source):
        raise InvalidRequestError(f"a clip cannot replace what it is cut from: {quote(path)}")
    return _save(cut, target.suffix, fast, partial(_replace, target))


def save_clips(
    matches: Iterable[Match], folder: Any, *, pad_sec: float, fast: bool
) -> Iterator[Clip]:
    """Cut clips one after another, after all have been checked; see `Matches.save_clips`."""
    pad = _checked_pad(pad_sec)
    cuts = dict.fromkeys(_planned(match, pad) for match in matches)
    _cutting()
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return (_add(cut, target, fast) for cut in cuts)


def _add(cut: _Cut, folder: Path, fast: bool) -> Clip:
    with _readable(cut):
        suffix = _cutting().suffix_for(cut.source, fast=fast)
    return _save(cut, suffix, fast, partial(add_file, _names(folder, cut, suffix)))


def _replace(target: Path, write: _Write) -> Path:
    replace_file(target, write)
    return target


def _save(cut: _Cut, suffix: str, fast: bool, save: Callable[[_Write], Path]) -> Clip:
    """Cut a clip; `save` writes its file."""
    cutting, container = _cutting(), _container(suffix, suffix)
    saved: list[tuple[float, float]] = []

    def write(stream: BinaryIO) -> None:
        wanted = cutting.TimeRange(cut.start_sec, cut.end_sec)
        saved.append(cutting.cut(cut.source, stream, wanted, container, fast=fast))

    with _readable(cut):
        target = save(write)
    start, end = (round(seconds, 3) for seconds in saved[0])
    return Clip(target, str(cut.source), start, end, cut.match)


@contextmanager
def _readable(cut: _Cut) -> Iterator[None]:
    """Raise what is wrong with the source as an error of this package."""
    try:
        yield
    except _cutting().BrokenMedia as exc:
        raise InvalidMediaError(f"{as_unicode(cut.source)}: {exc}") from exc


def _planned(match: Match, pad_sec: float) -> _Cut:
    """What to cut for a match.

    Raises:
        InvalidRequestError: it has no time range.
        InvalidMediaError: its media is no file on this machine.
    """
    segment = match.segment
    if segment.start_sec is None or segment.end_sec is None:
        raise InvalidRequestError(
            f"{quote(match)} has no time range to cut; only segments of video and audio have one"
        )
    start = round(float(segment.start_sec) - pad_sec, 3)
    end = round(float(segment.end_sec) + pad_sec, 3)
    if not max(0.0, start) < end <= _MAX_SEC or math.isnan(start):
        raise InvalidRequestError(
            f"a clip ends after it starts, by {_MAX_SEC:g} s at most, got {start:g} to {end:g} s"
        )
    source = segment.source
    if source is None:
        raise InvalidMediaError(
            f"{quote(match)} does not say what file it is of; embed the file by its path"
        )
    path = Path(source)
    if "\0" in source or not path.is_file():
        raise InvalidMediaError(
            f"a clip is cut from a file on this machine, and there is none at {quote(source)}"
        )
    return _Cut(path, max(0.0, start), end, match)


def _checked_pad(pad_sec: float) -> float:
    if not is_finite(pad_sec) or pad_sec < 0:
        raise InvalidRequestError(f"pad_sec must be a number, 0 or more, got {quote(pad_sec)}")
    return float(pad_sec)


def _cutting() -> Any:
    """What cuts clips.

    Raises:
        ConfigurationError: the extra `media` is not installed.
    """
    try:
        from dodeca.video import clips
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a clip", "media", exc)) from exc
    return clips


def _container(suffix: str, path: object) -> cutting.Container:
    """The kind of file that a name asks for.

    Raises:
        InvalidRequestError: it is none that a clip can be.
    """
    known: dict[str, cutting.Container] = _cutting().CONTAINERS
    if suffix.lower() not in known:
        raise InvalidRequestError(
            f"the name of a clip ends with {', '.join(known)}; got {quote(path)}"
        )
    return known[suffix.lower()]


def _names(folder: Path, cut: _Cut, suffix: str) -> Iterator[Path]:
    """Names in a folder for a clip, after its source and its times; further ones with a number."""
    # Names go to other machines: Windows, shells and players have to take them.
    stem = (
        _UNSAFE.sub("_", printable(as_unicode(cut.source.stem)))[:_NAME_LENGTH].strip(" .-")
        or "clip"
    )
    name = f"{stem}_{_clock(cut.start_sec)}-{_clock(cut.end_sec)}"
    yield folder / f"{name}{suffix}"
    yield from (folder / f"{name}_{number}{suffix}" for number in count(2))


def _clock(seconds: float) -> str:
    """A time as a part of a file name: 00.01.02.500 is a minute and 2.5 seconds."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}.{minutes:02}.{rest // 1000:02}.{rest % 1000:03}"
