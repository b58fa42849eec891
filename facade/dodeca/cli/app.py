"""The `dodeca` command: its global options and its commands, one module for each."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from dodeca._base.text import printable
from dodeca._version import VERSION
from dodeca.cli.exit_status import ExitStatus, exit_status_of, one_line
from dodeca.cli.lazy_commands import LazyGroup
from dodeca.cli.session import Session


class _Commands(LazyGroup):
    summaries: ClassVar = {
        "embed": "Embed video, audio, images, documents or texts; print or save the vectors "
        "(`/embed-v2`).",
        "search": "Find the segments that match a text or an image, in Parquet files or in an "
        "index.",
        "cut": "Cut the segments that match a text or an image out of their files, as clips.",
        "report": "Write an HTML page with a player and the scores of text queries over time.",
        "browse": "Open a page to search a library, play what was found, and save clips.",
        "check": "Check files against the limits of the API and explain problems; nothing is sent.",
        "analyze": "Generate text about a video and print it while it arrives (`POST /analyze`).",
        "upload": "Upload files of any size as assets and print their ids (`/assets`).",
        "run": "Embed a folder or a manifest of media into a dataset; run it again to resume.",
        "mcp": "Serve a library to agents over stdin and stdout (Model Context Protocol).",
        "emulator": "Run the local emulator as a server; `dodeca emulator --help` lists its "
        "options.",
        "index": "Manage indexes and the videos in them.",
        "assets": "List and delete uploaded files.",
        "tasks": "List tasks of the API, show them or wait for them.",
    }


app: typer.Typer = typer.Typer(
    name="dodeca",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(VERSION)
        raise typer.Exit


@app.callback(
    epilog="Exit status: 0 success, 1 error, 2 wrong usage, 3 some inputs failed or check rejected "
    "a file, 75 rate limited (try again later), 130 interrupted."
)
def options(
    context: typer.Context,
    emulated: Annotated[
        bool, typer.Option("--emulated", help="Use the local emulator: no API key, no network.")
    ] = False,
    emulator_db: Annotated[
        Path | None,
        typer.Option(
            "--emulator-db",
            metavar="FILE",
            help="Keep the emulator's state in FILE between commands; implies --emulated.",
        ),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Base URL of the API.")
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="Print ids or file names alone, one a line: no tables, progress or notes.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print results as JSON, one object a line.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Embed, search and analyze video, audio, images and text with the TwelveLabs API.

    The API key is read from TWELVELABS_API_KEY; --emulated needs none.
    """
    context.obj = Session(emulated, emulator_db, base_url, quiet, as_json)


def execute() -> int:
    """Run the command line of this process and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    warnings.showwarning = _show_warning  # type: ignore[assignment]
    command = typer.main.get_command(app)
    try:
        return int(command.main(prog_name="dodeca", standalone_mode=False) or ExitStatus.OK)
    except (typer.Abort, KeyboardInterrupt):
        signal.signal(signal.SIGINT, _exit_at_once)
        return ExitStatus.INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of the click that typer brings
            return _report_usage(error)
        logging.getLogger("dodeca.cli").debug("the command failed", exc_info=True)
        Session().error(one_line(error))
        return exit_status_of(error)


def _exit_at_once(*_: object) -> None:
    """End while the command is already ending: another Ctrl-C is no error to show."""
    os._exit(ExitStatus.INTERRUPTED)


def _report_usage(error: Exception) -> int:
    message = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    if context and message == context.get_help():  # no command was given
        typer.echo(message)
        return ExitStatus.USAGE
    path = context.command_path if context else "dodeca"
    Session().error(f"{' '.join(message.split())} (see {path} --help)")
    return ExitStatus.USAGE


def _show_warning(message: Warning | str, *_: object) -> None:
    print(f"dodeca: {printable(message)}", file=sys.stderr)  # noqa: T201
