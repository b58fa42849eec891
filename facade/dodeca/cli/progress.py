"""Progress of uploads and waits, drawn on stderr and erased at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from dodeca._base.text import format_size
from dodeca._calls.upload_plan import Progress

if TYPE_CHECKING:
    from rich.console import Console

_LINE_SEC = 30.0


def progress_lines(
    show: Callable[[str], object], clock: Callable[[], float] = time.monotonic
) -> Callable[[Any], None]:
    """What to call with the state of a run: shows it in a line each 30 seconds, for logs."""
    last = clock()

    def report(run: Any) -> None:
        nonlocal last
        if clock() - last >= _LINE_SEC and not run.has_ended:
            last = clock()
            show(str(run))

    return report


class ProgressDisplay:
    """One progress bar at a time, so that results can be printed in between."""

    def __init__(self, console: Callable[[], Console], *, is_shown: bool) -> None:
        self._console = console
        self._is_shown = is_shown

    def waiting(self, what: str) -> AbstractContextManager[Callable[[Any], None]]:
        """A bar of unknown length; yields what to call with a job, or the client's `Progress`.

        It shows the status of the job, or the bytes of an upload.
        """
        return self._bar(what, "")

    def uploading(
        self, what: str, size: int | None
    ) -> AbstractContextManager[Callable[[Any], None]]:
        """A bar of bytes; yields what to call with the client's `Progress`.

        An upload in one request reports its progress at the end only: until then its size is shown.
        """
        return self._bar(what, format_size(size or 0))

    @contextmanager
    def _bar(self, what: str, status: str) -> Iterator[Callable[[Any], None]]:
        if not self._is_shown:
            yield lambda state: None
            return
        from dodeca.cli import progress_bar

        with progress_bar.showing(self._console(), what, status) as bar:

            def show(state: Any) -> None:
                if isinstance(state, Progress):
                    bar.show_amount(state.sent_bytes, state.total_bytes)
                else:
                    bar.show_status(state.status)

            yield show
