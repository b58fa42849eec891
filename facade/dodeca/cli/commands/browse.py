"""`dodeca browse`."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dodeca.cli.inputs import LibraryIndex, LibraryPaths, check_library, open_library

if TYPE_CHECKING:
    from dodeca.cli.session import Session

EXAMPLE = "Example: dodeca browse library"


def browse(
    context: typer.Context,
    paths: LibraryPaths = None,
    index: LibraryIndex = None,
    clips: Annotated[
        Path, typer.Option("--clips", metavar="FOLDER", help="Where the page saves clips.")
    ] = Path("clips"),
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on (default: any).")
    ] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the address; do not open a browser.")
    ] = False,
) -> None:
    """Open a page to search a library, play what was found, and save clips.

    The page is served on this machine only, until Ctrl-C. Its address has a
    random token. Texts and images that you search for are embedded, each once.
    """
    import webbrowser

    from dodeca._base import asgi_server, extras
    from dodeca._base.text import as_unicode
    from dodeca.cli.cells import cell
    from dodeca.errors import ConfigurationError

    session: Session = context.obj
    check_library(paths, index)
    try:
        from dodeca.browse import serving
    except ImportError as exc:
        raise ConfigurationError(extras.missing("the page", "browse", exc)) from exc
    asgi_server.stop_on_signals()
    with session.client() as client, ExitStack() as stack, suppress(KeyboardInterrupt):
        with session.progress.waiting("opening the library"):
            library = open_library(client, paths, index)
        try:
            url = stack.enter_context(serving(library, clips=clips, port=port))
        except OSError as exc:
            raise ConfigurationError(f"the page cannot be served on port {port}: {exc}") from exc
        session.print_item({"url": url, "name": as_unicode(library.name)}, url, cell(url, "bold"))
        session.note("Ctrl-C ends it.")
        if session.out.is_terminal and not no_open:
            webbrowser.open(url)
        asgi_server.wait_for_interrupt()
