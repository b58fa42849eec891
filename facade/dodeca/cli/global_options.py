"""Global options after the command: `dodeca embed clip.mp4 --emulated --json`."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

SECTION = "Global options"
"""The section of a command's help that lists them."""

_NAMES = ("emulated", "emulator_db", "base_url", "quiet", "as_json")
_WITH_OWN_PARSER = "emulator"


def add_to_command(command: Any, params: list[Any]) -> None:
    """Give a command, or each of a group, the global options among the `params` of the app."""
    if hasattr(command, "commands"):
        for inner in command.commands.values():
            add_to_command(inner, params)
    elif command.name != _WITH_OWN_PARSER:
        command.params += [_for_command(param) for param in params if param.name in _NAMES]


def section_of(option: Any) -> str:
    """The section of a command's help that an option belongs to."""
    return SECTION if option.callback is _change_session else "Options"


def _for_command(option: Any) -> Any:
    """The option as one of a command, which changes the session instead of an argument."""
    own = copy.copy(option)
    own.expose_value, own.callback = False, _change_session
    return own


def _change_session(context: Any, option: Any, value: Any) -> None:
    if value:
        context.obj = dataclasses.replace(context.obj, **{option.name: value})
