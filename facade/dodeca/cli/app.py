"""The command `dodeca`, put together: one module for each command."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from dodeca._version import VERSION
from dodeca.cli.commands import (
    analyze,
    check,
    embed,
    emulator,
    index,
    report,
    run,
    search,
    tasks,
    upload,
)
from dodeca.cli.exit_status import Status, line_of, plain, status_of
from dodeca.cli.session import Session

app = typer.Typer(
    name="dodeca",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(embed.embed)
app.command()(search.search)
app.command()(report.report)
app.command()(check.check)
app.command()(analyze.analyze)
app.command()(upload.upload)
app.command()(run.run)
app.add_typer(index.app, name="index")
app.add_typer(tasks.app, name="tasks")
app.command(context_settings=emulator.PASSES_ALL)(emulator.emulator)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(VERSION)
        raise typer.Exit


@app.callback(
    epilog="Exit status: 0 done, 1 error, 2 usage, 3 check refuses or some inputs failed, "
    "75 try later (rate limit), 130 interrupted."
)
def options(
    context: typer.Context,
    emulated: Annotated[
        bool, typer.Option("--emulated", help="Work on the local emulator: no key, no network.")
    ] = False,
    emulator_db: Annotated[
        Path | None,
        typer.Option(
            "--emulator-db",
            metavar="FILE",
            help="Keep what the emulator holds in FILE between commands; implies --emulated.",
        ),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Where the API lives.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Results only: no bars, no remarks; ids alone.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Results as lines of JSON on stdout.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Embed, search and describe video, sound, pictures and text.

    The key is read from TWELVELABS_API_KEY; with --emulated none is needed.
    """
    emulated = emulated or emulator_db is not None
    if emulated and base_url:
        raise typer.BadParameter("--emulated and --base-url exclude each other")
    context.obj = Session(emulated, emulator_db, base_url, quiet, as_json)


def execute() -> int:
    """Run the command line of this process; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    warnings.showwarning = _warn  # type: ignore[assignment]
    command = typer.main.get_command(app)
    try:
        return int(command.main(prog_name="dodeca", standalone_mode=False) or Status.OK)
    except typer.Abort:
        return Status.INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):  # of whichever click typer brings
            return _usage(error)
        logging.getLogger("dodeca.cli").debug("the command failed", exc_info=True)
        Session().complain(line_of(error))
        return status_of(error)


def _usage(error: Exception) -> int:
    message = error.format_message()  # type: ignore[attr-defined]
    if not message:  # no command was given, and the help has been shown
        return Status.USAGE
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "dodeca"
    Session().complain(f"{' '.join(message.split())} (see {path} --help)")
    return Status.USAGE


def _warn(message: Warning | str, *_: object) -> None:
    print(f"dodeca: {plain(message)}", file=sys.stderr)  # noqa: T201
