"""`dodeca upload`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dodeca.cli.sources import media_of

if TYPE_CHECKING:
    from dodeca import Client
    from dodeca._calls.upload_plan import Progress
    from dodeca.cli.session import Session
    from dodeca.results import Asset


def upload(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="What to upload.")],
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="UPLOAD", help="Go on with an interrupted upload."),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the asset is ready.")] = True,
) -> None:
    """Upload files of any size as assets, and print their ids (`/assets`).

    Another command uses an asset as asset:ID.
    """
    session: Session = context.obj
    if resume and len(sources) != 1:
        raise typer.BadParameter("--resume goes with one file")
    with session.client() as client:

        def work(source: str) -> Asset:
            return _upload(session, client, source, resume, wait)

        for asset in session.each(sources, work):
            text = f"[bold]asset:{escape(asset.id)}[/]  {escape(asset.status or '')}"
            session.created(asset, asset.id, text)


def _upload(session: Session, client: Client, source: str, resume: str | None, wait: bool) -> Asset:
    media = media_of(source)
    sent: list[Progress] = []
    try:
        with session.bars.sending(f"uploading {source}", media.size) as move:

            def note(progress: Progress) -> None:
                sent[:] = [progress]
                move(progress)

            job = client.assets.upload(media, upload_id=resume, on_progress=note)
    except BaseException:
        if sent and sent[0].upload_id:
            again = f"--resume {sent[0].upload_id}, within 24 hours"
            session.complain(f"{source} is not complete; go on with {again}")
        raise
    if not wait:
        return job.latest or client.assets.retrieve(job.id)
    with session.bars.waiting(f"preparing {source}") as update:
        return job.wait(on_progress=update)
