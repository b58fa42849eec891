"""Bodies of answers that are too large, oddly packed, cut short, or not what they say."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import AsyncClient, Client, errors
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import EMBEDDED, Raw, http
from tests.seams import on_clock

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
MIB = 2**20
CAP_MIB, MORE_MIB = 64, 32


@cache
def bomb(size: int, times: int = 1) -> bytes:
    """Zeros that unpack to `size` bytes, packed several times over."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()
    for _ in range(times - 1):
        packed = gzip.compress(packed)
    return packed


BURST = """
import resource, sys
from pathlib import Path
from dodeca import AsyncClient, Client, errors
import anyio

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def sync():
    with Client("key", base_url=sys.argv[2], timeout=60) as client:
        client.embed.text("warm") if sys.argv[3] == "warm" else None
        before = peak()
        try:
            call(client)
        except errors.InvalidResponseError as error:
            print(type(error).__name__, peak() - before)

def call(client):
    return client.indexes.retrieve("abc") if sys.argv[4] == "kept" else client.embed.text("red")

async def asynchronous():
    async with AsyncClient("key", base_url=sys.argv[2], timeout=60) as client:
        await client.embed.text("warm") if sys.argv[3] == "warm" else None
        before = peak()
        try:
            await call(client)
        except errors.InvalidResponseError as error:
            print(type(error).__name__, peak() - before)

sync() if sys.argv[1] == "sync" else anyio.run(asynchronous)
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("way", ["kept", "read as it passes"])
def test_a_bomb_of_gzip_is_refused_within_the_cap(kind: str, way: str) -> None:
    packed = bomb(400 * MIB)
    assert len(packed) < 420_000
    answers = iter([http()])
    server = Raw(lambda _: next(answers, http(packed, content_encoding="gzip")))
    with server.serving() as url:
        done = subprocess.run(
            [sys.executable, "-c", BURST, kind, url, "warm", way],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    name, grown = done.stdout.split()
    print(f"{kind}, {way}: {len(packed)} bytes of 400 MiB, {float(grown):.0f} MiB more")
    assert name == "InvalidResponseError"
    assert float(grown) < CAP_MIB + MORE_MIB


@CLIENTS
@pytest.mark.parametrize("method", ["embed.text", "indexes.retrieve"])
@pytest.mark.parametrize(
    "encoding",
    [
        "gzip, gzip",
        ", ".join(["gzip"] * 2_000),
        "br",
        "deflate",
        "zstd",
        "identity, gzip",
        "x" * 999,
    ],
    ids=lambda text: text[:12],
)
async def test_other_encodings_than_one_gzip_are_refused(
    kind: Kind, method: str, encoding: str
) -> None:
    body = bomb(MIB, times=2)
    with Raw(lambda _: http(body, content_encoding=encoding)).serving() as url:
        async with opened(kind, url) as call:
            with pytest.raises(errors.InvalidResponseError, match="encoded") as caught:
                await call(method, "abc")
    assert len(str(caught.value)) < 500


@CLIENTS
async def test_gzip_itself_is_read_and_asked_for(kind: Kind) -> None:
    server = Raw(lambda _: http(gzip.compress(EMBEDDED), content_encoding="gzip"))
    with server.serving() as url:
        async with opened(kind, url) as call:
            assert (await call("embed.text", "red")).vectors.tolist() == [[1.0, 0.0]]
    assert b"accept-encoding: gzip, identity" in server.requests[0].lower()


@CLIENTS
@pytest.mark.parametrize("status", ["500 Oops", "404 Not Found", "429 Slow"])
async def test_of_a_large_error_little_is_kept(kind: Kind, status: str) -> None:
    body = b"<html>" + b"x" * 5_000_000
    with Raw(lambda _: http(body, status)).serving() as url:
        async with opened(kind, url) as call:
            with pytest.raises(errors.APIError) as caught:
                await call("embed.text", "red")
    assert len(str(caught.value)) < 2_200
    assert len(repr(caught.value)) < 3_000


@CLIENTS
@pytest.mark.parametrize("status", [100, 199, 304, 399, 418, 451, 499, 520, 599, 600, 999])
async def test_statuses_that_nobody_documents(kind: Kind, status: int) -> None:
    script = Raw(lambda _: http(EMBEDDED, f"{status} Odd"))
    timeout = 0.7 if status < 200 else 60.0  # after an interim answer, another one is waited for
    with script.serving() as url:
        async with opened(kind, url, timeout=timeout) as call:
            with pytest.raises(errors.DodecaError) as caught:
                await call("embed.text", "red")
    if status >= 300:
        assert isinstance(caught.value, errors.APIError)
        assert caught.value.status == status


@CLIENTS
@pytest.mark.parametrize("status", [201, 203, 299])
async def test_a_success_may_have_another_status_than_documented(kind: Kind, status: int) -> None:
    with Raw(lambda _: http(EMBEDDED, f"{status} Odd")).serving() as url:
        async with opened(kind, url) as call:
            assert len(await call("embed.text", "red")) == 1


@CLIENTS
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (404, errors.NotFoundError),
        (409, errors.BadRequestError),
        (410, errors.NotFoundError),
        (413, errors.BadRequestError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (503, errors.ServerError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'{"error":3}', b'{"code":["x"]}'])
async def test_every_refusal_is_raised_whatever_its_body(
    kind: Kind, status: int, error: type[errors.APIError], body: bytes
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    async with opened(kind, "https://api.example", transport=transport) as call:
        with pytest.raises(error) as caught:
            await call("indexes.retrieve", "abc")
    assert type(caught.value) is error
    assert caught.value.status == status
    assert caught.value.retryable is (status == 429 or status >= 500)


@CLIENTS
async def test_a_refusal_whose_body_does_not_come_is_still_one(kind: Kind) -> None:
    def stalls(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n{"
        raw.is_over.wait()

    raw = Raw(stalls)
    with raw.serving() as url:
        async with opened(kind, url, timeout=3.0) as call:
            with pytest.raises(errors.BadRequestError):
                await call("embed.tasks.video", "https://host.example/a.mp4")


def answered(body: bytes, method: str = "indexes.retrieve") -> Any:
    """What a call makes of a body, or the error that it ends with."""
    with on_clock(
        Client("key", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    ) as c:
        try:
            return c.embed.text("red") if method == "embed.text" else c.indexes.retrieve("abc")
        except errors.DodecaError as error:
            return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"data":',
        b"\xff\xfe{}",
        '{"_id":"é"}'.encode("latin-1"),
        b"[]",
        b"null",
        b'{"_id":NaN}',
        b'{"_id":"a","video_count":' + b"9" * 5_000 + b"}",
        b'{"_id":"a","x":' + b"[" * 100_000,
        b'{"_id":"a","x":' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"data":[{"embedding":[1.0,NaN]}]}',
        b'{"data":[{"embedding":[1.0,1e999]}]}',
        b'{"data":[{"embedding":[1.0,1e308]}]}',
        b'{"data":[{"embedding":[1.0,"x"]}]}',
        b'{"data":[{"embedding":[1.0]},{"embedding":[1.0,2.0]}]}',
        b'{"data":[{"embedding":[]}]}',
        b'{"data":[{"embedding":[[1.0]]}]}',
        b'{"data":[[1.0]]}',
        b'{"data":3}',
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
@pytest.mark.parametrize("method", ["indexes.retrieve", "embed.text"])
def test_no_answer_of_the_documented_kind(body: bytes, method: str) -> None:
    found = answered(body, method)
    assert isinstance(found, errors.InvalidResponseError), found
    assert len(str(found)) < 1_000


def test_what_is_new_or_absent_is_no_error() -> None:
    found = answered(
        b'{"_id":"a","index_name":null,"video_count":null,"models":null,"novel":{"x":[1]},'
        b'"addons":["smell"],"_id":"b","created_at":null}'
    )
    assert (found.id, found.index_name, found.video_count) == ("b", None, None)
    assert list(found.addons) == ["smell"]
    assert found.extra == {"novel": {"x": [1]}}


def test_one_bad_item_does_not_lose_the_page() -> None:
    good = {"_id": "a", "index_name": "one"}
    items = [good, {"index_name": "no id"}, {"_id": ["x"]}, 3, {"_id": "b"}]
    info = {"page": 1, "limit_per_page": 10, "total_page": 1, "total_results": 5}
    body = orjson.dumps({"data": items, "page_info": info})
    with Client(
        "key", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    ) as c:
        page = next(c.indexes.list().pages())
    assert [index.id for index in page.items] == ["a", "b"]
    assert sorted(map(repr, page.malformed)) == sorted(map(repr, items[1:4]))


def pages(numbers: list[int], total: Any) -> Iterator[httpx.Response]:
    for number in numbers:
        info = {"page": number, "total_page": total, "limit_per_page": 1, "total_results": 1}
        yield httpx.Response(200, json={"data": [{"_id": f"i{number}"}], "page_info": info})


@pytest.mark.parametrize("total", [2, 3, 10**9])
def test_lists_whose_pages_repeat_come_to_an_end(total: int) -> None:
    """A service that gives the same page for ever, or one whose items have moved on."""
    answers = pages([1, 1] + [2] * 1_000, total)
    with Client("key", transport=httpx.MockTransport(lambda _: next(answers))) as client:
        found = [index.id for index in client.indexes.list()]
    assert found == ["i1", "i2"][: len(found)]
    assert 1 <= len(found) <= 2


def test_a_list_that_grows_while_it_is_read_is_read_to_its_end() -> None:
    """Its items move on by as many pages, so that pages come which have been seen."""
    answers = pages([1, 1, 1, 2], 4)
    with Client("key", transport=httpx.MockTransport(lambda _: next(answers))) as client:
        assert [index.id for index in client.indexes.list()] == ["i1", "i2"]


@given(
    st.text()
    | st.floats().map(str)
    | st.sampled_from(["-5", "nan", "inf", "-inf", "1e9", "1_0", "", " 2 ", "0x10", "\u0661"])
    | st.datetimes().map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S GMT"))
)
def test_any_retry_after_is_a_time_to_wait_or_nothing(text: str) -> None:
    from dodeca._calls import retry

    for name in ("retry-after", "retry-after-ms"):
        wait = retry.retry_after({name: text}, now=1_700_000_000.0)
        assert wait is None or 0 <= wait <= 7 * 86_400


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "9", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "1e9"}, 7 * 86_400.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 40 + "h01+mGMT"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_forms_of_retry_after(headers: dict[str, str], expected: float | None) -> None:
    from dodeca._calls import retry

    assert retry.retry_after(headers, now=1_700_000_000.0) == expected


@CLIENTS
async def test_a_wait_beyond_the_deadline_is_not_begun(kind: Kind) -> None:
    """A quota for the day: the error comes at once, and says when to come again."""
    server = Raw(lambda _: http(b"", "429 Quota", retry_after="7200"))
    with server.serving() as url:
        async with opened(kind, url, timeout=30.0) as call:
            with pytest.raises(errors.RateLimitError) as caught:
                await call("embed.text", "red")
    assert len(server.requests) == 1
    assert caught.value.retry_after == 7200.0
    assert caught.value.resume_at is not None
