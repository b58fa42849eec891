"""`dodeca run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dodeca._base.text import printable
from dodeca.cli.inputs import (
    Dimension,
    EmbeddingOption,
    EmbeddingScope,
    ModelName,
    SegmentationOption,
    Via,
    parse_segmentation,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dodeca.bulk import Failure, Run
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table

EXAMPLE = "Example: dodeca run films/ -o library/"
_SHOWN_REJECTIONS = 20
_NOT_IN_JSON = ("failures", "estimate", "is_registering")  # lines of their own, or of a dry run
_SHOWN_FAILURES = 5  # of each code; all of them are in the table of errors


def run(
    context: typer.Context,
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUTS...", help="A folder, a glob, a CSV or Parquet manifest, or files."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="A folder for the dataset, or a .lance table."
        ),
    ],
    segmentation: SegmentationOption = None,
    option: EmbeddingOption = None,
    scope: EmbeddingScope = None,
    model: ModelName = None,
    dimension: Dimension = None,
    via: Via = "auto",
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Run on this machine, or on a Ray cluster.")
    ] = "local",
    concurrency: Annotated[int, typer.Option(help="Maximum number of requests at a time.")] = 16,
    on_unknown: Annotated[
        Literal["stop", "resubmit"],
        typer.Option(
            help="For a task that may or may not have been created: stop, or resubmit it."
        ),
    ] = "stop",
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry inputs that failed for good.")
    ] = False,
    keep_assets: Annotated[
        bool, typer.Option(help="Keep the assets that were uploaded for the run.")
    ] = True,
    max_minutes: Annotated[
        float | None,
        typer.Option("--max-minutes", metavar="M", help="Stop before more minutes of media."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done; send nothing.")
    ] = False,
) -> None:
    """Embed a folder or a manifest of media into a dataset; run it again to resume.

    If a run stops for any reason, run the same command again and it resumes.
    Finished inputs cost no requests.
    """
    session: Session = context.obj
    with session.client(model) as client:
        result = client.embed.run(
            inputs[0] if len(inputs) == 1 else inputs,
            out=output,
            embedding_dimension=dimension,
            segmentation=parse_segmentation(segmentation),
            embedding_option=option,
            embedding_scope=scope,
            via=via,
            engine=engine,
            concurrency=concurrency,
            on_unknown=on_unknown,
            retry_failed=retry_failed,
            keep_assets=keep_assets,
            max_minutes=max_minutes,
            dry_run=dry_run,
            progress=session.progress.of_run(),
        )
    if dry_run:
        _print_estimate(session, result)
    else:
        _print_result(session, result)
        raise typer.Exit(result.exit_code)


def _print_result(session: Session, result: Run) -> None:
    if session.as_json:
        for failure in result.failures:
            session.print_json(failure)
        session.print_json({k: v for k, v in result.to_dict().items() if k not in _NOT_IN_JSON})
        return
    if session.quiet:
        session.print_results([], [str(result.vectors)])
        return
    if result.failures:
        _print_failures(session, result.failures)
    session.print_text(str(result))
    if result.failures:
        session.note(f"errors: {result.errors}")
    session.note(f"vectors: {result.vectors}")


def _print_failures(session: Session, failures: Sequence[Failure]) -> None:
    """The first failures of each code, the most frequent code first, and how many there are."""
    by_code: dict[str, list[Failure]] = {}
    for failure in failures:
        by_code.setdefault(failure.code, []).append(failure)
    groups = sorted(by_code.values(), key=len, reverse=True)
    shown = [failure for group in groups for failure in group[:_SHOWN_FAILURES]]
    session.print_results([], [], lambda: _table(shown))
    for group in groups:
        if (more := len(group) - _SHOWN_FAILURES) > 0:
            session.print_text(f"and {more} more of {printable(group[0].code)}")


def _print_estimate(session: Session, result: Run) -> None:
    from dodeca.bulk.folders import describe_left_out

    estimate = result.estimate
    assert estimate is not None
    if session.as_json:
        session.print_json(estimate.to_dict() | {"left_out": dict(result.left_out)})
        return
    for each in estimate.rejected[:_SHOWN_REJECTIONS]:
        session.print_text(f"{printable(each.source)}: {printable(each.reason)}")
    if (more := len(estimate.rejected) - _SHOWN_REJECTIONS) > 0:
        session.print_text(f"and {more} more are rejected")
    session.print_text(f"{estimate}{describe_left_out(result.left_out)}")


def _table(failures: Sequence[Failure]) -> Table:
    from dodeca.cli import tables
    from dodeca.cli.cells import cell

    reason = tables.Column("reason", tables.Fit.WRAP)
    table = tables.Table(tables.names("source"), tables.Column("code"), reason)
    for failure in failures:
        table.add_row(*map(cell, (failure.source, failure.code, failure.reason)))
    return table
