"""`dodeca assets list` and `delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dodeca.cli.lazy_commands import CommandGroup

if TYPE_CHECKING:
    from dodeca.cli.session import Session
    from dodeca.cli.tables import Table
    from dodeca.results import Asset

app: CommandGroup = CommandGroup(no_args_is_help=True, help="List and delete uploaded files.")


@app.command(name="list", epilog="Example: dodeca --json assets list")
def list_(context: typer.Context) -> None:
    """List the assets, newest first (`GET /assets`)."""
    session: Session = context.obj
    with session.client() as client:
        assets = list(client.assets.list(page_limit=50))
    session.print_results(assets, (asset.id for asset in assets), lambda: _table(assets))


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
    from dodeca.cli.cells import cell, date_cell, duration_cell, size_cell, status_cell

    table = tables.Table(
        tables.Column("id"),
        tables.names("file"),
        tables.Column("status"),
        *tables.numbers("length", "size"),
        tables.Column("created"),
    )
    for asset in assets:
        table.add_row(
            cell(asset.id, "bold"),
            cell(asset.filename),
            status_cell(asset.status),
            duration_cell(asset.duration),
            size_cell(asset.size),
            date_cell(asset.created_at),
        )
    return table
