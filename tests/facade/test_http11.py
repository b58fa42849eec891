"""HTTP/1.1: what is read is the same however it arrives, and what is no HTTP is an error."""

from __future__ import annotations

import itertools
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca._calls.bodies import RequestBody
from dodeca._http.http11 import ResponseParser, request_head
from dodeca._http.messages import HttpRequest, LocalProtocolError, ProtocolError
from dodeca._http.messages import parse_url as parsed

HEADERS = st.lists(
    st.tuples(
        st.from_regex(rb"x-[a-z]{1,8}", fullmatch=True),
        st.from_regex(rb"[!-~]([ -~]{0,12}[!-~])?", fullmatch=True),
    ),
    max_size=5,
)
FRAMINGS = st.sampled_from(["length", "chunks", "close"])
BODIES = st.lists(st.binary(min_size=1, max_size=40), max_size=5)


def written(
    status: int, headers: list[tuple[bytes, bytes]], body: list[bytes], framing: str
) -> bytes:
    lines = [b"HTTP/1.1 %d Fine" % status, *[b"%b: %b" % header for header in headers]]
    content = b"".join(body)
    if framing == "length":
        lines.append(b"content-length: %d" % len(content))
    if framing == "chunks":
        lines.append(b"transfer-encoding: chunked")
        chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in body]
        content = b"".join([*chunks, b"0\r\nx-trailer: late\r\n\r\n"])
    return b"\r\n".join([*lines, b"", content])


def fed(parser: ResponseParser, text: bytes, cuts: list[int]) -> bytes:
    """Feed a text in pieces; the body that came of it."""
    body: list[bytes] = []
    places = sorted({0, *(cut % (len(text) + 1) for cut in cuts), len(text)})
    for begin, end in itertools.pairwise(places):
        parser.feed(memoryview(text)[begin:end])
        body += parser.take_body()
    return b"".join(body)


@given(st.integers(200, 599), HEADERS, BODIES, FRAMINGS, st.lists(st.integers(0, 999), max_size=9))
def test_an_answer_is_the_same_however_it_is_cut(
    status: int,
    headers: list[tuple[bytes, bytes]],
    body: list[bytes],
    framing: str,
    cuts: list[int],
) -> None:
    if status in (204, 304):
        framing, body = "close", []
    parser = ResponseParser()
    text = b"HTTP/1.1 103 Early\r\nlink: a\r\n\r\n" + written(status, headers, body, framing)
    assert fed(parser, text, cuts) == b"".join(body)
    if framing == "close" and status not in (204, 304):
        assert not parser.is_complete
        parser.end()
        assert parser.is_last
    assert (parser.status, parser.is_complete) == (status, True)
    expected: dict[str, list[str]] = {}
    for name, value in headers:
        expected.setdefault(name.decode(), []).append(value.decode())
    joined = {name: ", ".join(values) for name, values in expected.items()}
    assert joined.items() <= parser.headers.items()


@given(BODIES, st.sampled_from(["length", "chunks"]), st.data())
def test_an_answer_that_is_cut_off_is_an_error(
    body: list[bytes], framing: str, data: st.DataObject
) -> None:
    text = written(200, [], body, framing)
    parser = ResponseParser()
    fed(parser, text[: data.draw(st.integers(0, len(text) - 1))], [])
    if not parser.is_complete:
        with pytest.raises(ProtocolError, match="closed the connection"):
            parser.end()
    else:
        assert (framing, body) == ("chunks", []) or not body


@given(st.lists(st.tuples(BODIES, st.sampled_from(["length", "chunks"])), min_size=2, max_size=4))
def test_one_connection_carries_answers_one_after_the_other(
    several: list[tuple[list[bytes], str]],
) -> None:
    parser = ResponseParser()
    for number, (body, framing) in enumerate(several):
        parser.begin()
        assert fed(parser, written(200 + number, [], body, framing), []) == b"".join(body)
        assert (parser.status, parser.is_complete, parser.is_last) == (200 + number, True, False)


@pytest.mark.parametrize(
    "text",
    [
        b"<html>hello</html>",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
    ],
)
def test_what_is_no_http_is_an_error(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        ResponseParser().feed(text)


@pytest.mark.parametrize(
    "begin",
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"],
    ids=["head", "trailers"],
)
def test_headers_without_end_are_an_error(begin: bytes) -> None:
    parser = ResponseParser()
    parser.feed(begin)
    with pytest.raises(ProtocolError, match="headers"):
        deque(parser.feed(b"x-more: and more and more\r\n") for _ in range(10_000))


@pytest.mark.parametrize(
    "surplus", [b"x", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno", b"\r\n" * 99 + b"?"]
)
@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
def test_what_follows_an_answer_ends_the_connection(connection: bytes, surplus: bytes) -> None:
    parser = ResponseParser()
    text = written(200, [(b"connection", connection)], [b"yes"], "length")
    assert fed(parser, text + surplus, []) == b"yes"
    assert parser.is_complete
    assert parser.is_last
    assert parser.status == 200


class Interrupted(ResponseParser):
    """Ctrl-C comes while the parser has called."""

    def on_header(self, name: bytes, value: bytes) -> None:
        raise KeyboardInterrupt


def test_an_interruption_is_no_malformed_answer() -> None:
    parser = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        parser.feed(memoryview(written(200, [(b"a", b"b")], [], "length")))
    assert parser.is_last


def asked(value: str) -> HttpRequest:
    url = parsed("https://host.example/v1?page=2")
    return HttpRequest(
        "POST", url, {"host": "host.example", "x-key": value}, RequestBody("", []), 1.0
    )


def test_a_request_as_bytes() -> None:
    line = b"POST /v1?page=2 HTTP/1.1"
    assert request_head(asked("a b")) == line + b"\r\nhost: host.example\r\nx-key: a b\r\n\r\n"


def test_a_request_shows_no_secret() -> None:
    assert (
        repr(asked("tlk_0"))
        == "HttpRequest(method='POST', timeout=1.0, needs_live_connection=False)"
    )


@pytest.mark.parametrize("value", ["a\r\nhost: other", "a\nb", "a\0b", "ä"])
def test_no_header_brings_another(value: str) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        request_head(asked(value))
    assert "other" not in str(caught.value)
