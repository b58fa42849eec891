"""Progress that people see: bars by tqdm (extra `progress`), beside the callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dodeca._base import extras
from dodeca.errors import ConfigurationError, InvalidRequestError

Callback = Callable[[Any], object]
_WAITING = "{desc} {postfix} [{elapsed}]"


def check_callback(on_progress: object) -> None:
    """Refuse what cannot be called, before there is any progress."""
    if on_progress is not None and not callable(on_progress):
        raise InvalidRequestError(f"on_progress is called with the progress, got {on_progress!r}")


@contextmanager
def upload_progress(
    what: object, total: int | None, on_progress: Callback | None, progress: bool
) -> Iterator[Callback | None]:
    """What to call with the `Progress` of an upload; draws a bar of bytes where one is asked for.

    Raises:
        InvalidRequestError: `on_progress` is nothing that can be called.
        ConfigurationError: a bar is asked for, and the extra `progress` is not installed.
    """
    check_callback(on_progress)
    if not progress:
        yield on_progress
        return
    with _tqdm()(total=total, desc=f"uploading {what}", unit="B", unit_scale=True) as bar:

        def move(at: Any) -> None:
            bar.total = at.total_bytes
            bar.update(at.sent_bytes - bar.n)
            if on_progress is not None:
                on_progress(at)

        yield move


@contextmanager
def wait_progress(
    what: object, on_progress: Callback | None, progress: bool
) -> Iterator[Callback | None]:
    """What to call with a job after each look; draws its status and time where that is asked for.

    Raises:
        InvalidRequestError: `on_progress` is nothing that can be called.
        ConfigurationError: a bar is asked for, and the extra `progress` is not installed.
    """
    check_callback(on_progress)
    if not progress:
        yield on_progress
        return
    with _tqdm()(desc=f"waiting for {what}", bar_format=_WAITING) as bar:

        def move(job: Any) -> None:
            bar.set_postfix_str(job.status)
            if on_progress is not None:
                on_progress(job)

        yield move


@contextmanager
def count_progress(what: object, total: int, progress: bool) -> Iterator[Callable[[], object]]:
    """What to call for each thing done; draws a bar of things where one is asked for.

    Raises:
        ConfigurationError: a bar is asked for, and the extra `progress` is not installed.
    """
    if not progress:
        yield lambda: None
        return
    with _tqdm()(total=total, desc=str(what)) as bar:
        yield bar.update


def _tqdm() -> Any:
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped]
    except ImportError as exc:
        raise ConfigurationError(extras.missing("progress=True", "progress", exc)) from exc
    return tqdm
