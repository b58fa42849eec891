"""Files, names and links: what is looked at before anything is sent."""

from __future__ import annotations

import mimetypes
import os
import threading
import time
import unicodedata
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dodeca
from dodeca import AsyncClient, Client, Media
from dodeca._base.addresses import ip_of_host
from dodeca._base.clock import Clock
from dodeca._calls.bodies import form_body
from dodeca._calls.media_urls import check_reachable
from dodeca._calls.params import metadata_text
from dodeca.errors import InvalidMediaError, InvalidRequestError, SourceChangedError
from tests import contract
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.scripted import Script, reply

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
ASSET = {"_id": "a1", "status": "ready"}
PRIVATE = [
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[fd00::1]",
    "[fe80::1]",
    "[::ffff:10.0.0.1]",
    "167772161",
    "10.1",
    "0x0a.0.0.1",
    "10.0.0.1.",
]
LOOPBACK = ["127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "127.1", "2130706433"]


def ended(call: Any) -> Any:
    """The error that a call ends with, which must not block."""
    found: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it blocks"
    return found[0] if found else None


def test_files_that_are_none_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    (tmp_path / "to-pipe.mp4").symlink_to(tmp_path / "pipe.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    names = ["pipe.mp4", "loop.mp4", "to-pipe.mp4", "empty.mp4", "gone.mp4", ""]
    for path in [*(tmp_path / name for name in names), Path("/dev/zero"), Path("/dev/stdin")]:
        error = ended(lambda path=path: Media.file(path))
        assert isinstance(error, InvalidMediaError), path


@pytest.mark.parametrize(
    "change", ["pipe", "other", "longer", "shorter", "same size", "gone", "empty"]
)
def test_a_file_that_is_another_one_by_now_is_refused(change: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"first version")
    media = Media.file(path)
    past = media.path.stat().st_mtime_ns if media.path else 0
    match change:
        case "pipe":
            path.unlink()
            os.mkfifo(path)
        case "gone":
            path.unlink()
        case "other":
            (tmp_path / "new").write_bytes(b"first version")
            (tmp_path / "new").replace(path)
            os.utime(path, ns=(past, past))
        case "same size":
            path.write_bytes(b"other version")
            os.utime(path, ns=(past, past + 1))
        case _:
            path.write_bytes({"longer": b"x" * 99, "shorter": b"x", "empty": b""}[change])
    error = ended(media.open)
    assert isinstance(error, InvalidMediaError)
    if change in ("other", "longer", "shorter", "same size"):
        assert isinstance(error, SourceChangedError)


@CLIENTS
async def test_a_file_that_changes_while_it_is_sent_is_not_taken_for_sent(
    kind: Kind, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(16_000_000))  # more than the buffers of a connection hold

    class Slow(Raw):
        def on_piece(self) -> None:
            """The file changes while the server has not read all of it."""
            with path.open("r+b") as stream:
                stream.write(b"changed")

    with Slow(lambda _: http(b'{"_id":"a1"}', "201 Created")).serving() as url:
        async with opened(kind, url) as call:
            with pytest.raises(SourceChangedError):
                await call("assets.create", Media.file(path))


@given(
    st.text(max_size=40)
    | st.sampled_from(['a"b.mp4', "a\r\nX: y.mp4", "..", "a/../b", "C:\\x\\y.mp4"])
)
def test_names_of_files_stay_within_their_field(name: str) -> None:
    try:
        media = Media.data(b"film", filename=name)
        body = form_body([("file", media), ("method", "direct")])
    except InvalidMediaError:
        assert any("\ud800" <= ch <= "\udfff" for ch in name)
        return
    content = b"".join(body)
    head = content.partition(b"\r\n\r\n")[0]
    assert head.count(b"\r\n") == 2
    sent = head.split(b'filename="')[1].split(b'"\r\n')[0].decode()
    assert '"' not in sent
    assert "/" not in sent
    assert "\\" not in sent
    assert sent not in ("", ".", "..")
    assert unicodedata.is_normalized("NFC", sent)


@pytest.mark.parametrize("kind", ["text/html\r\nX-Evil: 1", "a b/c", "text", "text/x;y=1", "é/x"])
def test_a_type_of_the_system_is_not_written(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", lambda name: (kind, None))
    assert Media.data(b"x", filename="a.mp4").mime_type == "video/mp4"


def test_a_name_that_looks_like_a_url_of_data_gives_no_type() -> None:
    media = Media.data(b"x", filename="data:text\\html\r\nX-Evil: 1,x")
    assert media.mime_type == "application/octet-stream"


@CLIENTS
async def test_a_file_cannot_bring_fields_of_its_own(kind: Kind) -> None:
    """Whatever a file holds, a form has the fields that were given, and their bytes."""
    evil = b'\r\n--+++\r\nContent-Disposition: form-data; name="url"\r\n\r\nhttps://evil\r\n--+++--\r\n'
    boundaries = set()
    for _ in range(3):
        script = Script(reply(ASSET, status=201))
        async with opened(kind, "https://api.example", transport=script) as call:
            await call("assets.create", Media.data(evil, filename="a.mp4"), enable_hls=False)
        sent = script.requests[0]
        fields = {field[0]: field for field in contract.parts(sent)}
        assert set(fields) == {"method", "file", "user_metadata", "enable_hls"}
        assert fields["file"][3] == evil  # type: ignore[misc]
        assert fields["enable_hls"][1] == "false"
        boundaries.add(sent.headers["content-type"].partition("boundary=")[2])
    assert len(boundaries) == 3
    assert all(len(boundary) >= 32 for boundary in boundaries)


@pytest.mark.parametrize("host", PRIVATE)
def test_links_into_private_networks_are_refused(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(InvalidMediaError, match=r"private|URL"):
            Media.url(f"{scheme}://{host}/a.mp4")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host.example/a",
        "data:video/mp4,x",
        "//host.example/a",
        "https://",
        "https:///a",
        "https://user@host.example/a",
        "https://user:pw@host.example/a",
        "https://good.example\\@10.0.0.1/a",
        "https://host.example/a\nb",
        "https://host.example/a b",
        "https://[::1",
    ],
)
def test_other_links_are_refused(url: str) -> None:
    with pytest.raises(InvalidMediaError):
        Media.url(url)


def test_plain_http_is_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"plain http.*host\.example"):
        Media.url("http://host.example/a.mp4?secret=1")


@pytest.mark.parametrize(
    "host", ["host.example", "1.example", "8.8.8.8", "[2606:4700::1]", "münchen.example"]
)
def test_links_to_the_world_are_taken(host: str) -> None:
    assert Media.url(f"https://{host}/a.mp4").source_url == f"https://{host}/a.mp4"


@pytest.mark.parametrize("host", LOOPBACK)
async def test_links_to_this_machine_are_not_sent_to_a_service_elsewhere(host: str) -> None:
    link = f"http://{host}:8000/a.mp4"
    for kind in (Client, AsyncClient):
        async with opened(kind, "https://api.example/v1.3", timeout=2.0) as call:
            for method in ("embed.video", "assets.create", "embed_v1.tasks.create"):
                with pytest.raises(InvalidMediaError, match="cannot fetch"):
                    await call(method, Media.url(link))
            with pytest.raises(InvalidMediaError, match="cannot fetch"):
                await call(
                    "analyze",
                    prompt_v2={
                        "input_text": "x",
                        "media_sources": [{"name": "a", "media_type": "image", "url": link}],
                    },
                    video_id="v1",
                )


@CLIENTS
async def test_links_to_this_machine_are_for_an_emulator_on_it(kind: Kind) -> None:
    raw = Raw(lambda _: http())
    with raw.serving() as url:
        async with opened(kind, url) as call:
            await call("embed.video", Media.url("http://127.0.0.1:8000/a.mp4"))
    assert b"http://127.0.0.1:8000/a.mp4" in raw.requests[0]


def test_what_people_keep_for_themselves_may_name_any_host() -> None:
    check_reachable({"user_metadata": {"url": "http://10.0.0.1/"}, "url": "https://host.example/a"})
    with pytest.raises(InvalidMediaError):
        check_reachable([("method", "url"), ("url", "http://10.0.0.1/")])


@given(st.ip_addresses())
def test_every_address_is_known_as_one(found: Any) -> None:
    known = ip_of_host(str(found))
    assert known is not None
    assert known.is_global == (getattr(found, "ipv4_mapped", None) or found).is_global


@pytest.mark.parametrize(
    "value", [{"a": float("nan")}, {"a": float("inf")}, {"a": {1}}, {"a": "\ud800"}, {"a": 2**60}]
)
def test_values_that_json_cannot_carry_are_refused(value: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        metadata_text(value)


def test_a_client_is_not_changed_once_it_is_made() -> None:
    """There is no way to another key or tenant but another client; a copy leaves it as it is."""
    for kind in (Client, AsyncClient):
        client = kind("key")
        before = attrs.asdict(client._transport.settings)
        copied = client.with_options(timeout=1, max_retries=0, extra_headers={"x-a": "1"})
        assert attrs.asdict(client._transport.settings) == before
        assert copied._transport.base_url == client._transport.base_url
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            client._transport.settings.base_url = "https://elsewhere.example"  # type: ignore[misc]
        assert [name for name in dir(client) if name.startswith(("with_", "set_"))] == [
            "with_options"
        ]


def test_deadlines_do_not_follow_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    before = clock.monotonic()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert clock.monotonic() - before < 60
    assert clock.wall() == 4e9
    source = Path(dodeca.__file__).parent
    known = {"_clock.py", "webhooks.py"}  # the second in an example
    for path in sorted(
        {*source.glob("*.py"), *source.glob("_sync/*.py"), *source.glob("_async/*.py")}
    ):
        assert path.name in known or "time.time(" not in path.read_text("utf-8"), path


def test_a_body_is_the_same_at_every_attempt(tmp_path: Path) -> None:
    """A retry sends all of the file again, not what was left of a stream."""
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(500_000))
    script = Script(httpx.ConnectError("no"), httpx.Response(429), reply(ASSET, status=201))
    with Client("key", transport=script) as client:
        client.assets.create(path)
    contents = [contract.parts(request) for request in script.requests]
    assert contents[0] == contents[1] == contents[2]
    assert any(field[0] == "file" and field[-1] == path.read_bytes() for field in contents[2])
