"""Responses that other clients have read."""

import io
import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import twelvelabs as vendor
from twelvelabs import TwelveLabs

from dodeca import Client, Embeddings
from dodeca.emulator import Emulator
from dodeca.emulator.server import serving
from dodeca.errors import InvalidRequestError, InvalidResponseError

CLIPS = [
    {"embedding": [1.0, 0.0], "embeddingOption": ["visual"], "embeddingScope": "clip"}
    | {"startSec": 0.0, "endSec": 6.0},
    {"embedding": [0.0, 1.0], "embeddingOption": "audio", "embeddingScope": "asset"}
    | {"startSec": 0.0, "endSec": 12.5},
]


def told(found: Embeddings) -> list[Any]:
    return [(s.embedding_option, s.embedding_scope, s.start_sec, s.end_sec) for s in found]


class Body:
    """What `invoke_model` gives: a stream that is read once."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)

    def read(self) -> bytes:
        return self._stream.read()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: text,
        lambda text: text.encode(),
        json.loads,
        lambda text: json.loads(text)["data"],
        lambda text: Body(text.encode()),
        lambda text: {"body": Body(text.encode()), "contentType": "application/json"},
    ],
    ids=["text", "bytes", "dict", "list", "stream", "response"],
)
def test_bedrock_marengo_3(wrap: Any) -> None:
    found = Embeddings.from_response(wrap(json.dumps({"data": CLIPS})), model_name="marengo3.0")
    assert told(found) == [("visual", "clip", 0.0, 6.0), ("audio", "asset", 0.0, 12.5)]
    assert found.vectors.tolist() == [[1, 0], [0, 1]]
    assert found.model_name == "marengo3.0"


def test_bedrock_one_vector() -> None:
    found = Embeddings.from_response({"data": [{"embedding": [1.0, 2.0]}]})
    assert told(found) == [(None, None, None, None)]
    older = {"embedding": [1.0, 2.0], "embeddingOption": "visual-text", "startSec": 0, "endSec": 4}
    assert told(Embeddings.from_response(older)) == [("visual-text", None, 0.0, 4.0)]
    assert len(Embeddings.from_response({"data": older})) == 1


def test_the_vendor_s_objects(sample_files: Path) -> None:
    media = sample_files / "colours.mp4"
    with (
        Emulator(media=sample_files) as emulator,
        serving(emulator) as url,
        httpx.Client(timeout=60) as http,
        Client("key", base_url=url) as ours,
    ):
        theirs = TwelveLabs(api_key="x", base_url=url, httpx_client=http)
        source = vendor.MediaSource(url=f"https://example.org/{media.name}")
        expected = ours.embed.video("https://example.org/colours.mp4")
        answer = theirs.embed.v_2.create(
            input_type="video",
            model_name="marengo3.0",
            video=vendor.VideoInputRequest(media_source=source),
        )
        for given in (answer, answer.data, answer.json()):
            found = Embeddings.from_response(given)
            assert told(found) == told(expected)
            assert np.array_equal(found.vectors, expected.vectors)
        assert Embeddings.from_response(answer).metadata == expected.metadata

        task = theirs.embed.v_2.tasks.create(
            input_type="video",
            model_name="marengo3.0",
            video=vendor.AsyncVideoInputRequest(media_source=source),
        )
        ready = theirs.embed.v_2.tasks.retrieve(task.id)
        assert np.array_equal(Embeddings.from_response(ready).vectors, expected.vectors)

        index = ours.indexes.create("films", {"marengo3.0": ["visual", "audio"]})
        video_id = ours.tasks.create(index.id, media).wait().video_id or ""
        options = {"embedding_option": ["visual"]}
        theirs_video = theirs.indexes.videos.retrieve(index.id, video_id, **options)
        our_video = ours.indexes.videos.retrieve(index.id, video_id, **options)
        assert our_video.embedding is not None
        assert told(Embeddings.from_response(theirs_video)) == told(our_video.embedding)

        text = theirs.embed.create(model_name="marengo3.0", text="red")
        found = Embeddings.from_response(text)
        assert np.array_equal(found.vectors, ours.embed.text("red").vectors)
        assert found.model_name == "marengo3.0"
        assert Embeddings.from_response(found) is found


def test_an_indexed_video_of_the_vendor() -> None:
    segment = vendor.VideoSegment(
        **{"float": [0.5, 0.25]}, start_offset_sec=2, end_offset_sec=8, embedding_option="audio"
    )
    video = {"_id": "v", "embedding": {"video_embedding": {"segments": [segment.model_dump()]}}}
    assert told(Embeddings.from_response(video)) == [("audio", None, 2.0, 8.0)]
    assert told(Embeddings.from_response([segment])) == [("audio", None, 2.0, 8.0)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "NoneType"),
        (7, "int"),
        ("{", "not JSON"),
        ({}, "nothing"),
        ({"_id": "t", "status": "processing", "data": None}, "'processing'"),
        ({"text_embedding": {"error_message": "too long"}}, "text_embedding"),
        ({"error": {"message": "too long"}}, "too long"),
        ([1, 2], "not objects"),
    ],
)
def test_what_has_no_vectors_is_refused(answer: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        Embeddings.from_response(answer)


def test_broken_vectors_are_an_invalid_response() -> None:
    with pytest.raises(InvalidResponseError):
        Embeddings.from_response({"data": [{"embedding": [1.0]}, {"embedding": "x"}]})


def test_offsets_in_the_spelling_of_older_documents_are_times() -> None:
    segment = {"embedding": [1.0, 0.0], "start_offset_time": 2, "end_offset_time": 4.5}
    found = Embeddings.from_response({"video_embedding": {"segments": [segment]}})
    assert (found[0].start_sec, found[0].end_sec, found[0].extra) == (2.0, 4.5, {})


def test_the_metadata_of_the_first_api_has_the_same_names() -> None:
    metadata = {"video_clip_length": 6, "video_embedding_scope": ["clip", "video"]}
    found = Embeddings.from_response(
        {"video_embedding": {"segments": [{"embedding": [1.0]}], "metadata": metadata}}
    )
    assert found.metadata is not None
    assert (found.metadata.clip_length, found.metadata.extra) == (6, {})
    assert found.metadata.embedding_scopes == ["clip", "video"]
