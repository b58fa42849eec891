"""`dodeca assets list` and `delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from dodeca.cli.session import Session
    from dodeca.results import Asset

app = typer.Typer(no_args_is_help=True, help="List and delete uploaded files.")


@app.command(name="list", epilog="Example: dodeca --json assets list")
def list_(context: typer.Context) -> None:
    """List the assets, newest first (`GET /assets`)."""
    session: Session = context.obj
    with session.client() as client:
        assets = list(client.assets.list(page_limit=50))
    session.print_results(assets, lambda: _table(assets))


@app.command(epilog="Example: dodeca assets delete ASSET")
def delete(
    context: typer.Context,
    asset_ids: Annotated[list[str], typer.Argument(metavar="ASSET...", help="Ids of assets.")],
    force: Annotated[
        bool, typer.Option("--force", help="Delete also what an index or a collection uses.")
    ] = False,
) -> None:
    """Delete assets for good (`DELETE /assets/{id}`)."""
    session: Session = context.obj
    with session.client() as client:

        def work(name: str) -> str:
            asset_id = name.removeprefix("asset:")
            client.assets.delete(asset_id, force=force or None)
            return asset_id

        for asset_id in session.for_each(asset_ids, work):
            session.print_deleted(asset_id)


def _table(assets: list[Asset]) -> Table:
    from dodeca.cli import tables

    numbers = ("length", "size")
    table = tables.new_table("id", "file", "status", *numbers, "created", right=numbers)
    for asset in assets:
        table.add_row(
            tables.cell(asset.id, "bold"),
            tables.cell(asset.filename),
            tables.status_cell(asset.status),
            tables.format_duration(asset.duration),
            tables.format_size(asset.size),
            tables.format_date(asset.created_at),
        )
    return table
