"""Analyses on the wire; `test_stream` has those that arrive piece by piece."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dodeca import AsyncClient, Media
from dodeca.errors import InvalidRequestError
from dodeca.results import (
    Analysis,
    AnalysisResult,
    AnalyzeTask,
    Usage,
)
from tests._async.wire import NOVEL, Call, Seen, paged, play
from tests.scripted import Script

pytestmark = pytest.mark.anyio

FILM = "https://host/a.mp4"
SCHEMA = {
    "type": "json_schema",
    "json_schema": {"type": "object", "properties": {"title": {"type": "string"}}},
}
PROMPT_V2 = {
    "input_text": "Who is <@ann>?",
    "media_sources": [
        {"name": "ann", "media_type": "image", "url": "https://host/ann.png"},
        {"name": "bob", "media_type": "image", "asset_id": "a1"},
        {"name": "eve", "media_type": "image", "base64_string": "AHBpY3R1cmX/"},
    ],
}
USAGE = {"output_tokens": 12, "input_tokens": 34, **NOVEL}
USED = Usage(12, 34, extra=NOVEL)

ANALYZE = [
    Call(
        call=lambda client: client.analyze(
            "What happens?",
            video=FILM,
            temperature=0.2,
            max_tokens=512,
            response_format=SCHEMA,
            start_time=1.5,
            end_time=9,
            model_name="pegasus1.5",
        ),
        sends="POST /analyze",
        json={
            "model_name": "pegasus1.5",
            "video": {"type": "url", "url": FILM},
            "prompt": "What happens?",
            "temperature": 0.2,
            "response_format": SCHEMA,
            "max_tokens": 512,
            "start_time": 1.5,
            "end_time": 9,
            "stream": False,
        },
        answer={
            "id": "g1",
            "data": '{"title": "Dog"}',
            "finish_reason": "tired",
            "usage": USAGE,
            **NOVEL,
        },
        finds=Analysis(
            "g1",
            '{"title": "Dog"}',
            "tired",
            USED,
            parsed={"title": "Dog"},
            extra=NOVEL,
        ),
    ),
    Call(
        call=lambda client: client.analyze("What happens?", video_id="v1"),
        sends="POST /analyze",
        json={"video_id": "v1", "prompt": "What happens?", "stream": False},
        answer={"id": "g1", "data": "A dog."},
        finds=Analysis("g1", "A dog."),
    ),
    Call(
        call=lambda client: client.analyze(video=Media.asset("a1"), prompt_v2=PROMPT_V2),
        sends="POST /analyze",
        json={
            "video": {"type": "asset_id", "asset_id": "a1"},
            "prompt_v2": PROMPT_V2,
            "stream": False,
        },
        answer={"data": "Ann."},
        finds=Analysis(data="Ann."),
    ),
    Call(
        call=lambda client: client.analyze(
            "<@url> and <@asset> and <@bytes>",
            image={
                "url": "https://host/a.png",
                "asset": Media.asset("a1"),
                "bytes": Media.data(b"\x00picture\xff"),
            },
        ),
        sends="POST /analyze",
        json={
            "image": [
                {"name": "url", "url": "https://host/a.png"},
                {"name": "asset", "asset_id": "a1"},
                {
                    "name": "bytes",
                    "base64_string": base64.b64encode(b"\x00picture\xff").decode(),
                },
            ],
            "prompt": "<@url> and <@asset> and <@bytes>",
            "stream": False,
        },
        answer={"data": "Three."},
        finds=Analysis(data="Three."),
    ),
    Call(
        call=lambda client: client.analyze("?", video=Media.data(b"film")),
        sends="POST /analyze",
        json={
            "video": {"type": "base64_string", "base64_string": "ZmlsbQ=="},
            "prompt": "?",
            "stream": False,
        },
        answer={"data": "!"},
        finds=Analysis(data="!"),
    ),
]

EVENT_FIELD = {
    "name": "players",
    "type": "array",
    "description": "Who took part",
    "items": {"type": "string"},
    "enum": ["ann", "bob"],
}
SEGMENTS = {
    "type": "segment_definitions",
    "segment_definitions": [
        {
            "id": "scenes",
            "description": "Each scene",
            "time_ranges": [{"start_time": 0, "end_time": 30}],
            "media_sources": PROMPT_V2["media_sources"],
            "fields": [
                {"name": "mood", "type": "string", "description": "The mood", "enum": ["calm"]},
                {
                    "name": "first",
                    "type": "timestamp",
                    "description": "The first word",
                    "format": "hh:mm:ss",
                },
                {
                    "name": "goals",
                    "type": "time_array",
                    "description": "Each goal",
                    "items": {"type": "object", "fields": [EVENT_FIELD]},
                },
            ],
        }
    ],
    "segment_time_format": "seconds",
}
TEXT = "2024-08-16T16:53:59Z"
THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
TASK = {
    "task_id": "t1",
    "custom_id": None,
    "video_source": {"type": "url", "url": FILM},
    "request_params": {"analysis_mode": "general", "prompt": "What happens?"},
    "status": "hibernating",
    "created_at": TEXT,
}
FOUND: dict[str, Any] = {
    "id": "t1",
    "video_source": {"type": "url", "url": FILM},
    "request_params": {"analysis_mode": "general", "prompt": "What happens?"},
    "created_at": THEN,
}
READY = TASK | {
    "status": "ready",
    "custom_id": "mine",
    "completed_at": TEXT,
    "result": {
        "generation_id": "g1",
        "data": "A dog.",
        "finish_reason": "stop",
        "usage": USAGE,
    },
    "webhooks": [{"url": "https://hook", "delivered": True, "attempts": 1}],
}

ANALYZE_TASKS = [
    Call(
        call=lambda client: client.analyze.tasks.create(
            video=FILM,
            analysis_mode="time_based_metadata",
            temperature=0,
            max_tokens="unlimited",
            response_format=SEGMENTS,
            min_segment_duration=2,
            max_segment_duration=30.5,
            start_time=0,
            end_time=60,
            custom_id="mine",
            idempotency_key="once",
            model_name="pegasus1.6",
        ),
        sends="POST /analyze/tasks",
        headers={"Idempotency-Key": "once"},
        json={
            "model_name": "pegasus1.6",
            "custom_id": "mine",
            "video": {"type": "url", "url": FILM},
            "analysis_mode": "time_based_metadata",
            "temperature": 0,
            "max_tokens": "unlimited",
            "response_format": SEGMENTS,
            "min_segment_duration": 2,
            "max_segment_duration": 30.5,
            "start_time": 0,
            "end_time": 60,
        },
        status=202,
        answer={"task_id": "t1", "status": "queued", **NOVEL},
        finds=Seen("t1", "queued", created=AnalyzeTask("t1", "queued", extra=NOVEL)),
    ),
    Call(
        call=lambda client: client.analyze.tasks.create(
            "Who is <@ann>?", image={"ann": Media.asset("a1")}, max_tokens=512
        ),
        sends="POST /analyze/tasks",
        json={
            "image": [{"name": "ann", "asset_id": "a1"}],
            "prompt": "Who is <@ann>?",
            "max_tokens": 512,
        },
        status=202,
        answer={"task_id": "t1", "status": "hibernating"},
        finds=Seen("t1", "hibernating", created=AnalyzeTask("t1", "hibernating")),
    ),
    Call(
        call=lambda client: client.analyze.tasks.create(video=FILM, prompt_v2=PROMPT_V2),
        sends="POST /analyze/tasks",
        json={"video": {"type": "url", "url": FILM}, "prompt_v2": PROMPT_V2},
        status=202,
        answer={"task_id": "t1", "status": "queued"},
        finds=Seen("t1", "queued", created=AnalyzeTask("t1", "queued")),
    ),
    *(
        Call(
            call=call,
            sends="POST /analyze/tasks",
            json=body | {"prompt": "?", "response_format": SCHEMA},
            status=202,
            answer={"task_id": "t1", "status": "queued"},
            finds=Seen("t1", "queued", created=AnalyzeTask("t1", "queued")),
        )
        for call, body in [
            (
                lambda client: client.analyze.tasks.create(
                    "?", video=Media.asset("a1"), response_format=SCHEMA
                ),
                {"video": {"type": "asset_id", "asset_id": "a1"}},
            ),
            (
                lambda client: client.analyze.tasks.create(
                    "?", video=Media.data(b"film"), response_format=SCHEMA
                ),
                {"video": {"type": "base64_string", "base64_string": "ZmlsbQ=="}},
            ),
            (
                lambda client: client.analyze.tasks.create(
                    "?",
                    image={"ann": "https://host/ann.png", "bob": Media.data(b"picture")},
                    response_format=SCHEMA,
                ),
                {
                    "image": [
                        {"name": "ann", "url": "https://host/ann.png"},
                        {"name": "bob", "base64_string": "cGljdHVyZQ=="},
                    ]
                },
            ),
        ]
    ),
    Call(
        call=lambda client: client.analyze.tasks.retrieve("t1"),
        sends="GET /analyze/tasks/t1",
        answer=READY | NOVEL,
        finds=Seen(
            "t1",
            "ready",
            AnalyzeTask(
                **FOUND,
                status="ready",
                custom_id="mine",
                completed_at=THEN,
                result=AnalysisResult("g1", "A dog.", "stop", USED),
                webhooks=[{"url": "https://hook", "delivered": True, "attempts": 1}],
                extra=NOVEL,
            ),
        ),
    ),
    Call(
        call=lambda client: client.analyze.tasks.list(
            status="ready",
            video_url=FILM,
            asset_id="a1",
            analysis_mode="general",
            page=1,
            page_limit=50,
        ),
        sends="GET /analyze/tasks?page=1&page_limit=50&status=ready"
        "&video_url=https://host/a.mp4&asset_id=a1&analysis_mode=general",
        answer=paged(TASK | NOVEL, TASK | {"video_source": None}),
        finds=[
            AnalyzeTask(status="hibernating", **FOUND, extra=NOVEL),
            AnalyzeTask(status="hibernating", **FOUND | {"video_source": None}),
        ],
    ),
    Call(
        call=lambda client: client.analyze.tasks.delete("t1"),
        sends="DELETE /analyze/tasks/t1",
        status=204,
    ),
]

CALLS = ANALYZE + ANALYZE_TASKS


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_analyses_on_the_wire(call: Call) -> None:
    await play(call)


async def test_a_deletion_may_be_answered_by_an_empty_200() -> None:
    async with AsyncClient("tlk_test", transport=Script(httpx.Response(200))) as client:
        assert await client.analyze.tasks.delete("t1") is None


BAD: list[Callable[[AsyncClient], Any]] = [
    lambda client: client.analyze("?"),
    lambda client: client.analyze("?", video=FILM, video_id="v1"),
    lambda client: client.analyze("?", video=FILM, temperature=-0.5),
    lambda client: client.analyze("?", video=FILM, start_time=5, end_time=5),
    lambda client: client.analyze("?", video=FILM, prompt_v2={"input_text": "?"}),
    lambda client: client.analyze("?", video=FILM, response_format={"type": "json_schema"}),
    lambda client: client.analyze(video=FILM, prompt_v2={"media_sources": []}),
    lambda client: client.analyze("?", image={}),
    lambda client: client.analyze("?", image={" ": FILM}),
    lambda client: client.analyze(
        "?", video=FILM, response_format=SCHEMA | {"json_schema": {"a": object()}}
    ),
    lambda client: client.analyze.tasks.create("?", video=FILM, max_tokens=511),
    lambda client: client.analyze.tasks.create("?", video=FILM, max_tokens="Unlimited"),
    lambda client: client.analyze.tasks.create("?", video=FILM, custom_id=" "),
    lambda client: client.analyze.tasks.create("?", video=FILM, idempotency_key="a\nb"),
    lambda client: client.analyze.tasks.create("?", video=FILM, analysis_mode="generel"),
    lambda client: client.analyze.tasks.create(
        video=FILM, min_segment_duration=9, max_segment_duration=3
    ),
]


@pytest.mark.parametrize("call", BAD)
async def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[AsyncClient], Any],
) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await call(client)
