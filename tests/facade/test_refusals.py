"""What is refused, cut off or given up is said by an error of its own, and nothing goes on."""

from __future__ import annotations

import gzip
import logging
import os
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from dodeca import AsyncClient, Client, Media, errors
from dodeca._base import concurrency, daemons, html, logs
from dodeca._base.concurrency import Semaphore
from dodeca._calls import limits, media_urls
from dodeca._calls.bodies import file_name
from dodeca._calls.limits import Endpoint, FileInfo
from dodeca._calls.retry import AttemptResult
from dodeca._calls.vector_reader import VectorSink
from dodeca._http import messages
from dodeca._http.async_network import AsyncTcpStream
from dodeca._http.decoding import BodyDecoder
from dodeca._http.network import TcpStream
from dodeca.embeddings.labels import Labels
from dodeca.results import Index, Page, build_result
from tests.scripted import Script
from tests.seams import on_clock


def test_a_slot_that_stays_taken_is_waited_for_no_longer_than_said() -> None:
    slots = Semaphore(1)
    slots.acquire(0)
    for seconds in (0, -1):
        with pytest.raises(TimeoutError):
            slots.acquire(seconds)
    slots.release()
    slots.acquire(0)


def test_a_call_without_time_is_not_made() -> None:
    made: list[int] = []
    for seconds in (0, -1):
        with pytest.raises(TimeoutError, match="the deadline of the call"):
            daemons.run_until(lambda: made.append(1), seconds)
    assert made == []


def test_connections_belong_to_a_process() -> None:
    scope = concurrency.connection_scope()
    assert not concurrency.is_stale_scope(scope)
    assert concurrency.is_stale_scope(os.getpid() + 1)


def test_a_service_of_threads_blocks_anyway() -> None:
    service = object()
    assert concurrency.blocking(service) is service


def test_notebooks_show_times_to_the_second() -> None:
    assert html.short(datetime(2026, 1, 2, 3, 4, 5, 678, UTC)) == "2026-01-02 03:04:05+00:00"


def test_logs_go_to_stderr_at_the_level_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    log = logging.getLogger("dodeca")
    request.addfinalizer(lambda: log.setLevel(logging.NOTSET))
    log.setLevel(logging.NOTSET)  # a page of the guide may have run in this process
    monkeypatch.setattr(log, "handlers", [])
    for value, level in (("", logging.NOTSET), ("loud", logging.NOTSET), ("info", logging.INFO)):
        monkeypatch.setenv("DODECA_LOG", value)
        logs.set_up_logging()
        assert log.level == level
        assert len(log.handlers) == (level == logging.INFO)
    logs.set_up_logging()
    (handler,) = log.handlers
    record = logging.LogRecord("dodeca", logging.INFO, "", 1, "a %s", ("b",), None)
    assert handler.format(record).endswith(" dodeca INFO a b")


def test_a_file_name_that_is_no_text_is_refused() -> None:
    assert file_name(Media.data(b"x", filename="e\u0301.png")) == "\u00e9.png"
    assert file_name(Media.data(b"x")) == "upload"
    with pytest.raises(errors.InvalidMediaError, match="is not valid Unicode"):
        file_name(Media.data(b"x", filename="a\udc80.png"))


def test_what_is_not_here_is_not_measured(tmp_path: Path) -> None:
    remote = Media.url("https://host.example/a.mp4")
    assert limits.measure(remote) == FileInfo(size=0)
    assert limits.input_type(Media.url("https://host.example/a")) == "video"
    path = tmp_path / "recording"
    path.write_bytes(b"RIFF\0\0\0\0WAVE")
    media = Media.file(path)
    assert limits.input_type(media) == "audio"
    path.unlink()
    assert limits.input_type(media) == "video"
    with pytest.raises(errors.InvalidMediaError):
        limits.measure(media)


def test_wav_of_an_unknown_codec_is_unknown() -> None:
    verdict = limits.judge(FileInfo("audio", "wav", 5.0, size=9), Endpoint.EMBED, "audio")
    assert (verdict.outcome, verdict.unknown) == ("unknown", ("codec",))


def test_a_url_that_is_none_is_refused_under_its_name() -> None:
    with pytest.raises(errors.InvalidMediaError, match="video_url is not a URL: 'https://"):
        media_urls.check_reachable({"video_url": "https://[::1/a.mp4"})


def test_json_that_is_not_as_documented_is_quoted() -> None:
    with pytest.raises(errors.InvalidResponseError, match=r"has no Index, but \['no object'\]"):
        build_result(Index, ["no object"])


def test_a_response_of_other_bytes_than_vectors_is_bounded() -> None:
    sink = VectorSink()
    sink.feed(b'{"data": [{"text": "')
    for _ in range(31):
        sink.feed(b"x" * (1 << 20))
    with pytest.raises(errors.InvalidResponseError, match="33554432 bytes beside its vectors"):
        sink.feed(b"x" * (1 << 20))


def test_a_body_that_is_no_gzip_or_ends_too_early_is_an_error() -> None:
    with pytest.raises(errors.InvalidResponseError, match="is not valid gzip"):
        list(BodyDecoder("gzip").feed(b"plain text"))
    decoder = BodyDecoder(" GZIP ")
    packed = gzip.compress(b"x" * 1000)
    assert b"".join(decoder.feed(packed[:-4])) == b"x" * 1000
    with pytest.raises(errors.TransportError, match="was cut off within its compressed data"):
        decoder.finish()
    list(decoder.feed(packed[-4:]))
    decoder.finish()
    BodyDecoder("gzip").finish()
    with pytest.raises(errors.InvalidResponseError, match="is encoded as 'br', but gzip was"):
        BodyDecoder("br")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://", "invalid"),
        ("https://host.example:65536/", "invalid"),
        ("https://host.example:99999999/", "invalid"),
        ("https://" + "a" * 64 + ".example/", "invalid"),
        ("http://host.example/", "not https: http://host.example"),
        ("https://10.0.0.1/", "in a private network: 10.0.0.1"),
        ("http://api.example/", "not https"),
    ],
)
def test_an_upload_goes_to_an_encrypted_public_address(url: str, why: str) -> None:
    with pytest.raises(errors.InvalidResponseError, match=f"an upload URL is.* {why}"):
        messages.check_storage_url(url, "https://api.example/v1.3")


def test_an_upload_may_go_to_the_service_itself() -> None:
    messages.check_storage_url("https://host.example:65535/a", "https://api.example/v1.3")
    messages.check_storage_url("http://10.0.0.1/a", "http://10.0.0.1:8000/v1.3")


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (httpx.LocalProtocolError("x"), AttemptResult.PERMANENT),
        (httpx.ReadError("x"), AttemptResult.NO_RESPONSE),
        (httpx.ConnectError("x"), AttemptResult.NOT_SENT),
        (httpx.ProxyError("407 x"), AttemptResult.PERMANENT),
        (httpx.ProxyError("502 x"), AttemptResult.NOT_SENT),
    ],
)
def test_how_an_attempt_ended(error: Exception, result: AttemptResult) -> None:
    assert messages.attempt_result(error) is result


async def test_a_host_without_an_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [])
    with pytest.raises(httpx.ConnectError, match="nowhere:80: the host has no address"):
        TcpStream.connect("nowhere", 80, None, 60)


pytestmark = pytest.mark.anyio


async def test_a_host_without_an_address_is_named_by_asyncio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [])
    with pytest.raises(httpx.ConnectError, match="nowhere:80: the host has no address"):
        await AsyncTcpStream.connect("nowhere", 80, None, 60)


class Broken:
    """A socket on which each call raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def settimeout(self, seconds: float) -> None:
        """Any will do."""

    def fail(self, *_: object) -> Any:
        raise self._error

    recv_into = send = fail


def broken(error: Exception, *, deadline: float) -> TcpStream:
    stream = TcpStream(Broken(error))  # type: ignore[arg-type]
    stream.deadline = time.monotonic() + deadline
    return stream


def test_errors_of_sockets_are_those_of_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dodeca._http.network.is_readable", lambda _: True)
    reset = ConnectionResetError("reset by peer")
    for what, error in (
        (lambda s: s.read(), httpx.ReadError),
        (lambda s: s.write(b"abc"), httpx.WriteError),
        (lambda s: s.has_data(), httpx.ReadError),
    ):
        with pytest.raises(error, match="reset by peer"):
            what(broken(reset, deadline=60))
    with pytest.raises(httpx.ReadTimeout, match="the deadline of the call"):
        broken(TimeoutError(), deadline=60).read()
    with pytest.raises(httpx.WriteTimeout, match="the deadline of the call"):
        broken(TimeoutError(), deadline=0).write(b"abc")
    assert bytes(broken(TimeoutError(), deadline=60).write(b"abc")) == b"abc"
    for nothing in (BlockingIOError(), ssl.SSLWantReadError()):
        assert not broken(nothing, deadline=60).has_data()


def test_data_that_came_early_is_read_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = TcpStream(ours)
        stream.deadline = time.monotonic() + 60
        assert not stream.has_data()
        theirs.send(b"early")
        assert stream.has_data()
        assert stream.has_data()
        assert bytes(stream.read()) == b"early"
        theirs.send(b"late")
        assert bytes(stream.read()) == b"late"


def test_labels_and_pages_show_what_they_hold() -> None:
    assert repr(Labels.same("visual", 2)) == "Labels(['visual', 'visual'])"
    assert len(Page(items=[1, 2, 3])) == 3


class Unreadable:
    """A file that cannot be read."""

    def read(self, *_: int) -> bytes:
        raise OSError("the disk is gone")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Media.url(5), "a media URL must be a string, got int"),  # type: ignore[arg-type]
        (lambda: Media.data("text"), "Media.data takes bytes, got str"),  # type: ignore[arg-type]
        (lambda: Media.data(b""), "Media.data got no bytes"),
        (lambda: Media.url("https://host.example/a.mp4").open(), "has no local bytes"),
        (lambda: Media.of(Unreadable()), "cannot read Unreadable: the disk is gone"),
        (lambda: Media.of(Image.new("HSV", (2, 2))), "an image of mode HSV is no PNG"),
    ],
)
def test_media_that_cannot_be_read_are_refused(make: Any, why: str) -> None:
    with pytest.raises(errors.InvalidMediaError, match=why):
        make()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client("key", transport=Script()) as made:
        yield made


def test_a_task_needs_what_the_service_can_fetch_or_take(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(errors.InvalidMediaError, match=r"tasks\.create needs a file or a URL"):
        client.tasks.create("index", Media.asset("a"))
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(100))
    monkeypatch.setattr("dodeca._sync.resources.tasks._FILE_BYTES", 99)
    with pytest.raises(errors.InvalidMediaError, match=r"files of up to 99 B, .* has 100 B; use"):
        client.tasks.create("index", path)
    with pytest.raises(errors.InvalidMediaError, match="needs a file or a URL"):
        client.embed_v1.tasks.create(None)  # type: ignore[arg-type]


async def test_a_page_token_that_is_no_text_is_an_invalid_response() -> None:
    info = {"limit_per_page": 1, "total_results": 2, "next_page_token": 5}
    pool = {"index_id": "i", "total_count": 1, "total_duration": 1.0}
    found = {"search_pool": pool, "data": [], "page_info": info}
    script = Script(*[httpx.Response(200, json=found)] * 2)  # it is read once more
    async with on_clock(AsyncClient("key", transport=script)) as client:
        with pytest.raises(errors.InvalidResponseError, match="next page is not text: 5"):
            await client.search("index", "red", search_options=["visual"])


class Unshown:
    """A class whose repr raises, as broken objects of callers do."""

    def __repr__(self) -> str:
        raise ValueError("no repr")


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [Unshown(), [Unshown()], nested(100_000)])
def test_a_value_that_cannot_be_shown_is_refused_like_others(value: Any) -> None:
    name = type(value).__name__
    with Client("tlk_test", transport=Script()) as client:
        for refused in (
            lambda: client.embed.text(value),
            lambda: client.with_options(timeout=value),
            lambda: client.with_options(extra_query={"a": value}),
            lambda: client.request(value, "/x"),
            lambda: client.analyze("?", video_id="v1", response_format=value),
        ):
            with pytest.raises(errors.DodecaError, match=f"<{name}>"):
                refused()


def test_an_error_of_the_service_that_is_nested_too_deep_has_its_status() -> None:
    deep = b'{"code": "x", "message": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    error = errors.APIError.from_response(400, {}, deep)
    assert (error.status, error.code, error.message[:12]) == (400, None, '{"code": "x"')
    assert error.extra == {}


@pytest.mark.parametrize("timeout", [True, "3", float("nan"), 10**400])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="timeout must be a number of seconds"):
        Client("tlk_test", timeout=timeout)


def test_many_inputs_are_not_sent_by_a_closed_client() -> None:
    client = Client("tlk_test", transport=Script())
    client.close()
    for many in (client.embed.texts, client.embed.images):
        with pytest.raises(errors.ConfigurationError, match="closed"):
            many(["a.jpg"])
