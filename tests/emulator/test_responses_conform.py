"""Responses are checked against the specification, in every test, through both transports."""

import httpx
import numpy as np
import orjson
import pytest

from .conformance import Watch, problems, validator

HEADERS = httpx.Headers({"x-api-version": "v1.3", "content-type": "application/json"})
INDEX = {"_id": "1", "index_name": "a"}


def found(operation: str | None, status: int, body: object, **headers: str) -> list[str]:
    content = b"" if body is None else orjson.dumps(body)
    return list(problems(operation, status, httpx.Headers({**HEADERS, **headers}), content))


def test_a_documented_response_is_fine() -> None:
    assert found("indexes_retrieve", 200, INDEX) == []
    assert found("indexes_retrieve", 404, {"code": "a", "message": "b"}) == []
    assert found(None, 404, {"code": "a", "message": "b"}) == []


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        ("indexes_retrieve", 201, INDEX),
        ("indexes_retrieve", 200, {"index_name": "a"}),
        ("indexes_retrieve", 200, INDEX | {"created_at": "yesterday"}),
        ("indexes_retrieve", 404, {"error": {"code": "a", "message": "b"}}),
        ("embed_v2_create", 400, {"code": "a", "message": "b"}),
        ("indexes_delete", 204, {}),
        (None, 500, {"code": "a", "message": "b"}),
        (None, 404, {"error": {"code": "a", "message": "b"}}),
    ],
)
def test_an_undocumented_response_is_found(
    operation: str | None, status: int, body: object
) -> None:
    assert found(operation, status, body)


def test_types_and_versions_are_part_of_a_response() -> None:
    assert found("indexes_retrieve", 200, INDEX, **{"content-type": "text/html"})
    assert found("indexes_retrieve", 200, INDEX, **{"x-api-version": "v1.2"})


def test_each_event_of_a_stream_is_looked_at() -> None:
    headers = httpx.Headers({**HEADERS, "content-type": "application/x-ndjson"})
    right, wrong = b'{"event_type": "text_generation", "text": "a"}', b"7"
    assert list(problems("analyze_create", 200, headers, right + b"\n" + right)) == []
    assert list(problems("analyze_create", 200, headers, wrong + b"\n" + right))


def test_vectors_are_lists_whose_numbers_nobody_counts() -> None:
    segment = dict.fromkeys(("embedding_option", "embedding_scope"))
    vector = np.zeros(512).tolist()
    row = segment | {"embedding": vector, "start_sec": None, "end_sec": None}
    check = validator("embed_v2_create", "200", "application/json")
    assert check.is_valid({"data": [row]})
    assert not check.is_valid({"data": [row | {"embedding": "numbers"}]})
    assert check.is_valid({"data": [row | {"embedding": ["not looked at"]}]})


def test_every_response_is_checked(http: httpx.Client, documented_responses: Watch) -> None:
    http.get("/indexes")
    http.get("/nowhere")
    assert documented_responses.seen == 2
