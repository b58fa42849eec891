"""`dodeca upload`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dodeca.cli.inputs import parse_media

if TYPE_CHECKING:
    from dodeca import Client
    from dodeca._calls.upload_plan import Progress
    from dodeca.cli.session import Session
    from dodeca.results import Asset

EXAMPLE = "Example: dodeca upload film.mp4"


def upload(
    context: typer.Context,
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE|URL|-...", help="Files, URLs or stdin (-).")
    ],
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="UPLOAD", help="Resume an interrupted upload, by its id."),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the asset is ready.")] = True,
) -> None:
    """Upload files of any size as assets and print their ids (`/assets`).

    Other commands take an asset as asset:ID.
    """
    from dodeca.cli.cells import cell, status_cell

    session: Session = context.obj
    if resume and len(sources) != 1:
        raise typer.BadParameter("--resume needs exactly one file")
    with session.client() as client:

        def work(source: str) -> Asset:
            return _upload(session, client, source, resume, wait)

        for asset in session.for_each(sources, work):
            cells = cell(f"asset:{asset.id}", "bold"), status_cell(asset.status)
            session.print_item(asset, asset.id, *cells, cell(asset.filename))
    session.note_not_kept()


def _upload(session: Session, client: Client, source: str, resume: str | None, wait: bool) -> Asset:
    media = parse_media(source)
    latest: Progress | None = None
    try:
        with session.progress.uploading(f"uploading {source}", media.size) as update:

            def on_progress(progress: Progress) -> None:
                nonlocal latest
                latest = progress
                update(progress)

            job = client.assets.upload(media, upload_id=resume, on_progress=on_progress)
    except BaseException:
        if latest and latest.upload_id:
            option = f"--resume {latest.upload_id}"
            session.error(f"{source} is incomplete; resume it within 24 hours with {option}")
        raise
    if not wait:
        return job.latest or client.assets.retrieve(job.id)
    with session.progress.waiting(f"preparing {source}") as update:
        return job.wait(on_progress=update)
