"""Progress of uploads, waits and runs: a bar on a terminal, and lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from dodeca._base.text import format_size, printable
from dodeca._calls.upload_plan import Progress

if TYPE_CHECKING:
    from rich.console import Console

_LINE_SEC = 30.0


class ProgressDisplay:
    """The progress of one thing at a time, so that results can be printed in between.

    A bar is drawn on a terminal and erased at the end. Elsewhere, such as in the log of a job, what
    takes long is said in a line each 30 seconds.
    """

    def __init__(
        self,
        console: Callable[[], Console],
        *,
        is_drawn: bool,
        log: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._is_drawn = is_drawn
        self._log = log
        self._clock = clock

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

    def of_run(self) -> bool | Callable[[Any], None]:
        """The `progress` of `client.embed.run`: its own bar, or a line each 30 seconds."""
        if self._is_drawn:
            return True
        log = self._timed_log()

        def report(run: Any) -> None:
            if not run.has_ended:
                log(lambda _: str(run))

        return report

    def _timed_log(self) -> Callable[[Callable[[float], str]], None]:
        """What to call with a line, as a function of the seconds so far; logs one in 30 seconds."""
        began = last = self._clock()

        def log(line: Callable[[float], str]) -> None:
            nonlocal last
            now = self._clock()
            if now - last >= _LINE_SEC:
                last = now
                self._log(line(now - began))

        return log

    @contextmanager
    def _bar(self, what: str, status: str) -> Iterator[Callable[[Any], None]]:
        if not self._is_drawn:
            log = self._timed_log()
            yield lambda state: log(
                lambda sec: f"{printable(what)}: {_describe(state)}, {sec:.0f} s"
            )
            return
        from dodeca.cli import progress_bar

        with progress_bar.showing(self._console(), what, status) as bar:

            def show(state: Any) -> None:
                if isinstance(state, Progress):
                    bar.show_amount(state.sent_bytes, state.total_bytes)
                else:
                    bar.show_status(state.status)

            yield show


def _describe(state: Any) -> str:
    """The bytes of an upload that were sent, or the status of a job."""
    if isinstance(state, Progress):
        return f"{format_size(state.sent_bytes)} of {format_size(state.total_bytes)}"
    return printable(state.status)
