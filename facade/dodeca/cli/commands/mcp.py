"""`dodeca mcp`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca._base.text import printable
from dodeca.cli.inputs import LibraryIndex, LibraryPaths, check_library, open_library

if TYPE_CHECKING:
    from dodeca.cli.session import Session

EXAMPLE = "Example: dodeca mcp library/ --clips clips/"


def mcp(
    context: typer.Context,
    paths: LibraryPaths = None,
    index: LibraryIndex = None,
    max_queries: Annotated[
        int,
        typer.Option(
            "--max-queries",
            metavar="N",
            min=0,
            help="Maximum number of queries that cost a request; kept queries are free.",
        ),
    ] = 100,
    clips: Annotated[
        Path | None,
        typer.Option("--clips", metavar="DIR", help="Let the agent cut clips into this folder."),
    ] = None,
) -> None:
    """Serve a library to agents over stdin and stdout (Model Context Protocol).

    The tools search the library, list its sources, show thumbnails and
    metadata and, with --clips, cut clips. Add the command to the settings of
    an MCP client, which starts it.
    """
    session: Session = context.obj
    check_library(paths, index)
    if clips is not None and not (clips.is_dir() or (clips.parent.is_dir() and not clips.exists())):
        raise typer.BadParameter(f"--clips {printable(clips)} is no folder")
    from dodeca.mcp import create_server

    with session.client() as client:
        library = open_library(client, paths, index)
        server = create_server(library, max_queries=max_queries, clips=clips)
        session.note(f"serving {printable(library.name)} over stdin and stdout")
        server.run()
