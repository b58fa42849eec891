"""What all commands share: the options before the command, the client, and where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import typer

from dodeca.cli.status import ENDS_ALL, Status, line_of, plain
from dodeca.errors import ConfigurationError, DodecaError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from dodeca import Client
    from dodeca.cli.progress import Bars

T = TypeVar("T")
_PIPE_WIDTH = 200  # columns, where no terminal limits them


@attrs.frozen(slots=False)
class Session:
    """One run of the command. Results go to stdout, remarks and bars to stderr."""

    emulated: bool = False
    emulator_db: Path | None = None
    base_url: str | None = None
    quiet: bool = False
    as_json: bool = False

    def client(self) -> Client:
        """A client of the API, or of the emulator."""
        from dodeca import Client
        from dodeca._http import api_key

        if self.emulated:
            return Client.emulated(db=self.emulator_db)
        if not any(os.environ.get(name) for name in api_key.ENVIRONMENT):
            raise ConfigurationError(
                f"no API key: set {api_key.ENVIRONMENT[0]}; `dodeca --emulated` needs none"
            )
        return Client(base_url=self.base_url) if self.base_url else Client()

    @cached_property
    def out(self) -> Console:
        """Where results go."""
        from rich.console import Console

        width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
        return Console(width=width, highlight=False, soft_wrap=False)

    @cached_property
    def err(self) -> Console:
        """Where everything else goes."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def show(self, records: Iterable[Any], table: Callable[[], RenderableType]) -> None:
        """Results: a JSON line for each record, or a table."""
        if self.as_json:
            for record in records:
                self.record(record)
        else:
            self.out.print(table())

    def created(self, record: Any, identity: str | None, text: str) -> None:
        """Something that now exists: with `--quiet` its id alone."""
        if self.as_json:
            self.record(record)
        elif self.quiet:
            self.out.print(plain(identity), markup=False)
        else:
            self.out.print(text)

    def record(self, value: Any) -> None:
        """A JSON line."""
        import orjson

        line = orjson.dumps(value, default=_fields, option=orjson.OPT_SERIALIZE_NUMPY)
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    def say(self, text: str) -> None:
        """A remark, unless the user wants quiet."""
        if not self.quiet:
            self.err.print(text, style="dim", markup=False, soft_wrap=True)

    def complain(self, text: str) -> None:
        """An error, in one line."""
        self.err.print(f"dodeca: {plain(text)}", style="red", markup=False, soft_wrap=True)

    @cached_property
    def bars(self) -> Bars:
        """Progress bars, where there is a terminal and no wish for quiet."""
        from dodeca.cli.progress import Bars

        return Bars(self.err, is_shown=self.err.is_terminal and not self.quiet)

    def each(self, sources: list[str], work: Callable[[str], T]) -> Iterator[T]:
        """Work on one source after another; what fails is named, and the rest goes on.

        A lone source, and an error that the rest would meet as well, end the command.
        """
        failed = 0
        for source in sources:
            try:
                found = work(source)
            except (DodecaError, OSError) as error:
                if len(sources) == 1 or isinstance(error, ENDS_ALL):
                    raise
                self.complain(f"{source}: {line_of(error)}")
                failed += 1
            else:
                yield found
        if failed:
            self.say(f"{failed} of {len(sources)} failed")
            raise typer.Exit(Status.SOME_REFUSED)


def _fields(value: Any) -> Any:
    """A result as JSON: its fields that say something, and what else the service said."""
    if not attrs.has(type(value)):
        return str(value)
    fields = attrs.asdict(value, recurse=False)
    rest = fields.pop("extra", {})
    return {name: item for name, item in {**fields, **rest}.items() if item is not None}
