"""Embeddings on the wire: the first API, and tasks of the second.

`test_wire_embed_v2` has the worked payloads of `POST /embed-v2`.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dodeca import AsyncClient, Media, segmentation
from dodeca.errors import InvalidRequestError
from dodeca.results import EmbeddingMetadata, EmbeddingTask
from tests._async.wire import NOVEL, Call, Row, Seen, paged, play
from tests.scripted import PNG, Script, reply

pytestmark = pytest.mark.anyio

FILM = "https://host/a.mp4"
TEXT = "2024-08-16T16:53:59Z"
THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
SEGMENT = {
    "float": [0.5, -0.5],
    "start_offset_sec": 0,
    "end_offset_sec": 6,
    "embedding_option": "visual-text",
    "embedding_scope": "clip",
}
TASK = {"_id": "t1", "model_name": "marengo3.0", "status": "hibernating", "created_at": TEXT}
LISTED = EmbeddingTask("t1", "hibernating", "marengo3.0", THEN, extra=NOVEL)
WHEN = "started_at=2024-08-16T16:53:59Z&ended_at=2024-08-17T00:00:00Z"
VIDEO = {"media_source": {"url": FILM}}

PARTS = {
    "model_name": "Marengo-retrieval-2.7",
    "text_embedding": {"segments": [{"float": [0.5, -0.5]}], **NOVEL},
    "image_embedding": {"error_message": "the picture is broken"},
    "audio_embedding": {
        "segments": [{"float": [1.0, 0.0], "start_offset_sec": 2.5, "end_offset_sec": 9}],
        "metadata": {"input_url": "https://host/a.wav"},
    },
}
SEEN_PARTS = {
    "text": [Row([0.5, -0.5])],
    "image": None,
    "audio": [Row([1.0, 0.0], start_sec=2.5, end_sec=9.0)],
    "errors": {"image": "the picture is broken"},
}

V1 = [
    Call(
        call=lambda client: client.embed_v1.create(
            text="a dog",
            text_truncate="start",
            image=Media.data(PNG, filename="a.png"),
            audio="https://host/a.wav",
            audio_start_offset_sec=2.5,
        ),
        sends="POST /embed",
        form=[
            ("model_name", "Marengo-retrieval-2.7"),
            ("text", "a dog"),
            ("text_truncate", "start"),
            ("image_file", "a.png", "image/png", PNG),
            ("audio_url", "https://host/a.wav"),
            ("audio_start_offset_sec", "2.5"),
        ],
        answer=PARTS,
        finds=SEEN_PARTS,
    ),
    Call(
        call=lambda client: client.embed_v1.create(
            image="https://host/a.png",
            audio=Media.data(b"sound", filename="a.wav"),
            model_name="marengo3.0",
        ),
        sends="POST /embed",
        form=[
            ("model_name", "marengo3.0"),
            ("image_url", "https://host/a.png"),
            ("audio_file", "a.wav", "audio/x-wav", b"sound"),
        ],
        answer=PARTS,
        finds=SEEN_PARTS,
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.create(
            FILM,
            video_start_offset_sec=1,
            video_end_offset_sec=31.5,
            video_clip_length=6,
            video_embedding_scope=["clip", "video"],
        ),
        sends="POST /embed/tasks",
        form=[
            ("model_name", "Marengo-retrieval-2.7"),
            ("video_url", FILM),
            ("video_start_offset_sec", "1"),
            ("video_end_offset_sec", "31.5"),
            ("video_clip_length", "6"),
            ("video_embedding_scope", "clip"),
            ("video_embedding_scope", "video"),
        ],
        answer={"_id": "t1", **NOVEL},
        finds=Seen("t1", "processing", created=EmbeddingTask("t1", extra=NOVEL)),
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.create(
            Media.data(b"film", filename="a.mp4"), model_name="marengo3.0"
        ),
        sends="POST /embed/tasks",
        form=[("model_name", "marengo3.0"), ("video_file", "a.mp4", "video/mp4", b"film")],
        answer={"_id": "t1"},
        finds=Seen("t1", "processing", created=EmbeddingTask("t1")),
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.list(
            started_at=TEXT, ended_at="17 August 2024", status="ready", page=1, page_limit=5
        ),
        sends=f"GET /embed/tasks?{WHEN}&status=ready&page=1&page_limit=5",
        answer=paged(TASK | NOVEL),
        finds=[LISTED],
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.status("t1"),
        sends="GET /embed/tasks/t1/status",
        answer={"_id": "t1", "status": "hibernating", "model_name": "marengo3.0", **NOVEL},
        finds=EmbeddingTask("t1", "hibernating", "marengo3.0", extra=NOVEL),
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.retrieve(
            "t1", embedding_option=["visual-text", "audio"]
        ),
        before=[("GET /embed/tasks/t1/status", {"_id": "t1", "status": "ready"})],
        sends="GET /embed/tasks/t1?embedding_option=visual-text&embedding_option=audio",
        answer={
            "_id": "t1",
            "model_name": "Marengo-retrieval-2.7",
            "status": "ready",
            "video_embedding": {"segments": [SEGMENT], "metadata": {"duration": 31.5}},
        },
        finds=Seen("t1", "ready", [Row([0.5, -0.5], "visual-text", "clip", 0.0, 6.0)]),
    ),
    Call(
        call=lambda client: client.embed_v1.tasks.retrieve("t1"),
        sends="GET /embed/tasks/t1/status",
        answer={"_id": "t1", "status": "failed"},
        finds=Seen("t1", "failed"),
    ),
]

V2_ITEM = {
    "embedding": [0.5, -0.5],
    "embedding_option": "visual",
    "embedding_scope": "clip",
    "start_sec": 0,
    "end_sec": 4.5,
}
AUDIO = "https://host/a.wav"
AUDIO_OPTIONS: dict[str, Any] = {
    "start_sec": 0,
    "end_sec": 12,
    "embedding_option": ["audio", "transcription"],
    "embedding_scope": ["clip", "asset"],
}
VIDEO_OPTIONS: dict[str, Any] = AUDIO_OPTIONS | {"embedding_option": ["visual", "audio"]}
BY_SIX = {"strategy": "fixed", "fixed": {"duration_sec": 6}}
BY_SCENES = {"strategy": "dynamic", "dynamic": {"min_duration_sec": 4}}


def local(content: bytes) -> dict[str, str]:
    """The source of media that are sent along."""
    return {"base64_string": base64.b64encode(content).decode()}


V2 = [
    Call(
        call=lambda client: client.embed.tasks.video(
            FILM,
            segmentation=segmentation.dynamic(4),
            **VIDEO_OPTIONS,
        ),
        sends="POST /embed-v2/tasks",
        json={
            "input_type": "video",
            "model_name": "marengo3.0",
            "video": VIDEO | VIDEO_OPTIONS | {"segmentation": BY_SCENES},
        },
        status=202,
        answer={"_id": "t1", "status": "processing", "metadata": {"embedding_dimension": 512}},
        finds=Seen(
            "t1",
            "processing",
            created=EmbeddingTask(
                "t1", "processing", metadata=EmbeddingMetadata(extra={"embedding_dimension": 512})
            ),
        ),
    ),
    Call(
        call=lambda client: client.embed.tasks.audio(
            Media.asset("a1"), segmentation=segmentation.fixed(6)
        ),
        sends="POST /embed-v2/tasks",
        json={
            "input_type": "audio",
            "model_name": "marengo3.0",
            "audio": {"media_source": {"asset_id": "a1"}, "segmentation": BY_SIX},
        },
        status=202,
        answer={"_id": "t1", "status": "hibernating"},
        finds=Seen("t1", "hibernating", created=EmbeddingTask("t1", "hibernating")),
    ),
    *(
        Call(
            call=call,
            sends="POST /embed-v2/tasks",
            json={"input_type": kind, "model_name": "marengo3.0", kind: block},
            status=202,
            answer={"_id": "t1", "status": "processing"},
            finds=Seen("t1", "processing", created=EmbeddingTask("t1", "processing")),
        )
        for call, kind, block in [
            (
                lambda client: client.embed.tasks.audio(AUDIO, **AUDIO_OPTIONS),
                "audio",
                {"media_source": {"url": AUDIO}} | AUDIO_OPTIONS,
            ),
            (
                lambda client: client.embed.tasks.audio(Media.data(b"sound", filename="a.wav")),
                "audio",
                {"media_source": local(b"sound")},
            ),
            (
                lambda client: client.embed.tasks.video(
                    Media.asset("a1"), segmentation=segmentation.fixed(6)
                ),
                "video",
                {"media_source": {"asset_id": "a1"}, "segmentation": BY_SIX},
            ),
            (
                lambda client: client.embed.tasks.video(Media.data(b"film", filename="a.mp4")),
                "video",
                {"media_source": local(b"film")},
            ),
        ]
    ),
    Call(
        call=lambda client: client.embed.tasks.retrieve("t1"),
        sends="GET /embed-v2/tasks/t1",
        answer={"_id": "t1", "status": "ready", "created_at": TEXT, "data": [V2_ITEM | NOVEL]},
        finds=Seen("t1", "ready", [Row([0.5, -0.5], "visual", "clip", 0.0, 4.5)]),
    ),
    Call(
        call=lambda client: client.embed.tasks.list(
            started_at=datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC),
            ended_at="2024-08-17",
            status="failed",
            page=1,
            page_limit=50,
        ),
        sends=f"GET /embed-v2/tasks?{WHEN}&status=failed&page=1&page_limit=50",
        answer=paged(TASK | NOVEL),
        finds=[LISTED],
    ),
    *(
        Call(
            call=call,
            sends="POST /embed-v2",
            json={"model_name": "marengo3.0", **payload},
            answer={"data": [V2_ITEM | NOVEL], "metadata": {"input_type": "text"}},
            finds=[Row([0.5, -0.5], "visual", "clip", 0.0, 4.5)],
        )
        for call, payload in [
            (
                lambda client: client.embed.text("a dog"),
                {"input_type": "text", "text": {"input_text": "a dog"}},
            ),
            (
                lambda client: client.embed.image("https://host/a.png"),
                {
                    "input_type": "image",
                    "image": {"media_source": {"url": "https://host/a.png"}},
                },
            ),
            (
                lambda client: client.embed.text_image("a dog", Media.asset("a1")),
                {
                    "input_type": "text_image",
                    "text_image": {"media_source": {"asset_id": "a1"}, "input_text": "a dog"},
                },
            ),
            (
                lambda client: client.embed.audio(Media.asset("a1")),
                {"input_type": "audio", "audio": {"media_source": {"asset_id": "a1"}}},
            ),
            (lambda client: client.embed.video(FILM), {"input_type": "video", "video": VIDEO}),
            (
                lambda client: client.embed.image(Media.asset("a1")),
                {"input_type": "image", "image": {"media_source": {"asset_id": "a1"}}},
            ),
            (
                lambda client: client.embed.image(Media.data(PNG)),
                {"input_type": "image", "image": {"media_source": local(PNG)}},
            ),
            (
                lambda client: client.embed.text_image("a dog", "https://host/a.png"),
                {
                    "input_type": "text_image",
                    "text_image": {
                        "media_source": {"url": "https://host/a.png"},
                        "input_text": "a dog",
                    },
                },
            ),
            (
                lambda client: client.embed.text_image("a dog", Media.data(PNG)),
                {
                    "input_type": "text_image",
                    "text_image": {"media_source": local(PNG), "input_text": "a dog"},
                },
            ),
            (
                lambda client: client.embed.audio(
                    AUDIO, segmentation=segmentation.fixed(6), **AUDIO_OPTIONS
                ),
                {
                    "input_type": "audio",
                    "audio": {"media_source": {"url": AUDIO}, "segmentation": BY_SIX}
                    | AUDIO_OPTIONS,
                },
            ),
            (
                lambda client: client.embed.audio(
                    Media.data(b"sound", filename="a.wav"), via="sync"
                ),
                {"input_type": "audio", "audio": {"media_source": local(b"sound")}},
            ),
            (
                lambda client: client.embed.video(
                    Media.asset("a1"), segmentation=segmentation.dynamic(4), **VIDEO_OPTIONS
                ),
                {
                    "input_type": "video",
                    "video": {"media_source": {"asset_id": "a1"}, "segmentation": BY_SCENES}
                    | VIDEO_OPTIONS,
                },
            ),
            (
                lambda client: client.embed.video(
                    Media.data(b"film", filename="a.mp4"),
                    segmentation=segmentation.fixed(6),
                    via="sync",
                ),
                {
                    "input_type": "video",
                    "video": {"media_source": local(b"film"), "segmentation": BY_SIX},
                },
            ),
        ]
    ),
]

CALLS = V1 + V2


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_embeddings_on_the_wire(call: Call) -> None:
    await play(call)


async def test_a_job_of_the_first_api_asks_for_vectors_only_when_they_are_ready() -> None:
    running = reply({"_id": "t1", "status": "processing"})
    ready = reply({"_id": "t1", "status": "ready"})
    vectors = reply({"_id": "t1", "video_embedding": {"segments": [SEGMENT]}})
    script = Script(reply({"_id": "t1"}), running, ready, vectors)
    async with AsyncClient("tlk_test", transport=script) as client:
        job = await client.embed_v1.tasks.create(FILM)
        await job.refresh()
        assert (job.status, job.done) == ("processing", False)
        await job.refresh()
        assert len(job.result()) == 1
    assert script.lines[1:] == [
        "GET /v1.3/embed/tasks/t1/status",
        "GET /v1.3/embed/tasks/t1/status",
        "GET /v1.3/embed/tasks/t1",
    ]


BAD: list[Callable[[AsyncClient], Any]] = [
    lambda client: client.embed_v1.create(),
    lambda client: client.embed_v1.create(text=""),
    lambda client: client.embed_v1.create(text="x", text_truncate="End"),
    lambda client: client.embed_v1.create(image=Media.asset("a1")),
    lambda client: client.embed_v1.create(image=Media.data(b"GIF89a")),
    lambda client: client.embed_v1.create(audio=FILM, audio_start_offset_sec=-1),
    lambda client: client.embed_v1.tasks.create(Media.asset("a1")),
    lambda client: client.embed_v1.tasks.create(FILM, video_clip_length=1),
    lambda client: client.embed_v1.tasks.create(FILM, video_embedding_scope=["vidoe"]),
    lambda client: client.embed_v1.tasks.create(FILM, video_start_offset_sec=1),
    lambda client: client.embed_v1.tasks.create(
        FILM, video_start_offset_sec=6, video_end_offset_sec=6
    ),
    lambda client: client.embed_v1.tasks.retrieve("t1", embedding_option=["visual_text"]),
]


@pytest.mark.parametrize("call", BAD)
async def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[AsyncClient], Any],
) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await call(client)
