"""`dodeca analyze`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dodeca.cli.exit_status import Status, plain
from dodeca.cli.inputs import media_of, within_reach

if TYPE_CHECKING:
    from dodeca.cli.session import Session


def analyze(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|asset:ID|video:ID", help="What the text is about.")
    ],
    prompt: Annotated[str, typer.Argument(help="What to write.")],
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="The model.")] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, max=1, help="How free the text is.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Its longest length.")] = None,
) -> None:
    """Write a text about a video, as it comes (`POST /analyze`); video:ID is one of an index."""
    session: Session = context.obj
    options: dict[str, Any] = {
        "model_name": model,
        "temperature": temperature,
        "max_tokens": max_tokens,
    }
    with session.client() as client:
        if source.startswith("video:"):
            options["video_id"] = source.removeprefix("video:")
        else:
            options["video"] = within_reach(client, session.bars, source, media_of(source))
        if session.as_json:
            with session.bars.waiting(f"reading {source}"):
                answer = client.analyze(prompt, **options)
            session.record(answer)
            return
        with client.analyze.stream(prompt, **options) as stream:
            for event in stream:
                sys.stdout.write(plain(getattr(event, "text", None) or "", keep="\n\t"))
                sys.stdout.flush()
        sys.stdout.write("\n")
        end = stream.end
        if end and end.error:
            session.complain(f"the text broke off: {end.error.message}")
            raise typer.Exit(Status.ERROR)
        if end and end.finish_reason == "length":
            session.say("The text ends here because it reached its longest length.")
