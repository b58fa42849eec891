"""What all commands share: the global options, the client, and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from dodeca._base.lazy import cached_property
from dodeca._base.text import printable
from dodeca.cli.exit_status import ExitStatus, is_fatal, one_line

if TYPE_CHECKING:
    from rich.console import Console

    from dodeca import Client
    from dodeca.cli.cells import Cell
    from dodeca.cli.progress import ProgressDisplay
    from dodeca.cli.tables import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """One run of the command. Results go to stdout; notes, errors and progress to stderr.

    No class of attrs, whose import would be a third of the time of `dodeca --help`.
    """

    emulated: bool = False
    emulator_db: Path | None = None
    base_url: str | None = None
    quiet: bool = False
    as_json: bool = False

    def __post_init__(self) -> None:
        if self.base_url and (self.emulated or self.emulator_db):
            raise typer.BadParameter("--emulated and --base-url exclude each other")

    def client(self, model: str | None = None) -> Client:
        """A client of the API, or of the emulator, that embeds with a model.

        Raises:
            ConfigurationError: there is no API key, or the emulator cannot start.
        """
        from dodeca import Client
        from dodeca._http import api_key
        from dodeca.errors import ConfigurationError

        options: dict[str, Any] = {} if model is None else {"embedding_model": model}
        if self.emulated or self.emulator_db:
            return Client.emulated(db=self.emulator_db, **options)
        if not any(os.environ.get(name) for name in api_key.ENVIRONMENT):
            raise ConfigurationError(
                f"no API key: set {api_key.ENVIRONMENT[0]}; `dodeca --emulated` needs none"
            )
        return Client(base_url=self.base_url, **options)

    @cached_property
    def out(self) -> Console:
        """The console for results (stdout)."""
        from rich.console import Console

        return Console(highlight=False)

    @cached_property
    def err(self) -> Console:
        """The console for everything else (stderr)."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    @cached_property
    def progress(self) -> ProgressDisplay:
        """Progress on stderr: drawn on a terminal, else in lines; none with `--quiet`."""
        from dodeca.cli.progress import ProgressDisplay

        is_drawn = sys.stderr.isatty() and not self.quiet
        return ProgressDisplay(lambda: self.err, is_drawn=is_drawn, log=self.note)

    def print_results(
        self, records: Iterable[Any], ids: Iterable[str | None], *tables: Callable[[], Table]
    ) -> None:
        """Print results as JSON lines or as a table; with `--quiet` the id of each alone.

        Tables after the first explain it on a terminal.
        """
        if self.as_json:
            for record in records:
                self.print_json(record)
        elif self.quiet:
            _print_lines(map(printable, dict.fromkeys(filter(None, ids))))
        elif self.out.is_terminal:
            first, *others = (make() for make in tables)
            self.out.print(first)
            for table in filter(len, others):
                self.out.print("", table, sep="\n")
        else:
            _print_lines(tables[0]().lines())

    def print_item(self, record: Any, identity: str | None, *cells: Cell) -> None:
        """Print something that was created or deleted; with `--quiet` its id alone."""
        from rich.text import Text

        from dodeca.cli import tables

        if self.as_json:
            self.print_json(record)
        elif self.quiet:
            _print_lines([printable(identity)])
        elif self.out.is_terminal:
            texts = [Text(cell.text, cell.style) for cell in cells if cell.text]
            self.out.print(Text("  ").join(texts), soft_wrap=True)
        else:
            _print_lines([tables.plain_line(cells)])

    def print_text(self, text: str) -> None:
        """Print a sentence."""
        self.out.print(text, markup=False, soft_wrap=True)

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
        from dodeca.cli.cells import cell

        record = {"id": identity, "status": "deleted"}
        self.print_item(record, identity, cell(identity, "bold"), cell("deleted"))

    def error(self, text: str) -> None:
        """Print an error on stderr, in one line."""
        self.err.print(f"dodeca: {printable(text)}", style="red", markup=False, soft_wrap=True)

    def for_each(self, sources: list[str], work: Callable[[str], T]) -> Iterator[T]:
        """Yield `work(source)` for each source; print the errors of those that fail.

        If it is the only source, or if the error would meet every source, the error is raised.

        Raises:
            typer.Exit: some sources failed; raised after the last one.
        """
        from dodeca.errors import DodecaError

        failed = 0
        for source in sources:
            try:
                result = work(source)
            except (DodecaError, OSError) as error:
                if len(sources) == 1 or is_fatal(error):
                    raise
                self.error(f"{source}: {one_line(error)}")
                failed += 1
            else:
                yield result
        if failed:
            self.note(f"{failed} of {len(sources)} failed")
            raise typer.Exit(ExitStatus.SOME_FAILED)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _as_fields(value: Any) -> Any:
    """A result as a JSON object: its fields that are not None, and any that the API added."""
    import attrs

    if not attrs.has(type(value)):
        return str(value)
    fields = attrs.asdict(
        value, recurse=False, filter=lambda field, _: not field.metadata.get("is_local")
    )
    more = fields.pop("extra", {})
    return {name: item for name, item in {**fields, **more}.items() if item is not None}
