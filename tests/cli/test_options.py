"""Every option of the command line: what it is where it is not given, and its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from dodeca.cli.app import app
from dodeca.cli.exit_status import ExitStatus
from dodeca.emulator.__main__ import _arguments
from dodeca.emulator.clock import Instant

from .conftest import Run

DEFAULTS: dict[str, object] = {
    "search --as": "text",
    "search -k": 10,
    "cut --as": "text",
    "cut -k": 5,
    "cut --output": Path("clips"),
    "report --output": Path("report.html"),
    "check --model": "marengo3.0",
    "run --engine": "local",
    "run --concurrency": 16,
    "run --on-unknown": "stop",
    "run --keep-assets": True,
    "index create --model": ["marengo3.0"],
    "index create --option": ["visual", "audio"],
    "browse --clips": Path("clips"),
    "mcp --max-queries": 100,
    "index get-or-create --model": ["marengo3.0"],
    "index get-or-create --option": ["visual", "audio"],
    "tasks list --limit": 10,
    "--timeout": 3600.0,
    "--via": "auto",
    "--wait": True,
}
"""By the words of the command and the option, or by the option alone; all others have none."""

BOUNDS = {
    "analyze --temperature": (0, None),
    "analyze --max-tokens": (1, None),
    "search -k": (1, None),
    "browse --port": (0, 65535),
    "mcp --max-queries": (0, None),
    "cut -k": (1, None),
    "cut --pad": (0, None),
    "tasks list --limit": (1, None),
    "--timeout": (0, None),
}

GROUPS = ("index", "assets", "tasks")


def options(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each option of each command, after the words that lead to it."""
    for parameter in command.params:
        if parameter.opts[0].startswith("-"):
            yield " ".join((*words, parameter.opts[0])), parameter
    for name, inner in getattr(command, "commands", {}).items():
        yield from options(inner, (*words, name))


ALL = dict(options(typer.main.get_command(app)))


def expected(table: dict[str, Any], name: str) -> Any:
    return table.get(name, table.get(name.rpartition(" ")[2]))


def test_every_option_has_its_default() -> None:
    assert len(ALL) > 40
    found = {name: option.default or None for name, option in ALL.items()}
    assert found == {name: expected(DEFAULTS, name) for name in ALL}


def test_every_number_has_its_bounds() -> None:
    found = {
        name: (option.type.min, option.type.max)
        for name, option in ALL.items()
        if hasattr(option.type, "min")
    }
    assert len(found) > 6
    assert found == {name: expected(BOUNDS, name) for name in found}


def test_only_what_says_so_is_turned_off() -> None:
    off = {name: option.secondary_opts for name, option in ALL.items() if option.secondary_opts}
    assert off == {
        "upload --wait": ["--no-wait"],
        "index add --wait": ["--no-wait"],
        "run --keep-assets": ["--no-keep-assets"],
    }


def test_the_summaries_of_commands_are_the_first_sentences_of_their_help() -> None:
    found = typer.main.get_command(app)
    shown = {name: each.help.partition("\n\n")[0] for name, each in found.commands.items()}
    assert {name: " ".join(text.split()) for name, text in shown.items()} == found.summaries


@pytest.mark.parametrize("words", [(), *((group,) for group in GROUPS)])
def test_a_group_without_a_command_shows_its_help(dodeca: Run, words: tuple[str, ...]) -> None:
    done = dodeca(*words)
    assert done.status == ExitStatus.USAGE
    assert "Usage: dodeca" in done.out
    assert done.err == ""


@pytest.mark.parametrize("words", [(), ("embed",), ("tasks", "list")])
def test_help_has_a_short_name_and_the_program_is_in_it(
    dodeca: Run, words: tuple[str, ...]
) -> None:
    short, long = dodeca(*words, "-h"), dodeca(*words, "--help")
    assert (short.status, long.status) == (0, 0)
    assert short.out == long.out
    assert f"Usage: {' '.join(('dodeca', *words))} " in short.out


def test_the_emulator_listens_on_this_machine_and_keeps_nothing() -> None:
    given = vars(_arguments([]))
    assert isinstance(given.pop("pace"), Instant)
    assert given == {
        "host": "127.0.0.1",
        "port": 8112,
        "db": None,
        "media": None,
        "api_key": None,
        "faults": None,
        "limits": [],
        "access_log": False,
        "webhooks": [],
        "webhook_secret": "",
    }
