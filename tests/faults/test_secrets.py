"""A key that must not be seen: where it goes, and everything else it could be found in."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import orjson
import pytest
from rich.console import Console
from rich.traceback import Traceback

from dodeca import AsyncClient, Client, Media, errors
from dodeca._base.logs import masked
from dodeca._calls.operation import request
from dodeca._http.api_key import APIKey
from dodeca._http.messages import build_request
from dodeca_api.api.indexes import indexes_retrieve
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import EMBEDDED, Raw, http, upload_session
from tests.seams import upload_in_chunks_from

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
KEY = "tlk_canary_0123456789abcdefghij"
CANARY = "canary_0123456789"
SIGNED = "https://storage.example/a.mp4?X-Amz-Signature=canary_0123456789&x=1"
ENDINGS = [
    ("401 Unauthorized", b'{"code":"api_key_invalid","message":"bad key ' + KEY.encode() + b'"}'),
    ("500 Oops", b"<html>" + KEY.encode() + b"</html>"),
    ("200 OK", b"no json"),
    ("404 Not Found", b'{"code":"x","message":"see ' + SIGNED.encode() + b'"}'),
    ("200 OK", b""),
    ("302 Found", b""),
]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that any logger says, from DEBUG up."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    names = ["", "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "dodeca", "asyncio"]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield said
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def shown(error: BaseException, *, screen: bool = False) -> str:
    """All that a crash report shows of an error, but for the variables of this test itself."""
    trace = error.__traceback__
    while trace and "dodeca" not in Path(trace.tb_frame.f_code.co_filename).parts:
        trace = trace.tb_next
    parts = [str(error), repr(error), repr(pickle.dumps(error)), repr(copy.copy(error))]
    report = traceback.TracebackException(type(error), error, trace, capture_locals=True)
    parts += report.format()
    if screen:
        found = Traceback.from_exception(type(error), error, trace, show_locals=True)
        console = Console(file=io.StringIO(), width=200)
        console.print(found)
        parts.append(console.file.getvalue())  # type: ignore[attr-defined]
    cause: BaseException | None = error
    while cause is not None:
        parts += [repr(cause), repr(cause.args)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(parts)


def inside(value: Any, seen: set[int]) -> Iterator[str]:
    """The reprs of an object and of what it holds, but for the one place where the key lives."""
    if id(value) in seen or type(value).__name__ == "APIKey":
        return
    seen.add(id(value))
    yield repr(value)
    if type(value).__module__.startswith("dodeca"):
        slots = getattr(type(value), "__slots__", ())
        for name in [*slots, *getattr(value, "__dict__", ())]:
            yield from inside(getattr(value, name, None), seen)


def contents(folder: Path) -> Iterator[str]:
    """What the files in a folder hold."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode("latin-1")


@CLIENTS
async def test_the_key_goes_into_its_header_and_nowhere_else(
    kind: Kind,
    logged: io.StringIO,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    seen: list[str] = []
    current: list[bytes] = [http()]
    server = Raw(lambda _: current[0])
    with server.serving() as url:
        async with opened(kind, url, key=KEY, timeout=3.0) as call:
            await call("embed.text", "red")
            seen += inside(call.client, set())
            for status, body in ENDINGS:
                current[0] = http(body, status, location=SIGNED, set_cookie=f"s={KEY}")
                with pytest.raises(errors.DodecaError) as caught:
                    await call("embed.text", "red")
                seen.append(shown(caught.value, screen=status == "401 Unauthorized"))
                with pytest.raises(errors.DodecaError) as caught:
                    await call("assets.create", Media.data(b"film", filename="a.mp4"))
                seen.append(shown(caught.value))
            for whole in (pickle.dumps, copy.deepcopy):
                with pytest.raises(TypeError) as refused:
                    whole(call.client)
                seen.append(str(refused.value))
    for text in [*seen, logged.getvalue(), *capfd.readouterr(), *contents(tmp_path)]:
        where = text.find(CANARY)
        assert where < 0, text[max(0, where - 300) : where + 100]
    assert all(request.count(CANARY.encode()) == 1 for request in server.requests)
    assert all(f"x-api-key: {KEY}".encode() in request.lower() for request in server.requests)
    assert "embed" in logged.getvalue(), "nothing was logged, so nothing was looked at"


def test_what_is_hidden_is_a_key_and_no_word() -> None:
    """Short ones, as in tests, are part of what people write."""
    with Client.emulated() as client:
        index = client.indexes.create("my emulated films", {"marengo3.0": ["visual"]})
        assert client.indexes.retrieve(index.id).index_name == "my emulated films"
    assert APIKey(KEY).redact(b"a " + KEY.encode()) == b"a ***"


@CLIENTS
async def test_an_answer_that_echoes_the_key_does_not_show_it(kind: Kind) -> None:
    for body in (b"no json " + KEY.encode(), orjson.dumps({"data": KEY})):
        with Raw(lambda _, body=body: http(body)).serving() as url:
            async with opened(kind, url, key=KEY) as call:
                with pytest.raises(errors.InvalidResponseError) as caught:
                    await call("embed.text", "red")
        assert CANARY not in "".join(traceback.format_exception(caught.value))
        assert CANARY not in repr(caught.value)


@CLIENTS
async def test_the_key_is_not_among_the_variables_when_no_answer_comes(kind: Kind) -> None:
    for server, error in (
        (Raw(lambda _: None), errors.TransportError),
        (Raw(lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"), errors.TransportError),
    ):
        with server.serving() as url:
            async with opened(kind, url, key=KEY, timeout=0.6) as call:
                with pytest.raises(error) as caught:
                    await call("embed.text", "red")
        assert CANARY not in shown(caught.value)


class Interrupted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Is interrupted while the headers are at hand."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers["x-api-key"]
        raise KeyboardInterrupt(len(sent))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers["x-api-key"]
        raise asyncio.CancelledError(len(sent))


@pytest.mark.parametrize("path", ["@elsewhere.example/a", ".elsewhere.example/a", ":99/a", "1/a"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    call = attrs.evolve(request(indexes_retrieve, "i1"), path=path)
    with pytest.raises(errors.InvalidRequestError, match="leads away from https://host"):
        build_request(call, "https://host", timeout=1.0)


@CLIENTS
async def test_the_key_is_not_among_the_variables_of_an_interrupted_call(kind: Kind) -> None:
    async with opened(kind, "http://localhost/v1.3", key=KEY, transport=Interrupted()) as call:
        with pytest.raises((KeyboardInterrupt, asyncio.CancelledError)) as caught:
            await call("embed.text", "red")
    assert caught.value.args == (len(KEY),)
    assert CANARY not in shown(caught.value)


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "canary_0123456789\n\x00", "canary_0123456789é", "a\r\nx: y", b"bytes"]
)
@pytest.mark.filterwarnings("ignore:white space around the API key")
def test_a_key_that_no_header_takes_is_refused_unseen(
    key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(errors.ConfigurationError) as caught:
            kind(key)
        assert CANARY not in str(caught.value)


def test_white_space_around_a_key_is_removed_with_a_warning() -> None:
    server = Raw(lambda _: http())
    with (
        server.serving() as url,
        pytest.warns(UserWarning, match="white space") as told,
        Client(f" {KEY}\n", base_url=url) as client,
    ):
        client.embed.text("red")
    assert f"x-api-key: {KEY}\r\n".encode() in server.requests[0].lower()
    assert CANARY not in str(told[0].message)


@CLIENTS
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["embed.text", "indexes.retrieve", "indexes.delete"])
async def test_redirects_are_not_followed(kind: Kind, status: int, method: str) -> None:
    other = Raw(lambda _: http())
    with other.serving() as elsewhere:
        server = Raw(lambda _: http(b"", f"{status} Moved", location=f"{elsewhere}/indexes"))
        with server.serving() as url:
            async with opened(kind, url, key=KEY) as call:
                with pytest.raises(errors.UnexpectedRedirectError):
                    await call(method, "abc")
    assert len(server.requests) == 1
    assert (other.connections, bytes(other.received)) == (0, b"")


@CLIENTS
async def test_redirects_of_uploads_to_storage_are_not_followed(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the key nor the file goes to another host, and storage never gets the key."""
    upload_in_chunks_from(monkeypatch, 100)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"f" * 300)
    other = Raw(lambda _: http())
    with other.serving() as elsewhere:
        storage = Raw(lambda _: http(b"", "307 Moved", location=f"{elsewhere}/x"))
        with (
            storage.serving() as chunks,
            upload_session(f"{chunks}/1?X-Amz-Signature=s").serving() as url,
        ):
            async with opened(kind, url, key=KEY) as call:
                with pytest.raises(errors.DodecaError) as caught:
                    await call("assets.upload", film)
    assert (other.connections, bytes(other.received)) == (0, b"")
    assert storage.requests
    assert KEY.encode() not in bytes(storage.received)
    assert b"cookie" not in bytes(storage.received).lower()
    assert "X-Amz-Signature=s" not in "".join(traceback.format_exception(caught.value))


@CLIENTS
async def test_cookies_are_not_kept(kind: Kind) -> None:
    server = Raw(lambda _: http(set_cookie="session=1; Path=/"))
    with server.serving() as url:
        async with opened(kind, url) as call:
            for _ in range(3):
                await call("embed.text", "red")
    assert b"cookie" not in bytes(server.received).lower()


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_plain_http_is_for_this_machine_or_by_name(kind: Kind) -> None:
    for url in ("http://api.example", "http://10.0.0.1", "ftp://api.example", "api.example"):
        with pytest.raises(errors.ConfigurationError):
            kind("key", base_url=url)
    assert kind("key", base_url="http://api.example", allow_insecure=True)
    assert kind("key", base_url="http://[::1]:80/v1.3")


@CLIENTS
async def test_signed_urls_are_masked_in_all_logs(kind: Kind, logged: io.StringIO) -> None:
    kind(KEY)
    logging.getLogger("httpx").info('HTTP Request: GET %s "HTTP/1.1 200 OK"', SIGNED)
    logging.getLogger("httpcore.http11").debug("send_request_headers.started request=%r", SIGNED)
    logging.getLogger("dodeca").debug("PUT %s", masked(SIGNED))
    assert "storage.example" in logged.getvalue()
    assert CANARY not in logged.getvalue()


def test_the_headers_of_a_request_are_masked_in_the_log_of_httpcore(logged: io.StringIO) -> None:
    with Client(KEY):
        pass
    headers = [(b"x-api-key", KEY.encode()), (b"set-cookie", b"canary_0123456789=1; Path=/")]
    logging.getLogger("httpcore.http11").debug("headers=%r", headers)
    assert "x-api-key" in logged.getvalue()
    assert CANARY not in logged.getvalue()


def test_the_secret_itself_shows_nothing() -> None:
    secret = APIKey(KEY)
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!r:>50}", repr([secret])):
        assert CANARY not in text
    for whole in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            whole(secret)


def test_what_a_client_shows_of_itself() -> None:
    for kind in (Client, AsyncClient):
        client = kind(KEY)
        assert CANARY not in repr(client)
        assert "api.twelvelabs.io" in repr(client)


def test_results_hold_no_key(tmp_path: Path) -> None:
    with Raw(lambda _: http(EMBEDDED)).serving() as url, Client(KEY, base_url=url) as client:
        found = client.embed.text("red")
    assert CANARY.encode() not in pickle.dumps(found)
