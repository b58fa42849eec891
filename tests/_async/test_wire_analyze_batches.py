"""Batches of analyses, and canceling, on the wire."""

from collections.abc import Callable
from typing import Any

import pytest

from dodeca import AsyncClient, Media
from dodeca.errors import InvalidRequestError
from dodeca.results import (
    AnalysisResult,
    AnalyzeBatch,
    AnalyzeTask,
    BatchItem,
    BatchResult,
    BatchResults,
    ServiceError,
)
from tests._async.test_wire_analyze import (
    PROMPT_V2,
    SCHEMA,
    SEGMENTS,
    TEXT,
    THEN,
    USAGE,
    USED,
)
from tests._async.wire import NOVEL, Call, Seen, paged, play
from tests.scripted import Script

pytestmark = pytest.mark.anyio

ASSET = {"type": "asset_id", "asset_id": "a1"}
TEXT_OF = {"temperature": 0.5, "max_tokens": 512, "start_time": 1.5, "end_time": 9}
LENGTHS = {"min_segment_duration": 2, "max_segment_duration": 30.5}
CREATED = {
    "batch_id": "b1",
    "status": "hibernating",
    "total_items": 2,
    "created_at": TEXT,
    "expires_at": TEXT,
    "items": [{"task_id": "t1", "custom_id": "one", **NOVEL}, {"task_id": "t2"}],
    **NOVEL,
}
STATED = AnalyzeBatch(
    "b1",
    "hibernating",
    total_items=2,
    created_at=THEN,
    expires_at=THEN,
    items=[BatchItem("t1", "one", extra=NOVEL), BatchItem("t2")],
    extra=NOVEL,
)
BATCH = {
    "batch_id": "b1",
    "analysis_mode": "general",
    "model_name": "pegasus1.5",
    "status": "expired",
    "total_items": 15,
    "created_at": TEXT,
    "expires_at": TEXT,
    "expired_at": TEXT,
    "queued_items": 1,
    "processing_items": 2,
    "ready_items": 3,
    "failed_items": 4,
    "canceled_items": 5,
    "webhooks": [{"url": "https://hook", "delivered": True, "attempts": 1}],
}
FOUND: dict[str, Any] = {
    "analysis_mode": "general",
    "model_name": "pegasus1.5",
    "total_items": 15,
    "queued_items": 1,
    "processing_items": 2,
    "ready_items": 3,
    "failed_items": 4,
    "canceled_items": 5,
    "created_at": THEN,
    "expires_at": THEN,
    "expired_at": THEN,
    "webhooks": [{"url": "https://hook", "delivered": True, "attempts": 1}],
}
RESULT = {"generation_id": "g1", "data": "A dog.", "finish_reason": "stop", "usage": USAGE}

CALLS = [
    Call(
        call=lambda client: client.analyze.batches.create(
            [
                {
                    "video": Media.asset("a1"),
                    "custom_id": "one",
                    "prompt": PROMPT_V2,
                    "response_format": SCHEMA,
                    **TEXT_OF,
                },
                {"video": ASSET, "custom_id": "two"},
            ],
            defaults={"prompt": "Say.", **TEXT_OF},
        ),
        sends="POST /analyze/batches",
        json={
            "model_name": "pegasus1.5",
            "analysis_mode": "general",
            "requests": [
                {
                    "video": ASSET,
                    "custom_id": "one",
                    "prompt": PROMPT_V2,
                    "response_format": SCHEMA,
                    **TEXT_OF,
                },
                {"video": ASSET, "custom_id": "two"},
            ],
            "defaults": {"prompt": {"input_text": "Say."}, **TEXT_OF},
        },
        status=201,
        answer=CREATED,
        finds=Seen("b1", "hibernating", created=STATED),
    ),
    Call(
        call=lambda client: client.analyze.batches.create(
            [
                {
                    "video": Media.asset("a1"),
                    "custom_id": "one",
                    "response_format": SEGMENTS,
                    **LENGTHS,
                }
            ],
            defaults={"response_format": SEGMENTS, **LENGTHS},
            analysis_mode="time_based_metadata",
            model_name="pegasus1.6",
        ),
        sends="POST /analyze/batches",
        json={
            "model_name": "pegasus1.6",
            "analysis_mode": "time_based_metadata",
            "requests": [
                {"video": ASSET, "custom_id": "one", "response_format": SEGMENTS, **LENGTHS}
            ],
            "defaults": {"response_format": SEGMENTS, **LENGTHS},
        },
        status=201,
        answer=CREATED,
        finds=Seen("b1", "hibernating", created=STATED),
    ),
    Call(
        call=lambda client: client.analyze.batches.create(
            [{"video": Media.asset("a1"), "custom_id": "one", "prompt": "Say."}],
            defaults={"prompt": PROMPT_V2, "response_format": SCHEMA},
        ),
        sends="POST /analyze/batches",
        json={
            "model_name": "pegasus1.5",
            "analysis_mode": "general",
            "requests": [{"video": ASSET, "custom_id": "one", "prompt": {"input_text": "Say."}}],
            "defaults": {"prompt": PROMPT_V2, "response_format": SCHEMA},
        },
        status=201,
        answer=CREATED,
        finds=Seen("b1", "hibernating", created=STATED),
    ),
    Call(
        call=lambda client: client.analyze.batches.retrieve("b1"),
        sends="GET /analyze/batches/b1",
        answer=BATCH | NOVEL,
        finds=Seen("b1", "expired", AnalyzeBatch("b1", "expired", **FOUND, extra=NOVEL)),
    ),
    Call(
        call=lambda client: client.analyze.batches.list(
            status=["expired", "canceled"],
            analysis_mode=["general", "time_based_metadata"],
            page=1,
            page_limit=50,
        ),
        sends="GET /analyze/batches?page=1&page_limit=50&status=expired&status=canceled"
        "&analysis_mode=general&analysis_mode=time_based_metadata",
        answer=paged(BATCH | NOVEL, BATCH | {"status": "hibernating"}),
        finds=[
            AnalyzeBatch("b1", "expired", **FOUND, extra=NOVEL),
            AnalyzeBatch("b1", "hibernating", **FOUND),
        ],
    ),
    Call(
        call=lambda client: client.analyze.batches.results("b1"),
        sends="GET /analyze/batches/b1/results",
        answer={"task_id": "t1", "custom_id": "one", "status": "ready", "data": RESULT, **NOVEL},
        finds=BatchResults(
            [
                BatchResult(
                    "t1", "ready", "one", AnalysisResult("g1", "A dog.", "stop", USED), extra=NOVEL
                )
            ],
            [],
        ),
    ),
    Call(
        call=lambda client: client.analyze.batches.results("b1"),
        sends="GET /analyze/batches/b1/results",
        answer={
            "task_id": "t1",
            "custom_id": None,
            "status": "failed",
            "error": {"code": "asset_unavailable", "message": "no", **NOVEL},
        },
        finds=BatchResults(
            [
                BatchResult(
                    "t1", "failed", error=ServiceError("no", "asset_unavailable", extra=NOVEL)
                )
            ],
            [],
        ),
    ),
    Call(
        call=lambda client: client.analyze.batches.cancel("b1"),
        sends="POST /analyze/batches/b1/cancel",
        status=202,
        answer=BATCH | {"status": "canceling"},
        finds=Seen("b1", "canceling", AnalyzeBatch("b1", "canceling", **FOUND)),
    ),
    Call(
        call=lambda client: client.analyze.batches.delete("b1"),
        sends="DELETE /analyze/batches/b1",
        status=204,
    ),
    Call(
        call=lambda client: client.analyze.tasks.cancel("t1"),
        sends="POST /analyze/tasks/t1/cancel",
        answer={"task_id": "t1", "status": "canceled", **NOVEL},
        finds=AnalyzeTask("t1", "canceled", extra=NOVEL),
    ),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_batches_on_the_wire(call: Call) -> None:
    await play(call)


ONE = {"video": Media.asset("a1"), "prompt": "Say."}

BAD: list[tuple[Callable[[AsyncClient], Any], str]] = [
    (lambda client: client.analyze.batches.create([]), "the number of requests"),
    (lambda client: client.analyze.batches.create("a1"), "requests must be a list"),
    (lambda client: client.analyze.batches.create(ONE), "requests must be a list"),
    (lambda client: client.analyze.batches.create([ONE, 7]), r"requests\[1\]: it must be a map"),
    (lambda client: client.analyze.batches.create([{"prompt": "?"}]), r"Media\.asset\(id\)"),
    (
        lambda client: client.analyze.batches.create([{**ONE, "video": "a1"}]),
        r"requests\[0\]: the video of a batch is an asset, .* got 'a1'",
    ),
    (
        lambda client: client.analyze.batches.create([{**ONE, "video": Media.data(b"film")}]),
        "the video of a batch is an asset",
    ),
    (
        lambda client: client.analyze.batches.create([{**ONE, "custom_id": "x"}] * 2),
        "custom_id 'x' is given more than once",
    ),
    (lambda client: client.analyze.batches.create([{**ONE, "custom_id": ""}]), "custom_id"),
    (lambda client: client.analyze.batches.create([Media.asset("a1")]), "there is no prompt"),
    (
        lambda client: client.analyze.batches.create([ONE], analysis_mode="time_based_metadata"),
        "takes no prompt",
    ),
    (
        lambda client: client.analyze.batches.create(
            [Media.asset("a1")], analysis_mode="time_based_metadata"
        ),
        "segment_definitions",
    ),
    (lambda client: client.analyze.batches.create([ONE], analysis_mode="generel"), "general"),
    (
        lambda client: client.analyze.batches.create([{**ONE, "temprature": 1}]),
        "did you mean 'temperature'",
    ),
    (
        lambda client: client.analyze.batches.create([ONE], defaults={"max_token": 600}),
        r"defaults: .*max_tokens",
    ),
    (
        lambda client: client.analyze.batches.create([{**ONE, "max_tokens": 511}]),
        r"requests\[0\]: max_tokens",
    ),
    (
        lambda client: client.analyze.batches.create([{**ONE, "start_time": 9, "end_time": 3}]),
        "end_time must be greater",
    ),
    (
        lambda client: client.analyze.batches.create(
            [{**ONE, "min_segment_duration": 9, "max_segment_duration": 3}]
        ),
        "max_segment_duration",
    ),
    (lambda client: client.analyze.batches.create([ONE], slot_timeout=-1), "timeout"),
    (lambda client: client.analyze.batches.find([ONE]), "custom_id"),
    (lambda client: client.analyze.batches.find([]), "custom_id"),
    (lambda client: client.analyze.batches.retrieve(""), "an id is"),
    (lambda client: client.analyze.tasks.cancel("."), "an id is"),
]


@pytest.mark.parametrize(("call", "said"), BAD)
async def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[AsyncClient], Any], said: str
) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError, match=said):
            await call(client)
