"""The server of the page: an ASGI application over a library."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from dodeca._base import asgi_server
from dodeca._base.text import as_unicode
from dodeca.browse.export_api import ExportAPI
from dodeca.browse.guard import Guard, content_policy, origin_of
from dodeca.browse.media_api import MediaAPI
from dodeca.browse.playback import state_of
from dodeca.browse.queries import QueryStore
from dodeca.browse.responses import ERROR_HANDLERS
from dodeca.browse.search_api import SearchAPI
from dodeca.library import Library, Source
from dodeca.media import is_url

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"


@contextmanager
def serving(library: Library, *, clips: str | Path = "clips", port: int = 0) -> Iterator[str]:
    """Serve the page of a library on this machine while the block lasts; yields its address.

    The address has a random token, without which nothing is served. Clips that the page saves go
    into the folder `clips`. Port 0 is any free one.

    >>> from dodeca.browse import serving
    >>> from dodeca.library import open_dataset
    >>> path = client.embed.video("colours.mp4").to_parquet("colours.parquet")
    >>> with serving(open_dataset(path, client)) as url:
    ...     print(url[:17])
    http://127.0.0.1:

    Raises:
        OSError: the port is not available.
    """
    token = secrets.token_urlsafe(32)
    # A browser may still be reading a file of it.
    with TemporaryDirectory(prefix="dodeca-browse-", ignore_cleanup_errors=True) as scratch:
        app = make_app(library, token=token, clips=Path(clips), scratch=Path(scratch))
        with asgi_server.serving(app, host=HOST, port=port) as origin:
            yield f"{origin}/{token}/"


def make_app(library: Library, *, token: str, clips: Path, scratch: Path) -> ASGIApp:
    """The application; `scratch` is a folder for what it makes and forgets."""
    queries = QueryStore()
    sources = {source.id: source for source in library.sources}
    search = SearchAPI(library, sources, queries, as_unicode(clips.absolute()))
    media = MediaAPI(library, sources, scratch)
    exports = ExportAPI(library, queries, clips, scratch)
    app = Starlette(
        routes=[
            Route("/", _page),
            *search.routes,
            *media.routes,
            *exports.routes,
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
        ],
        exception_handlers=ERROR_HANDLERS,
    )
    return Guard(app, token, _policy(sources.values()))


async def _page(request: Request) -> FileResponse:
    return FileResponse(STATIC / "index.html")


def _policy(sources: Iterable[Source]) -> str:
    """The content security policy of the page, which names the links of the library."""
    remote = [each for each in sources if state_of(each) == "link"]
    origins = [origin_of(each.location) for each in remote if is_url(each.location)]
    # An id of the service stands for a stream whose address is asked for when it is played.
    has_streams = any(not is_url(each.location) for each in remote)
    return content_policy(filter(None, origins), has_streams=has_streams)
