"""Requests of the caller's own: the key stays at its origin, and hostile streams are limited."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import anyio.to_thread
import pytest

from dodeca import AsyncClient, Client, errors
from dodeca._http import event_stream
from tests.faults.both import CLIENTS, Both, opened
from tests.faults.raw import Answer, Raw, http
from tests.faults.test_frames import assert_hidden, frames
from tests.faults.test_secrets import inside, shown
from tests.scripted import Script, reply

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
CANARY = "canary_0123456789"
KEY = f"tlk_{CANARY}abcdef"
SSE = "text/event-stream"


async def read(call: Both, how: str, *args: Any, **kwargs: Any) -> list[Any]:
    """All that a stream gives, as bytes, lines or events."""
    client = call.client
    if isinstance(client, AsyncClient):
        async with await client.request(*args, stream=True, **kwargs) as response:
            found = response if how == "bytes" else getattr(response, how)()
            return [item async for item in found]

    def in_a_thread() -> list[Any]:
        with client.request(*args, stream=True, **kwargs) as response:
            return list(response if how == "bytes" else getattr(response, how)())

    return await anyio.to_thread.run_sync(in_a_thread)


def leaves(port: int, other: int) -> list[str]:
    """Paths that lead from one port of this machine to another, or look like it."""
    here, there = f"127.0.0.1:{port}", f"127.0.0.1:{other}"
    return [
        f"http://{there}/v1.3/x",
        f"//{there}/x",
        f"@{there}/x",
        f"http://{here}@{there}/x",
        f"http://{here}:pw@{there}/x",
        f"http://{there}\\@{here}/x",
        f"http://{there}#@{here}/x",
        f"http://{there}?@{here}/x",
        f"http://user:pw@{here}/x",
        f"http://localhost:{port}/x",
        f"http://127.1:{other}/x",
        f"https://{here}/x",
        f"http://{here} {there}/x",
        f"http://{here}\t@{there}/x",
        f":{other}/x",
        f"/../../{there}/x",
        f"/x\r\nhost: {there}\r\n",
    ]


@CLIENTS
@pytest.mark.parametrize("number", range(len(leaves(1, 2))))
async def test_the_key_stays_at_its_origin(kind: Kind, number: int) -> None:
    other = Raw(lambda _: http(b"{}"))
    server = Raw(lambda _: http(b"{}"))
    with other.serving() as elsewhere, server.serving() as url:
        port, wrong = (int(text.rsplit(":", 1)[1].split("/")[0]) for text in (url, elsewhere))
        path = leaves(port, wrong)[number]
        async with opened(kind, url, key=KEY) as call:
            with pytest.raises(errors.InvalidRequestError) as caught:
                await call("request", "GET", path)
            with pytest.raises(errors.InvalidRequestError):
                await read(call, "bytes", "GET", path)
    assert (other.connections, server.connections) == (0, 0)
    assert_hidden(caught.value)


@CLIENTS
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("stream", [False, True])
async def test_no_redirect_is_followed(kind: Kind, status: int, stream: bool) -> None:
    other = Raw(lambda _: http(b"{}"))
    with other.serving() as elsewhere:
        server = Raw(lambda _: http(b"", f"{status} Moved", location=f"{elsewhere}/x"))
        with server.serving() as url:
            async with opened(kind, url, key=KEY) as call:
                send = partial(read, call, "events") if stream else partial(call, "request")
                with pytest.raises(errors.UnexpectedRedirectError) as caught:
                    await send("GET", "/x")
    assert len(server.requests) == 1
    assert (other.connections, bytes(other.received)) == (0, b"")
    assert CANARY not in shown(caught.value)


def cut_off(sent: bytes) -> Iterator[bytes]:
    yield sent
    raise ValueError("the connection is closed")


ECHO = f'{{"code": "x", "message": "key {KEY}", "{KEY}": "{KEY}"}}'.encode()
ECHOES: list[tuple[Callable[[], Answer], type[errors.DodecaError]]] = [
    (lambda: http(ECHO, "401 Unauthorized"), errors.AuthenticationError),
    (lambda: http(ECHO, "500 Oops"), errors.ServerError),
    (lambda: http(ECHO, "418 Teapot", x_request_id="r1"), errors.BadRequestError),
    (lambda: http(ECHO, content_encoding="zstd"), errors.InvalidResponseError),
    (lambda: http(ECHO, content_encoding="gzip"), errors.InvalidResponseError),
    (lambda: cut_off(http(ECHO)[:-9]), errors.TransportError),
    (lambda: None, errors.TransportError),
]


@CLIENTS
@pytest.mark.parametrize("number", range(len(ECHOES)))
async def test_no_error_or_frame_shows_the_key(kind: Kind, number: int) -> None:
    answer, error = ECHOES[number]
    with Raw(lambda _: answer()).serving() as url:
        async with opened(kind, url, key=KEY, timeout=3.0) as call:
            for send in (partial(call, "request"), partial(read, call, "bytes")):
                with pytest.raises(error) as caught:
                    await send("GET", "/x", headers={"x-team": "search"})
                assert_hidden(caught.value)
                assert CANARY not in shown(caught.value)
            assert not [text for text in inside(call.client, set()) if CANARY in text]


@CLIENTS
async def test_a_key_that_a_stream_sends_back_is_masked(kind: Kind) -> None:
    body = f"data: {KEY}\n\ndata: a {KEY} b\n\n".encode()
    server = Raw(lambda _: http(body, content_type=SSE))
    with server.serving() as url:
        async with opened(kind, url, key=KEY) as call:
            events = await read(call, "events", "GET", "/x")
            lines = await read(call, "lines", "GET", "/x")
            pieces = await read(call, "bytes", "GET", "/x")
            whole = await call("request", "GET", "/x")
    assert [event.data for event in events] == ["***", "a *** b"]
    assert lines == ["data: ***", "", "data: a *** b", ""]
    assert CANARY.encode() not in b"".join(pieces) + whole.content
    assert CANARY.encode() not in pickle.dumps([events, whole])


OTHER_KEY = {"x-api-key": f"tlk_{CANARY}_other"}


@CLIENTS
async def test_another_key_is_refused_and_not_shown(kind: Kind) -> None:
    script = Script()
    async with opened(kind, "http://localhost/v1.3", key=KEY, transport=script) as call:
        with pytest.raises(errors.InvalidRequestError) as caught:
            await call("request", "GET", "/x", headers=OTHER_KEY)
        assert_hidden(caught.value)
        with pytest.raises(errors.ConfigurationError) as refused:
            call.client.with_options(extra_headers=OTHER_KEY)
        assert_hidden(refused.value)
        with pytest.raises(errors.ConfigurationError) as refused:
            call.client.with_options(extra_headers={"authorization": f"{CANARY}\n"})
        assert_hidden(refused.value)
    with pytest.raises(errors.ConfigurationError) as refused:
        kind(KEY, default_headers=OTHER_KEY)
    assert_hidden(refused.value)
    assert script.requests == []


@CLIENTS
async def test_secrets_in_headers_are_in_no_frame(kind: Kind) -> None:
    headers = {"authorization": f"Bearer {CANARY}"}
    script = Script(*(reply({"code": "x"}, status=401) for _ in range(3)))
    async with opened(
        kind, "http://localhost/v1.3", key=KEY, transport=script, default_headers=headers
    ) as call:
        copy = Both(call.client.with_options(extra_headers=headers))
        with pytest.raises(errors.AuthenticationError) as caught:
            await call("embed.text", "red")
        assert_hidden(caught.value)
        with pytest.raises(errors.AuthenticationError) as caught:
            await copy("embed.text", "red")
        assert_hidden(caught.value)
        with pytest.raises(errors.AuthenticationError) as caught:
            await call("request", "GET", "/x", headers=headers)
        assert_hidden(caught.value)
    assert {request.headers["authorization"] for request in script.requests} == {f"Bearer {CANARY}"}
    assert len(frames(caught.value)) > 1


@CLIENTS
async def test_a_response_to_head_has_no_body(kind: Kind) -> None:
    """Whatever its head says; the next request works."""
    server = Raw(lambda request: http(b"12345")[: -5 if request.startswith(b"HEAD") else None])
    with server.serving() as url:
        async with opened(kind, url, timeout=5.0) as call:
            for _ in range(2):
                response = await call("request", "HEAD", "/x")
                assert (response.status, response.content) == (200, b"")
                assert response.headers["content-length"] == "5"
                assert (await call("request", "GET", "/x")).content == b"12345"


def chunked(*pieces: bytes, content_type: str = SSE) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    parts = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    return b"".join([head.encode(), *parts, b"0\r\n\r\n"])


@CLIENTS
async def test_events_arrive_before_the_stream_ends(kind: Kind) -> None:
    """The server sends the second event only after the client has seen the first."""
    was_seen = threading.Event()

    def answer(_: bytes) -> Iterator[bytes]:
        yield chunked(b"data: 1\n\n")[:-5]
        was_seen.wait(30)
        yield b"9\r\ndata: 2\n\n\r\n0\r\n\r\n"

    with Raw(answer).serving() as url:
        async with opened(kind, url, timeout=30.0) as call:
            seen: list[str] = []
            client = call.client
            if isinstance(client, AsyncClient):
                async with await client.request("GET", "/x", stream=True) as response:
                    async for event in response.events():
                        seen.append(event.data)
                        was_seen.set()
            else:
                sync_client = client

                def in_a_thread() -> None:
                    with sync_client.request("GET", "/x", stream=True) as response:
                        for event in response.events():
                            seen.append(event.data)
                            was_seen.set()

                await anyio.to_thread.run_sync(in_a_thread)
    assert seen == ["1", "2"]


@CLIENTS
async def test_a_stream_that_never_ends_ends_at_the_deadline(kind: Kind) -> None:
    server = Raw(lambda _: b"")
    server.answer = lambda _: endless(server)
    with server.serving() as url:
        async with opened(kind, url, timeout=0.6) as call:
            with pytest.raises(errors.TransportError):
                await read(call, "events", "GET", "/x")


def endless(server: Raw) -> Iterator[bytes]:
    yield chunked(b"data: 1\n\n")[:-5]
    server.is_over.wait(30)


@CLIENTS
@pytest.mark.parametrize(
    ("how", "content_type", "piece", "message"),
    [
        ("events", SSE, b"data: x\n", "an event of the response has more than"),
        ("events", SSE, b"x" * 8, "a line of the response has more than"),
        ("lines", "text/plain", b"x\r" * 4, "a line of the response has more than"),
    ],
)
async def test_lines_and_events_have_a_limit(
    kind: Kind,
    how: str,
    content_type: str,
    piece: bytes,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "CAP", 64 * 1024)
    sent = chunked(*[piece * 1024] * 12, content_type=content_type)
    with Raw(lambda _: sent).serving() as url:
        async with opened(kind, url, timeout=5.0) as call:
            with pytest.raises(errors.InvalidResponseError, match=message):
                await read(call, how, "GET", "/x")


@CLIENTS
async def test_comments_are_no_event_and_cost_no_memory(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "CAP", 1024)
    sent = chunked(*[b": ping\n\n"] * 1024, b"data: x\n\n")
    with Raw(lambda _: sent).serving() as url:
        async with opened(kind, url, timeout=5.0) as call:
            events = await read(call, "events", "GET", "/x")
    assert [event.data for event in events] == ["x"]


@CLIENTS
async def test_a_copy_reuses_the_connection(kind: Kind) -> None:
    server = Raw(lambda _: http(b"{}"))
    with server.serving() as url:
        async with opened(kind, url, timeout=30.0) as call:
            for number in range(5):
                copy = Both(call.client.with_options(timeout=20 + number))
                await copy("request", "GET", "/x")
                await call("request", "GET", "/x")
    assert (len(server.requests), server.connections) == (10, 1)
