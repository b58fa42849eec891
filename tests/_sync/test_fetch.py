# From tests/_async/test_fetch.py by scripts/unasync.py; edit that one.
"""What is at the links of results: thumbnails of the emulator, and files of other hosts."""

import gzip
from pathlib import Path

import httpx
import pytest

from dodeca import Client, errors
from dodeca.emulator import Emulator, samples, serving
from tests.scripted import Pieces, Script, reply
from tests.seams import FakeClock, on_clock

LINK = "https://cdn.example/thumb.jpg?Signature=secret-signature"
JPEG = b"\xff\xd8\xff"


def scripted(*replies: object) -> tuple[Client, Script]:
    script = Script(*replies)  # type: ignore[arg-type]
    return on_clock(Client("tlk_canary", transport=script)), script


def thumbnail_of(client: Client, folder: Path) -> str:
    """The link to the thumbnail of a search hit."""
    film = samples.video(folder / "clip.mp4", [samples.Scene("red", 4)], sound=False)
    index = client.indexes.create("films", {"marengo3.0": ["visual"]}, addons=["thumbnail"])
    job = client.tasks.create(index.id, film)
    job.wait()
    hits = client.search(index.id, "red", search_options=["visual"])
    return hits.first_page.items[0].thumbnail_url or ""


def test_thumbnails_of_an_emulator_in_this_process(tmp_path: Path) -> None:
    with Client.emulated() as client:
        link = thumbnail_of(client, tmp_path)
        assert client.fetch(link).startswith(JPEG)
        with pytest.raises(errors.NotFoundError):
            client.fetch(link.replace(link.split("/")[-2], "0" * 24))


def test_thumbnails_of_an_emulator_as_a_server(tmp_path: Path) -> None:
    with Emulator() as emulator, serving(emulator) as url:
        with Client("key", base_url=url) as client:
            assert client.fetch(thumbnail_of(client, tmp_path)).startswith(JPEG)


@pytest.mark.parametrize("link", [LINK, "https://api.twelvelabs.io/v1.3/x.jpg", "http://a.example"])
def test_the_key_is_not_sent(link: str) -> None:
    client, script = scripted(httpx.Response(200, content=JPEG))
    assert client.fetch(link) == JPEG
    (request,) = script.requests
    assert (request.method, str(request.url)) == ("GET", link)
    assert "tlk_canary" not in str(request.headers)
    assert "x-api-key" not in request.headers


@pytest.mark.parametrize("status", [301, 302, 403, 404])
def test_an_error_or_a_redirect_is_an_error_of_the_api(status: int) -> None:
    client, script = scripted(
        httpx.Response(status, content=b"<xml/>", headers={"location": "https://other.example"})
    )
    with pytest.raises(errors.APIError) as caught:
        client.fetch(LINK)
    assert caught.value.status == status
    assert "secret-signature" not in str(caught.value)
    assert len(script.requests) == 1


def test_a_fault_that_passes_is_retried_within_the_deadline() -> None:
    client, script = scripted(
        reply(status=503), httpx.ReadError("reset"), httpx.Response(200, content=JPEG)
    )
    assert client.fetch(LINK) == JPEG
    assert script.left == 0
    clock = FakeClock()
    client = on_clock(Client("key", timeout=5.0, transport=Script(*[reply(status=503)] * 9)))
    on_clock(client, clock)
    with pytest.raises(errors.APIError):
        client.fetch(LINK)
    assert clock.now <= 5.0


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (1_001, False)])
def test_more_than_max_bytes_is_refused_and_not_asked_for_again(
    encoding: str, size: int, fits: bool
) -> None:
    content = bytes(size)
    body = Pieces(gzip.compress(content) if encoding == "gzip" else content, b"")
    headers = {"content-encoding": encoding}
    client, script = scripted(httpx.Response(200, headers=headers, stream=body))
    if fits:
        assert client.fetch(LINK, max_bytes=1_000) == content
    else:
        with pytest.raises(errors.InvalidResponseError, match="more than 1,000 bytes"):
            client.fetch(LINK, max_bytes=1_000)
    assert body.closed
    assert script.left == 0


@pytest.mark.parametrize(
    "link",
    [
        *("", "x.jpg", "/etc/passwd", "file:///etc/passwd", "ftp://a.example/x", "data:,x"),
        *("https://", "https://a.example:99999/x", "javascript:alert(1)", None, 3, b"https://a"),
        "ftp://a.example/?Signature=secret-signature",
    ],
)
def test_only_web_links_are_fetched(link: object) -> None:
    client, script = scripted()
    with pytest.raises(errors.InvalidRequestError, match="http") as caught:
        client.fetch(link)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 300
    assert not script.requests


@pytest.mark.parametrize("max_bytes", [0, -1, 2.5, "many", 2**40])
def test_max_bytes_is_a_number_of_bytes(max_bytes: object) -> None:
    client, _ = scripted()
    with pytest.raises(errors.InvalidRequestError, match="max_bytes"):
        client.fetch(LINK, max_bytes=max_bytes)  # type: ignore[arg-type]


def test_a_closed_client_fetches_nothing() -> None:
    client, script = scripted()
    client.close()
    with pytest.raises(errors.ConfigurationError, match="closed"):
        client.fetch(LINK)
    assert not script.requests
