"""Tasks of Marengo 3.5: audio and video in another form, images and documents."""

from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from dodeca.emulator import Emulator, samples
from dodeca.emulator.errors import EMBEDDING_FAILURES

from .conftest import client
from .newer import MODEL, Json, body, post, rows, source, task, together, url, vector

Read = Callable[[httpx.Response], tuple[int, str, str]]
OLDER = {"model_name": "marengo3.0"}

# -- tasks --------------------------------------------------------------------------------------


def temporal(strategy: str, seconds: int) -> Json:
    name = {"fixed": "duration_sec", "dynamic": "min_duration_sec"}[strategy]
    return {"segmentation": {"temporal": {"strategy": strategy, strategy: {name: seconds}}}}


TIMES = ("embedding_option", "embedding_scope", "start_sec", "end_sec")


def test_a_video_is_divided_where_it_changes(newer: httpx.Client) -> None:
    answer = task(newer, body("video", "clip.mp4"))
    spans = [(0.0, 5.0), (5.0, 9.0), (9.0, 12.0)]
    assert rows(answer, *TIMES) == [
        *((option, "clip", *span) for option in ("visual", "audio") for span in spans),
        ("visual", "asset", 0.0, 12.0),
        ("audio", "asset", 0.0, 12.0),
    ]
    assert answer["usage"] == {
        "input_tokens": {"video": 12 * 258, "audio": 12 * 32},
        "truncated": False,
    }
    assert answer["metadata"] == {
        "input_type": "video",
        "input_url": url("clip.mp4")["url"],
        "embedding_scopes": ["clip", "asset"],
        "embedding_options": ["visual", "audio"],
        "duration": 12.0,
        "start_offset_sec": 0.0,
        "end_offset_sec": 12.0,
        "embedding_dimension": 512,
    }


def test_local_means_clip(newer: httpx.Client) -> None:
    by_clip = task(newer, body("audio", "tones.wav", {"embedding_scope": ["clip"]}))
    for scopes in (["local"], ["local", "clip"]):
        answer = task(newer, body("audio", "tones.wav", {"embedding_scope": scopes}))
        assert answer["data"] == by_clip["data"]
        assert sorted(answer["metadata"]["embedding_scopes"]) == sorted(scopes)


@pytest.mark.parametrize(("kind", "name"), [("video", "clip.mp4"), ("audio", "tones.wav")])
def test_both_strategies_for_audio_and_video(newer: httpx.Client, kind: str, name: str) -> None:
    option = {"embedding_option": ["audio"], "embedding_scope": ["local"]}
    fixed = task(newer, body(kind, name, option | temporal("fixed", 5)))
    assert rows(fixed, "start_sec", "end_sec") == [(0.0, 5.0), (5.0, 10.0), (10.0, 12.0)]
    assert ("clip_length" in fixed["metadata"]) == (kind == "video")
    dynamic = task(newer, body(kind, name, option | temporal("dynamic", 5)))
    assert all(end - start >= 5 for start, end in rows(dynamic, "start_sec", "end_sec")[:-1])


def test_timed_texts_are_in_the_fused_vectors_that_they_overlap(newer: httpx.Client) -> None:
    both = ["separate_embedding", "fused_embedding"]
    timed = [
        {"start": 5.5, "end": 6, "text": "a goal by number nine"},
        {"start": 9, "end": 9, "text": "the referee whistles"},
    ]
    block = {"embedding_type": both, "time_based_metadata": timed} | temporal("fixed", 3)
    answer = task(newer, body("video", "clip.mp4", block))
    options = [option for (option,) in rows(answer, "embedding_option")]
    assert options == [o for n in (4, 1) for o in ("visual", "audio", "fused") for _ in range(n)]
    assert answer["usage"]["input_tokens"]["text"] == 8
    plain = task(newer, body("video", "clip.mp4", temporal("fixed", 3)))
    apart = [row for row in answer["data"] if row["embedding_option"] != "fused"]
    assert apart == plain["data"]
    goal, whistle = (vector(post(newer, together(text=entry["text"]))) for entry in timed)
    fused = [
        np.array(row["embedding"], np.float32)
        for row in answer["data"]
        if row["embedding_option"] == "fused"
    ]
    assert int(np.argmax([one @ goal for one in fused[:4]])) == 1
    assert int(np.argmax([one @ whistle for one in fused[:4]])) == 3
    only = task(newer, body("video", "clip.mp4", block | {"embedding_type": ["fused_embedding"]}))
    assert only["data"] == [row for row in answer["data"] if row["embedding_option"] == "fused"]


def test_marengo_3_0_fuses_without_texts(newer: httpx.Client) -> None:
    block = {
        "media_source": url("clip.mp4"),
        "embedding_type": ["fused_embedding"],
        "embedding_scope": ["asset"],
    }
    request = {"input_type": "video", "model_name": "marengo3.0", "video": block}
    answer = post(newer, request)
    assert rows(answer, *TIMES) == [("fused", "asset", 0.0, 12.0)]
    assert task(newer, request)["data"] == answer["data"]
    del block["embedding_type"]
    seen, heard = (vector(post(newer, request), index) for index in (0, 1))
    assert vector(answer) @ seen == pytest.approx(vector(answer) @ heard, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "name", "block"),
    [
        ("video", "clip.mp4", {"embedding_scope": ["clip"]}),
        ("audio", "tones.wav", {"embedding_scope": ["local"]}),
        ("image", "red.jpg", {}),
        (
            "document",
            "red.txt",
            {
                "embedding_scope": ["local"],
                "segmentation": {"sequential": {"strategy": "sentence", "max_sentences": 1}},
            },
        ),
    ],
)
def test_uncertainty_of_tasks(newer: httpx.Client, kind: str, name: str, block: Json) -> None:
    answer = task(newer, body(kind, name, block, embedding_uncertainty=True))
    assert answer["data"]
    assert all(len(row["embedding_uncertainty"]) == 512 for row in answer["data"])


def test_an_image_as_a_task(newer: httpx.Client) -> None:
    answer = task(newer, body("image", "red.jpg"))
    (row,) = answer["data"]
    assert (
        row["embedding"]
        == post(newer, together(source("image", "red.jpg")))["data"][0]["embedding"]
    )
    assert rows(answer, *TIMES) == [("visual", "asset", None, None)]
    assert answer["usage"]["input_tokens"] == {"image": 258}
    assert answer["metadata"] == {
        "input_type": "image",
        "input_url": url("red.jpg")["url"],
        "embedding_options": ["visual"],
        "embedding_scopes": ["asset"],
        "embedding_dimension": 512,
    }


PLACES = ("embedding_option", "embedding_scope", "start_page_number", "end_page_number")
PLACES += ("quadrant", "chunk_index")


def test_a_pdf_has_a_vector_for_each_page(newer: httpx.Client) -> None:
    answer = task(newer, body("document", "red.pdf"))
    assert rows(answer, *PLACES) == [
        ("visual", "page", 1, 1, None, None),
        ("visual", "page", 2, 2, None, None),
    ]
    assert answer["metadata"]["embedding_options"] == ["visual"]
    assert answer["metadata"]["embedding_scopes"] == ["local"]
    assert answer["usage"]["input_tokens"] == {"document": 2 * 258}
    sunset = vector(post(newer, together(text="a crimson sunset")))
    assert vector(answer, 1) @ sunset > vector(answer, 0) @ sunset


def test_a_pdf_as_a_whole(newer: httpx.Client) -> None:
    for option, tokens in (("visual", {"document": 516}), ("text", {"text": 5})):
        block = {"embedding_option": [option], "embedding_scope": ["asset"]}
        answer = task(newer, body("document", "red.pdf", block))
        assert rows(answer, *PLACES) == [(option, "asset", None, None, None, None)]
        assert answer["usage"]["input_tokens"] == tokens
    block = {"embedding_scope": ["asset", "local"]}
    answer = task(newer, body("document", "red.pdf", block))
    assert sorted(rows(answer, "embedding_scope")) == [("asset",), ("page",), ("page",)]
    assert answer["usage"]["input_tokens"] == {"document": 4 * 258}


def test_the_quarters_of_a_page(newer: httpx.Client) -> None:
    block = {"segmentation": {"spatial": {"strategy": "quadrants"}}}
    answer = task(newer, body("document", "quarters.pdf", block))
    names = ["top_left", "top_right", "bottom_left", "bottom_right"]
    assert rows(answer, *PLACES) == [
        ("visual", "page", 1, 1, name, None) for name in (None, *names)
    ]
    assert answer["usage"]["input_tokens"] == {"document": 5 * 258}
    colours = ("red", "green", "yellow", "blue")
    texts = [vector(post(newer, together(text=colour))) for colour in colours]
    near = [[float(text @ vector(answer, index)) for text in texts] for index in range(1, 5)]
    assert [int(np.argmax(row)) for row in near] == [0, 1, 2, 3]
    standard = {"segmentation": {"spatial": {"strategy": "standard"}}}
    for block in (standard, {"segmentation": {"spatial": {}}}):
        assert len(task(newer, body("document", "quarters.pdf", block))["data"]) == 1


def sentences(most: int, **more: int) -> Json:
    sequential = {"strategy": "sentence", "max_sentences": most, **more}
    return {"embedding_scope": ["local"], "segmentation": {"sequential": sequential}}


def test_a_text_in_chunks_and_as_a_whole(newer: httpx.Client) -> None:
    answer = task(newer, body("document", "red.txt"))
    assert rows(answer, *PLACES) == [("text", "asset", None, None, None, None)]
    answer = task(newer, body("document", "red.txt", sentences(2, overlap_sentences=1)))
    assert rows(answer, *PLACES) == [
        ("text", "chunk", None, None, None, index) for index in range(3)
    ]
    block = sentences(2) | {"embedding_scope": ["asset", "local"]}
    answer = task(newer, body("document", "red.txt", block))
    assert sorted(rows(answer, "embedding_scope", "chunk_index"), key=str) == [
        ("asset", None),
        ("chunk", 0),
        ("chunk", 1),
    ]


def test_a_text_beyond_the_context_window(newer: httpx.Client) -> None:
    """As a whole it is cut; a chunk is not, and fails the task."""
    answer = task(newer, body("document", "long.txt"))
    assert answer["usage"] == {
        "input_tokens": {"text": 2000},
        "truncated": True,
        "truncation_reason": "model_context_window",
    }
    answer = task(newer, body("document", "long.txt", sentences(1)))
    assert answer["status"] == "failed"
    assert answer["error"] == {"message": "Content exceeds the model's context window."}
    assert answer.keys().isdisjoint({"data", "usage", "metadata"})


@pytest.mark.parametrize(
    ("name", "block", "message"),
    [
        ("65.pdf", {}, "Document (65 pages) exceeds maximum limit of 64 pages"),
        (
            "13.pdf",
            {"segmentation": {"spatial": {"strategy": "quadrants"}}},
            "Document (13 pages) exceeds maximum limit of 12 pages",
        ),
        ("broken.pdf", {}, EMBEDDING_FAILURES["unreadable"]),
        ("empty.txt", {}, EMBEDDING_FAILURES["unreadable"]),
    ],
)
def test_documents_that_fail(newer: httpx.Client, name: str, block: Json, message: str) -> None:
    answer = task(newer, body("document", name, block))
    assert (answer["status"], answer["error"]) == ("failed", {"message": message})


def test_pages_are_counted_by_the_size_of_the_file(newer: httpx.Client, newer_media: Path) -> None:
    """Each MB that is begun allows as many again."""
    samples._write_pdf(newer_media / "large.pdf", [b" " * 1024**2] + [b""] * 64)
    assert task(newer, body("document", "large.pdf"))["status"] == "ready"


def test_lists_name_images_and_documents(newer: httpx.Client) -> None:
    task(newer, body("image", "red.jpg"))
    task(newer, body("document", "red.pdf"))
    task(newer, body("video", "clip.mp4", temporal("fixed", 5)))
    listed = newer.get("/embed-v2/tasks").json()["data"]
    assert [entry["model_name"] for entry in listed] == [MODEL] * 3
    assert listed[0]["video_embedding"]["metadata"]["video_clip_length"] == 5
    assert listed[1]["document_embedding"]["metadata"] == {
        "input_url": url("red.pdf")["url"],
        "document_embedding_option": ["visual"],
        "document_embedding_scope": ["local"],
    }
    assert listed[2]["image_embedding"]["metadata"] == {
        "input_url": url("red.jpg")["url"],
        "image_embedding_option": ["visual"],
        "image_embedding_scope": ["asset"],
    }


def test_a_task_survives_a_restart(newer_media: Path, tmp_path: Path) -> None:
    db, request = tmp_path / "emulator.db", body("document", "red.pdf", embedding_dimension=128)
    with Emulator(media=newer_media, db=db) as emulator, client(emulator) as http:
        task_id = http.post("/embed-v2/tasks", json=request).json()["_id"]
    with Emulator(db=db) as emulator, client(emulator) as http:
        answer = http.get(f"/embed-v2/tasks/{task_id}").json()
        assert answer["status"] == "ready"
        assert [len(row["embedding"]) for row in answer["data"]] == [128, 128]


# -- what is refused ----------------------------------------------------------------------------

FUSED = {"embedding_type": ["fused_embedding"]}
TIMED = {"time_based_metadata": [{"start": 0, "end": 1, "text": "a goal"}]}
PLAIN = {"segmentation": {"strategy": "fixed", "fixed": {"duration_sec": 5}}}


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (body("image", "red.jpg") | OLDER, "`input_type`"),
        (body("document", "red.pdf") | OLDER, "`input_type`"),
        (body("video", "clip.mp4", PLAIN), "within `temporal`"),
        (body("audio", "tones.wav", PLAIN), "within `temporal`"),
        (body("video", "clip.mp4", temporal("fixed", 5)) | OLDER, "without `temporal`"),
        (body("audio", "tones.wav", temporal("dynamic", 5)) | OLDER, "without `temporal`"),
        (body("video", "clip.mp4", temporal("dynamic", 6)), "maximum of 5"),
        (body("video", "clip.mp4", {"embedding_option": ["transcription"]}), "`transcription`"),
        (body("video", "clip.mp4", {"embedding_scope": ["local"]}) | OLDER, "`local`"),
        (body("video", "clip.mp4", FUSED), "needs `time_based_metadata`"),
        (body("video", "clip.mp4", TIMED), "needs the `embedding_type` `fused_embedding`"),
        (body("video", "clip.mp4", FUSED | TIMED) | OLDER, "`marengo3.0` does not support it"),
        (
            body("video", "clip.mp4", FUSED | {"embedding_option": ["visual"]}) | OLDER,
            "needs two values of `embedding_option`",
        ),
        (
            body("video", "clip.mp4", FUSED | {"time_based_metadata": []}),
            "needs `time_based_metadata`",
        ),
        (
            body(
                "video",
                "clip.mp4",
                FUSED | {"time_based_metadata": [{"start": 2, "end": 1, "text": "a"}]},
            ),
            "`video.time_based_metadata.end`",
        ),
        (
            body(
                "video",
                "clip.mp4",
                FUSED | {"time_based_metadata": [{"start": 0, "end": 1, "text": " "}]},
            ),
            "`video.time_based_metadata.text`",
        ),
        (body("video", "clip.mp4", embedding_uncertainty=True), "without `asset`"),
        (body("audio", "tones.wav", embedding_uncertainty=True), "without `asset`"),
        (body("video", "clip.mp4", embedding_dimension=1024), "one of 128, 256, 512"),
        (body("document", "red.pdf", embedding_uncertainty=True), "none of a PDF"),
        (body("document", "red.txt", embedding_uncertainty=True), "scope `local` alone"),
        (body("image", "red.jpg", {"embedding_option": []}), "it is `visual`"),
        (body("image", "red.jpg", {"embedding_option": ["text"]}), "embedding_option"),
        (body("image", "red.jpg", {"embedding_scope": ["clip"]}), "embedding_scope"),
        (body("image", "red.jpg", FUSED), "embedding_type"),
        (body("image", "red.pdf"), "cannot be read"),
        (body("document", "red.pdf", {"embedding_option": ["text"]}), "`text` with `local`"),
        (body("document", "red.txt", {"embedding_option": ["visual"]}), "`visual` with `asset`"),
        (body("document", "red.txt", {"embedding_option": []}), "at least one"),
        (body("document", "red.txt", {"embedding_scope": ["local"]}), "segmentation.sequential"),
        (body("document", "red.txt", sentences(2, overlap_sentences=2)), "less than 2"),
        (body("document", "red.txt", sentences(0)), "max_sentences"),
        (
            body("document", "red.txt", sentences(1) | {"embedding_scope": ["asset"]}),
            "the scope `local`",
        ),
        (body("document", "red.pdf", sentences(2)), "plain text and Markdown"),
        (body("document", "red.txt", {"segmentation": {"spatial": {}}}), "for a PDF"),
        (
            body(
                "document",
                "red.pdf",
                {"embedding_scope": ["asset"], "segmentation": {"spatial": {}}},
            ),
            "the scope `local`",
        ),
        (body("document", "red.pdf", {"segmentation": {}}), "`document.segmentation`"),
        (body("document", "red.pdf", FUSED), "embedding_type"),
        (body("document", "red.pdf", {"embedding_type": []}), "one modality"),
        (body("document", "clip.mp4"), "The formats of documents"),
    ],
)
def test_tasks_that_break_a_rule(
    newer: httpx.Client, error_of: Read, request_: Json, named: str
) -> None:
    status, _, message = error_of(newer.post("/embed-v2/tasks", json=request_))
    assert status == 400
    assert named in message
    assert newer.get("/embed-v2/tasks").json()["data"] == []


def test_an_index_has_no_marengo_3_5(newer: httpx.Client, error_of: Read) -> None:
    models = [{"model_name": MODEL, "model_options": ["visual"]}]
    request = {"index_name": "films", "models": models}
    status, code, message = error_of(newer.post("/indexes", json=request))
    assert (status, code) == (400, "parameter_invalid")
    assert "marengo3.0" in message
