"""Answers as objects: of pydantic models, and of JSON Schemas."""

import datetime
import pickle
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pydantic
import pytest

from dodeca import AsyncClient
from dodeca.errors import (
    IncompleteTextError,
    InvalidRequestError,
    InvalidResponseError,
    ResponseFormatError,
)
from dodeca.results import Analysis
from tests.scripted import Script, reply

pytestmark = pytest.mark.anyio

VIDEO = "https://host/a.mp4"


class Scene(pydantic.BaseModel):
    """What happens in one part."""

    model_config = pydantic.ConfigDict(extra="forbid")

    title: str = pydantic.Field(max_length=12)
    start_time: float = pydantic.Field(ge=0)


class Scenes(pydantic.BaseModel):
    scenes: list[Scene] = pydantic.Field(max_length=3)
    mood: str | None = None


SENT = {
    "$defs": {
        "Scene": {
            "description": "What happens in one part.",
            "properties": {
                "title": {"title": "Title", "type": "string"},
                "start_time": {"title": "Start Time", "type": "number"},
            },
            "required": ["title", "start_time"],
            "title": "Scene",
            "type": "object",
        }
    },
    "properties": {
        "scenes": {"items": {"$ref": "#/$defs/Scene"}, "title": "Scenes", "type": "array"},
        "mood": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Mood"},
    },
    "required": ["scenes"],
    "title": "Scenes",
    "type": "object",
}
TEXT = '{"scenes": [{"title": "A dog", "start_time": 1.5}]}'
FOUND = Scenes(scenes=[Scene(title="A dog", start_time=1.5)])
PLAIN = {"scenes": [{"title": "A dog", "start_time": 1.5}]}
SCHEMA = {"type": "object", "properties": {"scenes": {"type": "array", "items": {}}}}
SEGMENTS = {"type": "segment_definitions", "segment_definitions": [{"id": "s", "description": "?"}]}

# What is given, what is sent, and what the answer is then.
FORMATS: list[Any] = [
    (Scenes, {"type": "json_schema", "json_schema": SENT}, FOUND),
    (SCHEMA, {"type": "json_schema", "json_schema": SCHEMA}, PLAIN),
    (
        {"type": "json_schema", "json_schema": {"maxProperties": 1}},
        {"type": "json_schema", "json_schema": {"maxProperties": 1}},  # sent unchecked
        PLAIN,
    ),
]
# Texts that do not match, and what the error says.
WRONG = [
    (Scenes, "Sorry, no.", "Scenes: .*Invalid JSON"),
    (Scenes, "", "Scenes: .*Invalid JSON"),
    (Scenes, '{"scenes": 5}', "Scenes: .*valid array"),
    (Scenes, TEXT.replace("A dog", "A very long title"), "at most 12"),
    (Scenes, TEXT.replace('"title"', '"name"'), "title .*required"),
    (SCHEMA, "Sorry, no.", "JSON: "),
    (SCHEMA, TEXT[:-1], "JSON: "),
]


def events(text: str, **end: Any) -> Script:
    """A server that streams a text in two pieces."""
    half = len(text) // 2
    sent = [{"event_type": "text_generation", "text": part} for part in (text[:half], text[half:])]
    last = {"event_type": "stream_end", "finish_reason": "stop"} | end
    lines = b"\n".join(map(orjson.dumps, [*sent, last]))
    return Script(httpx.Response(200, content=lines))


def task(text: str, **request: Any) -> Any:
    """A task that is ready; `request` is what it repeats of its request."""
    return reply(
        {
            "task_id": "t1",
            "status": "ready",
            "created_at": "2026-01-01T00:00:00Z",
            "video_source": {"type": "url", "url": VIDEO},
            "request_params": request,
            "result": {"generation_id": "g", "data": text, "finish_reason": "stop", "usage": {}},
        }
    )


CREATED = reply({"task_id": "t1", "status": "queued"}, status=202)


@pytest.mark.parametrize(("format", "sent", "found"), FORMATS, ids=["model", "schema", "own"])
async def test_an_answer_has_its_object(format: Any, sent: Any, found: Any) -> None:
    script = Script(reply({"data": TEXT, "finish_reason": "stop"}))
    async with AsyncClient("tlk_test", transport=script) as client:
        answer = await client.analyze("?", video=VIDEO, response_format=format)
    assert (answer.parsed, answer.data) == (found, TEXT)
    assert answer.response is not None
    assert answer.to_dict().keys() & {"data", "parsed"} == {"data"}  # it is `data` once more
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert script.bodies[0]["response_format"] == sent


@pytest.mark.parametrize(("format", "sent", "found"), FORMATS, ids=["model", "schema", "own"])
async def test_a_stream_has_the_object_at_its_end(format: Any, sent: Any, found: Any) -> None:
    script = events(TEXT)
    async with (
        AsyncClient("tlk_test", transport=script) as client,
        client.analyze.stream("?", video=VIDEO, response_format=format) as stream,
    ):
        async for piece in stream.pieces():
            assert piece == TEXT[: len(TEXT) // 2]
            break
        assert stream.parsed is None
        await stream.text()
        assert stream.parsed == found
    assert script.bodies[0]["response_format"] == sent


@pytest.mark.parametrize(("format", "sent", "found"), FORMATS, ids=["model", "schema", "own"])
async def test_a_task_has_the_object_in_its_result(format: Any, sent: Any, found: Any) -> None:
    ready = [task(TEXT), task(TEXT, response_format=sent), task(TEXT)]
    script = Script(CREATED, *ready)
    async with AsyncClient("tlk_test", transport=script) as client:
        job = await client.analyze.tasks.create("?", video=VIDEO, response_format=format)
        result = (await job.refresh()).result().result
        assert result is not None
        assert result.parsed == found
        assert result.response is not None
        # Another process knows what the service repeats of the request.
        for parsed in (PLAIN, None):
            other = await client.analyze.tasks.retrieve("t1")
            result = other.result().result
            assert result is not None
            assert result.parsed == parsed
    assert script.bodies[0]["response_format"] == sent


async def test_segments_are_an_object_too() -> None:
    script = Script(CREATED, task('{"s": [{"start_time": 1}]}'))
    async with AsyncClient("tlk_test", transport=script) as client:
        job = await client.analyze.tasks.create(
            video=VIDEO, analysis_mode="time_based_metadata", response_format=SEGMENTS
        )
        result = (await job.refresh()).result().result
    assert result is not None
    assert result.parsed == {"s": [{"start_time": 1}]}


@pytest.mark.parametrize(("format", "text", "message"), WRONG)
async def test_a_wrong_answer_is_an_error_with_its_text(
    format: Any, text: str, message: str
) -> None:
    script = Script(reply({"data": text, "finish_reason": "stop"}), CREATED, task(text))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(ResponseFormatError, match=message) as caught:
            await client.analyze("?", video=VIDEO, response_format=format)
        assert (caught.value.text, caught.value.__cause__ is not None) == (text, True)
        assert caught.value.received == Analysis(data=text, finish_reason="stop")
        assert pickle.loads(pickle.dumps(caught.value)).text == text
        job = await client.analyze.tasks.create("?", video=VIDEO, response_format=format)
        with pytest.raises(ResponseFormatError, match=message) as caught:
            await job.wait()
        assert caught.value.text == text
        assert job.latest is not None
        assert job.latest.result is not None
        assert job.latest.result.data == text
    async with (
        AsyncClient("tlk_test", transport=events(text)) as client,
        client.analyze.stream("?", video=VIDEO, response_format=format) as stream,
    ):
        with pytest.raises(ResponseFormatError, match=message) as caught:
            await stream.text()
        assert caught.value.text == text
        assert stream.end is not None
        assert stream.parsed is None


async def test_an_answer_that_was_cut_off_is_told_apart() -> None:
    script = Script(reply({"data": TEXT[:9], "finish_reason": "length"}))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(IncompleteTextError) as caught:
            await client.analyze("?", video=VIDEO, response_format=Scenes)
    assert caught.value.text == TEXT[:9]
    async with (
        AsyncClient("tlk_test", transport=events(TEXT[:9], finish_reason="length")) as client,
        client.analyze.stream("?", video=VIDEO, response_format=Scenes) as stream,
    ):
        with pytest.raises(IncompleteTextError):
            await stream.text()


async def test_prose_has_no_object_and_a_field_of_that_name_is_kept() -> None:
    script = Script(reply({"data": "A dog.", "parsed": 5}))
    async with AsyncClient("tlk_test", transport=script) as client:
        answer = await client.analyze("?", video=VIDEO)
    assert answer == Analysis(data="A dog.", extra={"parsed": 5})
    assert answer.parsed is None


async def test_the_text_of_a_form_that_the_service_gained_is_left_alone() -> None:
    script = Script(task("1\n00:00", response_format={"type": "subtitles", "language": "en"}))
    async with AsyncClient("tlk_test", transport=script) as client:
        result = (await client.analyze.tasks.retrieve("t1")).result().result
    assert result is not None
    assert (result.data, result.parsed) == ("1\n00:00", None)


class Moody(pydantic.BaseModel):
    mood: str

    @pydantic.field_validator("mood")
    @classmethod
    def known(cls, mood: str) -> str:
        return {"calm": "calm"}[mood]  # raises KeyError


async def test_what_a_validator_raises_is_the_cause() -> None:
    script = Script(reply({"data": '{"mood": "wild"}', "finish_reason": "stop"}))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(ResponseFormatError, match="wild") as caught:
            await client.analyze("?", video=VIDEO, response_format=Moody)
    assert isinstance(caught.value.__cause__, KeyError)
    assert isinstance(caught.value, InvalidResponseError)


class Pair(pydantic.BaseModel):
    box: tuple[int, int]


class Named(pydantic.BaseModel):
    by_name: Mapping[str, int]


class Opaque(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    path: Script


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Pair, r"\$\.properties\.box\.prefixItems"),
        (Named, r"\$\.properties\.by_name\.additionalProperties"),
        (Opaque, "Opaque.*has no JSON Schema"),
        (pydantic.BaseModel, "has no JSON Schema"),
        (Scene(title="x", start_time=1), "class of pydantic 2"),
        (list[Scene], "class of pydantic 2"),
        ({"type": "object", "maxProperties": 3}, r"\$\.maxProperties.*unchecked.*json_schema"),
    ],
)
async def test_what_cannot_be_sent_is_named_before_anything_is(wrong: Any, message: str) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError, match=message):
            await client.analyze("?", video=VIDEO, response_format=wrong)
        with pytest.raises(InvalidRequestError, match=message):
            client.analyze.stream("?", video=VIDEO, response_format=wrong)
        with pytest.raises(InvalidRequestError, match=message):
            await client.analyze.tasks.create("?", video=VIDEO, response_format=wrong)


class Part(pydantic.BaseModel):
    has_sound: bool = pydantic.Field(description="audio")


class Report(pydantic.BaseModel):
    count: int = pydantic.Field(description="number of scenes", ge=0)
    colour: str
    parts: list[Part]
    filmed: datetime.datetime
    day: datetime.date
    hour: datetime.time
    id: uuid.UUID


async def test_the_emulator_answers_with_what_a_model_asks_for(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        video = sample_files / "colours.mp4"
        answer = await client.analyze("?", video=video, response_format=Report)
        job = await client.analyze.tasks.create("?", video=video, response_format=Report)
        result = (await job.wait()).result
        async with client.analyze.stream("?", video=video, response_format=Report) as stream:
            await stream.text()
    assert result is not None
    assert isinstance(answer.parsed, Report)
    assert answer.parsed == result.parsed == stream.parsed
    assert answer.parsed.count == 4
    assert [part.has_sound for part in answer.parsed.parts] == [True, False]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_a_number_that_json_does_not_have_is_refused(number: float) -> None:
    own = {"type": "json_schema", "json_schema": {"type": "object", "title": number}}
    calls: list[dict[str, Any]] = [
        {"response_format": own, "prompt": "?"},
        {"response_format": own["json_schema"], "prompt": "?"},
        {"prompt_v2": {"input_text": "?", "novel": number}},
    ]
    async with AsyncClient("tlk_test", transport=Script()) as client:
        for call in calls:
            with pytest.raises(InvalidRequestError, match="not finite"):
                await client.analyze(video=VIDEO, **call)
        with pytest.raises(InvalidRequestError, match="filter cannot be written"):
            await client.search("i1", "red", filter={"duration": {"gte": number}})
