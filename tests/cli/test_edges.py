"""Parts of the command line that a command seldom comes to."""

from __future__ import annotations

import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len

from dodeca import __version__
from dodeca.cli import app, main, session
from dodeca.cli.commands.search import _file_names
from dodeca.cli.exit_status import ExitStatus, exit_status_of, one_line
from dodeca.cli.progress_bar import _AmountColumn
from dodeca.cli.tables import _start
from dodeca.errors import NotFoundError, RateLimitError
from dodeca.results import Asset

from .conftest import Run


def test_the_version_is_printed(dodeca: Run) -> None:
    done = dodeca("--version")
    assert (done.status, done.out, done.err) == (0, f"{__version__}\n", "")


@pytest.mark.parametrize(
    ("done", "total", "speed", "text"),
    [
        (0, None, None, "processing"),
        (0, 0, None, "processing"),
        (1024, 2048, None, "1 KiB of 2 KiB"),
        (1024, 2048, 0, "1 KiB of 2 KiB"),
        (1024, 2048, 512.0, "1 KiB of 2 KiB  512 B/s"),
    ],
)
def test_a_bar_shows_what_was_sent_or_the_status(
    done: int, total: int | None, speed: float | None, text: str
) -> None:
    task: Any = SimpleNamespace(
        completed=done, total=total, speed=speed, fields={"status": "processing"}
    )
    shown = _AmountColumn().render(task)
    assert (shown.plain, shown.style) == (text, "cyan")


def test_the_names_of_deleted_videos_are_left_out() -> None:
    def retrieve(index: str, video_id: str) -> Any:
        if video_id == "gone":
            raise NotFoundError(404, None, "gone")
        named = SimpleNamespace(filename="a.mp4")
        return SimpleNamespace(system_metadata=named if video_id == "named" else None)

    videos = SimpleNamespace(retrieve=retrieve)
    client: Any = SimpleNamespace(indexes=SimpleNamespace(videos=videos))
    found = _file_names(client, "index", {"gone", "named", "unnamed"})
    assert found == {"named": "a.mp4", "unnamed": None}


def test_fields_of_a_result_as_json() -> None:
    asset = Asset(id="a", status="ready", extra={"novel": 5, "none": None})
    assert session._as_fields(asset) == {"id": "a", "status": "ready", "novel": 5}
    assert session._as_fields(7) == "7"


@pytest.mark.parametrize(
    ("width", "text"), [(0, ""), (1, "a"), (2, "a"), (3, "a日"), (4, "a日b"), (9, "a日b")]
)
def test_the_start_of_a_text_has_whole_characters(width: int, text: str) -> None:
    found = _start("a日b", width)
    assert found == text
    assert cell_len(found) <= width


def test_a_rate_limit_is_told_apart_from_other_errors() -> None:
    limited = RateLimitError(429, "too_many", "wait", retry_after=7.4)
    assert exit_status_of(limited) is ExitStatus.TRY_LATER
    assert one_line(limited) == "[429 too_many] wait; try again in 7 s"
    assert one_line(RateLimitError(429, None, "wait")) == "[429] wait"
    assert exit_status_of(NotFoundError(404, None, "x")) is ExitStatus.ERROR
    assert one_line(ValueError()) == "ValueError"
    assert one_line(ValueError("a\n  b")) == "a b"
    assert one_line(ValueError("use Media.asset(...) instead")) == "use asset:ID instead"


@pytest.mark.parametrize("error", [KeyboardInterrupt, None])
def test_an_interrupted_command_ends_with_130(
    error: type[BaseException] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And another Ctrl-C while it ends is no error to show."""
    handlers: list[Any] = []
    ended: list[int] = []

    def command(**_: object) -> int:
        if error is not None:
            raise error
        return 0

    monkeypatch.setattr(
        signal, "signal", lambda number, handler: handlers.append((number, handler))
    )
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(app.typer.main, "get_command", lambda _: SimpleNamespace(main=command))
    status = app.execute()
    if error is None:
        assert (status, handlers) == (ExitStatus.OK, [])
        return
    assert status == ExitStatus.INTERRUPTED
    ((number, handler),) = handlers
    assert number == signal.SIGINT
    handler(number, None)
    assert ended == [130]


def test_the_program_ends_with_the_status_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "execute", lambda: 3)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3


def test_without_its_packages_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "dodeca.cli.app")
    monkeypatch.setitem(sys.modules, "typer", None)  # type: ignore[arg-type]
    with pytest.raises(SystemExit) as caught:
        main()
    assert str(caught.value.code).startswith("dodeca: ")
    assert "cli" in str(caught.value.code)
