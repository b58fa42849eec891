"""The `multi_input` of `POST /embed-v2`, the only input of Marengo 3.5 there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from dodeca.emulator.handlers import multi_input

from .conftest import encoded
from .newer import (
    LONG,
    MODEL,
    Json,
    body,
    post,
    rows,
    source,
    task,
    together,
    url,
    vector,
)

Read = Callable[[httpx.Response], tuple[int, str, str]]

# -- one vector for a text, for media, or for both ----------------------------------------------


def test_a_text_has_one_vector(newer: httpx.Client) -> None:
    answer = post(newer, together(text="something red"))
    assert rows(answer, "embedding_option", "embedding_scope", "start_sec", "end_sec") == [
        (None, None, None, None)
    ]
    assert answer["metadata"] == {"input_type": "multi_input", "embedding_dimension": 512}
    assert answer["usage"] == {"input_tokens": {"text": 2}, "truncated": False}
    assert np.linalg.norm(vector(answer)) == pytest.approx(1, abs=1e-6)


def test_tokens_are_counted_by_kind(newer: httpx.Client) -> None:
    def tokens(*sources: Json, text: str | None = None) -> Json:
        counted: Json = post(newer, together(*sources, text=text))["usage"]["input_tokens"]
        return counted

    image, video = source("image", "red.jpg"), source("video", "red.mp4")
    assert tokens(image) == {"image": 258}
    assert tokens(image, source("image", "blue.png"), text="a, b") == {"image": 516, "text": 3}
    assert tokens(video) == {"video": 4 * 258}
    assert tokens(source("audio", "tones.mp3")) == {"audio": 4 * 32}
    assert tokens(image, video, text="both") == {"image": 258, "video": 4 * 258, "text": 1}
    assert tokens(source("document", "red.pdf")) == {"document": 2 * 258}
    assert tokens(source("document", "blue.md")) == {"text": 7}


def test_the_same_content_is_found_again_whatever_it_is(newer: httpx.Client) -> None:
    inputs = {
        "text": together(text="something {}"),
        "image": together(source("image", "{}.jpg")),
        "video": together(source("video", "{}.mp4")),
        "pdf": together(source("document", "{}.pdf")),
        "document": together(source("document", "{}.txt")),
    }
    red = {name: vector(post(newer, _filled(request, "red"))) for name, request in inputs.items()}
    others = [
        vector(post(newer, request))
        for request in (
            together(text="something blue"),
            together(source("image", "blue.png")),
            together(source("document", "blue.pdf")),
            together(source("document", "blue.md")),
        )
    ]
    for kind, found in red.items():
        for near in red.values():
            assert all(found @ near > found @ other for other in others), kind
    sound = vector(post(newer, together(source("audio", "tones.mp3"))))
    tone, noise = (vector(post(newer, together(text=t))) for t in ("a tone", "rain"))
    assert sound @ tone > sound @ noise


def _filled(request: Any, word: str) -> Any:
    match request:
        case dict():
            return {key: _filled(value, word) for key, value in request.items()}
        case list():
            return [_filled(value, word) for value in request]
        case str():
            return request.replace("{}", word)
    return request


def test_nothing_is_near_what_marengo_3_0_made(newer: httpx.Client) -> None:
    older = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "red"}}
    assert abs(vector(post(newer, older)) @ vector(post(newer, together(text="red")))) < 0.2


def test_several_sources_and_a_text_lie_between_them(newer: httpx.Client) -> None:
    coat, shoes = source("image", "red.jpg", name="coat"), source("image", "blue.png", name="shoes")
    one, other = (vector(post(newer, together(s))) for s in (coat, shoes))
    both = vector(post(newer, together(coat, shoes)))
    assert min(both @ one, both @ other) > one @ other
    text = vector(post(newer, together(text="loud noise")))
    named = post(newer, together(coat, shoes, text="<@coat> and <@shoes>, loud noise"))
    assert vector(named) @ text > both @ text
    # The names are not words of the text.
    renamed = [{**coat, "name": "blue"}, {**shoes, "name": "sea"}]
    again = post(newer, together(*renamed, text="<@blue> and <@sea>, loud noise"))
    assert (vector(again) == vector(named)).all()


def test_a_video_with_sound_is_what_is_seen_and_heard(newer: httpx.Client) -> None:
    seen, tone = (vector(post(newer, together(text=t))) for t in ("red", "a whistle"))
    both = vector(post(newer, together(source("video", "clip.mp4"))))
    silent = vector(post(newer, together(source("video", "silent.mp4"))))
    assert silent @ seen > both @ seen
    assert both @ tone > silent @ tone


@pytest.mark.parametrize("dimension", [128, 256, 512])
def test_a_shorter_vector_is_the_beginning_of_the_longer(
    newer: httpx.Client, dimension: int
) -> None:
    request = together(text="something red", embedding_uncertainty=True)
    whole = post(newer, request)
    shorter = post(newer, request | {"embedding_dimension": dimension})
    assert shorter["metadata"]["embedding_dimension"] == dimension
    for name in ("embedding", "embedding_uncertainty"):
        assert shorter["data"][0][name] == whole["data"][0][name][:dimension]
    video = body("video", "red.mp4", {"embedding_option": ["visual"]})
    made = task(newer, video | {"embedding_dimension": dimension})
    assert made["metadata"]["embedding_dimension"] == dimension
    longer = task(newer, video)
    assert [row["embedding"] for row in made["data"]] == [
        row["embedding"][:dimension] for row in longer["data"]
    ]


def test_uncertainty_is_as_long_as_the_vector(newer: httpx.Client) -> None:
    for request in (together(text="red"), together(source("image", "red.jpg"))):
        assert "embedding_uncertainty" not in post(newer, request)["data"][0]
        (row,) = post(newer, request | {"embedding_uncertainty": True})["data"]
        assert len(row["embedding_uncertainty"]) == len(row["embedding"]) == 512
        assert all(0 < number <= 1 for number in row["embedding_uncertainty"])


def test_a_long_text_is_cut_on_request(newer: httpx.Client, error_of: Read) -> None:
    assert post(newer, together(text="word " * 2000))["usage"]["truncated"] is False
    status, _, message = error_of(newer.post("/embed-v2", json=together(text=LONG)))
    assert status == 400
    assert "less than or equal to 2000" in message
    cut = post(newer, together(text=LONG, auto_truncate=True))
    assert cut["usage"] == {
        "input_tokens": {"text": 2000},
        "truncated": True,
        "truncation_reason": "model_context_window",
    }
    # A text document counts as text, and shares the room.
    document, image = source("document", "long.txt"), source("image", "red.jpg")
    request = together(document, image, text="red")
    assert error_of(newer.post("/embed-v2", json=request))[0] == 400
    cut = post(newer, request | {"auto_truncate": True})
    assert cut["usage"]["input_tokens"] == {"text": 2000, "image": 258}
    assert cut["usage"]["truncated"] is True


def test_sources_by_asset_and_as_base64(newer: httpx.Client, newer_media: Path) -> None:
    for media_type, name in (
        ("image", "red.jpg"),
        ("document", "red.pdf"),
        ("document", "red.txt"),
    ):
        expected = post(newer, together(source(media_type, name)))["data"]
        form = {"file": (name, (newer_media / name).read_bytes())}
        asset = newer.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
        assert newer.get(f"/assets/{asset}").json()["status"] == "ready"
        for given in ({"asset_id": asset}, {"base64_string": encoded(newer_media / name)}):
            assert post(newer, together({"media_type": media_type, **given}))["data"] == expected


def test_images_of_marengo_3_0_can_be_combined_too(newer: httpx.Client) -> None:
    older = {"model_name": "marengo3.0"}
    request = together(source("image", "purple.jpg"), text="loud noise") | older
    answer = post(newer, request)
    assert answer.keys() == {"data", "metadata"}
    assert answer["metadata"] == {"input_type": "multi_input"}
    same = {"media_source": url("purple.jpg"), "input_text": "loud noise"}
    single = {"input_type": "text_image", "text_image": same} | older
    assert answer["data"] == post(newer, single)["data"]


# -- what is refused ----------------------------------------------------------------------------

OLDER = {"model_name": "marengo3.0"}
IMAGE, VIDEO, AUDIO = (
    source("image", "red.jpg"),
    source("video", "red.mp4"),
    source("audio", "tones.mp3"),
)
PDF, TEXT = source("document", "red.pdf"), source("document", "red.txt")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"input_type": "text", "model_name": MODEL, "text": {"input_text": "red"}},
            "The `input_type` parameter is invalid. With `marengo3.5` it is one of `multi_input`.",
        ),
        (
            body("video", "red.mp4"),
            "The `input_type` parameter is invalid. With `marengo3.5` it is one of `multi_input`.",
        ),
        (
            {"input_type": "multi_input", "model_name": MODEL},
            "The `multi_input` parameter is required but was not provided.",
        ),
        (
            together(text="red") | {"text": {"input_text": "red"}},
            "The `text` parameter is invalid. Only `multi_input` belongs to the given"
            " `input_type`.",
        ),
        (
            together(text=" "),
            "The `multi_input.input_text` parameter is invalid. The text is empty.",
        ),
        (
            together(IMAGE, VIDEO),
            "The `multi_input` parameter is invalid. Sources of different types need an"
            " `input_text`.",
        ),
        (
            together(PDF, text="red"),
            "The `multi_input` parameter is invalid. A PDF has to be the only source, without"
            " text.",
        ),
        (
            together(PDF, PDF),
            "The `multi_input` parameter is invalid. A PDF has to be the only source, without"
            " text.",
        ),
        (
            together(PDF, IMAGE),
            "The `multi_input` parameter is invalid. A PDF has to be the only source, without"
            " text.",
        ),
        (
            together(TEXT, text="red"),
            "The `multi_input` parameter is invalid. Text is combined with an image, a video or"
            " audio, not with other text alone.",
        ),
        (
            together(TEXT, source("document", "blue.md")),
            "The `multi_input` parameter is invalid. Text is combined with an image, a video or"
            " audio, not with other text alone.",
        ),
        (
            together(IMAGE, text="like <@coat>"),
            "The `multi_input.input_text` parameter is invalid. No source has the name `coat`.",
        ),
        (
            together({**IMAGE, "name": "coat"}, {**IMAGE, "name": "coat"}),
            "The `multi_input.media_sources.name` parameter is invalid. A name is given more than"
            " once.",
        ),
        (
            together({"media_type": "image"}),
            "The `multi_input.media_sources` parameter is invalid. A source has exactly one of"
            " `url`, `base64_string` and `asset_id`.",
        ),
        (
            together({**IMAGE, "asset_id": "x"}),
            "The `multi_input.media_sources` parameter is invalid. A source has exactly one of"
            " `url`, `base64_string` and `asset_id`.",
        ),
        (
            together(source("document", "empty.txt")),
            "The `multi_input.media_sources.url` parameter is invalid. The document has no text.",
        ),
        (
            together(source("document", "broken.pdf")),
            "The `multi_input.media_sources.url` parameter is invalid. The file cannot be read: it"
            " is no valid PDF.",
        ),
        (
            together(source("document", "broken.mp4")),
            "The `multi_input.media_sources.url` parameter is invalid. The formats of documents are"
            " PDF, plain text and Markdown.",
        ),
        (
            together(source("image", "red.mp4")),
            "The `multi_input.media_sources.url` parameter is invalid. It is not an image.",
        ),
        (
            together(text="red", embedding_dimension=64),
            "The `embedding_dimension` parameter is invalid. It is one of 128, 256, 512.",
        ),
        (
            together(IMAGE, text="red", embedding_uncertainty=True),
            "The `embedding_uncertainty` parameter is invalid. There is none of text and media"
            " together.",
        ),
        (
            together(PDF, embedding_uncertainty=True),
            "The `embedding_uncertainty` parameter is invalid. There is none of documents.",
        ),
        (
            together(VIDEO, text="red") | OLDER,
            "The `multi_input.media_sources.media_type` parameter is invalid. `marengo3.0` does not"
            " take `video`.",
        ),
        (
            together(text="word " * 501) | OLDER,
            "The `multi_input.input_text` parameter is invalid. The text token length should be"
            " less than or equal to 500.",
        ),
        (
            together(text="red", embedding_dimension=512) | OLDER,
            "The `embedding_dimension` parameter is invalid. `marengo3.0` does not support it.",
        ),
        (
            together(text="red", embedding_uncertainty=True) | OLDER,
            "The `embedding_uncertainty` parameter is invalid. `marengo3.0` does not support it.",
        ),
        (
            together(text="red", auto_truncate=True) | OLDER,
            "The `auto_truncate` parameter is invalid. `marengo3.0` does not support it.",
        ),
        (
            together(source("audio", "long.flac")),
            "Audio is too long. Please use audio with duration between 0 seconds and 30"
            " seconds(30 seconds). Current duration is `31.0` seconds.",
        ),
    ],
)
def test_inputs_that_break_a_rule(
    newer: httpx.Client, error_of: Read, request_: Json, message: str
) -> None:
    status, _, text = error_of(newer.post("/embed-v2", json=request_))
    assert (status, text) == (400, message)


def test_a_source_of_more_than_32_mb(
    newer: httpx.Client, error_of: Read, monkeypatch: pytest.MonkeyPatch, newer_media: Path
) -> None:
    monkeypatch.setattr(multi_input, "LARGEST", 1000)
    for given in (url("red.jpg"), {"base64_string": encoded(newer_media / "red.jpg")}):
        request = together({"media_type": "image", **given})
        status, code, message = error_of(newer.post("/embed-v2", json=request))
        assert (status, code) == (400, "parameter_invalid")
        assert "It is larger than" in message


def test_eleven_sources_are_too_many(newer: httpx.Client, error_of: Read) -> None:
    assert post(newer, together(*[IMAGE] * 10))["usage"]["input_tokens"] == {"image": 2580}
    status, _, message = error_of(newer.post("/embed-v2", json=together(*[IMAGE] * 11)))
    assert status == 400
    assert "`multi_input.media_sources`" in message


def test_a_pdf_of_too_many_pages_is_too_large(newer: httpx.Client, error_of: Read) -> None:
    response = newer.post("/embed-v2", json=together(source("document", "17.pdf")))
    assert error_of(response) == (
        413,
        "request_too_large",
        "Document (17 pages) exceeds maximum limit of 16 pages",
    )
    assert response.json().keys() == {"error"}
