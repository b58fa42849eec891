"""Commands that are imported at their first use: the help of `dodeca` needs only summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from dodeca.cli import global_options


class CommandGroup(typer.Typer):
    """An app whose commands show their global options apart, as plain text.

    Text with colours and frames would take longer to import than all the rest.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **options, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """See `typer.Typer.command`."""
        return super().command(name, cls=_Command, **options)


class LazyGroup(TyperGroup):
    """The commands of `dodeca`, each in a module of its name in `dodeca.cli.commands`.

    `summaries` has the first sentence of the help of each.
    """

    summaries: ClassVar[Mapping[str, str]]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = _LazyCommands(list(self.summaries), self.params)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(self.summaries)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the names and summaries of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))


class _LazyCommands(Mapping[str, Any]):
    """The commands by name, imported at their first use."""

    def __init__(self, names: list[str], params: list[Any]) -> None:
        self._names = names
        self._params = params
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            command = _load(name)
            global_options.add_to_command(command, self._params)
            self._loaded[name] = command
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _load(name: str) -> Any:
    module = import_module(f"dodeca.cli.commands.{name}")
    app = getattr(module, "app", None)
    if app is None:
        app = CommandGroup()
        app.command(
            name,
            epilog=getattr(module, "EXAMPLE", None),
            context_settings=getattr(module, "CONTEXT_SETTINGS", None),
        )(getattr(module, name))
    command = typer.main.get_command(app)
    command.name = name
    return command


class _Command(TyperCommand):
    """A command whose help lists its global options apart."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                is_argument = param.param_type_name == "argument"
                title = "Arguments" if is_argument else global_options.section_of(param)
                sections.setdefault(title, []).append(record)
        for title in ("Arguments", "Options", global_options.SECTION):
            if title in sections:
                with formatter.section(title):
                    formatter.write_dl(sections[title])
