"""Every result knows the response that it was built from."""

import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import httpx
import orjson
import pytest

from dodeca import AsyncClient, AsyncJob, Embeddings, ResponseInfo
from dodeca._base.response_info import HasResponse
from dodeca.errors import NotFoundError, RateLimitError
from dodeca.results import Index
from dodeca.types import AsyncPages, AsyncSearchResults, Batch, RateLimit
from scripts.coverage_table import methods
from tests._async.test_wire_complete import FAMILIES
from tests._async.wire import Call, paged
from tests.scripted import EMBEDDED, Script, Server, reply
from tests.seams import FakeClock, on_clock

pytestmark = pytest.mark.anyio

KEY = "tlk_canary_0123456789"
MODELS = [{"model_name": "marengo3.0", "model_options": ["visual"]}]
WAV = "https://host/a.wav"
PNG = "https://host/a.png"
ROW = {"embedding": [1.0, 0.0], "embedding_option": "audio", "embedding_scope": "clip"}

# What the tables of the wire tests do not call.
MORE = [
    Call(call=lambda client: client.embed.texts(["a"]), sends="", answer=EMBEDDED),
    Call(call=lambda client: client.embed.images([PNG]), sends="", answer=EMBEDDED),
    Call(
        call=lambda client: client.indexes.get_or_create("n", {"marengo3.0": ["visual"]}),
        sends="",
        answer=paged({"_id": "i", "index_name": "n", "models": MODELS}),
    ),
    Call(
        call=lambda client: client.embed.audio(WAV, via="sync"),
        sends="",
        answer={
            "data": [ROW],
            "metadata": {"input_type": "audio"},
            "usage": {"input_tokens": {"audio": 5}, "truncated": False},
        },
    ),
]
# A run has many responses; the asset of `temporary` is that of `create`; a batch that is found has
# the response of its list, after which its results are asked for.
OTHERS = {"client.embed.run", "client.assets.temporary", "client.analyze.batches.find"}
STREAMS = {"client.analyze.stream", "client.generate.stream"}
CALLS = [call for family in FAMILIES for call in family.CALLS] + MORE


def head(number: int) -> dict[str, str]:
    return {
        "X-Request-Id": f"r{number}",
        "X-RateLimit-Request-Limit": "50",
        "X-RateLimit-Request-Remaining": str(number),
        "X-Echo": f"you sent {KEY}",
        f"X-{KEY}": "1",
    }


def answer(number: int, status: int, body: Any) -> httpx.Response:
    content = b"" if body is None else orjson.dumps(body)
    return httpx.Response(status, headers=head(number), content=content)


def infos(found: Any) -> Iterator[ResponseInfo | None]:
    """The responses of a result and of those inside it."""
    inner: Any = found if isinstance(found, list | tuple) else ()
    if isinstance(found, AsyncJob):
        inner = found.latest, found.created
    elif isinstance(found, AsyncSearchResults):
        inner = (found.first_page,)
    elif isinstance(found, Batch):
        assert found.responses == tuple(infos(found.results))
        inner = found.results
    elif isinstance(found, HasResponse):
        inner = attrs.asdict(found, recurse=False).values()  # type: ignore[call-overload]
    if isinstance(found, AsyncJob | AsyncSearchResults | HasResponse):
        yield found.response
    for value in inner:
        yield from infos(value)


class Named:
    """Stands for a client, a resource or a method; called, it says which one it is."""

    def __init__(self, name: str = "client") -> None:
        self._name = name

    def __getattr__(self, name: str) -> "Named":
        return Named(f"{self._name}.{name}")

    def __call__(self, *_: Any, **__: Any) -> str:
        return self._name


def method_of(call: Call) -> str:
    """The method that a call of a table makes."""
    client: Any = Named()
    return str(call.call(client))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: method_of(call))
async def test_a_result_knows_its_response(call: Call) -> None:
    steps = [*((200, body) for _, body in call.before), (call.status, call.answer)]
    script = Script(*(answer(number, *step) for number, step in enumerate(steps)))
    async with on_clock(AsyncClient(KEY, transport=script, **call.options)) as client:
        result = call.call(client)
        if isinstance(result, AsyncPages):
            found = [info async for page in result.pages() for info in infos(page)]
        else:
            result = await result
            found = list(infos(result))
        last = RateLimit(50, len(steps) - 1)
        assert client.rate_limits == {"request": last}
    assert found or not result
    if method_of(call) == "client.indexes.create":  # its models are those of the request
        del found[1:]
    for info in found:
        assert info is not None
        assert (info.status, info.request_id) == (call.status, f"r{len(steps) - 1}")
        assert info.rate_limits == {"request": last}
        assert info.headers["x-echo"] == "you sent ***"
        assert KEY not in str([*info.headers, *info.headers.values()])


def test_every_method_is_in_a_table() -> None:
    called = {method_of(call) for call in CALLS}
    assert {m.name for m in methods(AsyncClient)} == called | OTHERS | STREAMS


@pytest.mark.parametrize("name", ["analyze", "generate"])
async def test_a_stream_and_its_events_know_their_response(name: str) -> None:
    lines = (
        b'{"event_type": "stream_start", "metadata": {"generation_id": "g"}}\n'
        b'{"event_type": "text_generation", "text": "a"}\n'
        b'{"event_type": "stream_end", "finish_reason": "length", "error": {"message": "m"}}\n'
    )
    script = Script(httpx.Response(200, headers=head(7), content=lines))
    async with AsyncClient(KEY, transport=script) as client:
        resource = getattr(client, name)
        arguments = {"video_id": "v"} if name == "analyze" else {}
        stream = resource.stream("v", "x") if name == "generate" else None
        async with stream or resource.stream("x", **arguments) as events:
            info = events.response
            found = [event async for event in events]
        assert events.response is info
    assert info is not None
    assert (info.status, info.request_id, KEY in str(info.headers)) == (200, "r7", False)
    assert [event.response for event in found] == [info] * 3
    assert found[2].error.response == info


async def test_a_stream_has_no_response_before_it_is_open() -> None:
    async with AsyncClient(KEY, transport=Script()) as client:
        assert client.analyze.stream("x", video_id="v").response is None


async def test_a_job_knows_its_last_poll() -> None:
    task = {"_id": "t", "status": "processing"}
    script = Script(
        answer(0, 202, task),
        answer(1, 200, task),
        answer(2, 200, task | {"status": "ready", "data": [ROW]}),
    )
    async with AsyncClient(KEY, transport=script) as client:
        job = await client.embed.tasks.video(WAV)
        ids = [job.response.request_id]
        for _ in range(2):
            await job.refresh()
            ids.append(job.response.request_id)
        assert job.created.response.request_id == "r0"
        assert (await job.wait()).response is job.response
    assert ids == ["r0", "r1", "r2"]


async def test_the_time_is_that_of_the_last_attempt() -> None:
    clock = FakeClock()

    def late(status: int) -> Any:
        def respond(_: httpx.Request) -> httpx.Response:
            clock.now += 2.5  # seconds
            return answer(status, status, {"_id": "i"})

        return respond

    client = on_clock(AsyncClient(KEY, transport=Script(late(503), late(200))), clock)
    async with client:
        info = (await client.indexes.retrieve("i")).response
    assert (info.status, info.request_id, info.elapsed) == (200, "r200", pytest.approx(2.5))
    assert clock.now > 5.0  # with the pause before the second attempt


async def test_a_client_and_its_copies_know_the_last_limits_also_of_errors() -> None:
    limits = {
        "x-ratelimit-duration-limit": "600",
        "x-ratelimit-duration-remaining": "0.5",
        "retry-after": "86400",
    }
    script = Script(
        answer(3, 200, {"_id": "i"}),
        reply({}, status=429, headers=limits.items()),
        reply(EMBEDDED, headers={"x-ratelimit-request-remaining": "2"}.items()),
        reply({"code": "resource_not_exist"}, status=404),
    )
    async with on_clock(AsyncClient(KEY, transport=script)) as client:
        assert client.rate_limits == {}
        await client.indexes.retrieve("i")
        assert client.rate_limits == {"request": RateLimit(50, 3)}
        with pytest.raises(RateLimitError):
            await client.embed.text("x")
        both = {"request": RateLimit(50, 3), "duration": RateLimit(600, 0.5)}
        assert client.rate_limits == both
        await client.embed.texts(["x"])
        assert client.rate_limits["request"] == RateLimit(None, 2)
        with pytest.raises(NotFoundError):
            await client.with_options(timeout=5).indexes.retrieve("i")
        assert client.rate_limits == both | {"request": RateLimit(None, 2)}


async def test_a_batch_has_the_response_of_each_input() -> None:
    class Echo(Server):
        def answer(self, request: httpx.Request) -> httpx.Response:
            text = orjson.loads(request.content)["text"]["input_text"]
            if text == "bad":
                return httpx.Response(400, headers={"x-request-id": text}, json={})
            return httpx.Response(200, headers={"x-request-id": text}, json=EMBEDDED)

    async with AsyncClient(KEY, transport=Echo()) as client:
        found = await client.embed.texts(["a", "bad", "b"])
    assert [info and info.request_id for info in found.responses] == ["a", None, "b"]
    assert found.errors[1].request_id == "bad"


async def test_the_response_is_no_part_of_the_value() -> None:
    async with AsyncClient(KEY, transport=Script(answer(0, 200, {"_id": "i"}))) as client:
        found = await client.indexes.retrieve("i")
    assert found.response.request_id == "r0"
    assert found == Index("i")
    assert repr(found) == repr(Index("i"))
    assert Index("i").response is None
    copy = pickle.loads(pickle.dumps(found))
    assert (copy, copy.response) == (found, None)
    assert b"r0" not in pickle.dumps(found)
    assert attrs.evolve(found, index_name="x").response is None


async def test_rows_of_one_response_know_it_and_rows_of_several_do_not() -> None:
    body = {"data": [ROW, ROW | {"embedding": [0.0, 1.0]}]}
    script = Script(answer(0, 200, body), answer(1, 200, body))
    async with AsyncClient(KEY, transport=script) as client:
        found, other = [await client.embed.audio(WAV, via="sync") for _ in range(2)]
    parts = [found[:1], found.filter(option="audio"), found[[1]]]
    joined = [Embeddings.concat(parts), Embeddings.concat({"a": found})]
    assert all(part.response is found.response is not None for part in [*parts, *joined])
    assert Embeddings.concat([found, other]).response is None
    assert Embeddings.concat([]).response is None
    assert pickle.loads(pickle.dumps(found)).response is None
