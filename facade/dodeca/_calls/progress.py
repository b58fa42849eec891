"""Progress bars by tqdm (extra `progress`), and progress callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dodeca._base import extras
from dodeca._base.text import quote
from dodeca.errors import ConfigurationError, InvalidRequestError

Callback = Callable[[Any], object]
_WAITING = "{desc}{postfix} [{elapsed}]"  # tqdm puts a comma before the postfix


def check_callback(on_progress: object) -> None:
    """Check that a progress callback can be called."""
    if on_progress is not None and not callable(on_progress):
        raise InvalidRequestError(f"on_progress must be a function, got {quote(on_progress)}")


@contextmanager
def upload_progress(
    what: object, total: int | None, on_progress: Callback | None, progress: bool
) -> Iterator[Callback | None]:
    """A function to call with the `Progress` of an upload; with `progress` it draws a bar.

    Raises:
        InvalidRequestError: `on_progress` cannot be called.
        ConfigurationError: `progress` is set, and the extra `progress` is not installed.
    """
    check_callback(on_progress)
    if not progress:
        yield on_progress
        return
    with _tqdm()(total=total, desc=f"uploading {what}", unit="B", unit_scale=True) as bar:

        def update(at: Any) -> None:
            bar.total = at.total_bytes
            bar.update(at.sent_bytes - bar.n)
            if on_progress is not None:
                on_progress(at)

        yield update


@contextmanager
def wait_progress(
    what: object, on_progress: Callback | None, progress: bool
) -> Iterator[Callback | None]:
    """A function to call with a job after each poll; with `progress` it draws status and time.

    Raises:
        InvalidRequestError: `on_progress` cannot be called.
        ConfigurationError: `progress` is set, and the extra `progress` is not installed.
    """
    check_callback(on_progress)
    if not progress:
        yield on_progress
        return
    with _tqdm()(desc=f"waiting for {what}", bar_format=_WAITING) as bar:

        def update(job: Any) -> None:
            bar.set_postfix_str(job.status)
            if on_progress is not None:
                on_progress(job)

        yield update


@contextmanager
def count_progress(what: object, total: int, progress: bool) -> Iterator[Callable[[], object]]:
    """A function to call after each item; with `progress` it draws a bar.

    Raises:
        ConfigurationError: `progress` is set, and the extra `progress` is not installed.
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
