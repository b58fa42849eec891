"""`dodeca tasks list`, `show` and `wait`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dodeca.errors import BadRequestError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from rich.table import Table

    from dodeca import Client, Job
    from dodeca.cli.session import Session

app = typer.Typer(no_args_is_help=True, help="Look at what the service is working on.")

Kind = Literal["embed", "index", "analyze"]
_KIND = typer.Option("--kind", help="Only tasks of this kind.")
_IDS = typer.Argument(metavar="TASK...", help="The ids of tasks.")


@app.command(name="list")
def list_(
    context: typer.Context,
    kind: Annotated[Kind | None, _KIND] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each kind.")] = 10,
) -> None:
    """List tasks, newest first: embedding, indexing, analysis."""
    session: Session = context.obj
    with session.client() as client:
        found = [
            {"kind": name, **_facts(task)}
            for name in _kinds(kind)
            for task in islice(_place(client, name).list(page_limit=min(limit, 50)), limit)
        ]
    session.show(found, lambda: _table(found))


@app.command()
def show(
    context: typer.Context,
    task_ids: Annotated[list[str], _IDS],
    kind: Annotated[Kind | None, _KIND] = None,
) -> None:
    """Show how tasks are."""
    session: Session = context.obj
    with session.client() as client:
        found = [_record(*_find(client, task_id, kind)) for task_id in task_ids]
    session.show(found, lambda: _table(found))


@app.command()
def wait(
    context: typer.Context,
    task_ids: Annotated[list[str], _IDS],
    kind: Annotated[Kind | None, _KIND] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait for each.")] = 3600.0,
) -> None:
    """Wait until tasks are ready; a failed one is an error."""
    session: Session = context.obj
    with session.client() as client:

        def work(task_id: str) -> dict[str, Any]:
            name, job = _find(client, task_id, kind)
            with session.bars.waiting(f"{name} task {task_id}") as update:
                update(job)
                job.wait(timeout=timeout, on_progress=update)
            return _record(name, job)

        done = list(_kept(session.each(task_ids, work), session))
    if not session.as_json:
        session.out.print(_table(done))


def _kept(records: Iterator[dict[str, Any]], session: Session) -> Iterator[dict[str, Any]]:
    """The records; those for a program are told as they come."""
    for record in records:
        if session.as_json:
            session.record(record)
        yield record


def _kinds(kind: Kind | None) -> tuple[Kind, ...]:
    return (kind,) if kind else ("embed", "index", "analyze")


def _place(client: Client, kind: Kind) -> Any:
    if kind == "index":
        return client.tasks
    return client.embed.tasks if kind == "embed" else client.analyze.tasks


def _find(client: Client, task_id: str, kind: Kind | None) -> tuple[Kind, Job[Any]]:
    """A task of that id; the kinds have ids of different forms, which the service may refuse."""
    for name in _kinds(kind):
        try:
            return name, _place(client, name).retrieve(task_id)
        except (NotFoundError, BadRequestError):
            continue
    raise InvalidRequestError(f"no task {task_id!r} among those of {kind or 'any kind'}")


def _record(kind: Kind, job: Job[Any]) -> dict[str, Any]:
    latest = job.latest
    facts = {} if latest is None or kind == "embed" else _facts(latest)
    return {"kind": kind, **facts, "id": job.id, "status": job.status}


def _facts(task: Any) -> dict[str, Any]:
    """What the kinds of tasks have in common, and what each is about."""
    measured = getattr(task, "system_metadata", None)
    about = {
        "filename": measured.filename if measured else None,
        "video_id": getattr(task, "video_id", None),
        "model_name": getattr(task, "model_name", None),
        "result": getattr(getattr(task, "result", None), "data", None),
    }
    facts = {"id": task.id, "status": task.status, "created_at": task.created_at}
    return facts | {name: value for name, value in about.items() if value}


def _table(found: list[dict[str, Any]]) -> Table:
    from dodeca.cli import tables

    tones = {"ready": "green", "failed": "red", "canceled": "red"}
    table = tables.table("kind", "id", "status", "created", "about")
    for task in found:
        created = task.get("created_at")
        status = task["status"] or ""
        about = [task.get(name) for name in ("filename", "video_id", "model_name", "result")]
        table.add_row(
            tables.cell(task["kind"]),
            tables.cell(task["id"], "bold"),
            tables.cell(status, tones.get(status, "yellow")),
            tables.cell(created.strftime("%Y-%m-%d %H:%M") if created else ""),
            tables.cell("  ".join(str(word) for word in about if word)),
        )
    return table
