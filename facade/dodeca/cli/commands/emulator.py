"""`dodeca emulator`."""

from __future__ import annotations

import typer

CONTEXT_SETTINGS = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


def emulator(context: typer.Context) -> None:
    """Run the local emulator as a server; `dodeca emulator --help` lists its options."""
    from dodeca._base import extras
    from dodeca.errors import ConfigurationError

    try:
        from dodeca.emulator.__main__ import main
    except ImportError as exc:
        raise ConfigurationError(extras.missing("the emulator", "emulator", exc)) from exc
    raise typer.Exit(main(context.args))
