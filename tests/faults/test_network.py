"""Proxies, certificates and names: what the environment says, and what a connection may not be."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dodeca import AsyncClient, Client, errors
from dodeca._http import messages as seam
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.lazy import Lazy

trustme = Lazy("trustme")
pytestmark = pytest.mark.anyio

Certificates = Mapping[str, Any]
Kind = type[Client] | type[AsyncClient]
KEY = "tlk_canary_0123456789"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificates(authority: trustme.CA) -> Certificates:
    """What an authority signed: for localhost, for another host, expired."""
    return {
        "good": authority.issue_cert("localhost"),
        "other": authority.issue_cert("elsewhere.example"),
        "expired": authority.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC)),
    }


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The environment trusts the authority; what was read of it before is forgotten."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    seam.tls_context.cache_clear()
    yield
    seam.tls_context.cache_clear()


def serving(certificate: trustme.LeafCert) -> Raw:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    return Raw(lambda _: http(), tls)


@CLIENTS
async def test_a_certificate_that_fits_is_trusted(
    kind: Kind, certificates: Certificates, trusting: None
) -> None:
    server = serving(certificates["good"])
    with server.serving("localhost") as url:
        async with opened(kind, url, key=KEY) as call:
            assert len(await call("embed.text", "red")) == 1


@CLIENTS
@pytest.mark.parametrize("name", ["other", "expired"])
async def test_a_certificate_that_does_not_fit_is_final(
    kind: Kind, name: str, certificates: Certificates, trusting: None
) -> None:
    server = serving(certificates[name])
    with server.serving("localhost") as url:
        async with opened(kind, url, key=KEY) as call:
            with pytest.raises(errors.TransportError):
                await call("embed.text", "red")
            with pytest.raises(errors.TransportError):
                await call("embed.tasks.video", "https://host.example/a.mp4")
    assert server.connections == 2, "one try for each call"
    assert bytes(server.received) == b""


@CLIENTS
async def test_an_authority_that_nobody_knows_is_final(
    kind: Kind, certificates: Certificates
) -> None:
    seam.tls_context.cache_clear()
    server = serving(certificates["good"])
    with server.serving("localhost") as url:
        async with opened(kind, url, key=KEY) as call:
            with pytest.raises(errors.TransportError):
                await call("embed.text", "red")
    assert (server.connections, bytes(server.received)) == (1, b"")


@CLIENTS
async def test_refused_and_unknown_hosts_are_tried_again_even_for_creates(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Raw(lambda _: http()).serving() as url:
        pass  # nobody listens there any more
    for base in (url, "https://no-such-host.invalid/v1.3"):
        async with opened(kind, base, timeout=3.0) as call:
            with pytest.raises(errors.TransportError) as caught:
                await call("embed.tasks.video", "https://host.example/a.mp4")
        assert not isinstance(caught.value, errors.OutcomeUnknownError)


@CLIENTS
async def test_the_first_address_of_a_host_may_lead_nowhere(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where IPv6 is announced and does not work: each address gets its share of the time."""
    find = socket.getaddrinfo

    def both(host: Any, *args: Any, **options: Any) -> Any:
        if host != "two.example":
            return find(host, *args, **options)
        return [found for ip in ("127.0.0.2", "127.0.0.1") for found in find(ip, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with Raw(lambda _: http()).serving("two.example") as url, ExitStack() as sockets:
        deaf = sockets.enter_context(socket.socket())
        deaf.bind(("127.0.0.2", int(url.rpartition(":")[2].split("/")[0])))
        deaf.listen(0)
        for _ in range(4):  # nobody takes these, and so nobody else gets in
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        async with opened(kind, url, timeout=6.0, allow_insecure=True) as call:
            assert len(await call("embed.text", "red")) == 1


@CLIENTS
@pytest.mark.parametrize(
    "proxy",
    ["socks5://user:hunter2@proxy.example:1", "gopher://proxy.example", "http://[::1", "http://:x"],
)
async def test_a_proxy_that_cannot_be_used_is_an_error_of_configuration(
    kind: Kind, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    async with opened(kind, "https://api.example/v1.3") as call:
        with pytest.raises(errors.ConfigurationError) as caught:
            await call("embed.text", "red")
    assert "hunter2" not in str(caught.value)


@CLIENTS
async def test_the_password_of_a_proxy_is_not_shown(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Raw(lambda _: http(b"", "407 No")).serving() as url:
        port = url.split(":")[2].split("/")[0]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{port}")
        async with opened(kind, "https://api.example/v1.3", timeout=2.0) as call:
            with pytest.raises(errors.TransportError) as caught:
                await call("embed.text", "red")
    assert "hunter2" not in str(caught.value) + repr(caught.value)


@CLIENTS
async def test_the_proxy_of_the_environment_is_used_or_not(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Raw(lambda _: http())
    url = "http://no-such-host.invalid/v1.3"
    with proxy.serving() as proxy_url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url.removesuffix("/v1.3"))
        async with opened(kind, url, allow_insecure=True) as call:
            await call("embed.text", "red")
        assert len(proxy.requests) == 1
        async with opened(kind, url, trust_env=False, allow_insecure=True) as call:
            with pytest.raises(errors.TransportError):
                await call("embed.text", "red")
        for bypass in (".invalid", "*", "no-such-host.invalid,,;x, [bad"):
            monkeypatch.setenv("NO_PROXY", bypass)
            async with opened(kind, url, allow_insecure=True) as call:
                with pytest.raises(errors.TransportError):
                    await call("embed.text", "red")
        assert len(proxy.requests) == 1


@CLIENTS
async def test_certificates_that_are_not_there_are_an_error_of_configuration(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for name in ("missing.pem", "empty.pem"):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
        seam.tls_context.cache_clear()
        async with opened(kind, "https://localhost:9/v1.3") as call:
            with pytest.raises(errors.ConfigurationError, match="certificates"):
                await call("embed.text", "red")
    seam.tls_context.cache_clear()
