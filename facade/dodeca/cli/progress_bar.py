"""The bar of `ProgressDisplay`, apart because it takes long to import and often is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from dodeca._base.text import format_size, printable


class Bar:
    """A bar that shows bytes and speed of an upload, or the status of a task."""

    def __init__(self, progress: Progress, what: str, status: str) -> None:
        self._progress = progress
        self._task = progress.add_task(printable(what), total=None, status=status)

    def show_amount(self, sent_bytes: int, total_bytes: int) -> None:
        """Show the bytes of an upload."""
        self._progress.update(self._task, completed=sent_bytes, total=total_bytes)

    def show_status(self, status: str) -> None:
        """Show the status of a job."""
        self._progress.update(self._task, total=0, completed=0, status=printable(status))


@contextmanager
def showing(console: Console, what: str, status: str) -> Iterator[Bar]:
    """Show a bar, and erase it at the end."""
    progress = Progress(
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28, complete_style="cyan", pulse_style="cyan"),
        _AmountColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,  # results go to stdout, wherever that is
        redirect_stderr=False,
    )
    with progress:
        yield Bar(progress, what, status)


class _AmountColumn(ProgressColumn):
    """Bytes and speed of an upload, or the status of a task."""

    def render(self, task: Task) -> Text:
        if not task.total:
            return Text(task.fields["status"], style="cyan")
        speed = f"  {format_size(task.speed)}/s" if task.speed else ""
        amount = f"{format_size(task.completed)} of {format_size(task.total)}{speed}"
        return Text(amount, style="cyan")
