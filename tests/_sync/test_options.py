# From tests/_async/test_options.py by scripts/unasync.py; edit that one.
"""Copies of a client with other settings, and what they add to requests."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from dodeca import Client, Media
from dodeca.emulator import Emulator
from dodeca.errors import ConfigurationError, DodecaError, RateLimitError, ServerError
from tests.scripted import EMBEDDED, Script, reply
from tests.seams import FakeClock, on_clock

INDEXES = {"data": [], "page_info": {"page": 1, "total_page": 1}}


def client_of(script: Script, clock: FakeClock | None = None, **options: Any) -> Client:
    return on_clock(Client("tlk_test", transport=script, **options), clock)


def test_a_copy_adds_headers_a_query_and_fields_of_a_body() -> None:
    script = Script(reply(EMBEDDED), reply(EMBEDDED))
    with client_of(script) as client:
        copy = client.with_options(
            extra_headers={"X-Team": "search"},
            extra_query={"preview": True, "lang": ["en", "fr"]},
            extra_body={"text": {"style": "new"}, "priority": 2},
        )
        copy.embed.text("red")
        client.embed.text("red")
    added, plain = script.requests
    assert added.headers["x-team"] == "search"
    assert added.url.query == b"preview=true&lang=en&lang=fr"
    assert script.bodies[0] == {
        **script.bodies[1],
        "text": {"input_text": "red", "style": "new"},
        "priority": 2,
    }
    assert "x-team" not in plain.headers
    assert plain.url.query == b""
    assert script.bodies[1] == {
        "input_type": "text",
        "model_name": "marengo3.0",
        "text": {"input_text": "red"},
    }


def test_fields_are_appended_to_a_form() -> None:
    script = Script(reply({"_id": "a1", "status": "ready"}, status=201))
    with client_of(script) as client:
        copy = client.with_options(
            extra_body={"tags": ["a", "b"], "public": False, "more": {"a": 1}}
        )
        copy.assets.create(Media.data(b"film", filename="a.mp4"))
    form = script.requests[0].content
    for name, text in (("tags", "a"), ("tags", "b"), ("public", "false"), ("more", '{"a":1}')):
        assert f'name="{name}"\r\n\r\n{text}\r\n'.encode() in form
    assert b'filename="a.mp4"' in form


def test_a_request_without_a_body_stays_without_one() -> None:
    script = Script(reply(INDEXES), httpx.Response(204))
    with client_of(script) as client:
        copy = client.with_options(extra_body={"a": 1}, extra_query={"page_limit": 50, "new": "x"})
        assert [index for index in copy.indexes.list()] == []
        copy.indexes.delete("i1")
    assert [request.content for request in script.requests] == [b"", b""]
    assert script.requests[0].url.params["page_limit"] == "50"
    assert script.lines[1] == "DELETE /v1.3/indexes/i1?page_limit=50&new=x"


def test_options_of_copies_of_copies_add_up() -> None:
    script = Script(reply(EMBEDDED))
    with client_of(script, default_headers={"X-Team": "search", "X-App": "a"}) as client:
        copy = client.with_options(
            timeout=9.0, extra_headers={"x-team": "video"}, extra_body={"a": {"b": 1, "c": [1]}}
        ).with_options(max_retries=0, extra_query={"q": 1}, extra_body={"a": {"c": [2]}, "d": None})
        copy.embed.text("red")
        settings = copy._transport.settings
    (request,) = script.requests
    assert (settings.timeout, settings.max_retries) == (9.0, 0)
    assert (request.headers["x-team"], request.headers["x-app"]) == ("video", "a")
    assert request.headers.get_list("x-team") == ["video"]
    assert request.url.params["q"] == "1"
    assert script.bodies[0]["a"] == {"b": 1, "c": [2]}
    assert script.bodies[0]["d"] is None


def test_what_is_added_does_not_change_with_what_was_given() -> None:
    script = Script(reply(EMBEDDED))
    body: dict[str, Any] = {"a": {"b": [1]}}
    with client_of(script) as client:
        copy = client.with_options(extra_body=body)
        body["a"]["b"].append(2)
        copy.embed.text("red")
    assert script.bodies[0]["a"] == {"b": [1]}


def test_the_deadline_is_that_of_the_copy() -> None:
    clock = FakeClock()
    script = Script(*(reply({}, status=429, headers=[("Retry-After", "7")]) for _ in range(9)))
    with client_of(script, clock) as client:
        with pytest.raises(RateLimitError):
            client.with_options(timeout=20).embed.text("red")
    assert clock.now == 14.0
    assert len(script.requests) == 3


@pytest.mark.parametrize("retries", [0, 1, 5])
@pytest.mark.parametrize("failure", [(500, []), (429, []), (429, [("Retry-After", "1")])], ids=str)
def test_a_failed_request_is_sent_again_so_many_times(
    retries: int, failure: tuple[int, list[tuple[str, str]]]
) -> None:
    status, headers = failure
    for of_copy in (True, False):
        script = Script(*(reply({}, status=status, headers=headers) for _ in range(9)))
        with client_of(script, **({} if of_copy else {"max_retries": retries})) as client:
            copy = client.with_options(max_retries=retries) if of_copy else client
            with pytest.raises((ServerError, RateLimitError)):
                copy.embed.text("red")
        assert len(script.requests) == retries + 1


def test_a_copy_shares_the_limiter() -> None:
    script = Script(reply({}, status=429, headers=[("Retry-After", "5")]), reply(EMBEDDED))
    clock = FakeClock()
    with client_of(script, clock) as client:
        copy = client.with_options(timeout=60)
        assert dict(copy.embed.texts(["red"]).errors) == {}
        assert clock.now >= 5.0
        assert copy._transport.limiter is client._transport.limiter
        assert client._transport.limiter.rate_limited == 1


def test_copies_share_the_retry_budget() -> None:
    """It has fifty retries, two for each call."""
    script = Script(*(reply({}, status=500) for _ in range(200)))
    with client_of(script) as client:
        for number in range(30):
            with pytest.raises(ServerError):
                (client.with_options(timeout=9) if number % 2 else client).embed.text("red")
    assert len(script.requests) == 30 + 50


def test_resources_of_a_copy_have_its_settings() -> None:
    script = Script(*(reply(INDEXES) for _ in range(2)))
    with client_of(script) as client:
        indexes = client.indexes
        copy = client.with_options(extra_headers={"x-a": "1"})
        assert copy.indexes is not indexes
        assert client.indexes is indexes
        assert [index for index in copy.indexes.list()] == []
        assert [index for index in indexes.list()] == []
    assert ["x-a" in request.headers for request in script.requests] == [True, False]


def test_closing_a_copy_does_nothing_and_closing_the_client_closes_both() -> None:
    script = Script(reply(EMBEDDED), reply(EMBEDDED), reply(EMBEDDED))
    client = client_of(script)
    copy = client.with_options(timeout=5)
    with copy:
        copy.embed.text("red")
    copy.close()
    client.embed.text("red")
    copy.embed.text("red")
    client.close()
    for closed in (copy, client, client.with_options(timeout=1)):
        with pytest.raises(ConfigurationError, match="closed"):
            closed.embed.text("red")
    assert len(script.requests) == 3


def test_a_copy_shares_the_emulator() -> None:
    with Client.emulated() as client:
        index = client.indexes.create("clips", {"marengo3.0": ["visual"]})
        copy = client.with_options(timeout=5)
        assert copy.indexes.retrieve(index.id).index_name == "clips"
        assert repr(copy) == repr(client)
        copy.close()
        assert client.indexes.retrieve(index.id).id == index.id


FORBIDDEN = [
    *("x-api-key", "X-API-Key", "x_api_key", "content-length", "Content-Length", "content_length"),
    *("transfer-encoding", "host", "Host", "content-type", "connection", "keep-alive", "upgrade"),
    *("te", "trailer", "expect", "proxy-authorization", "proxy-connection", "accept-encoding"),
    *("content-encoding", "", " ", "a b", "a:b", "a\r\nx-api-key", "é", "a\0"),
]
VALUES: list[Any] = ["a\r\nx: y", "a\nb", "\0", "é", 3, None, b"a", ["a"]]


def with_headers(client: Client, headers: Any) -> Any:
    return client.with_options(extra_headers=headers)


def by_default(client: Client, headers: Any) -> Any:
    return Client("tlk_test", default_headers=headers)


@pytest.mark.parametrize("make", [with_headers, by_default])
@pytest.mark.parametrize("name", FORBIDDEN)
def test_headers_of_the_client_and_of_http_are_refused(
    make: Callable[[Client, Any], Any], name: str
) -> None:
    with client_of(Script()) as client:
        with pytest.raises(ConfigurationError, match="headers"):
            make(client, {"x-fine": "1", name: "canary"})


@pytest.mark.parametrize("make", [with_headers, by_default])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_that_no_header_carries_are_refused_unseen(
    make: Callable[[Client, Any], Any], value: Any
) -> None:
    with client_of(Script()) as client:
        for headers in ({"x-a": value}, value):
            if headers is not None:
                with pytest.raises(ConfigurationError) as caught:
                    make(client, headers)
                assert "x: y" not in str(caught.value)


BAD_OPTIONS: list[dict[str, Any]] = [
    {"timeout": 0},
    {"timeout": "9"},
    {"max_retries": -1},
    {"max_retries": 101},
    {"max_retries": 1.5},
    {"max_retries": True},
    {"extra_query": "a=1"},
    {"extra_query": {"a": {}}},
    {"extra_query": {"a": float("nan")}},
    {"extra_query": {3: "a"}},
    {"extra_query": {"\ud800": "a"}},
    {"extra_body": [1]},
    {"extra_body": "a"},
    {"extra_body": {3: 1}},
    {"extra_body": {"a": float("inf")}},
    {"extra_body": {"a": [{"b": float("nan")}]}},
    {"extra_body": {"a": b"bytes"}},
    {"extra_body": {"model_name": "marengo9"}},
]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
def test_bad_options_are_refused(options: dict[str, Any]) -> None:
    with client_of(Script()) as client:
        with pytest.raises(ConfigurationError, match=next(iter(options))):
            client.with_options(**options)


def test_a_body_that_holds_itself_is_refused() -> None:
    body: dict[str, Any] = {}
    body["a"] = body
    with client_of(Script()) as client:
        with pytest.raises(DodecaError, match="extra_body"):
            client.with_options(extra_body=body)


def test_an_idempotency_key_of_the_caller_counts() -> None:
    task = {"task_id": "t1", "status": "queued"}
    script = Script(reply(task, status=202), reply(task))
    with client_of(script) as client:
        copy = client.with_options(extra_headers={"Idempotency-Key": "mine"})
        copy.analyze.tasks.create("Say.", video="https://host.example/a.mp4")
    assert script.requests[0].headers.get_list("idempotency-key") == ["mine"]


@pytest.mark.parametrize("url", ["http://localhost:9/base", "https://gateway.example/tl/"])
def test_the_environment_names_the_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", f" {url} ")
    script = Script(reply(EMBEDDED), reply(EMBEDDED))
    with client_of(script) as client:
        client.embed.text("red")
    assert str(script.requests[0].url) == f"{url.rstrip('/')}/embed-v2"
    with client_of(script, base_url="https://other.example") as client:
        client.embed.text("red")
    assert script.requests[1].url.host == "other.example"
    with Client.emulated() as client:
        assert len(client.embed.text("red")) == 1


@pytest.mark.parametrize("url", ["http://elsewhere.example", "no url", "https://user:pw@host"])
def test_a_bad_address_in_the_environment_is_named(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", url)
    with pytest.raises(ConfigurationError, match="TWELVELABS_BASE_URL"):
        Client("tlk_test")


def test_a_blank_address_in_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", "  ")
    with Client("tlk_test") as client:
        assert repr(client) == "<Client of https://api.twelvelabs.io/v1.3>"


def test_settings_show_no_values_of_headers() -> None:
    with client_of(Script(), default_headers={"authorization": "canary"}) as client:
        assert "canary" not in f"{client!r} {vars(client._transport)!r}"


def test_a_lost_create_is_looked_up_with_the_same_headers() -> None:
    made = {"_id": "i1", "index_name": "clips", "created_at": "2100-01-01T00:00:00Z"}
    script = Script(httpx.ReadError("reset"), reply({**INDEXES, "data": [made]}))
    with client_of(script) as client:
        copy = client.with_options(extra_headers={"x-a": "1"})
        copy.indexes.create("clips", {"marengo3.0": ["visual"]})
    assert [request.headers["x-a"] for request in script.requests] == ["1", "1"]
    assert orjson.loads(script.requests[0].content)["index_name"] == "clips"


@pytest.mark.parametrize("name", ["allow_insecure", "trust_env", "retry_unknown"])
@pytest.mark.parametrize("value", ["false", 0, 1, None])
def test_a_setting_that_is_on_or_off_takes_no_other_value(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} must be True or False"):
        Client("tlk_test", **{name: value})


def test_what_cannot_send_is_no_transport() -> None:
    for transport in (object(), Client, 5, "requests"):
        with pytest.raises(ConfigurationError, match="transport must be"):
            Client("tlk_test", transport=transport)  # type: ignore[arg-type]


def test_a_client_of_a_given_emulator_says_so() -> None:
    with Emulator() as emulator:
        with Client.emulated(emulator) as client:
            assert repr(client) == repr(client.with_options()) == "<Client of the emulator>"
    with pytest.raises(ConfigurationError, match="must be an Emulator, got 'here'"):
        Client.emulated("here")  # type: ignore[arg-type]
