"""Progress of uploads and waits, drawn on stderr and erased at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from dodeca._base.text import format_size
from dodeca.cli.text import printable
from dodeca.types import Progress as Sent


class _AmountColumn(ProgressColumn):
    """Bytes and speed of an upload, or the status of a task."""

    def render(self, task: Task) -> Text:
        if not task.total:
            return Text(task.fields["status"], style="cyan")
        speed = f"  {format_size(task.speed)}/s" if task.speed else ""
        amount = f"{format_size(task.completed)} of {format_size(task.total)}{speed}"
        return Text(amount, style="cyan")


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


def _show_sent(progress: Progress, task: TaskID, sent: Sent) -> None:
    progress.update(task, completed=sent.sent_bytes, total=sent.total_bytes)


class ProgressDisplay:
    """One progress bar at a time, so that results can be printed in between."""

    def __init__(self, console: Console, *, is_shown: bool) -> None:
        self._console = console
        self._is_shown = is_shown

    @contextmanager
    def waiting(self, what: str) -> Iterator[Callable[[Any], None]]:
        """A bar of unknown length; yields what to call with a job, or the client's `Progress`.

        It shows the status of the job, or the bytes of an upload.
        """
        with self._bar(what, "") as (progress, task):

            def show(state: Any) -> None:
                if isinstance(state, Sent):
                    _show_sent(progress, task, state)
                else:
                    progress.update(task, total=0, completed=0, status=printable(state.status))

            yield show

    @contextmanager
    def uploading(self, what: str, size: int | None) -> Iterator[Callable[[Any], None]]:
        """A bar of bytes; yields what to call with the client's `Progress`.

        An upload in one request reports its progress at the end only: until then its size is shown.
        """
        with self._bar(what, format_size(size or 0)) as (progress, task):
            yield lambda sent: _show_sent(progress, task, sent)

    @contextmanager
    def _bar(self, what: str, status: str) -> Iterator[tuple[Progress, TaskID]]:
        progress = Progress(
            SpinnerColumn(style="cyan"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28, complete_style="cyan", pulse_style="cyan"),
            _AmountColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,  # results go to stdout, wherever that is
            redirect_stderr=False,
            disable=not self._is_shown,
        )
        with progress:
            yield progress, progress.add_task(printable(what), total=None, status=status)
