"""`dodeca index create`, `list` and `add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dodeca.cli.exit_status import plain, readable
from dodeca.cli.inputs import media_of
from dodeca.media import GIB

if TYPE_CHECKING:
    from rich.table import Table

    from dodeca import Client
    from dodeca.cli.progress import Bars
    from dodeca.cli.session import Session
    from dodeca.results import Index

app = typer.Typer(no_args_is_help=True, help="Create indexes, list them, add videos to them.")
_TASK_BYTES = 2 * GIB


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name that no other index has.")],
    model: Annotated[
        list[str], typer.Option(help="A model; one or two, of different families.")
    ] = ["marengo3.0"],  # noqa: B006 - typer reads it, nobody changes it
    option: Annotated[
        list[str], typer.Option(help='What the models look at: "visual", "audio".')
    ] = ["visual", "audio"],  # noqa: B006
) -> None:
    """Create an index, and print its id (`POST /indexes`)."""
    session: Session = context.obj
    with session.client() as client:
        made = client.indexes.create(name, dict.fromkeys(model, option))
    session.created(made, made.id, f"[bold]{escape(made.id)}[/]  {escape(name)}")


@app.command(name="list")
def list_(context: typer.Context) -> None:
    """List the indexes, newest first (`GET /indexes`)."""
    session: Session = context.obj
    with session.client() as client:
        found = list(client.indexes.list(page_limit=50))
    session.show(found, lambda: _table(found))


@app.command()
def add(
    context: typer.Context,
    index_id: Annotated[str, typer.Argument(metavar="INDEX", help="The id of the index.")],
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE|URL|asset:ID...", help="The videos.")
    ],
    wait: Annotated[bool, typer.Option(help="Wait until they can be searched.")] = True,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for each.")] = 3600.0,
) -> None:
    """Add videos to an index, and print their ids (`POST /tasks`, or by an asset above 2 GB)."""
    session: Session = context.obj
    with session.client() as client:

        def work(source: str) -> tuple[str, str | None, str]:
            limit = timeout if wait else None
            return readable(source), *_add(client, session.bars, index_id, source, limit)

        for source, identity, status in session.each(sources, work):
            record = {"source": source, "index_id": index_id, "status": status, "id": identity}
            text = f"[bold]{escape(identity or '')}[/]  {escape(status)}  {escape(plain(source))}"
            session.created(record, identity, text)


def _add(
    client: Client, bars: Bars, index_id: str, source: str, timeout: float | None
) -> tuple[str | None, str]:
    """The id of the video, and its status."""
    media = media_of(source)
    if media.asset_id is not None or (media.size or 0) > _TASK_BYTES:
        asset_id = media.asset_id
        if asset_id is None:
            with bars.sending(f"uploading {source}", media.size) as progress:
                upload = client.assets.upload(media, on_progress=progress)
            with bars.waiting(f"preparing {source}") as update:
                asset_id = upload.wait(on_progress=update).id
        taken = client.indexes.assets.create(index_id, asset_id)
        if timeout is not None:
            with bars.waiting(f"indexing {source}") as update:
                taken.wait(timeout=timeout, on_progress=update)
        return taken.id, taken.status
    with bars.waiting(f"sending {source}"):
        task = client.tasks.create(index_id, media)
    if timeout is not None:
        with bars.waiting(f"indexing {source}") as update:
            task.wait(timeout=timeout, on_progress=update)
    return task.latest.video_id if task.latest else None, task.status


def _table(found: list[Index]) -> Table:
    from dodeca.cli import tables

    table = tables.table("id", "name", "models", "videos", "length", right=("videos", "length"))
    for index in found:
        models = "; ".join(
            f"{model.model_name}: {', '.join(model.model_options or [])}"
            for model in index.models or []
        )
        table.add_row(
            tables.cell(index.id, "bold"),
            tables.cell(index.index_name),
            tables.cell(models),
            str(index.video_count or 0),
            tables.length(index.total_duration),
        )
    return table
