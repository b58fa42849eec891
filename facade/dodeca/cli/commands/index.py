"""`dodeca index create`, `get-or-create`, `list`, `show`, `add`, `videos` and `delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dodeca._base.text import as_unicode
from dodeca._calls import limits
from dodeca.cli.inputs import Timeout, find_index, parse_media, upload_and_wait
from dodeca.cli.lazy_commands import CommandGroup

if TYPE_CHECKING:
    from dodeca import Client
    from dodeca.cli.progress import ProgressDisplay
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table
    from dodeca.results import Index, Video

app: CommandGroup = CommandGroup(
    no_args_is_help=True, help="Manage indexes and the videos in them."
)
_MAX_TASK_BYTES = limits.most_bytes(limits.Endpoint.INDEX)
_Index = Annotated[str, typer.Argument(metavar="INDEX", help="Id or name of the index.")]
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the index; must be unique.")]
_Models = Annotated[
    list[str],
    typer.Option(
        "--model",
        metavar="NAME",
        help="Name of a model; can be repeated for one of another family.",
    ),
]
_Options = Annotated[
    list[str],
    typer.Option(
        "--option",
        metavar="MODALITY",
        help='Modality to index: "visual" or "audio"; can be repeated.',
    ),
]


@app.command(epilog="Example: dodeca index create films --model marengo3.0 --option visual")
def create(
    context: typer.Context,
    name: _Name,
    model: _Models = ["marengo3.0"],  # noqa: B006 - typer reads it, nobody changes it
    option: _Options = ["visual", "audio"],  # noqa: B006
) -> None:
    """Create an index and print its id (`POST /indexes`)."""
    session: Session = context.obj
    with session.client() as client:
        _print_index(session, client.indexes.create(name, dict.fromkeys(model, option)))


@app.command(name="get-or-create", epilog="Example: dodeca -q index get-or-create films")
def get_or_create(
    context: typer.Context,
    name: _Name,
    model: _Models = ["marengo3.0"],  # noqa: B006
    option: _Options = ["visual", "audio"],  # noqa: B006
) -> None:
    """Print the id of the index of this name, and create it if there is none (`/indexes`).

    An index of this name with other models or modalities is an error.
    """
    session: Session = context.obj
    with session.client() as client:
        _print_index(session, client.indexes.get_or_create(name, dict.fromkeys(model, option)))


def _print_index(session: Session, index: Index) -> None:
    from dodeca.cli.cells import cell

    session.print_item(index, index.id, cell(index.id, "bold"), cell(index.index_name))
    session.note_not_kept()


@app.command(name="list", epilog="Example: dodeca --json index list")
def list_(context: typer.Context) -> None:
    """List the indexes, newest first (`GET /indexes`)."""
    session: Session = context.obj
    with session.client() as client:
        indexes = list(client.indexes.list(page_limit=50))
    session.print_results(indexes, (index.id for index in indexes), lambda: _table(indexes))


@app.command(epilog="Example: dodeca index show INDEX")
def show(context: typer.Context, index: _Index) -> None:
    """Show an index: its models, and the number and length of its videos (`GET /indexes/{id}`)."""
    session: Session = context.obj
    with session.client() as client:
        shown = client.indexes.retrieve(find_index(client, index))
    session.print_results([shown], [shown.id], lambda: _table([shown]))


@app.command(epilog="Example: dodeca index videos INDEX")
def videos(context: typer.Context, index: _Index) -> None:
    """List the videos of an index, newest first (`GET /indexes/{id}/videos`)."""
    session: Session = context.obj
    with session.client() as client:
        listed = list(client.indexes.videos.list(find_index(client, index), page_limit=50))
    session.print_results(listed, (video.id for video in listed), lambda: _video_table(listed))


@app.command(epilog="Example: dodeca index delete INDEX")
def delete(
    context: typer.Context,
    indexes: Annotated[
        list[str], typer.Argument(metavar="INDEX...", help="Ids or names of indexes.")
    ],
) -> None:
    """Delete indexes with all their videos, for good (`DELETE /indexes/{id}`)."""
    session: Session = context.obj
    with session.client() as client:

        def work(index: str) -> str:
            index_id = find_index(client, index)
            client.indexes.delete(index_id)
            return index_id

        for index_id in session.for_each(indexes, work):
            session.print_deleted(index_id)


@app.command(epilog="Example: dodeca index add INDEX clip.mp4 film.mp4")
def add(
    context: typer.Context,
    index: _Index,
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE|URL|asset:ID|-...", help="Videos to add.")
    ],
    wait: Annotated[bool, typer.Option(help="Wait until the videos can be searched.")] = True,
    timeout: Timeout = 3600.0,
) -> None:
    """Add videos to an index and print their ids (`POST /tasks`; above 2 GB through an asset)."""
    from dodeca.cli.cells import cell, status_cell

    session: Session = context.obj
    with session.client() as client:
        index_id = find_index(client, index)

        def work(source: str) -> tuple[str, str | None, str]:
            limit = timeout if wait else None
            return as_unicode(source), *_add(client, session.progress, index_id, source, limit)

        for source, video_id, status in session.for_each(sources, work):
            record = {"source": source, "index_id": index_id, "status": status, "id": video_id}
            cells = cell(video_id, "bold"), status_cell(status), cell(source)
            session.print_item(record, video_id, *cells)


def _add(
    client: Client, progress: ProgressDisplay, index_id: str, source: str, timeout: float | None
) -> tuple[str | None, str]:
    """Add a video; its id and status. Waits for at most `timeout` seconds, or not if None."""
    media = parse_media(source)
    if media.asset_id is not None or (media.size or 0) > _MAX_TASK_BYTES:
        asset_id = media.asset_id or upload_and_wait(client, progress, source, media)
        job = client.indexes.assets.create(index_id, asset_id)
        if timeout is not None:
            with progress.waiting(f"indexing {source}") as update:
                job.wait(timeout=timeout, on_progress=update)
        return job.id, job.status
    with progress.waiting(f"sending {source}"):
        task = client.tasks.create(index_id, media)
    if timeout is not None:
        with progress.waiting(f"indexing {source}") as update:
            task.wait(timeout=timeout, on_progress=update)
    return task.latest.video_id if task.latest else None, task.status


def _table(indexes: list[Index]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, duration_cell

    table = tables.Table(
        tables.Column("id"),
        tables.names("name"),
        tables.Column("models", tables.Fit.WRAP),
        *tables.numbers("videos", "length"),
    )
    for index in indexes:
        models = "; ".join(
            f"{model.model_name}: {', '.join(model.model_options or [])}"
            for model in index.models or []
        )
        table.add_row(
            cell(index.id, "bold"),
            cell(index.index_name),
            cell(models),
            cell(index.video_count or 0),
            duration_cell(index.total_duration),
        )
    return table


def _video_table(videos: list[Video]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, date_cell, duration_cell, frame_cell, size_cell
    from dodeca.results import SystemMetadata

    table = tables.Table(
        tables.Column("id"),
        tables.names("file"),
        *tables.numbers("length", "frame", "size"),
        tables.Column("created"),
    )
    for video in videos:
        file = video.system_metadata or SystemMetadata()
        table.add_row(
            cell(video.id, "bold"),
            cell(file.filename),
            duration_cell(file.duration),
            frame_cell(file.width, file.height),
            size_cell(file.size),
            date_cell(video.created_at),
        )
    return table
