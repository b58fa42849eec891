# From tests/_async/test_transport.py by scripts/unasync.py; edit that one.
"""Retries, deadlines and errors, as conversations."""

import httpx
import pytest

from dodeca import Client, Media, errors
from tests.scripted import EMBEDDED, Reply, Script, reply
from tests.seams import FakeClock, on_clock


def client_of(script: Script, clock: FakeClock | None = None) -> Client:
    return on_clock(Client("tlk_test", transport=script), clock)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("silent"),
        httpx.RemoteProtocolError("cut"),
        reply({"code": "too_many_requests", "message": "slow down"}, status=429),
        httpx.Response(429),
        httpx.Response(502, html="<html>bad gateway</html>"),
        httpx.Response(520),
    ],
)
def test_a_computed_answer_is_asked_for_again(failure: Reply) -> None:
    script = Script(failure, reply(EMBEDDED))
    with client_of(script) as client:
        assert len(client.embed.text("x")) == 1


def test_three_attempts_and_no_more() -> None:
    script = Script(*(httpx.Response(500) for _ in range(9)))
    with client_of(script) as client:
        with pytest.raises(errors.ServerError):
            client.embed.text("x")
    assert len(script.requests) == 3


def test_retry_after_is_waited_for() -> None:
    script = Script(reply({}, status=429, headers=[("Retry-After", "7")]), reply(EMBEDDED))
    clock = FakeClock()
    with client_of(script, clock) as client:
        client.embed.text("x")
    assert clock.now == 7.0


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    script = Script(reply({}, status=429, headers=[("Retry-After", "3600")]))
    clock = FakeClock()
    with client_of(script, clock) as client:
        with pytest.raises(errors.RateLimitError) as caught:
            client.embed.text("x")
    assert clock.now == 0.0
    assert caught.value.retry_after == 3600.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_is_not_repeated(status: int) -> None:
    script = Script(reply({"error": {"code": "no", "message": "never"}}, status=status))
    with client_of(script) as client:
        with pytest.raises(errors.APIError) as caught:
            client.embed.text("x")
    assert (caught.value.status, caught.value.code) == (status, "no")


@pytest.mark.parametrize(
    "failure", [httpx.ReadError("reset"), httpx.Response(500), httpx.ReadTimeout("silent")]
)
def test_a_create_of_unknown_outcome_is_not_repeated(failure: Reply) -> None:
    script = Script(failure)
    with client_of(script) as client:
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            client.embed.tasks.video("https://host/a.mp4")
    assert isinstance(caught.value.__cause__, errors.APIError | errors.TransportError)
    assert script.left == 0


def test_a_create_that_was_never_sent_is_repeated() -> None:
    script = Script(
        httpx.ConnectError("refused"),
        httpx.Response(429),
        reply({"_id": "t1", "status": "processing"}, status=202),
    )
    with client_of(script) as client:
        assert client.embed.tasks.video("https://host/a.mp4").id == "t1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_errors_and_not_followed(status: int) -> None:
    script = Script(reply({}, status=status, headers=[("Location", "https://elsewhere/")]))
    with client_of(script) as client:
        with pytest.raises(errors.APIError):
            client.embed.text("x")
    assert len(script.requests) == 1


def test_no_answer_in_time_is_our_own_error() -> None:
    script = Script(*(httpx.ReadTimeout("silent") for _ in range(3)))
    with client_of(script) as client:
        with pytest.raises(errors.RequestTimeout) as caught:
            client.embed.text("x")
    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)


def test_the_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "tlk_canary_0123456789")
    client = Client(transport=Script())
    shown = f"{client!r} {client._transport!r} {vars(client._transport)!r}"
    assert "canary" not in shown


@pytest.mark.parametrize("key", ["", "  ", "a\nb", "a b", "schlüssel", "a\0b"])
def test_unusable_keys_are_refused_without_showing_them(key: str) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        Client(key)
    assert not key.strip() or key not in str(caught.value)


def test_without_a_key_the_error_names_the_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWELVELABS_API_KEY", "TWELVE_LABS_API_KEY", "TL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(errors.ConfigurationError, match=r"TWELVELABS_API_KEY.*emulated"):
        Client()


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host", "api.twelvelabs.io", "http://api.twelvelabs.io", ""),
        *("https://\u2603.net", "https://xn--zzzz.com", "https://host/\x01", "https://[::1"),
    ],
)
def test_base_urls_that_would_show_the_key_are_refused(url: str) -> None:
    with pytest.raises(errors.ConfigurationError):
        Client("tlk_test", base_url=url)


def test_a_file_that_changes_while_it_is_sent_is_noticed() -> None:
    class Shrinking(Media):
        @property
        def size(self) -> int:
            return 100

    script = Script(reply(EMBEDDED))
    with client_of(script) as client:
        with pytest.raises(errors.InvalidMediaError, match="changed its size"):
            client.embed.video(Shrinking(content=b"x" * 50), via="sync")
