# From tests/_async/test_request.py by scripts/unasync.py; edit that one.
"""Requests that callers put together themselves, and responses that are read as they arrive."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client, Media
from dodeca.errors import (
    BadRequestError,
    DodecaError,
    InvalidMediaError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ServerError,
    TransportError,
    TruncatedStreamError,
    UnexpectedRedirectError,
)
from dodeca.types import RequestEvent, Response, ResponseStream, ServerSentEvent
from tests.depth import depth
from tests.scripted import EMBEDDED, Pieces, Reply, Script, reply
from tests.seams import FakeClock, on_clock


def client_of(script: Script, clock: FakeClock | None = None, **options: Any) -> Client:
    return on_clock(Client("tlk_test", transport=script, **options), clock)


def streamed(
    *pieces: bytes, error: Exception | None = None, kind: str = "text/event-stream"
) -> Any:
    """A body in pieces, and a script that answers with it."""
    body = Pieces(*pieces, error=error)
    headers = {"content-type": kind, "x-request-id": "r1"}
    return body, Script(httpx.Response(200, headers=headers, stream=body))


@contextmanager
def opened(script: Script) -> Iterator[ResponseStream]:
    with (
        client_of(script) as client,
        client.request("POST", "/x", stream=True) as response,
    ):
        yield response


def test_an_operation_that_the_document_does_not_have() -> None:
    """With the key, its query and body, a retry after a 503, and what its response says."""
    headers = [("x-request-id", "r7"), ("x-new", "2")]
    answer = {"summary": "a car", "new": [1]}
    script = Script(reply({}, status=503), reply(answer, headers=headers))
    seen: list[RequestEvent] = []
    with client_of(script, on_request=seen.append) as client:
        response = client.request(
            "POST",
            "/videos/v1/summaries",
            json={"style": "short"},
            params={"page": 2, "all": True, "none": None},
            headers={"X-Beta": "1"},
            repeatable=True,
        )
    assert script.lines == ["POST /v1.3/videos/v1/summaries?page=2&all=true"] * 2
    assert script.bodies == [{"style": "short"}] * 2
    assert {request.headers["x-api-key"] for request in script.requests} == {"tlk_test"}
    assert {request.headers["x-beta"] for request in script.requests} == {"1"}
    assert (response.status, response.json(), response.request_id) == (200, answer, "r7")
    assert orjson.loads(response.content) == orjson.loads(response.text) == answer
    assert response.headers["x-new"] == "2"
    assert [(event.operation, event.method, event.attempt) for event in seen] == [
        ("request", "POST", 1),
        ("request", "POST", 2),
    ]


def test_errors_are_those_of_other_calls() -> None:
    script = Script(
        reply({"code": "no_such_thing", "message": "not here"}, status=404),
        reply({"code": "parameter_invalid", "message": "style"}, status=400),
        reply({}, status=302, headers=[("location", "https://elsewhere.example/")]),
        reply({}, status=429, headers=[("retry-after", "4000")]),
    )
    with client_of(script) as client:
        for error in (NotFoundError, BadRequestError, UnexpectedRedirectError, RateLimitError):
            with pytest.raises(error):
                client.request("GET", "/things/t1")
    assert script.left == 0


LOST: list[Callable[[], Reply]] = [
    lambda: httpx.ReadError("reset"),
    lambda: httpx.ReadTimeout("silent"),
    lambda: reply({}, status=500),
]


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH", "post"])
@pytest.mark.parametrize("repeatable", [None, True, False])
def test_the_method_says_what_is_sent_again(
    lost: Callable[[], Reply], method: str, repeatable: bool | None
) -> None:
    script = Script(*(lost() for _ in range(9)))
    again = method not in ("POST", "PATCH", "post") if repeatable is None else repeatable
    with client_of(script) as client:
        with pytest.raises(DodecaError) as caught:
            client.request(method, "/things", repeatable=repeatable)
    assert len(script.requests) == (3 if again else 1)
    assert isinstance(caught.value, OutcomeUnknownError) is not again
    assert {request.method for request in script.requests} == {method.upper()}


def test_what_was_not_sent_or_not_taken_is_sent_again_whatever_it_is() -> None:
    script = Script(
        httpx.ConnectError("refused"), httpx.Response(429), reply({"id": "t1"}, status=201)
    )
    with client_of(script) as client:
        assert client.request("POST", "/things", json={}).status == 201


def test_a_request_ends_at_its_deadline() -> None:
    clock = FakeClock()
    script = Script(*(reply({}, status=429, headers=[("Retry-After", "9")]) for _ in range(9)))
    with client_of(script, clock, timeout=20.0) as client:
        with pytest.raises(RateLimitError):
            client.request("POST", "/things")
    assert clock.now == 18.0


def test_a_deleted_thing_of_which_the_response_was_lost_is_deleted() -> None:
    script = Script(httpx.ReadError("reset"), reply({}, status=404))
    with client_of(script) as client:
        response = client.request("DELETE", "/things/t1")
    assert (response.status, response.content) == (204, b"")


def test_a_form_with_texts_and_files(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"moving")
    script = Script(reply({}, status=500), reply({"id": "t1"}))
    with film.open("rb") as stream:
        with client_of(script) as client:
            client.request(
                "POST",
                "/things",
                form={
                    "name": "a ☃",
                    "count": 3,
                    "public": True,
                    "none": None,
                    "tags": ["a", "b"],
                    "about": {"a": [1]},
                    "file": film,
                    "files": [Media.data(b"one", filename="1.png"), stream],
                },
                repeatable=True,
            )
    first, second = script.requests
    assert first.headers["content-length"] == second.headers["content-length"]
    form = second.content
    fields = {
        **{"name": "a ☃", "count": "3", "public": "true", "about": '{"a":[1]}'},
        **{"tags": "b"},
    }
    for name, text in fields.items():
        assert f'name="{name}"\r\n\r\n{text}\r\n'.encode() in form
    for name, file, content in (
        ("file", "film.mp4", b"moving"),
        ("files", "1.png", b"one"),
        ("files", "film.mp4", b"moving"),
    ):
        head = f'name="{name}"; filename="{file}"\r\nContent-Type: '.encode()
        _, _, rest = form.partition(head)
        assert rest.partition(b"\r\n\r\n")[2].startswith(content + b"\r\n")
    assert b'name="none"' not in form


def test_what_a_client_adds_is_added_here_too() -> None:
    script = Script(reply({}), reply({}), reply({}))
    with client_of(script, default_headers={"x-a": "client", "x-b": "client"}) as client:
        copy = client.with_options(extra_query={"q": 1}, extra_body={"a": {"b": 1}})
        copy.request("POST", "/x", json={"a": {"c": 2}}, headers={"X-A": "call"})
        copy.request("POST", "/x", form={"c": "2"})
        with pytest.raises(InvalidRequestError, match="only be added to an object"):
            copy.request("POST", "/x", json=[1])
        client.request("POST", "/x", json=[1])
    assert script.requests[0].headers.get_list("x-a") == ["call"]
    assert script.requests[0].headers["x-b"] == "client"
    assert script.lines[0] == "POST /v1.3/x?q=1"
    assert script.requests[0].content == b'{"a":{"c":2,"b":1}}'
    assert b'name="a"\r\n\r\n{"b":1}\r\n' in script.requests[1].content
    assert script.requests[2].content == b"[1]"


ORIGIN = "https://api.twelvelabs.io"
SAME_ORIGIN = [
    ("/x", f"{ORIGIN}/v1.3/x"),
    ("/x/a%2Fb", f"{ORIGIN}/v1.3/x/a%2Fb"),
    ("/a..b/...", f"{ORIGIN}/v1.3/a..b/..."),
    ("/@host/x:9", f"{ORIGIN}/v1.3/@host/x:9"),
    ("/a//b", f"{ORIGIN}/v1.3/a//b"),
    (f"{ORIGIN}/v2/x", f"{ORIGIN}/v2/x"),
    (f"{ORIGIN}:443/v1.3/x", f"{ORIGIN}/v1.3/x"),
    ("HTTPS://API.twelvelabs.io/v1.3/x", f"{ORIGIN}/v1.3/x"),
]


@pytest.mark.parametrize(("path", "url"), SAME_ORIGIN)
def test_paths_and_urls_of_the_origin(path: str, url: str) -> None:
    script = Script(reply({}))
    with client_of(script) as client:
        client.request("GET", path)
    assert str(script.requests[0].url) == url


ELSEWHERE: list[Any] = [
    *("https://evil.example/x", "http://api.twelvelabs.io/v1.3/x", "//evil.example/x"),
    *(f"{ORIGIN}:8443/x", f"{ORIGIN}.evil.example/x", f"{ORIGIN}@evil.example/x"),
    *("https://user:pw@api.twelvelabs.io/x", "https://api.twelvelabs.io:pw@evil.example/x"),
    *("https://evil.example\\@api.twelvelabs.io/x", f"{ORIGIN}\\@evil.example/x"),
    *("https://", "https:///x", "https://[::1/x", "https://api.twelvelabs.io:99999999/x"),
    *("/../x", "/x/..", "/x/../../y", "/./x", "/%2e%2e/x", "/x/%2E./y", "/x%2f..%2fy"),
    *("/x\\..\\y", "/x%5c..%5cy", f"{ORIGIN}/v1.3/../x"),
    *("x", "", " /x", "/x y", "/x\n", "/x\r\nhost: evil.example", "/x\0", "/x?a=1", "/x#a"),
    *("ftp://api.twelvelabs.io/x", "javascript:x", "@evil.example/x", ".evil.example/x", ":99/x"),
    *("/\ud800", b"/x", 3, None, ["/x"], "/" + "x" * 70_000),
]


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: repr(path)[:40])
@pytest.mark.parametrize("stream", [False, True])
def test_paths_that_leave_the_origin_are_refused(path: Any, stream: bool) -> None:
    script = Script()
    with client_of(script) as client:
        with pytest.raises(InvalidRequestError) as caught:
            client.request("GET", path, stream=stream)
    assert script.requests == []
    assert len(str(caught.value)) < 700


@settings(max_examples=depth(40, deep=1_000), deadline=None)
@given(
    path=st.one_of(
        st.text(max_size=30),
        st.text("/\\.:@%2eEfF?#[]a-", max_size=20).map(lambda text: "/" + text),
        st.text("/\\.:@%2e?#[]a-1", max_size=20).map(lambda text: f"{ORIGIN}{text}"),
        st.text("/\\.:@%2e?#[]a-1", max_size=20).map(lambda text: f"https://{text}"),
    )
)
def test_any_path_is_refused_or_sent_to_the_origin(path: str) -> None:
    script = Script(reply({}))
    with client_of(script) as client:
        try:
            client.request("GET", path)
        except InvalidRequestError:
            assert script.requests == []
            return
    (request,) = script.requests
    assert (request.url.scheme, request.url.netloc) == ("https", b"api.twelvelabs.io")
    assert request.headers["host"] == "api.twelvelabs.io"
    if path.startswith("/"):
        assert request.url.raw_path.startswith(b"/v1.3/")


BAD_REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"method": "TRACE"}, "method must be one of GET"),
    ({"method": "GET /x HTTP/1.1\r\n"}, "method"),
    ({"method": 3}, "method"),
    ({"json": {}, "form": {}}, "json or form"),
    ({"json": object()}, "json cannot be written"),
    ({"json": {"a": float("nan")}}, "json cannot be written"),
    ({"json": {1: 2}}, "json cannot be written"),
    ({"json": {"a": b"x"}}, "json cannot be written"),
    ({"json": "\ud800"}, "json cannot be written"),
    ({"params": [1]}, "params must be a mapping"),
    ({"params": {"a": object()}}, "under 'a'"),
    ({"params": {"a": "x" * 70_000}}, "do not fit into a URL"),
    ({"form": [1]}, "form must be a mapping"),
    ({"form": {"a": b"x"}}, "a cannot be written"),
    ({"form": {"a": "\ud800"}}, "a is not valid Unicode"),
    ({"form": {"\ud800": "a"}}, "not valid Unicode"),
    ({"form": {"": "a"}}, "non-empty"),
    ({"form": {"a": Media.asset("a1")}}, "a local one"),
    ({"form": {"a": Media.url("https://host.example/a.mp4")}}, "a local one"),
    ({"form": {"a": Path("missing.mp4")}}, "cannot read"),
    ({"headers": {"x-api-key": "other"}}, "headers cannot set 'x-api-key'"),
    ({"headers": {"content-type": "text/plain"}}, "headers cannot set"),
    ({"headers": {"a": "b\r\nc: d"}}, "printable ASCII"),
    ({"headers": "x"}, "headers must be a mapping"),
    ({"repeatable": "yes"}, "repeatable must be True or False"),
    ({"stream": "yes"}, "stream must be True or False"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), BAD_REQUESTS, ids=[message for _, message in BAD_REQUESTS]
)
def test_bad_requests_are_refused(arguments: dict[str, Any], message: str) -> None:
    script = Script()
    with client_of(script) as client:
        with pytest.raises(InvalidRequestError, match=message) as caught:
            client.request(**({"method": "POST", "path": "/x"} | arguments))
    assert script.requests == []
    assert isinstance(caught.value, InvalidMediaError) is ("cannot read" in message)


def test_a_service_elsewhere_is_not_sent_to_private_addresses() -> None:
    with Client("tlk_test") as client:
        with pytest.raises(InvalidMediaError, match=r"cannot fetch video_url from 10\.0\.0\.1"):
            client.request("POST", "/x", json={"video_url": "http://10.0.0.1/a.mp4"})


@pytest.mark.parametrize(
    ("headers", "content", "text"),
    [
        ({}, "a ☃".encode(), "a ☃"),
        ({"content-type": "text/plain; charset=latin-1"}, b"\xe9", "é"),
        ({"content-type": 'text/plain; charset="latin-1"'}, b"\xe9", "é"),
        ({"content-type": "text/plain; charset=klingon"}, b"\xe9", "\ufffd"),
        ({"content-type": "text/plain; charset=hex"}, b"\xe9", "\ufffd"),
        ({"content-type": "text/plain"}, b"", ""),
    ],
)
def test_text_has_the_character_set_of_its_headers(
    headers: dict[str, str], content: bytes, text: str
) -> None:
    script = Script(httpx.Response(200, headers=headers, content=content))
    with client_of(script) as client:
        response = client.request("GET", "/x")
    assert response.text == text
    with pytest.raises(InvalidResponseError, match="is not JSON"):
        response.json()
    assert repr(response).startswith("Response(status=200")
    assert f"<{len(content)} bytes>" in repr(response)


def test_json_that_is_too_deep_is_refused() -> None:
    script = Script(httpx.Response(200, content=b"[" * 99 + b"]" * 99))
    with client_of(script) as client:
        response = client.request("GET", "/x")
    with pytest.raises(InvalidResponseError, match="nested more than"):
        response.json()


EVENTS = [
    ServerSentEvent("progress", '{"done": 1}', "e1"),
    ServerSentEvent("message", "two\nlines ☃\u2028\x85", "e1"),
    ServerSentEvent("end", "", "e2", 3000),
]
STREAM = (
    ': a comment\n\nid: e1\nevent: progress\ndata: {"done": 1}\n\n\n'
    "data:two\ndata: lines ☃\u2028\x85\nunknown: x\n\n:ping\n\n"
    "event: end\nid: e2\nretry: 3000\n\n"
).encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_stream_of_events(end: bytes) -> None:
    body, script = streamed(STREAM.replace(b"\n", end))
    with client_of(script) as client:
        with client.request("POST", "/x", json={"a": 1}, stream=True) as response:
            assert (response.status, response.request_id) == (200, "r1")
            assert response.headers["content-type"] == "text/event-stream"
            assert not body.closed
            assert [event for event in response.events()] == EVENTS
        assert body.closed
    assert EVENTS[0].json() == {"done": 1}
    with pytest.raises(InvalidResponseError, match="data of an event is not JSON"):
        EVENTS[1].json()


@settings(max_examples=depth(20, deep=300), deadline=None)
@given(
    cuts=st.lists(st.integers(0, len(STREAM)), max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_events_may_be_cut_anywhere(cuts: list[int], end: str) -> None:
    sent = b"\xef\xbb\xbf" + STREAM.replace(b"\n", end.encode())
    bounds = [0, *sorted(cuts), len(sent)]
    _, script = streamed(*(sent[a:b] for a, b in itertools.pairwise(bounds)))
    with opened(script) as response:
        assert [event for event in response.events()] == EVENTS


def test_a_loop_goes_on_where_the_last_one_stopped() -> None:
    _, script = streamed(STREAM)
    with opened(script) as response:
        seen = []
        for _ in EVENTS:
            for event in response.events():
                seen.append(event)
                break
        assert seen == EVENTS
        assert [event for event in response.events()] == []


def test_lines_end_at_line_feeds_only() -> None:
    _, script = streamed(b'{"a":1}\r\n\n{"b":"\xe2\x80\xa8', b"\xc2\x85\r", b'"}\nlast', kind="x/y")
    with opened(script) as response:
        lines = [line for line in response.lines()]
    assert lines == ['{"a":1}', "", '{"b":"\u2028\x85\r"}', "last"]


def test_bytes_come_as_they_arrive() -> None:
    _, script = streamed(b"one", b"two", kind="application/octet-stream")
    with opened(script) as response:
        assert [piece for piece in response] == [b"one", b"two"]


def test_a_stream_is_read_in_one_way_and_inside_its_block() -> None:
    _, script = streamed(STREAM)
    with client_of(script) as client:
        response = client.request("POST", "/x", stream=True)
        assert script.requests == []
        assert repr(response) == "<ResponseStream of POST /x: not open>"
        with pytest.raises(InvalidRequestError, match="inside its"):
            assert response.status
        with response:
            assert repr(response) == "<ResponseStream of POST /x: 200>"
            lines = [line for line in response.lines()]
            assert lines[:2] == [": a comment", ""]
            with pytest.raises(InvalidRequestError, match="got two of them"):
                assert [event for event in response.events()]
            with pytest.raises(InvalidRequestError, match="got two of them"):
                assert [piece for piece in response]
        with pytest.raises(InvalidRequestError, match="inside its"):
            assert [line for line in response.lines()]


@pytest.mark.parametrize("sent", [b"data: x", b"data: x\n", b"data: x\n\ndata: y", b"event: e\r"])
def test_a_stream_that_stops_inside_an_event_raises(sent: bytes) -> None:
    body, script = streamed(sent)
    with opened(script) as response:
        with pytest.raises(TruncatedStreamError, match="inside an event"):
            assert [event for event in response.events()]
    assert body.closed


def test_a_stream_that_breaks_raises_after_what_arrived() -> None:
    body, script = streamed(STREAM, error=httpx.RemoteProtocolError("peer closed"))
    with opened(script) as response:
        events = response.events()
        assert [next(events) for _ in EVENTS] == EVENTS
        with pytest.raises(TransportError, match="peer closed"):
            next(events)
    assert body.closed


def test_what_is_no_stream_of_events_is_refused() -> None:
    _, script = streamed(b"{}", kind="application/json")
    with opened(script) as response:
        with pytest.raises(InvalidResponseError, match="application/json"):
            assert [event for event in response.events()]


def test_a_stream_that_is_refused_raises_at_its_beginning() -> None:
    script = Script(reply({}, status=503), reply({"code": "x"}, status=400), reply({}, status=500))
    with client_of(script) as client:
        with pytest.raises(BadRequestError):
            with client.request("GET", "/x", stream=True):
                raise AssertionError("it was opened")
        with pytest.raises(OutcomeUnknownError) as caught:
            with client.request("POST", "/x", stream=True):
                raise AssertionError("it was opened")
    assert isinstance(caught.value.__cause__, ServerError)


def test_requests_of_a_client_reach_the_emulator() -> None:
    with Client.emulated() as client:
        made = client.request(
            "POST",
            "/indexes",
            json={
                "index_name": "clips",
                "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}],
            },
        )
        index_id = made.json()["_id"]
        assert client.indexes.retrieve(index_id).index_name == "clips"
        with client.request("GET", f"/indexes/{index_id}", stream=True) as response:
            assert orjson.loads(b"".join([piece for piece in response]))["_id"] == index_id
        assert client.request("DELETE", f"/indexes/{index_id}").status == 204
        with pytest.raises(NotFoundError):
            client.request("GET", "/no/such/operation")


def test_a_response_is_a_value() -> None:
    script = Script(*(reply(EMBEDDED, headers=[("x-ratelimit-request-remaining", "4")]),) * 2)
    with client_of(script) as client:
        found = [client.request("GET", "/x") for _ in range(2)]
    assert isinstance(found[0], Response)
    assert found[0].rate_limits["request"].remaining == 4


def test_what_was_read_in_one_form_is_not_read_in_another() -> None:
    _, script = streamed(b"data: one\n\n", b"data: two\n\n")
    with opened(script) as response:
        for piece in response:
            assert piece == b"data: one\n\n"
            break
        with pytest.raises(InvalidRequestError, match="got two of them: bytes and lines"):
            assert [line for line in response.lines()]
        with pytest.raises(InvalidRequestError, match="got two of them: bytes and events"):
            assert [event for event in response.events()]
        assert [piece for piece in response] == [b"data: two\n\n"]


@pytest.mark.parametrize("form", ["lines", "events", "__iter__"])
def test_a_loop_that_goes_on_after_the_block_raises(form: str) -> None:
    _, script = streamed(b"data: one\n\n", b"data: two\n\n")
    with opened(script) as response:
        items = getattr(response, form)()
        next(items)
    with pytest.raises(InvalidRequestError, match="inside its"):
        next(items)


def test_a_stream_has_one_block() -> None:
    _, script = streamed(b"data: one\n\n")
    with client_of(script) as client:
        response = client.request("POST", "/x", stream=True)
        with response:
            with pytest.raises(InvalidRequestError, match="one `with` block"):
                with response:
                    pass
            assert [event.data for event in response.events()] == ["one"]
        with pytest.raises(InvalidRequestError, match="one `with` block"):
            with response:
                pass
    assert len(script.requests) == 1


@pytest.mark.parametrize("charset", ["idna", "undefined", "hex", "nonsense"])
def test_a_character_set_that_decodes_nothing_is_read_as_utf_8(charset: str) -> None:
    headers = {"content-type": f"text/plain; charset={charset}"}
    script = Script(httpx.Response(200, headers=headers, content="é".encode()))
    with client_of(script) as client:
        assert client.request("GET", "/x").text == "é"


def test_what_is_given_can_be_changed_later() -> None:
    query: dict[str, Any] = {"tag": ["a"]}
    script = Script(reply({}))
    with client_of(script) as client:
        changed = client.with_options(extra_query=query)
        query["tag"].append("b")
        changed.request("GET", "/x")
    assert script.requests[0].url.query == b"tag=a"
