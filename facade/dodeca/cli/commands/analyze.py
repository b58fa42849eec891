"""`dodeca analyze`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dodeca._base.text import printable
from dodeca.cli.inputs import ModelName, parse_json_object, parse_media, upload_if_large
from dodeca.cli.stdin import text_of

if TYPE_CHECKING:
    from dodeca.cli.session import Session

EXAMPLE = 'Example: dodeca analyze clip.mp4 "Summarize this video."'


def analyze(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|asset:ID|video:ID|-", help="The video to analyze.")
    ],
    prompt: Annotated[str, typer.Argument(metavar="PROMPT|-", help="What to write about it.")],
    model: ModelName = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="Randomness of the text.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Maximum length of the text in tokens.")
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            "--schema",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="A JSON Schema: the text is JSON that follows it.",
        ),
    ] = None,
) -> None:
    """Generate text about a video and print it while it arrives (`POST /analyze`).

    video:ID is a video of an index, - what stdin holds. With --json, the
    whole response is printed at the end.
    """
    session: Session = context.obj
    options: dict[str, Any] = {
        "model_name": model,
        "temperature": temperature,
        "max_tokens": max_tokens,
        "response_format": _response_format(schema),
    }
    with session.client() as client:
        if source.startswith("video:"):
            options["video_id"] = source.removeprefix("video:")
        else:
            media = parse_media(source)
            options["video"] = upload_if_large(client, session.progress, source, media)
        prompt = text_of(prompt)
        if session.as_json:
            with session.progress.waiting(f"analyzing {source}"):
                analysis = client.analyze(prompt, **options)
            session.print_json(analysis)
            return
        with client.analyze.stream(prompt, **options) as stream:
            try:
                for piece in stream.pieces():
                    sys.stdout.write(printable(piece, keep="\n\t"))
                    sys.stdout.flush()
            finally:
                sys.stdout.write("\n")
        end = stream.end
        if end and end.finish_reason == "length":
            session.note("The text was cut off at its maximum length.")


def _response_format(schema: Path | None) -> dict[str, Any] | None:
    """The format of JSON that follows the schema in a file."""
    if schema is None:
        return None
    content = parse_json_object("--schema", schema.read_bytes())
    return {"type": "json_schema", "json_schema": content}
