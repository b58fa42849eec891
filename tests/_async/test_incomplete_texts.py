"""Texts that the service did not finish: an error with what arrived of them."""

import copy
import pickle
from collections import Counter
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import AsyncClient
from dodeca.errors import IncompleteTextError, InvalidRequestError, InvalidResponseError
from dodeca.types import AsyncTextStream
from tests.scripted import Pieces, Script, reply

pytestmark = pytest.mark.anyio

VIDEO = "https://host/a.mp4"
BROKEN = {"code": "video_file_broken", "message": "it is cut off"}
JSON_FORMAT = {"type": "json_schema", "json_schema": {"type": "object"}}
HALF = '{"title": "Do'


def events(*sent: dict[str, Any]) -> Script:
    """A server that streams these events."""
    lines = (orjson.dumps(event) + b"\n" for event in sent)
    headers = {"content-type": "application/x-ndjson"}
    return Script(httpx.Response(200, headers=headers, stream=Pieces(*lines)))


def piece(text: Any) -> dict[str, Any]:
    return {"event_type": "text_generation", "text": text}


def end(**fields: Any) -> dict[str, Any]:
    return {"event_type": "stream_end", **fields}


async def text_of(script: Script, **options: Any) -> str:
    async with (
        AsyncClient("tlk_test", transport=script) as client,
        client.analyze.stream("?", video=VIDEO, **options) as stream,
    ):
        return await stream.text()


@settings(max_examples=20, deadline=None)
@given(pieces=st.lists(st.text(max_size=9), max_size=5))
@pytest.mark.parametrize(
    "last",
    [
        end(error=BROKEN),
        end(error=BROKEN, finish_reason="stop"),
        {"event_type": "error", **BROKEN},
        {"event_type": "error", "error": BROKEN},
    ],
)
async def test_an_error_at_the_end_of_a_stream_raises_with_the_text_so_far(
    last: dict[str, Any], pieces: list[str]
) -> None:
    with pytest.raises(IncompleteTextError, match="it is cut off") as caught:
        await text_of(events(*map(piece, pieces), last))
    error = caught.value
    assert (error.code, error.message) == ("video_file_broken", "it is cut off")
    assert error.text == "".join(pieces)


async def test_a_loop_over_the_events_raises_after_the_last_one() -> None:
    seen: Counter[str] = Counter()

    async def read(stream: AsyncTextStream) -> None:
        async for event in stream:
            seen[event.event_type] += 1

    async with (
        AsyncClient("tlk_test", transport=events(piece("A dog"), end(error=BROKEN))) as client,
        client.generate.stream("v1", "?") as stream,
    ):
        with pytest.raises(IncompleteTextError):
            await read(stream)
        with pytest.raises(IncompleteTextError):  # not an empty text
            await stream.text()
    assert seen == {"text_generation": 1, "stream_end": 1}


@pytest.mark.parametrize("message", ["boom", None, 5])
async def test_an_error_event_of_any_form_is_an_error(message: Any) -> None:
    with pytest.raises(IncompleteTextError, match=str(message or "no message")):
        await text_of(events(piece("A"), {"event_type": "error", "error": message}))


@pytest.mark.parametrize("wrong", [5, ["a"], {"a": 1}, True])
async def test_a_text_of_another_type_is_an_invalid_response(wrong: Any) -> None:
    with pytest.raises(InvalidResponseError):
        await text_of(events(piece(wrong), end(finish_reason="stop")))
    async with AsyncClient("tlk_test", transport=Script(reply({"data": wrong}))) as client:
        with pytest.raises(InvalidResponseError):
            await client.analyze("?", video=VIDEO)


async def test_a_failed_analysis_raises_with_the_text_so_far() -> None:
    answer = {"id": "g1", "data": "A dog wa", "error": BROKEN}
    async with AsyncClient("tlk_test", transport=Script(reply(answer), reply(answer))) as client:
        with pytest.raises(IncompleteTextError) as analyzed:
            await client.analyze("?", video=VIDEO)
        with pytest.raises(IncompleteTextError) as generated:
            await client.generate("v1", "?")
    for caught in (analyzed, generated):
        assert (caught.value.text, caught.value.code) == ("A dog wa", "video_file_broken")


@pytest.mark.parametrize("error", [None, {"code": "max_tokens_reached", "message": "cut off"}])
async def test_prose_that_reached_its_length_is_returned_and_says_so(error: Any) -> None:
    more = {"error": error} if error else {}
    answer = {"data": "A dog wa", "finish_reason": "length", **more}
    async with AsyncClient("tlk_test", transport=Script(reply(answer))) as client:
        analysis = await client.analyze("?", video=VIDEO)
    assert (analysis.data, analysis.finish_reason) == ("A dog wa", "length")
    assert (
        await text_of(events(piece("A dog wa"), end(finish_reason="length", **more))) == "A dog wa"
    )


async def test_json_that_reached_its_length_is_an_error_with_the_text_so_far() -> None:
    answer = {"data": HALF, "finish_reason": "length"}
    async with AsyncClient("tlk_test", transport=Script(reply(answer))) as client:
        with pytest.raises(IncompleteTextError, match="maximum length") as caught:
            await client.analyze("?", video=VIDEO, response_format=JSON_FORMAT)
    assert (caught.value.text, caught.value.finish_reason) == (HALF, "length")
    script = events(piece(HALF), end(finish_reason="length"))
    with pytest.raises(IncompleteTextError, match="maximum length") as caught:
        await text_of(script, response_format=JSON_FORMAT)
    assert caught.value.text == HALF


async def test_a_task_whose_json_reached_its_length_is_an_error_and_keeps_its_result() -> None:
    usage = {"output_tokens": 7}
    found = {"generation_id": "g1", "data": HALF, "finish_reason": "length", "usage": usage}
    task = {
        "task_id": "t1",
        "status": "ready",
        "created_at": "2026-01-01T00:00:00Z",
        "request_params": {"response_format": JSON_FORMAT},
        "video_source": {"type": "url", "url": VIDEO},
        "result": found,
    }
    async with AsyncClient("tlk_test", transport=Script(reply(task))) as client:
        job = await client.analyze.tasks.retrieve("t1")
        with pytest.raises(IncompleteTextError) as caught:
            await job.wait()
    assert caught.value.text == HALF
    assert job.latest is not None
    assert job.latest.result is not None
    assert job.latest.result.data == HALF


class Model:
    """Stands for a class of a library for models."""


@pytest.mark.parametrize("wrong", [Model, Model(), {"title": "X"}, {}, "json", 5, []])
async def test_another_response_format_is_refused_with_the_right_form(wrong: Any) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        for call in (client.analyze, client.analyze.tasks.create):
            with pytest.raises(InvalidRequestError, match='"type": "json_schema"'):
                await call("?", video=VIDEO, response_format=wrong)
        with pytest.raises(InvalidRequestError, match='"type": "json_schema"'):
            await client.summarize("v1", "summary", response_format=wrong)


def test_the_error_can_be_copied_and_does_not_print_its_text() -> None:
    error = IncompleteTextError("boom", "c", "stop", "secret " * 9)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (again.text, again.code, str(again)) == (error.text, "c", str(error))
    assert "secret" not in repr(error) + str(error)
