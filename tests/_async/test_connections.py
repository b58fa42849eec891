"""Connections as they are: taken, given back, waited for and closed."""

from collections.abc import Iterator

import pytest

from dodeca import AsyncClient
from dodeca._async.connections import pool
from dodeca._calls.bodies import RequestBody
from dodeca._http import messages
from dodeca.errors import InvalidRequestError, OutcomeUnknownError, RequestTimeout
from dodeca.results import StreamEnd
from tests.faults.raw import Raw, http
from tests.seams import REAL_TIME, allow_connections, set_timeout

pytestmark = pytest.mark.anyio

FILM = "https://host.example/a.mp4"
HELLO = b'{"event_type":"text_generation","text":"hello"}\n'
END = b'{"event_type":"stream_end","metadata":{}}\n'


def silent_after_a_word() -> Raw:
    """A server that sends the beginning of a stream, and no more."""

    def answer(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + HELLO
        raw.is_over.wait()

    raw = Raw(answer)
    return raw


async def test_a_stream_keeps_the_deadline_of_its_call() -> None:
    with silent_after_a_word().serving() as url:
        async with AsyncClient("key", base_url=url, timeout=0.7) as client:
            with pytest.raises(RequestTimeout):
                async with client.analyze.stream("What?", video_id="v") as events:
                    await events.text()


async def test_a_stream_ends_with_its_block() -> None:
    """Its connection is that of another answer then."""
    answers = iter([http(HELLO + HELLO), http(HELLO + END)])
    raw = Raw(lambda _: next(answers))
    with raw.serving() as url:
        async with AsyncClient("key", base_url=url) as client:
            async with client.analyze.stream("What?", video_id="v") as first:
                events = aiter(first)
                assert (await anext(events)).event_type == "text_generation"
            async with client.analyze.stream("What?", video_id="v") as second:
                with pytest.raises(InvalidRequestError, match="with"):
                    await anext(events)
                with pytest.raises(InvalidRequestError, match="with"):
                    await first.text()
                assert [type(event) for event in [e async for e in second]][-1] is StreamEnd
    assert raw.connections == 1


async def test_an_answer_that_was_closed_reads_nothing_of_the_next() -> None:
    with Raw(lambda _: http(b"whole")).serving() as url:
        where = messages.parse_url(url)
        connections = pool.AsyncConnectionPool(where)

        def request() -> messages.HttpRequest:
            return messages.HttpRequest(
                "GET", where, {"host": "localhost"}, RequestBody("", []), 5.0
            )

        answer = await connections.send(request())
        first = aiter(answer.stream)
        assert await anext(first) == b"whole"
        await answer.stream.aclose()
        other = await connections.send(request())
        with pytest.raises(messages.ProtocolError, match="closed"):
            await anext(first)
        assert [piece async for piece in other.stream] == [b"whole"]
        await other.stream.aclose()
        await connections.aclose()


async def test_a_create_that_found_no_place_was_not_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allow_connections(monkeypatch, 1)
    raw = silent_after_a_word()
    with raw.serving() as url:
        async with (
            AsyncClient("key", base_url=url) as client,
            client.analyze.stream("What?", video_id="v"),
        ):
            set_timeout(client, 0.2)
            with pytest.raises(RequestTimeout, match="in use") as caught:
                await client.embed.tasks.video(FILM)
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert len(raw.requests) == 1


async def test_closing_a_client_closes_what_is_in_use_once_it_is_not() -> None:
    raw = Raw(lambda _: http(HELLO + END))
    with raw.serving() as url:
        client = AsyncClient("key", base_url=url)
        async with client.analyze.stream("What?", video_id="v") as events:
            await client.aclose()
            assert await events.text() == "hello"
        for _ in range(6_000):
            if not raw.open:
                break
            await REAL_TIME.asleep(0.01)
        assert not raw.open
