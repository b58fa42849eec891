"""What all commands share: the global options, the client, and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import typer
from rich.markup import escape

from dodeca._base.lazy import cached_property
from dodeca.cli.exit_status import FATAL_ERRORS, ExitStatus, one_line
from dodeca.cli.text import printable
from dodeca.errors import ConfigurationError, DodecaError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from dodeca import Client
    from dodeca.cli.progress import ProgressDisplay

T = TypeVar("T")
_PIPE_WIDTH = 200  # columns, if stdout is no terminal


@attrs.frozen(slots=False)
class Session:
    """One run of the command. Results go to stdout; notes, errors and progress to stderr."""

    emulated: bool = False
    emulator_db: Path | None = None
    base_url: str | None = None
    quiet: bool = False
    as_json: bool = False

    def __attrs_post_init__(self) -> None:
        if self.base_url and (self.emulated or self.emulator_db):
            raise typer.BadParameter("--emulated and --base-url exclude each other")

    def client(self) -> Client:
        """A client of the API, or of the emulator.

        Raises:
            ConfigurationError: there is no API key, or the emulator cannot start.
        """
        from dodeca import Client
        from dodeca._http import api_key

        if self.emulated or self.emulator_db:
            return Client.emulated(db=self.emulator_db)
        if not any(os.environ.get(name) for name in api_key.ENVIRONMENT):
            raise ConfigurationError(
                f"no API key: set {api_key.ENVIRONMENT[0]}; `dodeca --emulated` needs none"
            )
        return Client(base_url=self.base_url) if self.base_url else Client()

    @cached_property
    def out(self) -> Console:
        """The console for results (stdout)."""
        from rich.console import Console

        width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
        return Console(width=width, highlight=False, soft_wrap=False)

    @cached_property
    def err(self) -> Console:
        """The console for everything else (stderr)."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    @cached_property
    def progress(self) -> ProgressDisplay:
        """Progress on stderr; hidden if that is no terminal, or with `--quiet`."""
        from dodeca.cli.progress import ProgressDisplay

        return ProgressDisplay(self.err, is_shown=self.err.is_terminal and not self.quiet)

    def print_results(self, records: Iterable[Any], table: Callable[[], RenderableType]) -> None:
        """Print results as JSON lines or as a table."""
        if self.as_json:
            for record in records:
                self.print_json(record)
        else:
            self.out.print(table())

    def print_item(self, record: Any, identity: str | None, text: str) -> None:
        """Print something that was created or deleted; with `--quiet` its id alone."""
        if self.as_json:
            self.print_json(record)
        elif self.quiet:
            self.out.print(printable(identity), markup=False)
        else:
            self.out.print(text)

    def print_json(self, value: Any) -> None:
        """Print a value as a line of JSON."""
        import orjson

        line = orjson.dumps(value, default=_as_fields, option=orjson.OPT_SERIALIZE_NUMPY)
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    def note(self, text: str) -> None:
        """Print a note on stderr, unless `--quiet` is set."""
        if not self.quiet:
            self.err.print(text, style="dim", markup=False, soft_wrap=True)

    def note_not_kept(self) -> None:
        """Print a note if an emulator without a file has something that a next command may want."""
        if self.emulated and not self.emulator_db:
            self.note("This emulator ends with the command; --emulator-db FILE keeps its state.")

    def print_deleted(self, identity: str) -> None:
        """Print the id of something that was deleted."""
        record = {"id": identity, "status": "deleted"}
        self.print_item(record, identity, f"[bold]{escape(printable(identity))}[/]  deleted")

    def error(self, text: str) -> None:
        """Print an error on stderr, in one line."""
        self.err.print(f"dodeca: {printable(text)}", style="red", markup=False, soft_wrap=True)

    def for_each(self, sources: list[str], work: Callable[[str], T]) -> Iterator[T]:
        """Yield `work(source)` for each source; print the errors of those that fail.

        If it is the only source, or if the error would meet every source, the error is raised.

        Raises:
            typer.Exit: some sources failed; raised after the last one.
        """
        failed = 0
        for source in sources:
            try:
                result = work(source)
            except (DodecaError, OSError) as error:
                if len(sources) == 1 or isinstance(error, FATAL_ERRORS):
                    raise
                self.error(f"{source}: {one_line(error)}")
                failed += 1
            else:
                yield result
        if failed:
            self.note(f"{failed} of {len(sources)} failed")
            raise typer.Exit(ExitStatus.SOME_FAILED)


def _as_fields(value: Any) -> Any:
    """A result as a JSON object: its fields that are not None, and any that the API added."""
    if not attrs.has(type(value)):
        return str(value)
    fields = attrs.asdict(value, recurse=False)
    more = fields.pop("extra", {})
    return {name: item for name, item in {**fields, **more}.items() if item is not None}
