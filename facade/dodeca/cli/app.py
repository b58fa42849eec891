"""Commands: `embed` and `emulator`."""

from __future__ import annotations

import sys
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from dodeca import Client, Embeddings
from dodeca.errors import DodecaError
from dodeca.media import Media, is_image, is_sound

app = typer.Typer(help="Embed video, sound, pictures and text.", no_args_is_help=True)


@app.command()
def embed(
    source: Annotated[str, typer.Argument(help="A file, a URL, or with --text a text.")],
    text: Annotated[bool, typer.Option("--text", help="SOURCE is a text.")] = False,
    emulated: Annotated[bool, typer.Option(help="Use the local emulator: no key.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line a segment.")] = False,
) -> None:
    """Embed one source and print its segments (`POST /embed-v2`)."""
    try:
        with Client.emulated() if emulated else Client() as client:
            found = client.embed.text(source) if text else _embed(client, source)
    except DodecaError as error:
        Console(stderr=True).print(f"dodeca: {error}", style="red", highlight=False, markup=False)
        raise typer.Exit(1) from error
    _print_json(found) if as_json else Console().print(_table(found))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def emulator(context: typer.Context) -> None:
    """Serve the local emulator; the options are those of `python -m dodeca.emulator`."""
    from dodeca.emulator.__main__ import main

    raise typer.Exit(main(context.args))


def _embed(client: Client, source: str) -> Embeddings:
    media = Media.of(source)
    if is_image(media):
        return client.embed.image(media)
    return client.embed.audio(media) if is_sound(media) else client.embed.video(media)


def _table(found: Embeddings) -> Table:
    table = Table()
    for heading in ("start_sec", "end_sec", "embedding_option", "embedding_scope", "vector"):
        table.add_column(heading, justify="right" if heading.endswith("sec") else "left")
    for segment in found:
        times = (segment.start_sec, segment.end_sec)
        table.add_row(
            *("" if time is None else f"{time:.2f}" for time in times),
            segment.embedding_option or "",
            segment.embedding_scope or "",
            f"{segment.vector.size} floats",
        )
    return table


def _print_json(found: Embeddings) -> None:
    for segment in found:
        row = {
            "embedding": segment.vector,
            "embedding_option": segment.embedding_option,
            "embedding_scope": segment.embedding_scope,
            "start_sec": segment.start_sec,
            "end_sec": segment.end_sec,
        }
        sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")
