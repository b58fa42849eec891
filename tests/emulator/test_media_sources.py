import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers import media_sources
from dodeca.emulator.handlers.media_sources import MediaKind, open_source
from dodeca.emulator.rules.urls import open_url

from .conftest import encoded

Read = Callable[[httpx.Response], tuple[int, str, str]]


class _Web(BaseHTTPRequestHandler):
    """A small web: the files of a folder, a redirect and a stream without end."""

    def __init__(self, folder: Path, *args: Any) -> None:
        self.folder = folder
        super().__init__(*args)

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if name == "moved.jpg":
            self.send_response(302)
            self.send_header("Location", "/purple.jpg")
            self.end_headers()
        elif name == "endless.jpg":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(1024**2))
            except OSError:
                self.close_connection = True
        elif (self.folder / name).is_file():
            self.send_response(200)
            self.end_headers()
            self.wfile.write((self.folder / name).read_bytes())
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web(media: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Web, media)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def content(emulator: Emulator, source: dict[str, str], kind: MediaKind = "image") -> bytes:
    with open_source(emulator.state, source, kind=kind, field="image.media_source") as found:
        return found.content if isinstance(found.content, bytes) else found.content.read_bytes()


def error_for(
    emulator: Emulator, source: dict[str, str], kind: MediaKind = "image"
) -> ErrorResponse:
    with pytest.raises(ErrorResponse) as caught:
        content(emulator, source, kind)
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/purple.jpg",
        "http://example.org/a/b/purple.jpg?token=x#y",
        "https://example.org/%70urple.jpg",
    ],
)
def test_a_url_stands_for_the_file_of_that_name(
    emulator: Emulator, media: Path, address: str
) -> None:
    assert content(emulator, {"url": address}) == (media / "purple.jpg").read_bytes()


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "https://example.org",
        "https://example.org/other.jpg",
        "https://example.org/..%2Fconftest.py",
        "https://example.org/%2Fetc%2Fpasswd",
        "https://example.org/" + "x" * 5000,
        "https://example.org/a%00b",
        "https://10.0.0.1/x.jpg",
        "https://127.0.0.1.example.org/x.jpg",
    ],
)
def test_other_machines_are_not_contacted(emulator: Emulator, address: str) -> None:
    error = error_for(emulator, {"url": address})
    assert (error.status, error.code) == (400, "parameter_invalid")
    assert "opens no connection" in error.message
    assert "--media" in error.message


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:///etc/passwd", "Only http and https"),
        ("ftp://127.0.0.1/x", "Only http and https"),
        ("http:///x", "Only http and https"),
        ("http://a:b:c/x", "not a valid URL"),
        ("http://[::1/x", "not a valid URL"),
    ],
)
def test_other_addresses_are_refused(emulator: Emulator, address: str, why: str) -> None:
    assert why in error_for(emulator, {"url": address}).message


def test_this_machine_may_serve_files(emulator: Emulator, media: Path, web: str) -> None:
    emulator.state.media_folder = None
    assert content(emulator, {"url": f"{web}/purple.jpg"}) == (media / "purple.jpg").read_bytes()
    by_name = web.replace("127.0.0.1", "localhost")
    assert content(emulator, {"url": f"{by_name}/small.png"})
    assert list(emulator.state.database.incoming_path().parent.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing.jpg", "returned status 404"),
        ("moved.jpg", "returned status 302"),
        ("endless.jpg", "larger than 32 MB"),
    ],
)
def test_what_this_machine_does_not_serve(
    emulator: Emulator, web: str, name: str, why: str
) -> None:
    assert why in error_for(emulator, {"url": f"{web}/{name}"}).message
    assert list(emulator.state.database.incoming_path().parent.iterdir()) == []


def test_a_closed_port(emulator: Emulator) -> None:
    assert "ConnectError" in error_for(emulator, {"url": "http://127.0.0.1:9/x.jpg"}).message


def test_base64(emulator: Emulator, media: Path) -> None:
    image = media / "purple.jpg"
    assert content(emulator, {"base64_string": encoded(image)}) == image.read_bytes()


@pytest.mark.parametrize("text", ["?", "abc", "YWJj\nYWJj", "YWJj=", "data:image/png;base64,YWJj"])
def test_what_is_no_base64_is_refused(emulator: Emulator, text: str) -> None:
    error = error_for(emulator, {"base64_string": text})
    assert error.message == (
        "The `image.media_source.base64_string` parameter is invalid. It is not valid base64."
    )


@pytest.mark.parametrize(("kind", "limit"), [("image", 32), ("audio", 36), ("video", 36)])
def test_base64_has_a_limit(emulator: Emulator, kind: MediaKind, limit: int) -> None:
    most = limit * 1024**2
    whole = "A" * (-(-most // 3) * 4)
    text = whole[: len(whole) - (-most % 3)] + "=" * (-most % 3)
    assert len(content(emulator, {"base64_string": text}, kind)) == most
    error = error_for(emulator, {"base64_string": text.replace("=", "A") + "AAAA"}, kind)
    assert f"It is larger than {limit} MB." in error.message


def test_files_have_a_limit(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_sources, "MAX_FILE", 1024**2)
    (emulator.state.media_folder or Path()).joinpath("large.mp4").write_bytes(bytes(1024**2 + 1))
    source = {"url": "https://example.org/large.mp4"}
    assert "It is larger than 1 MB." in error_for(emulator, source, "video").message


def test_an_unknown_asset(emulator: Emulator) -> None:
    error = error_for(emulator, {"asset_id": "abc"})
    assert (error.status, error.code) == (404, "resource_not_exist")
    assert error.message == "Resource with id `abc` does not exist in `assets`."


def test_kept_media_outlive_their_source(emulator: Emulator, web: str, media: Path) -> None:
    for address in (f"{web}/purple.jpg", "https://example.org/purple.jpg"):
        with open_url(emulator.state, address, field="url", limit=1024**2) as source:
            name = source.save(emulator.state)
        kept = emulator.state.database.media_path(name)
        assert kept.read_bytes() == (media / "purple.jpg").read_bytes()
