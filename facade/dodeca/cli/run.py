"""`dodeca run`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca.cli.sources import segmentation_of
from dodeca.cli.status import plain

if TYPE_CHECKING:
    from rich.table import Table

    from dodeca.bulk import Failure, Run
    from dodeca.cli.session import Session

_SHOWN = 20  # failures; all are in the table of errors


def run(
    context: typer.Context,
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUTS...", help="A folder, a glob, a CSV or Parquet manifest."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="A folder, or a .lance table."),
    ],
    segmentation: Annotated[
        str | None,
        typer.Option("--segmentation", metavar="fixed:S|dynamic:S", help="How they are cut."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help='"visual", "audio", "transcription".')
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help='"clip", "asset".')] = None,
    model: Annotated[str, typer.Option(help="The model.")] = "marengo3.0",
    via: Annotated[str, typer.Option(help="auto, sync (one call) or task.")] = "auto",
    engine: Annotated[str, typer.Option(help="local, or ray for a cluster.")] = "local",
    concurrency: Annotated[int, typer.Option(help="Requests at a time.")] = 16,
    on_unknown: Annotated[
        str,
        typer.Option(help="A task that may or may not have been created: stop, or resubmit."),
    ] = "stop",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what was refused for good.")
    ] = False,
    keep_assets: Annotated[
        bool, typer.Option(help="Keep the assets that are uploaded for the run.")
    ] = True,
    max_minutes: Annotated[
        float | None, typer.Option(metavar="M", help="Stop before more minutes of media.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and send nothing.")
    ] = False,
) -> None:
    """Embed a folder or a table of media into a dataset.

    If a run stops for any reason, run the same command again and it resumes. Finished inputs cost
    no requests.
    """
    session: Session = context.obj
    bar = session.err.is_terminal and not session.quiet
    with session.client() as client:
        found = client.embed.run(
            inputs[0] if len(inputs) == 1 else inputs,
            out=output,
            model_name=model,
            segmentation=segmentation_of(segmentation),
            embedding_option=option,
            embedding_scope=scope,
            via=via,  # type: ignore[arg-type]  # it is checked where it is used
            engine=engine,  # type: ignore[arg-type]
            concurrency=concurrency,
            on_unknown=on_unknown,  # type: ignore[arg-type]
            retry_failed=retry_failed,
            keep_assets=keep_assets,
            max_minutes=max_minutes,
            dry_run=dry_run,
            progress=bar and not dry_run,
        )
    if dry_run:
        _tell_estimate(session, found)
    else:
        _tell(session, found)
        raise typer.Exit(found.exit_code)


def _tell(session: Session, found: Run) -> None:
    if session.as_json:
        for failure in found.failures:
            session.record(failure)
        session.record(
            {
                "total": found.total,
                "done": found.done,
                "skipped": found.skipped,
                "failed": found.failed,
                "unknown": found.unknown,
                "minutes": found.minutes,
                "orphaned_tasks": found.orphaned_tasks,
                "stopped": found.stopped,
                "resume_at": found.resume_at,
            }
        )
        return
    if found.failures:
        session.out.print(_table(found.failures[:_SHOWN]))
    session.out.print(str(found), markup=False)
    session.say(f"vectors: {found.vectors}")
    if found.failures:
        session.say(f"errors: {found.errors}")


def _tell_estimate(session: Session, found: Run) -> None:
    assert found.estimate is not None
    if session.as_json:
        session.record(found.estimate)
        return
    for rejection in found.estimate.rejected[:_SHOWN]:
        session.out.print(f"{plain(rejection.source)}: {plain(rejection.reason)}", markup=False)
    session.out.print(str(found.estimate), markup=False)


def _table(failures: Sequence[Failure]) -> Table:
    from rich.table import Table

    from dodeca.cli import look

    table = Table()
    for heading in ("source", "code", "reason"):
        table.add_column(heading, overflow="fold")
    for failure in failures:
        table.add_row(*(look.cell(x) for x in (failure.source, failure.code, failure.reason)))
    return table
