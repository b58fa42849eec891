"""`dodeca tasks list`, `show` and `wait`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca._base.text import quote
from dodeca.cli.inputs import Timeout
from dodeca.cli.lazy_commands import CommandGroup
from dodeca.errors import BadRequestError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from dodeca import Client, Job
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table

app: CommandGroup = CommandGroup(
    no_args_is_help=True, help="List tasks of the API, show them or wait for them."
)

TaskKind = Literal["embed", "index", "analyze"]
_KindOption = Annotated[TaskKind | None, typer.Option("--kind", help="Only tasks of this kind.")]
_TaskIds = Annotated[list[str], typer.Argument(metavar="TASK...", help="Ids of tasks.")]


@app.command(name="list", epilog="Example: dodeca tasks list --kind index --limit 3")
def list_(
    context: typer.Context,
    kind: _KindOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of tasks of each kind.")] = 10,
) -> None:
    """List embedding, indexing and analysis tasks, newest first."""
    session: Session = context.obj
    with session.client() as client:
        tasks = [
            {"kind": name, **_fields(task)}
            for name in _kinds(kind)
            for task in islice(_resource(client, name).list(page_limit=min(limit, 50)), limit)
        ]
    _print(session, tasks)


@app.command(epilog="Example: dodeca tasks show TASK")
def show(context: typer.Context, task_ids: _TaskIds, kind: _KindOption = None) -> None:
    """Show the status of tasks."""
    session: Session = context.obj
    with session.client() as client:
        tasks = [_record(*_find(client, task_id, kind)) for task_id in task_ids]
    _print(session, tasks)


@app.command(epilog="Example: dodeca tasks wait TASK --timeout 600")
def wait(
    context: typer.Context,
    task_ids: _TaskIds,
    kind: _KindOption = None,
    timeout: Timeout = 3600.0,
) -> None:
    """Wait until tasks are ready; a task that fails is an error."""
    session: Session = context.obj
    with session.client() as client:

        def work(task_id: str) -> dict[str, Any]:
            name, job = _find(client, task_id, kind)
            with session.progress.waiting(f"{name} task {task_id}") as update:
                update(job)
                job.wait(timeout=timeout, on_progress=update)
            return _record(name, job)

        tasks = list(_printed(session, session.for_each(task_ids, work)))
    if not session.as_json:
        _print(session, tasks)


def _print(session: Session, tasks: list[dict[str, Any]]) -> None:
    session.print_results(tasks, (task["id"] for task in tasks), lambda: _table(tasks))


def _printed(session: Session, records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The records; with `--json`, each is printed as soon as it is there."""
    for record in records:
        if session.as_json:
            session.print_json(record)
        yield record


def _kinds(kind: TaskKind | None) -> tuple[TaskKind, ...]:
    return (kind,) if kind else ("embed", "index", "analyze")


def _resource(client: Client, kind: TaskKind) -> Any:
    if kind == "index":
        return client.tasks
    return client.embed.tasks if kind == "embed" else client.analyze.tasks


def _find(client: Client, task_id: str, kind: TaskKind | None) -> tuple[TaskKind, Job[Any]]:
    """The task with this id, among those of `kind` or of any kind.

    Ids of each kind have a format of their own; the API rejects those of another with 400.
    """
    for name in _kinds(kind):
        try:
            return name, _resource(client, name).retrieve(task_id)
        except (NotFoundError, BadRequestError):
            continue
    raise InvalidRequestError(f"no task {quote(task_id)} among those of {kind or 'any kind'}")


def _record(kind: TaskKind, job: Job[Any]) -> dict[str, Any]:
    latest = job.latest
    fields = {} if latest is None or kind == "embed" else _fields(latest)
    return {"kind": kind, **fields, "id": job.id, "status": job.status}


def _fields(task: Any) -> dict[str, Any]:
    """The fields that all kinds of tasks have, and those that tell what a task is about."""
    about = {
        "filename": _file_name(task),
        "video_id": getattr(task, "video_id", None),
        "model_name": getattr(task, "model_name", None),
        "result": getattr(getattr(task, "result", None), "data", None),
    }
    fields = {"id": task.id, "status": task.status, "created_at": task.created_at}
    return fields | {name: value for name, value in about.items() if value}


def _file_name(task: Any) -> str | None:
    """The file name or the URL of the media of a task, if the API says it."""
    name: str | None = None
    if metadata := getattr(task, "system_metadata", None):
        name = metadata.filename
    for kind in ("video", "audio", "image", "document"):
        media = getattr(task, f"{kind}_embedding", None)
        if media and media.metadata:
            name = media.metadata.input_filename or media.metadata.input_url
    return name


def _table(tasks: list[dict[str, Any]]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell, date_cell, status_cell

    columns = map(tables.Column, ("kind", "id", "status", "created"))
    table = tables.Table(*columns, tables.Column("about", tables.Fit.WRAP))
    for task in tasks:
        about = [task.get(name) for name in ("filename", "video_id", "model_name", "result")]
        table.add_row(
            cell(task["kind"]),
            cell(task["id"], "bold"),
            status_cell(task["status"]),
            date_cell(task.get("created_at")),
            cell("  ".join(str(value) for value in about if value), values=about),
        )
    return table
