"""What the surroundings of a client may do: proxies, keys in variables, hostile headers, forks."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import threading
from typing import Any

import httpx
import pytest

from dodeca import AsyncClient, Client, errors
from dodeca._base.lazy import cached_property
from dodeca._base.logs import masked
from dodeca._calls.bodies import RequestBody
from dodeca._calls.retry import AttemptResult, retry_after
from dodeca._http import messages
from dodeca._http.network import SOCKET_OPTIONS
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.scripted import Pieces, Script, reply

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
PROXY = "http://proxy.example:3128"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("url", "no_proxy", "is_proxied"),
    [
        ("http://localhost:1/v1.3", "", False),
        ("http://127.0.0.1:1/v1.3", "", False),
        ("http://127.9.9.9/v1.3", "", False),
        ("http://[::1]:1/v1.3", "", False),
        ("http://a.localhost/v1.3", "", False),
        ("http://10.1.2.3/v1.3", "", True),
        ("http://10.1.2.3/v1.3", "127.0.0.0/8,::1/128", True),
        ("http://10.1.2.3/v1.3", "127.0.0.0/8, 10.0.0.0/8,::1/128", False),
        ("http://[fd00::5]/v1.3", "10.0.0.0/8,fd00::/8", False),
        ("http://[fd00::5]/v1.3", "[fd00::]/64", True),
        ("http://api.example/v1.3", "10.0.0.0/8,nonsense/99", True),
        ("http://api.example/v1.3", "10.0.0.0/8,.example", False),
    ],
)
def test_this_machine_and_networks_in_no_proxy_are_reached_directly(
    url: str, no_proxy: str, is_proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, PROXY)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (messages.find_proxy(httpx.URL(url)) is not None) is is_proxied


@CLIENTS
async def test_the_key_for_this_machine_does_not_go_to_a_proxy(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Raw(lambda _: http())
    with proxy.serving() as proxy_url, Raw(lambda _: http()).serving("localhost") as url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url.removesuffix("/v1.3"))
        async with opened(kind, url) as call:
            assert len(await call("embed.text", "red")) == 1
    assert proxy.requests == []


@CLIENTS
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
async def test_what_a_proxy_refuses_is_asked_once(
    kind: Kind, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Raw(lambda _: http(b"", status))
    with proxy.serving() as url:
        monkeypatch.setenv("HTTPS_PROXY", url.removesuffix("/v1.3"))
        async with opened(kind, "https://api.example/v1.3", timeout=5.0) as call:
            with pytest.raises(errors.TransportError, match=status[:3]):
                await call("embed.text", "red")
    assert len(proxy.requests) == 1


def test_a_certificate_error_names_the_variable() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    assert "SSL_CERT_FILE" in str(messages.convert_error(error))
    assert messages.attempt_result(error) is AttemptResult.PERMANENT
    assert "SSL_CERT_FILE" not in str(messages.convert_error(httpx.ConnectError("refused")))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "0"},
        {"transfer-encoding": "chunked"},
        {"HOST": "other.example"},
        {"Connection": "close"},
        {"proxy-authorization": "x"},
        {"a b": "x"},
        {"": "x"},
        {"a:": "x"},
        {"x-a": "1\r\nhost: x"},
        {"x-a": 5},
        {"x-a": "é"},
    ],
    ids=str,
)
def test_headers_that_frame_a_message_are_not_taken_from_the_service(
    headers: dict[str, Any],
) -> None:
    body = RequestBody("", [b"GET / HTTP/1.1\r\n\r\n"])
    with pytest.raises(errors.InvalidResponseError, match="an upload asks for"):
        messages.build_upload_request("https://s.example/1", headers, body, 1.0)


def test_headers_of_storage_are_sent() -> None:
    body = RequestBody("", [b"x"])
    headers = {"x-amz-acl": "private", "Content-Type": "video/mp4"}
    built = messages.build_upload_request("https://s.example/1", headers, body, 1.0)
    assert headers.items() <= built.headers.items()


def test_a_key_is_masked_in_logs_by_its_value(caplog: pytest.LogCaptureFixture) -> None:
    key = "tlk_masked_by_value_0123"
    client = Client(key)
    with caplog.at_level(logging.DEBUG):
        for name in ("httpcore.http11", "httpcore.proxy", "httpcore.socks", "httpx"):
            logging.getLogger(name).debug("headers=%r", [(b"x-echo", key.encode())])
    client.close()
    assert len(caplog.messages) == 4
    assert key not in caplog.text


def test_long_headers_are_bounded_before_they_are_parsed() -> None:
    late = "Wed, 21 Oct 2030 07:28:00 GMT"
    assert retry_after({"retry-after": late}, now=0.0) is not None
    assert retry_after({"retry-after": "0 " * 40_000 + "GMT"}, now=0.0) is None
    assert retry_after({"retry-after": "9" * 100_000}, now=0.0) is not None


def test_masking_a_long_text_takes_linear_time() -> None:
    """Three million characters: in quadratic time, it would take hours."""
    assert masked("http://" * 400_000 + " http://a.b/?x=1").endswith(" http://a.b/?***")


@CLIENTS
async def test_an_event_in_very_many_pieces_takes_linear_time(kind: Kind) -> None:
    """Sixteen megabytes in 20,000 pieces: in quadratic time, 160 GB would be copied."""
    end = b'\n{"event_type":"stream_end"}\n'
    text = b'{"event_type":"text_generation","text":"' + b"a" * (800 * 20_000) + b'"}'
    pieces = [text[at : at + 800] for at in range(0, len(text), 800)]
    script = Script(httpx.Response(200, stream=Pieces(*pieces, end)))
    client = kind("key", base_url="http://localhost", transport=script)
    if isinstance(client, AsyncClient):
        async with client.analyze.stream("What?", video_id="v1") as events:
            assert len(await events.text()) == 800 * 20_000
    else:
        with client.analyze.stream("What?", video_id="v1") as found:
            assert len(found.text()) == 800 * 20_000


@CLIENTS
async def test_connections_are_kept_alive(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    plain = socket.socket.setsockopt

    def noted(self: socket.socket, level: int, option: int, value: Any) -> None:
        seen.append((level, option))
        plain(self, level, option, value)

    monkeypatch.setattr(socket.socket, "setsockopt", noted, raising=False)
    with Raw(lambda _: http()).serving() as url:
        async with opened(kind, url) as call:
            await call("embed.text", "red")
    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE) in seen
    idle = getattr(socket, "TCP_KEEPIDLE", None)
    assert idle is None or (socket.IPPROTO_TCP, idle, 60) in SOCKET_OPTIONS


@pytest.mark.parametrize(
    ("value", "sent"),
    [('"quoted_key_0123"', "quoted_key_0123"), ("'quoted_key_0123'", "quoted_key_0123")],
)
def test_quotes_around_a_key_are_removed(value: str, sent: str) -> None:
    script = Script(reply({"data": [{"embedding": [1.0, 0.0]}]}))
    with pytest.warns(UserWarning, match="quotes"):
        client = Client(value, base_url="http://localhost", transport=script)
    client.embed.text("red")
    assert script.requests[0].headers["x-api-key"] == sent


def test_a_placeholder_is_no_key() -> None:
    with pytest.raises(errors.ConfigurationError, match="placeholder"):
        Client("<YOUR_API_KEY>")


def test_a_blank_variable_does_not_hide_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "  ")
    monkeypatch.setenv("TL_API_KEY", "second_key_0123")
    script = Script(reply({"data": [{"embedding": [1.0, 0.0]}]}))
    Client(base_url="http://localhost", transport=script).embed.text("red")
    assert script.requests[0].headers["x-api-key"] == "second_key_0123"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_that_was_refused_has_a_repr(kind: Kind) -> None:
    refused = kind.__new__(kind)
    with pytest.raises(errors.ConfigurationError):
        refused.__init__("key", timeout=0)  # type: ignore[misc]
    assert repr(refused) == f"<{kind.__name__} that could not be created>"


def test_a_gateway_s_page_is_quoted_by_its_title() -> None:
    page = b"<!DOCTYPE html><html><head><style>" + b"a{}" * 900
    page += b"</style><title>502\n Bad Gateway</title></head></html>"
    error = errors.APIError.from_response(502, {}, page)
    assert str(error) == "[502] 502 Bad Gateway"


class Slow:
    """Has a value that is computed until it is allowed to end."""

    def __init__(self) -> None:
        self.started, self.may_end = threading.Event(), threading.Event()
        self.was_waited_for = False

    @cached_property
    def value(self) -> int:
        if threading.current_thread() is not threading.main_thread():
            self.started.set()
            self.was_waited_for = not self.may_end.wait(10)
        return 5


def test_a_value_that_another_thread_computes_is_not_waited_for() -> None:
    """After a fork that thread does not exist, and its lock would never be released."""
    slow = Slow()
    thread = threading.Thread(target=lambda: slow.value, daemon=True)
    thread.start()
    assert slow.started.wait(30)
    assert slow.value == 5
    slow.may_end.set()
    thread.join(30)
    assert not slow.was_waited_for
    assert type(inspect.getattr_static(Client, "embed")) is type(vars(Slow)["value"])
