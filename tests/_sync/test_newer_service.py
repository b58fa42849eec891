# From tests/_async/test_newer_service.py by scripts/unasync.py; edit that one.
"""Whatever a newer service says is reachable in the results of this client."""

import hmac
import time
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client, Embeddings, webhooks
from dodeca.errors import APIError, IncompleteTextError
from dodeca.results import EmbeddingsV1, UnknownEvent
from dodeca.types import Pages
from tests.contract import operations
from tests.depth import depth
from tests.newer_service import (
    CALLS,
    NAMES,
    VIDEO,
    Success,
    grafted,
    lost,
    renamed,
    replies,
    said,
    strings,
    successes,
)
from tests.scripted import Script

SUCCESSES = list(successes())
BY_NAME = pytest.mark.parametrize("success", SUCCESSES, ids=[each.operation for each in SUCCESSES])
FEW = settings(max_examples=depth(3, deep=60), deadline=None, database=None)


def result_of(call: Callable[[Client], Any], *answers: Any) -> Any:
    """What a call returns; of a list its first page."""
    script = Script(*answers)
    with Client("tlk_test", transport=script) as client:
        result = call(client)
        found = next(result.pages()) if isinstance(result, Pages) else result
    assert script.left == 0
    return found


def test_every_operation_is_called() -> None:
    assert CALLS.keys() == operations().keys()
    assert len(CALLS) == 57
    assert len(SUCCESSES) >= 40


@FEW
@given(data=st.data())
@BY_NAME
def test_new_fields_are_found_again(success: Success, data: st.DataObject) -> None:
    body, grafts = data.draw(grafted(success.example, success.schema))
    found = result_of(CALLS[success.operation], *replies(success, body))
    assert lost(grafts, found) == []


def test_a_new_field_replaces_no_known_one() -> None:
    new = {"id": "new 0", "task_id": "new 1", "field_id": "new 2", "extra": "new 3"}
    for body in (new | {"_id": "i"}, {"_id": "i"} | new):
        found = result_of(CALLS["indexes_retrieve"], httpx.Response(200, json=body))
        assert (found.id, found.extra) == ("i", new)


@BY_NAME
def test_new_words_are_found_again(success: Success) -> None:
    words: list[str] = []
    body = renamed(success.example, success.schema, words)
    known = {"model_name"}  # the caller named it
    if success.operation in ("embed_tasks_retrieve", "embed_v2_tasks_retrieve"):
        known.add("status")  # of which a poll asks on its own, or which has no result yet
    for name in known & body.keys():
        words = [word for word in words if word != body[name]]
        body[name] = success.example[name]
    found = result_of(CALLS[success.operation], *replies(success, body))
    assert set(words) - strings(found) == set()


@pytest.mark.parametrize("length", [1, 7, 4_096])
@pytest.mark.parametrize(
    "name", ["embed_create", "embed_tasks_retrieve", "embed_v2_create", "embed_v2_tasks_retrieve"]
)
def test_vectors_of_any_dimension_are_read(name: str, length: int) -> None:
    (success,) = (each for each in SUCCESSES if each.operation == name)

    def longer(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: [0.5] * length if key in ("embedding", "float") else longer(inner)
                for key, inner in value.items()
            }
        return [longer(inner) for inner in value] if isinstance(value, list) else value

    found = result_of(CALLS[name], *replies(success, longer(success.example)))
    if isinstance(found, EmbeddingsV1):
        found = found.text
    embeddings = found if isinstance(found, Embeddings) else found.result()
    assert embeddings.vectors.shape[1] == length


@pytest.mark.parametrize("name", [each.operation for each in SUCCESSES if "list" in each.operation])
def test_objects_of_another_kind_are_kept(name: str) -> None:
    (success,) = (each for each in SUCCESSES if each.operation == name)
    other = ["a new kind of object"]
    found = result_of(
        CALLS[name],
        *replies(success, success.example | {"data": [*success.example["data"], other]}),
    )
    assert list(found.malformed) == [other]
    assert len(found) == len(success.example["data"])


@pytest.mark.parametrize(
    "name", sorted(CALLS.keys() - {success.operation for success in SUCCESSES})
)
def test_a_body_where_none_is_documented_breaks_nothing(name: str) -> None:
    assert result_of(CALLS[name], httpx.Response(200, json={"novel": 1})) is None


EVENTS = [
    {"event_type": "stream_start", "metadata": {"generation_id": "g"}},
    {"event_type": "text_generation", "text": "A dog."},
    {"event_type": "thinking", "thought": {"text": "hm"}},
    {"event_type": "stream_end", "finish_reason": "stop", "metadata": {"usage": {"tokens": 3}}},
]


@FEW
@given(data=st.data())
def test_new_fields_and_kinds_of_events_are_found_again(data: st.DataObject) -> None:
    schema = {"items": {"$ref": "#/components/schemas/StreamEvent"}}
    body, grafts = data.draw(grafted(EVENTS, schema))
    answer = httpx.Response(200, content=b"\n".join(map(orjson.dumps, body)))
    with (
        Client("tlk_test", transport=Script(answer)) as client,
        client.analyze.stream("Say.", video=VIDEO) as events,
    ):
        found = [event for event in events]
    assert lost(grafts, found) == []
    assert [type(event) is UnknownEvent for event in found] == [False, False, True, False]
    assert ("thought", EVENTS[2]["thought"] | body[2]["thought"]) in list(said(found))


@FEW
@given(data=st.data())
@pytest.mark.parametrize(
    "body",
    [
        {"code": "novel", "message": "no", "docs_url": "https://host.example"},
        {"error": {"code": "novel", "message": "no", "details": {"limit": 3}}},
    ],
)
def test_new_fields_of_errors_are_found_again(body: Any, data: st.DataObject) -> None:
    documented = {"properties": {name: {} for name in ("code", "message", "docs_url", "details")}}
    schema = documented | {"properties": documented["properties"] | {"error": documented}}
    changed, grafts = data.draw(grafted(body, schema))
    with pytest.raises(APIError) as caught:
        result_of(CALLS["indexes_retrieve"], httpx.Response(400, json=changed))
    assert caught.value.code == "novel"
    assert lost(grafts, caught.value) == []


def test_what_comes_with_a_text_that_is_incomplete_is_found_again() -> None:
    body = {"id": "g", "data": "A d", "novel": 1, "error": {"message": "no", "hint": "again"}}
    with pytest.raises(IncompleteTextError) as caught:
        result_of(CALLS["analyze_create"], httpx.Response(200, json=body))
    shown = list(said(caught.value))
    assert {("id", "g"), ("novel", 1), ("hint", "again")} <= {
        pair for pair in shown if _plain(pair)
    }


def _plain(pair: tuple[str, Any]) -> bool:
    return isinstance(pair[1], str | int)


def test_what_comes_with_an_error_event_is_found_again() -> None:
    event = {"event_type": "error", "error": {"message": "no", "hint": "again"}, "novel": 1}
    answer = httpx.Response(200, content=orjson.dumps(event))
    with Client("tlk_test", transport=Script(answer)) as client:
        with pytest.raises(IncompleteTextError) as caught:
            with client.analyze.stream("Say.", video=VIDEO) as events:
                events.text()
    assert caught.value.received == event


@FEW
@given(name=NAMES, inner=NAMES)
def test_new_fields_of_notifications_are_found_again(name: str, inner: str) -> None:
    body = {"id": "e", "type": "novel.task", "created_at": None, "data": {"id": "t"}}
    changed = {**body, name: "new 0", "data": {"id": "t", inner: "new 1"}}
    if name in body:
        return
    content, now = orjson.dumps(changed), int(time.time())
    signature = hmac.new(b"secret", b"%d.%b" % (now, content), "sha256").hexdigest()
    event = webhooks.verify(content, f"t={now},v1={signature}", "secret")
    assert (name, "new 0") in said(event)
    assert (inner, "new 1") in said(event)
