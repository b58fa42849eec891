"""Global options after the command: `dodeca embed clip.mp4 --emulated --json`."""

from __future__ import annotations

import copy
from typing import Any

import attrs

_NAMES = ("emulated", "emulator_db", "base_url", "quiet", "as_json")
_WITH_OWN_PARSER = "emulator"


def add_to_commands(app: Any) -> None:
    """Give each command the global options of the app (of the click that typer brings)."""
    options = [option for option in app.params if option.name in _NAMES]
    for command in _commands(app):
        command.params += map(_for_command, options)


def _commands(group: Any) -> list[Any]:
    found = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found += _commands(command)
        elif name != _WITH_OWN_PARSER:
            found.append(command)
    return found


def _for_command(option: Any) -> Any:
    """The option as one of a command, which changes the session instead of an argument."""
    own = copy.copy(option)
    own.expose_value, own.callback = False, _change_session
    own.rich_help_panel = "Global options"
    return own


def _change_session(context: Any, option: Any, value: Any) -> None:
    if value:
        context.obj = attrs.evolve(context.obj, **{option.name: value})
