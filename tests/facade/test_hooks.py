"""Hooks see every HTTP request of a client, and neither see its key nor get in its way."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import attrs
import httpx
import pytest

from dodeca import AsyncClient, Client, errors
from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.types import RequestEvent, ResponseEvent
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http, upload_session
from tests.faults.test_frames import frames
from tests.scripted import EMBEDDED, Pieces, Script, Server, reply
from tests.seams import upload_in_chunks_from

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
URL = "http://localhost/v1.3"
KEY = "tlk_canary_0123456789"
FAILED = {"code": "x", "message": f"the key {KEY} failed"}


class Seen:
    """Keeps the events of a client in their order."""

    def __init__(self) -> None:
        self.events: list[RequestEvent | ResponseEvent] = []
        self.hooks: dict[str, Any] = {
            "on_request": self.events.append,
            "on_response": self.events.append,
        }

    @property
    def requests(self) -> list[RequestEvent]:
        return [event for event in self.events if isinstance(event, RequestEvent)]

    @property
    def responses(self) -> list[ResponseEvent]:
        return [event for event in self.events if isinstance(event, ResponseEvent)]


@CLIENTS
async def test_each_attempt_is_seen_with_its_end(kind: Kind) -> None:
    seen = Seen()
    script = Script(
        httpx.ConnectError("no"),
        reply(FAILED, status=503, headers=[("X-Request-Id", "r1")]),
        reply(EMBEDDED, headers=[("X-Request-Id", "r2")]),
    )
    async with opened(kind, URL, key=KEY, transport=script, **seen.hooks) as call:
        await call("embed.text", "red")
    assert [type(event) for event in seen.events] == [RequestEvent, ResponseEvent] * 3
    assert [response.request for response in seen.responses] == seen.requests
    assert [attrs.astuple(request)[:4] for request in seen.requests] == [
        ("embed_v2_create", "POST", f"{URL}/embed-v2", attempt) for attempt in (1, 2, 3)
    ]
    assert [(found.status_code, found.request_id) for found in seen.responses] == [
        (None, None),
        (503, "r1"),
        (200, "r2"),
    ]
    unsent, failed, good = (found.error for found in seen.responses)
    assert isinstance(unsent, errors.TransportError)
    assert isinstance(failed, errors.APIError)
    assert good is None
    assert all(found.elapsed_sec >= 0 for found in seen.responses)


@CLIENTS
async def test_a_request_that_fails_for_good_has_its_error(kind: Kind) -> None:
    seen = Seen()
    script = Script(reply({"code": "resource_not_exist", "message": "no"}, status=404))
    async with opened(kind, URL, transport=script, **seen.hooks) as call:
        with pytest.raises(errors.NotFoundError) as caught:
            await call("indexes.retrieve", "i1")
    assert [found.error for found in seen.responses] == [caught.value]


@CLIENTS
async def test_a_response_that_cannot_be_read_has_a_status_and_an_error(kind: Kind) -> None:
    seen = Seen()
    script = Script(*[httpx.Response(200, content=b"<html>")] * 2)  # it is asked for again
    async with opened(kind, URL, transport=script, **seen.hooks) as call:
        with pytest.raises(errors.InvalidResponseError):
            await call("indexes.retrieve", "i1")
    assert [found.status_code for found in seen.responses] == [200] * 2
    assert all(isinstance(found.error, errors.InvalidResponseError) for found in seen.responses)


@CLIENTS
async def test_a_stream_has_its_response_before_its_body(kind: Kind) -> None:
    seen = Seen()
    body = Pieces(b'{"event_type": "stream_end"}\n')
    script = Script(httpx.Response(200, stream=body))
    async with opened(kind, URL, transport=script, **seen.hooks) as call:
        client: Any = call.client
        stream = client.analyze.stream("What?", video_id="v1")
        if isinstance(client, AsyncClient):
            async with stream:
                assert [found.status_code for found in seen.responses] == [200]
        else:
            with stream:
                assert [found.status_code for found in seen.responses] == [200]


async def test_a_call_that_is_cancelled_has_an_end() -> None:
    seen, is_sent = Seen(), anyio.Event()

    class Silent(Server):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            is_sent.set()
            await anyio.sleep_forever()
            raise AssertionError("not reached")

    async with (
        AsyncClient("key", base_url=URL, transport=Silent(), **seen.hooks) as client,
        anyio.create_task_group() as group,
    ):
        group.start_soon(client.embed.text, "red")
        await is_sent.wait()
        group.cancel_scope.cancel()
    (found,) = seen.responses
    assert found.status_code is None
    assert isinstance(found.error, anyio.get_cancelled_exc_class())


@CLIENTS
async def test_chunks_are_seen_without_the_signature_of_their_urls(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_in_chunks_from(monkeypatch, 100)
    film, seen = tmp_path / "film.mp4", Seen()
    film.write_bytes(b"f" * 300)
    storage = Raw(lambda _: http(b"", "403 No"))
    with storage.serving() as chunks, upload_session(f"{chunks}/1?signature=s").serving() as url:
        async with opened(kind, url, key=KEY, **seen.hooks) as call:
            with pytest.raises(errors.DodecaError):
                await call("assets.upload", film)
    chunk = next(request for request in seen.requests if request.operation is None)
    assert (chunk.method, chunk.url, chunk.attempt) == ("PUT", f"{chunks}/1", 1)
    assert 403 in [found.status_code for found in seen.responses]
    assert "signature" not in repr(seen.events)


@CLIENTS
async def test_no_event_holds_the_key(kind: Kind) -> None:
    seen = Seen()
    script = Script(*[reply(FAILED, status=400)] * 2)
    async with opened(kind, URL, key=KEY, transport=script, **seen.hooks) as call:
        for name, argument in (("embed.text", "red"), ("indexes.retrieve", "i1")):
            with pytest.raises(errors.DodecaError):
                await call(name, argument)
    texts = [repr(event) for event in seen.events]
    texts += [text for found in seen.responses if found.error for text in frames(found.error)]
    assert len(seen.responses) == 2
    assert [text for text in texts if KEY in text] == []


class Odd(Exception):
    """Raised by a hook."""


def failing(event: object) -> None:
    raise Odd(type(event).__name__)


@CLIENTS
async def test_a_hook_that_fails_is_logged_and_the_call_goes_on(
    kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    script = Script(reply(EMBEDDED))
    hooks = {"on_request": failing, "on_response": failing}
    with caplog.at_level(logging.WARNING, logger="dodeca"):
        async with opened(kind, URL, key=KEY, transport=script, **hooks) as call:
            assert len(await call("embed.text", "red")) == 1
    said = [(record.levelname, record.message) for record in caplog.records]
    assert said == [
        ("WARNING", "a hook failed on RequestEvent"),
        ("WARNING", "a hook failed on ResponseEvent"),
    ]
    assert "Odd: RequestEvent" in caplog.text
    assert KEY not in caplog.text


async def waits(event: object) -> None:
    """Nobody would await it."""


class Awaits:
    async def __call__(self, event: object) -> None: ...


NO_HOOKS: list[Any] = [waits, Awaits(), functools.partial(waits), 5, "print"]


@CLIENTS
@pytest.mark.parametrize(
    "hook", NO_HOOKS, ids=["coroutine function", "coroutine method", "partial", "number", "name"]
)
@pytest.mark.parametrize("name", ["on_request", "on_response"])
def test_what_cannot_be_a_hook_is_refused(kind: Kind, name: str, hook: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match=name):
        kind("key", **{name: hook})


@CLIENTS
async def test_one_hook_alone_is_enough(kind: Kind) -> None:
    for name in ("on_request", "on_response"):
        events: list[object] = []
        hook: Callable[[object], None] = events.append
        async with opened(kind, URL, transport=Script(reply(EMBEDDED)), **{name: hook}) as call:
            await call("embed.text", "red")
        assert len(events) == 1


def test_a_bulk_run_is_seen(tmp_path: Path) -> None:
    seen = Seen()
    with Emulator() as emulator:
        transport = EmulatorTransport(emulator)
        with Client("any", transport=transport, **seen.hooks) as client:
            client.embed.run([{"text": "red"}, {"text": "blue"}], out=tmp_path / "out")
    assert [request.operation for request in seen.requests] == ["embed_v2_create"] * 2
    assert [found.status_code for found in seen.responses] == [200, 200]
