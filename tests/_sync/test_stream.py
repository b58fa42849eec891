# From tests/_async/test_stream.py by scripts/unasync.py; edit that one.
"""Texts that arrive piece by piece."""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client
from dodeca.errors import (
    InvalidRequestError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
    TransportError,
    TruncatedStreamError,
)
from dodeca.results import ServiceError, StreamEnd, StreamStart, TextGeneration, UnknownEvent
from dodeca.types import TextStream
from tests import contract
from tests.scripted import Pieces, Script, reply
from tests.seams import on_clock

FILM = "https://host/a.mp4"
# Line ends of Unicode that are none of newline-delimited JSON.
TEXTS = ["A dog", "", " walks\u2028in\u2029the\u0085park\x0b\x0c\x1c\x1d\x1e", " ☃\r\n\U0001f415."]
EVENTS: list[dict[str, Any]] = [
    {"event_type": "stream_start", "metadata": {"generation_id": "g1"}},
    *({"event_type": "text_generation", "text": text} for text in TEXTS),
    {
        "event_type": "stream_end",
        "finish_reason": "stop",
        "metadata": {"generation_id": "g1", "usage": {"output_tokens": 12}},
    },
]
SEEN = [
    StreamStart(metadata={"generation_id": "g1"}),
    *(TextGeneration(text=text) for text in TEXTS),
    StreamEnd(
        finish_reason="stop", metadata={"generation_id": "g1", "usage": {"output_tokens": 12}}
    ),
]
SENT = b"".join(orjson.dumps(event) + b"\n" for event in EVENTS)
UNESCAPED = "".join(
    f'{{"event_type":"text_generation","text":"{text}"}}\n' for text in ("a\u2028b", "c\u0085d")
).encode()

STREAMS: list[tuple[Callable[[Client], TextStream], str, dict[str, Any]]] = [
    (
        lambda client: client.generate.stream("v1", "What happens?", temperature=0.2),
        "POST /v1.3/generate",
        {"video_id": "v1", "prompt": "What happens?", "temperature": 0.2, "stream": True},
    ),
    (
        lambda client: client.analyze.stream("What happens?", video=FILM, max_tokens=9),
        "POST /v1.3/analyze",
        {
            "prompt": "What happens?",
            "video": {"type": "url", "url": FILM},
            "max_tokens": 9,
            "stream": True,
        },
    ),
]


def streamed(*pieces: bytes, error: Exception | None = None) -> tuple[Pieces, Script]:
    """A body in pieces, and a script that answers with it."""
    body = Pieces(*pieces, error=error)
    headers = {"content-type": "application/x-ndjson"}
    return body, Script(httpx.Response(200, headers=headers, stream=body))


@pytest.mark.parametrize(("call", "line", "payload"), STREAMS, ids=["generate", "analyze"])
def test_a_stream_gives_the_three_kinds_of_events(
    call: Callable[[Client], TextStream], line: str, payload: dict[str, Any]
) -> None:
    body, script = streamed(SENT)
    with Client("tlk_test", transport=script) as client:
        with call(client) as events:
            assert [event for event in events if event] == SEEN
            assert events.end == SEEN[-1]
            assert not body.closed
        assert body.closed
    assert (script.lines, script.bodies) == ([line], [payload])
    (request,) = script.requests
    assert contract.said(request) <= contract.called(request).names
    assert request.headers["x-api-key"] == "tlk_test"


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, len(SENT)), max_size=12))
@pytest.mark.parametrize("sent", [SENT, SENT.rstrip(), SENT.replace(b"\n", b"\r\n\r\n")])
def test_pieces_may_be_cut_anywhere(sent: bytes, cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(sent)]
    pieces = [sent[start:end] for start, end in itertools.pairwise(bounds)]
    _, script = streamed(*pieces)
    with (
        Client("tlk_test", transport=script) as client,
        client.generate.stream("v1", "?") as events,
    ):
        assert events.text() == "".join(TEXTS)
        assert events.end == SEEN[-1]


def test_only_a_line_feed_ends_a_line() -> None:
    _, script = streamed(UNESCAPED, SENT)
    with (
        Client("tlk_test", transport=script) as client,
        client.generate.stream("v1", "?") as events,
    ):
        assert events.text() == "a\u2028bc\u0085d" + "".join(TEXTS)


LINES = SENT.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", "before its stream_end"),
        (SENT[: -len(LINES[-1])], "before its stream_end"),
        (b"".join(LINES[:1]), "before its stream_end"),
        (SENT[:-20], "inside an event"),
        (SENT[: len(LINES[0]) + 5], "inside an event"),
        (SENT[:1], "inside an event"),
    ],
)
def test_a_stream_that_stops_early_raises(sent: bytes, message: str) -> None:
    body, script = streamed(sent)
    with Client("tlk_test", transport=script) as client:
        with client.generate.stream("v1", "?") as events:
            with pytest.raises(TruncatedStreamError, match=message) as caught:
                events.text()
        assert events.end is None
        assert caught.value.text == "".join(TEXTS if len(sent) > len(LINES[0]) + 5 else [])
        assert body.closed


def test_a_connection_that_breaks_is_a_transport_error() -> None:
    body, script = streamed(LINES[0], error=httpx.RemoteProtocolError("peer closed"))
    with Client("tlk_test", transport=script) as client:
        with client.generate.stream("v1", "?") as events:
            with pytest.raises(TransportError, match="peer closed"):
                events.text()
        assert body.closed


def test_what_is_unknown_is_kept() -> None:
    events_sent = [
        {"event_type": "thinking", "thought": "hm"},
        {"no": "type"},
        ["list"],
        {"event_type": "stream_start", "novel": 1},
        {"event_type": "text_generation", "text": "a", "index": 0},
        {
            "event_type": "stream_end",
            "finish_reason": "length",
            "error": {"message": "cut short", "code": "tokens", "novel": 2},
        },
    ]
    _, script = streamed(*(orjson.dumps(event) + b"\n" for event in events_sent), b"\n \n")
    with (
        Client("tlk_test", transport=script) as client,
        client.generate.stream("v1", "?") as events,
    ):
        assert [event for event in events if event] == [
            UnknownEvent("thinking", extra={"thought": "hm"}),
            UnknownEvent(extra={"no": "type"}),
            StreamStart(extra={"novel": 1}),
            TextGeneration(text="a", extra={"index": 0}),
            StreamEnd(
                finish_reason="length",
                error=ServiceError("cut short", "tokens", extra={"novel": 2}),
            ),
        ]


def test_a_loop_that_was_left_can_be_taken_up() -> None:
    body, script = streamed(SENT)
    with Client("tlk_test", transport=script) as client:
        with client.generate.stream("v1", "?") as events:
            for event in events:
                if event == TextGeneration(text=TEXTS[0]):
                    break
            assert events.text() == "".join(TEXTS)
            assert events.text() == "".join(TEXTS)
        assert body.closed


def raise_at_the_first(stream: TextStream) -> None:
    """Leave the block of a stream with an error, in the middle of its events."""
    with stream as events:
        for event in events:
            raise RuntimeError(f"enough of {event}")


def test_the_response_is_closed_when_the_block_raises() -> None:
    body, script = streamed(*LINES)
    with Client("tlk_test", transport=script) as client:
        with pytest.raises(RuntimeError, match="enough"):
            raise_at_the_first(client.generate.stream("v1", "?"))
        assert body.closed


def test_the_response_is_closed_when_nobody_reads_it() -> None:
    body, script = streamed(*LINES)
    with Client("tlk_test", transport=script) as client:
        with client.generate.stream("v1", "?"):
            pass
        assert body.closed


def test_a_refusal_is_an_error_of_the_api_and_closes_too() -> None:
    body = Pieces(b'{"code":"too_many_', b'requests","message":"slow down"}')
    headers = {"retry-after": "7000"}
    script = Script(httpx.Response(429, headers=headers, stream=body))
    with Client("tlk_test", transport=script) as client:
        with pytest.raises(RateLimitError, match="slow down") as caught:
            with client.generate.stream("v1", "?"):
                pass
        assert body.closed
    assert (caught.value.code, caught.value.retry_after) == ("too_many_requests", 7000.0)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("silent"), httpx.ReadError("reset")])
def test_a_refusal_that_breaks_off_still_has_its_status(error: Exception) -> None:
    bodies = [Pieces(b'{"code":', error=error) for _ in range(3)]
    script = Script(*(httpx.Response(500, stream=body) for body in bodies))
    with on_clock(Client("tlk_test", transport=script)) as client:
        with pytest.raises(ServerError):
            with client.generate.stream("v1", "?"):
                pass
    assert all(body.closed for body in bodies)


def test_a_stream_that_could_not_be_opened_is_opened_again() -> None:
    body = Pieces(*(line + b"\n" for line in LINES))
    script = Script(httpx.ConnectError("refused"), httpx.Response(200, stream=body))
    with (
        on_clock(Client("tlk_test", transport=script)) as client,
        client.generate.stream("v1", "?") as stream,
    ):
        assert stream.text()


def test_no_answer_is_a_transport_error() -> None:
    script = Script(*(httpx.ConnectError("refused") for _ in range(3)))
    with on_clock(Client("tlk_test", transport=script)) as client:
        with pytest.raises(TransportError, match="refused"):
            with client.generate.stream("v1", "?"):
                pass


def test_a_stream_is_read_inside_its_block() -> None:
    with Client("tlk_test", transport=Script()) as client:
        events = client.analyze.stream("?", video=FILM)
        with pytest.raises(InvalidRequestError, match="with"):
            events.text()


def test_bad_input_is_refused_at_the_call() -> None:
    with Client("tlk_test", transport=Script(reply({}))) as client:
        with pytest.raises(InvalidRequestError):
            client.analyze.stream("?")
        with pytest.raises(InvalidRequestError):
            client.generate.stream("v1", "?", temperature=-1)


def test_a_stream_of_text_has_one_block() -> None:
    _, script = streamed(SENT)
    with Client("tlk_test", transport=script) as client:
        stream = client.generate.stream("v1", "?")
        with stream as events:
            assert events.text()
        with pytest.raises(InvalidRequestError, match="one `with` block"):
            with stream:
                pass


@pytest.mark.parametrize("field", ["text", "event_type", "error", "novel"])
def test_an_event_that_is_nested_too_deep_is_an_error(field: str) -> None:
    kind = {"text": "text_generation", "error": "error"}.get(field, "x")
    deep = f'{{"event_type": "{kind}", "{field}": {"[" * 1000}{"]" * 1000}}}\n'
    _, script = streamed(deep.encode(), SENT)
    with (
        Client("tlk_test", transport=script) as client,
        client.generate.stream("v1", "?") as events,
    ):
        with pytest.raises(InvalidResponseError, match="nested too deep"):
            events.text()
