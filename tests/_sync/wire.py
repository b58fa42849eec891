# From tests/_async/wire.py by scripts/unasync.py; edit that one.
"""Plays one call of the facade: what it puts on the wire, and what it makes of the answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import attrs
import httpx
import numpy as np
import orjson

from dodeca import Client, Embeddings, Job
from dodeca.results import EmbeddingsV1
from dodeca.types import Pages, SearchResults
from tests import contract
from tests.contract import Field
from tests.scripted import Script

MARKER = "dodeca_marker"
"""The name in the metadata of an asset by which a create finds it again."""

NOVEL = {"novel": {"of": ["next year"]}, "extra": 1}
"""Fields that no version of the document knows."""


@attrs.frozen(kw_only=True)
class Call:
    """One call: `sends` is method, path and query; `finds` what `seen` makes of its result.

    `options` are those of the client. `before` are the exchanges without bodies that come first:
    what is sent, what is answered.
    """

    call: Callable[[Client], Any]
    before: Sequence[tuple[str, Any]] = ()
    sends: str
    json: Any = None
    form: list[Field] | None = None
    headers: Mapping[str, str] = {}
    options: Mapping[str, Any] = {}
    status: int = 200
    answer: Any = None
    finds: Any = None

    def __repr__(self) -> str:
        return self.sends


@attrs.frozen
class Seen:
    """A job as its maker returns it."""

    id: str
    status: str
    latest: Any = None
    created: Any = None


@attrs.frozen
class Row:
    """One segment of embeddings."""

    vector: list[float]
    embedding_option: str | None = None
    embedding_scope: str | None = None
    start_sec: float | None = None
    end_sec: float | None = None


def paged(*items: Mapping[str, Any], total: int | None = None) -> dict[str, Any]:
    """A list of one page, as the API gives it."""
    count = len(items) if total is None else total
    info = {"page": 1, "limit_per_page": 10, "total_page": 1, "total_results": count}
    return {"data": list(items), "page_info": info}


def play(call: Call) -> list[httpx.Request]:
    """Make the call once, and hold it against the wire, the document and what it finds."""
    before = [Call(call=call.call, sends=sends, answer=answer) for sends, answer in call.before]
    steps = [*before, call]
    script = Script(*(_response(step) for step in steps))
    with Client("tlk_test", transport=script, **call.options) as client:
        result = call.call(client)
        found = everything(result) if isinstance(result, Pages) else result
    assert script.left == 0
    for step, request in zip(steps, script.requests, strict=True):
        contract.check(request, step.status, step.answer)
        _check_request(step, request)
    assert seen(found) == call.finds
    return script.requests


def everything(found: Any) -> list[Any]:
    """The items of all pages."""
    return [item for page in found.pages() for item in page.items]


def seen(found: Any) -> Any:
    """Jobs and embeddings as values that can be compared; everything else as it is."""
    if isinstance(found, Job):
        return Seen(found.id, found.status, seen(found.latest), found.created)
    if isinstance(found, SearchResults):
        return found.first_page
    if isinstance(found, EmbeddingsV1):
        parts = {name: seen(getattr(found, name)) for name in ("text", "image", "audio")}
        return parts | {"errors": found.errors}
    if isinstance(found, Embeddings):
        assert found.vectors.dtype == np.float32
        return [
            Row(
                segment.vector.tolist(),
                segment.embedding_option,
                segment.embedding_scope,
                segment.start_sec,
                segment.end_sec,
            )
            for segment in found
        ]
    return found


def query_of(target: str) -> list[tuple[str, str]]:
    """The query of a path, its keys in order, repeated ones as they came."""
    pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True)
    return sorted(pairs, key=lambda pair: pair[0])


def by_name(fields: list[Field]) -> list[Field]:
    """Form fields sorted by name; repeated ones stay in their order."""
    return sorted(fields, key=lambda field: field[0])


def unmarked(fields: list[Field]) -> list[Field]:
    """Form fields without the marker that assets carry."""
    plain = []
    for field in fields:
        if field[0] == "user_metadata":
            metadata = orjson.loads(field[1])
            metadata.pop(MARKER, None)
            if metadata:
                plain.append((field[0], orjson.dumps(metadata).decode()))
        else:
            plain.append(field)
    return plain


def _response(step: Call) -> httpx.Response:
    content = b"" if step.answer is None else orjson.dumps(step.answer)
    return httpx.Response(step.status, content=content)


def _check_request(call: Call, request: httpx.Request) -> None:
    method, _, target = call.sends.partition(" ")
    sent = request.url.raw_path.decode()
    assert request.method == method
    assert sent.partition("?")[0] == "/v1.3" + target.partition("?")[0]
    assert query_of(sent) == query_of(target)
    assert request.headers["x-api-key"] == "tlk_test"
    for name, value in call.headers.items():
        assert request.headers[name] == value
    if call.json is not None:
        assert request.headers["content-type"] == "application/json"
        assert orjson.loads(request.content) == call.json
    elif call.form is not None:
        fields = contract.parts(request)
        assert by_name(unmarked(fields)) == by_name(call.form)
        assert any(MARKER in str(field) for field in fields) is (sent == "/v1.3/assets")
    else:
        assert (request.content, "content-type" in request.headers) == (b"", False)
    if request.content:
        assert request.headers["content-length"] == str(len(request.content))
