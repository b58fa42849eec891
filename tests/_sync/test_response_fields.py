# From tests/_async/test_response_fields.py by scripts/unasync.py; edit that one.
"""What the service says beside vectors is kept, and so is where the media is."""

from typing import Any

import httpx
import numpy as np
import orjson
import pytest

from dodeca import Client, Embeddings, Media
from dodeca.errors import InvalidResponseError
from dodeca.results import EmbeddingUsage
from tests.scripted import PNG, Script, Server, reply
from tests.seams import on_clock

VIDEO = "https://host/a.mp4"
USAGE = {
    "input_tokens": {"text": 3},
    "truncated": True,
    "truncation_reason": "model_context_window",
}
READ = EmbeddingUsage({"text": 3}, True, "model_context_window")
VECTOR = {"data": [{"embedding": [1.0, 0.0]}]}
REST = {"trace": {"of": [1, None]}, "at": "2026-01-01T00:00:00Z"}
SEGMENT = {"float": [1.0, 0.0]}


def test_usage_and_unknown_fields_are_kept() -> None:
    script = Script(reply(VECTOR | {"usage": USAGE, "none": None} | REST), reply(VECTOR))
    with Client("key", transport=script) as client:
        found = client.embed.text("x")
        other = client.embed.text("x")
    assert (found.usage, found.response_extra) == (READ, REST)
    assert (other.usage, other.response_extra) == (None, {})


def test_a_batch_keeps_the_usage_of_each_input() -> None:
    class Counting(Server):
        def answer(self, request: httpx.Request) -> httpx.Response:
            count = len(orjson.loads(request.content)["text"]["input_text"])
            usage = {"input_tokens": {"text": count}, "truncated": False, "novel": count}
            return httpx.Response(200, json=VECTOR | {"usage": usage})

    with Client("key", transport=Counting()) as client:
        batch = client.embed.texts(["a", "bb", "ccc"])
    usages = [found.usage for found in batch if isinstance(found, Embeddings)]
    assert usages == [EmbeddingUsage({"text": n}, False, extra={"novel": n}) for n in (1, 2, 3)]


def test_a_task_keeps_what_is_said_when_it_is_created_and_when_it_ends() -> None:
    about = {"metadata": {"embedding_dimension": 512, "novel": 1}}
    ready = {"_id": "t1", "status": "ready", "created_at": "2026-01-01T00:00:00Z"}
    script = Script(
        reply({"_id": "t1", "status": "processing", "queue": "long"} | about, status=202),
        reply(ready | VECTOR | REST | {"usage": USAGE}),
    )
    with Client("key", transport=script) as client:
        job = client.embed.tasks.video(VIDEO)
        created: Any = job.created
        found = job.refresh().result()
    assert (created.id, created.status, created.extra) == ("t1", "processing", {"queue": "long"})
    assert created.metadata.extra == {"embedding_dimension": 512, "novel": 1}
    assert (found.usage, found.response_extra) == (
        READ,
        {"created_at": ready["created_at"], **REST},
    )


def test_the_first_api_keeps_the_fields_of_each_input() -> None:
    body = {
        "model_name": "m",
        "text_embedding": {"segments": [SEGMENT], "tokens": 3},
        "image_embedding": {"error_message": "broken", "code": "image_invalid"},
    }
    script = Script(reply(body | REST))
    with Client("key", transport=script) as client:
        found = client.embed_v1.create(text="x", image=Media.data(PNG))
    assert found.text is not None
    assert found.text.response_extra == {"tokens": 3}
    assert found.errors == {"image": "broken"}
    assert found.extra == {"image_embedding": {"code": "image_invalid"}, **REST}


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"text_embedding": None},
        {"text_embedding": {"segments": []}},
        {"text_embedding": {"segments": [SEGMENT, SEGMENT]}},
        {"text_embedding": {"segments": [SEGMENT]}, "image_embedding": {"segments": [SEGMENT] * 2}},
        {"text_embedding": {"segments": [SEGMENT]}, "image_embedding": {}},
        {
            "text_embedding": {"segments": [SEGMENT]},
            "image_embedding": {"segments": [{"float": [1.0, 0.0, 0.0]}]},
        },
    ],
)
def test_each_input_of_the_first_api_has_one_vector_or_an_error(part: Any) -> None:
    script = Script(*[reply({"model_name": "m"} | part)] * 2)  # it is sent again
    with on_clock(Client("key", transport=script)) as client:
        with pytest.raises(InvalidResponseError):
            client.embed_v1.create(text="x", image=Media.data(PNG))


def test_vectors_of_the_first_api_tell_where_their_media_is() -> None:
    parts = {f"{name}_embedding": {"segments": [SEGMENT]} for name in ("text", "image", "audio")}
    video = {"video_embedding": {"segments": [SEGMENT]}}
    script = Script(
        reply({"model_name": "m"} | parts),
        reply({"_id": "t1"}),
        reply({"_id": "t1", "status": "ready"}),
        reply({"_id": "t1"} | video),
    )
    with Client("key", transport=script) as client:
        found = client.embed_v1.create(
            text="x", image="https://host/a.png", audio="https://host/a.wav"
        )
        job = client.embed_v1.tasks.create(VIDEO)
        of_video = job.refresh().result()
    sources = [part[0].source for part in (found.text, found.image, found.audio) if part]
    assert sources == [None, "https://host/a.png", "https://host/a.wav"]
    assert of_video[0].source == VIDEO


@pytest.mark.parametrize(("metadata", "source"), [({"input_url": VIDEO}, VIDEO), ({}, None)])
def test_a_task_of_another_process_tells_the_url_of_its_media(
    metadata: Any, source: str | None
) -> None:
    about = {"metadata": {"input_type": "video", "input_filename": "a.mp4"} | metadata}
    script = Script(
        reply({"_id": "t1", "status": "ready"} | VECTOR | about),
        reply({"_id": "t1", "status": "ready"}),
        reply({"_id": "t1", "video_embedding": {"segments": [SEGMENT]} | about}),
    )
    with Client("key", transport=script) as client:
        second = client.embed.tasks.retrieve("t1").result()
        first = client.embed_v1.tasks.retrieve("t1").result()
    assert [second[0].source, first[0].source] == [source, source]


def test_the_vectors_of_a_video_tell_its_asset() -> None:
    embedding = {
        "model_name": "m",
        "novel": 1,
        "video_embedding": {"segments": [SEGMENT], "frames": 9},
    }
    script = Script(reply({"_id": "v1", "asset_id": "a1", "embedding": embedding}))
    with Client("key", transport=script) as client:
        video = client.indexes.videos.retrieve("i1", "v1", embedding_option=["visual"])
    assert video.embedding is not None
    assert video.embedding[0].source == "a1"
    assert video.embedding.response_extra == {"novel": 1, "video_embedding": {"frames": 9}}
    assert np.array_equal(video.embedding.vectors, [[1.0, 0.0]])
