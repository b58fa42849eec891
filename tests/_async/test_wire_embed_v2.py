"""What the facade sends and how it reads the answers, request by request."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from dodeca import AsyncClient, Embeddings, Media, errors, segmentation
from tests.scripted import EMBEDDED, Script, reply
from tests.seams import on_clock

pytestmark = pytest.mark.anyio

IMAGE = "https://user-bucket.com/folder/dog.jpg"
BASE = {"model_name": "marengo3.0"}

# The eight worked payloads of the reference page of POST /embed-v2.
PAYLOADS: list[tuple[Callable[[AsyncClient], Awaitable[Embeddings]], dict[str, Any]]] = [
    (
        lambda client: client.embed.text("man walking a dog"),
        {"input_type": "text", "text": {"input_text": "man walking a dog"}},
    ),
    (
        lambda client: client.embed.image(IMAGE),
        {"input_type": "image", "image": {"media_source": {"url": IMAGE}}},
    ),
    (
        lambda client: client.embed.text_image("man walking a dog", IMAGE),
        {
            "input_type": "text_image",
            "text_image": {"media_source": {"url": IMAGE}, "input_text": "man walking a dog"},
        },
    ),
    (
        lambda client: client.embed.image(Media.asset("1234567890")),
        {"input_type": "image", "image": {"media_source": {"asset_id": "1234567890"}}},
    ),
    (
        lambda client: client.embed.audio(
            "https://user-bucket.com/audio/a.wav",
            start_sec=0,
            end_sec=6,
            segmentation=segmentation.fixed(6),
            embedding_option=["audio", "transcription"],
            embedding_scope=["clip", "asset"],
        ),
        {
            "input_type": "audio",
            "audio": {
                "media_source": {"url": "https://user-bucket.com/audio/a.wav"},
                "start_sec": 0,
                "end_sec": 6,
                "segmentation": {"strategy": "fixed", "fixed": {"duration_sec": 6}},
                "embedding_option": ["audio", "transcription"],
                "embedding_scope": ["clip", "asset"],
            },
        },
    ),
    (
        lambda client: client.embed.video(
            "https://user-bucket.com/video/clip.mp4",
            start_sec=0,
            end_sec=12,
            segmentation=segmentation.dynamic(4),
            embedding_option=["visual", "audio", "transcription"],
            embedding_scope=["clip", "asset"],
        ),
        {
            "input_type": "video",
            "video": {
                "media_source": {"url": "https://user-bucket.com/video/clip.mp4"},
                "start_sec": 0,
                "end_sec": 12,
                "segmentation": {"strategy": "dynamic", "dynamic": {"min_duration_sec": 4}},
                "embedding_option": ["visual", "audio", "transcription"],
                "embedding_scope": ["clip", "asset"],
            },
        },
    ),
    (
        lambda client: client.embed.video("https://user-bucket.com/video/simple.mp4"),
        {
            "input_type": "video",
            "video": {"media_source": {"url": "https://user-bucket.com/video/simple.mp4"}},
        },
    ),
    (
        lambda client: client.embed.audio(
            "https://user-bucket.com/audio/speech.wav",
            embedding_option=["transcription"],
            embedding_scope=["asset"],
        ),
        {
            "input_type": "audio",
            "audio": {
                "media_source": {"url": "https://user-bucket.com/audio/speech.wav"},
                "embedding_option": ["transcription"],
                "embedding_scope": ["asset"],
            },
        },
    ),
]


@pytest.mark.parametrize(("call", "payload"), PAYLOADS)
async def test_the_worked_payloads_are_sent_exactly(
    call: Callable[[AsyncClient], Awaitable[Embeddings]], payload: dict[str, Any]
) -> None:
    script = Script(reply(EMBEDDED))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await call(client)
    assert script.bodies == [BASE | payload]
    request = script.requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://api.twelvelabs.io/v1.3/embed-v2")
    assert request.headers["x-api-key"] == "tlk_test"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(request.content))
    assert found.vectors.shape == (1, 2)
    assert found.model_name == "marengo3.0"


async def test_local_bytes_go_along_as_base64() -> None:
    content = bytes(range(256)) * 3_000
    script = Script(reply(EMBEDDED))
    async with AsyncClient("tlk_test", transport=script) as client:
        await client.embed.video(Media.data(content, filename="clip.mp4"), via="sync")
    sent = script.bodies[0]["video"]["media_source"]["base64_string"]
    assert base64.b64decode(sent, validate=True) == content


async def test_a_retry_sends_the_same_body_again() -> None:
    content = b"0123456789" * 50_000
    script = Script(
        reply({"error": {"code": "internal", "message": "again"}}, status=500), reply(EMBEDDED)
    )
    async with AsyncClient("tlk_test", transport=script) as client:
        await client.embed.audio(Media.data(content), via="sync")
    assert script.bodies[0] == script.bodies[1]


async def test_metadata_is_a_public_class_and_unknown_fields_are_kept() -> None:
    metadata = {
        "input_type": "video",
        "input_url": "https://host/a.mp4",
        "embedding_options": ["visual"],
        "embedding_scopes": ["clip"],
        "duration": 12.5,
        "clip_length": 5,
        "new_field": {"a": 1},
    }
    script = Script(reply(EMBEDDED | {"metadata": metadata}))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await client.embed.video("https://host/a.mp4")
    assert found.metadata is not None
    assert found.metadata.duration == 12.5
    assert found.metadata.extra == {"new_field": {"a": 1}}


async def test_an_unknown_kind_of_metadata_passes() -> None:
    script = Script(reply(EMBEDDED | {"metadata": {"input_type": "hologram", "depth": 3}}))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await client.embed.text("x")
    assert found.metadata is not None
    assert found.metadata.input_type == "hologram"
    assert found.metadata.extra == {"depth": 3}


async def test_nulls_mean_absence() -> None:
    metadata = {"input_type": "image", "input_url": None, "input_filename": None}
    script = Script(reply(EMBEDDED | {"metadata": metadata}))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await client.embed.image("https://host/a.png")
    assert found.metadata is not None
    assert found.metadata.input_url is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>gateway</html>",
        b"",
        b"[]",
        b'{"data": 3}',
        b'{"data": [3]}',
        b'{"data": [{}]}',
        b'{"data": [{"embedding": ["x"]}]}',
        b"null",
    ],
)
async def test_an_undocumented_answer_is_an_invalid_response(body: bytes) -> None:
    script = Script(*(httpx.Response(200, content=body) for _ in range(2)))
    async with on_clock(AsyncClient("tlk_test", transport=script)) as client:
        with pytest.raises(errors.InvalidResponseError):
            await client.embed.text("x")
    assert script.left == 0


BAD_INPUTS: list[Callable[[AsyncClient], Awaitable[object]]] = [
    lambda client: client.embed.text(""),
    lambda client: client.embed.text("\ud800"),
    lambda client: client.embed.text(3),  # type: ignore[arg-type]
    lambda client: client.embed.text("word " * 501),
    lambda client: client.embed.text("x", model_name=""),
    lambda client: client.embed.image("no-such-file.jpg"),
    lambda client: client.embed.image(Media.data(b"GIF89a")),
    lambda client: client.embed.video("https://host/a", start_sec=5, end_sec=5),
    lambda client: client.embed.video("https://host/a", start_sec=-1),
    lambda client: client.embed.video("https://host/a", end_sec=float("nan")),
    lambda client: client.embed.video("https://host/a", embedding_option=["visul"]),
    lambda client: client.embed.video("https://host/a", embedding_option=[]),
    lambda client: client.embed.video("https://host/a", embedding_scope=["clips"]),
    lambda client: client.embed.video("https://host/a", segmentation="fixed"),  # type: ignore[arg-type]
    lambda client: client.embed.video("https://host/a", via="async"),  # type: ignore[arg-type]
    lambda client: client.embed.audio(
        "https://host/a",
        segmentation=segmentation.dynamic(4),  # type: ignore[arg-type]
    ),
    lambda client: client.embed.audio("https://host/a", embedding_option=["Audio"]),
    lambda client: client.embed.tasks.retrieve(".."),
    lambda client: client.embed.tasks.retrieve(""),
    lambda client: client.embed.tasks.retrieve("%2e%2e"),
]


@pytest.mark.parametrize("call", BAD_INPUTS)
async def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[AsyncClient], Awaitable[object]],
) -> None:
    script = Script()
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(errors.InvalidRequestError):
            await call(client)
    assert script.requests == []


async def test_words_of_newer_models_pass_through() -> None:
    script = Script(reply({"_id": "t1", "status": "processing"}, status=202))
    async with AsyncClient("tlk_test", transport=script) as client:
        await client.embed.tasks.video(
            "https://host/a", embedding_option=["smell"], model_name="marengo9"
        )
    assert script.bodies[0]["video"]["embedding_option"] == ["smell"]
