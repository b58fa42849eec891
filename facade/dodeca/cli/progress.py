"""Bars for uploads and waits, drawn on stderr and gone at the end."""

from __future__ import annotations

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

from dodeca.cli.exit_status import plain

_MB = 1024 * 1024


class _Amount(ProgressColumn):
    """Megabytes and their pace for an upload, the service's word for a wait."""

    def render(self, task: Task) -> Text:
        if not task.total:
            return Text(task.fields["word"], style="cyan")
        pace = f"  {task.speed / _MB:.1f} MB/s" if task.speed else ""
        return Text(f"{task.completed / _MB:.0f} of {task.total / _MB:.0f} MB{pace}", style="cyan")


class Bars:
    """A line for what is under way, one at a time, so that results can be printed in between."""

    def __init__(self, console: Console, *, is_shown: bool) -> None:
        self._console = console
        self._is_shown = is_shown

    @contextmanager
    def waiting(self, what: str) -> Iterator[Callable[[Any], None]]:
        """A line for something of unknown length; call with a job to show its status."""
        with self._line(what, "") as (progress, task):
            yield lambda job: progress.update(task, word=plain(job.status))

    @contextmanager
    def sending(self, what: str, size: int | None) -> Iterator[Callable[[Any], None]]:
        """A line for an upload; call with the client's `Progress` to move it.

        What goes in one call moves at its end only: until then the line tells its size.
        """
        with self._line(what, f"{(size or 0) / _MB:.0f} MB") as (progress, task):
            yield lambda sent: progress.update(
                task, completed=sent.sent_bytes, total=sent.total_bytes
            )

    @contextmanager
    def _line(self, what: str, word: str) -> Iterator[tuple[Progress, TaskID]]:
        progress = Progress(
            SpinnerColumn(style="cyan"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28, complete_style="cyan", pulse_style="cyan"),
            _Amount(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,  # results go to stdout, wherever that is
            redirect_stderr=False,
            disable=not self._is_shown,
        )
        with progress:
            yield progress, progress.add_task(plain(what), total=None, word=word)
