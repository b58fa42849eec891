import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.emulator.handlers import analysis_inputs
from dodeca.emulator.inference import generation
from dodeca.video.probe import BrokenMedia

from .conftest import KEY, client, encoded

Read = Callable[[httpx.Response], tuple[int, str, str]]
PROMPT = "Describe it"


def video(name: str = "clip.mp4") -> dict[str, str]:
    return {"type": "url", "url": f"https://example.org/media/{name}"}


@pytest.fixture
def web(media: Path) -> Iterator[str]:
    """The address of a server of the media folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(media))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def image_source(name: str, file: str = "purple.jpg") -> dict[str, str]:
    return {"name": name, "url": f"https://example.org/media/{file}"}


def asked(http: httpx.Client, **body: Any) -> dict[str, Any]:
    given = {"prompt": PROMPT, "stream": False, "temperature": 0} | body
    if "image" not in body:
        given = {"video": video()} | given
    response = http.post("/analyze", json=given)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def events(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.headers["content-type"] == "application/x-ndjson"
    return [orjson.loads(line) for line in response.iter_lines()]


# -- text ------------------------------------------------------------------------------------


def test_a_text_in_one_piece(http: httpx.Client) -> None:
    response = asked(http)
    text = response["data"]
    assert text.startswith('[dodeca emulator] On "Describe it": The video lasts 12.0 seconds')
    for fact in ("3 scenes", "red (42 %)", "From 5.0 to 9.0 s: mostly blue", "loud noise"):
        assert fact in text
    assert response["finish_reason"] == "stop"
    assert response["usage"]["input_tokens"] == 2
    assert response["usage"]["output_tokens"] > 50


def test_the_same_text_as_a_stream(http: httpx.Client) -> None:
    body = {"video": video(), "prompt": PROMPT, "temperature": 0}  # a stream is the default
    start, *pieces, end = events(http.post("/analyze", json=body))
    assert start["event_type"] == "stream_start"
    assert {piece["event_type"] for piece in pieces} == {"text_generation"}
    assert len(pieces) > 10
    whole = asked(http)
    assert "".join(piece["text"] for piece in pieces) == whole["data"]
    assert end == {
        "event_type": "stream_end",
        "finish_reason": "stop",
        "metadata": start["metadata"] | {"usage": whole["usage"]},
    }


@pytest.mark.anyio
async def test_a_stream_begins_before_the_video_is_looked_at(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(generation, "generate_text", lambda *_: looked.append(True))
    body = {"video": video(), "prompt": PROMPT}
    async with (
        httpx.AsyncClient(
            transport=EmulatorTransport(emulator), base_url="http://x/v1.3", headers=KEY
        ) as http,
        http.stream("POST", "/analyze", json=body) as response,
    ):
        pieces = response.aiter_bytes()
        assert orjson.loads(await anext(pieces))["event_type"] == "stream_start"
        assert looked == []


def test_a_late_failure_arrives_at_the_end_of_the_stream(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenMedia("it is cut off")

    monkeypatch.setattr(analysis_inputs, "analyse", broken)
    start, end = events(http.post("/analyze", json={"video": video(), "prompt": PROMPT}))
    assert end["metadata"] == start["metadata"]
    assert end["error"]["code"] == "video_file_broken"
    assert "finish_reason" not in end


def test_a_fetched_file_is_removed_after_the_stream_or_when_nobody_reads_on(
    web: str, http: httpx.Client, emulator: Emulator
) -> None:
    emulator.state.media_folder = None
    incoming = emulator.state.database.incoming_path().parent
    body = {"video": {"type": "url", "url": f"{web}/clip.mp4"}, "prompt": PROMPT}
    events(http.post("/analyze", json=body))
    assert list(incoming.iterdir()) == []
    stream = emulator.handle(httpx.Request("POST", "http://x/v1.3/analyze", json=body, headers=KEY))
    assert len(list(incoming.iterdir())) == 1
    del stream
    assert list(incoming.iterdir()) == []


def test_each_source_of_a_video(in_process: httpx.Client, media: Path) -> None:
    whole = asked(in_process)["data"]
    text = encoded(media / "clip.mp4")
    given = {"type": "base64_string", "base64_string": text}
    assert asked(in_process, video=given)["data"] == whole
    files = {"file": ("a.mp4", (media / "clip.mp4").read_bytes())}
    asset = in_process.post("/assets", data={"method": "direct"}, files=files).json()["_id"]
    given = {"type": "asset_id", "asset_id": asset}
    assert asked(in_process, video=given)["data"] == whole
    response = in_process.post(
        "/analyze", json={"video": {"type": "asset_id", "asset_id": "0" * 24}, "prompt": "a"}
    )
    assert response.status_code == 404


def test_a_part_of_a_video(in_process: httpx.Client) -> None:
    text = asked(in_process, start_time=5.5, end_time=8)["data"]
    assert "lasts 2.5 seconds, one scene" in text
    assert "mostly blue (100 %)" in text
    assert "red" not in text


def test_a_prompt_chooses_what_is_spoken_of(in_process: httpx.Client) -> None:
    def spoken(prompt: str) -> str:
        text: str = asked(in_process, prompt=prompt)["data"]
        return text.partition('": ')[2]

    assert spoken("How long is it?") == "The video lasts 12.0 seconds, 3 scenes, at 360x360 pixels."
    assert spoken("What sounds?") == "You hear loud high tones."
    assert spoken("Where is something blue?") == (
        '"blue" measures 33 % over all; it is there from 5.0 to 9.0 s.'
    )
    assert spoken("Any purple?") == 'There is nothing in it that measures as "purple".'
    assert spoken("Is it loud?").endswith("it is there from 0.0 to 12.0 s.")


def test_a_long_prompt_is_quoted_in_part(in_process: httpx.Client) -> None:
    text = asked(in_process, prompt="a" * 500)["data"]
    assert f'"{"a" * 120}…"' in text


def test_temperature_varies_the_words_and_the_same_request_gives_the_same_text(
    in_process: httpx.Client,
) -> None:
    texts = [asked(in_process, temperature=t)["data"] for t in (0, 0, 0.5, 1)]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_a_text_stops_at_its_limit(http: httpx.Client) -> None:
    response = asked(http, max_tokens=7)
    assert response["data"] == '[dodeca emulator] On "Describe'
    assert response["usage"]["output_tokens"] == 7
    assert response["finish_reason"] == "length"
    assert "max_tokens" in response["error"]["message"]
    body = {"video": video(), "prompt": PROMPT, "max_tokens": 7, "temperature": 0}
    *_, end = events(http.post("/analyze", json=body))
    assert end["finish_reason"] == "length"
    assert end["error"] == response["error"]


# -- images ----------------------------------------------------------------------------------


def test_images_by_name(http: httpx.Client, media: Path) -> None:
    given = [
        image_source("first"),
        {"name": "second", "base64_string": encoded(media / "small.png")},
    ]
    prompt = "What colours have <@first> and <@second>?"
    response = asked(http, model_name="pegasus1.6", image=given, prompt=prompt)
    assert "<@first> is mostly purple" in response["data"]
    assert "<@second> is mostly purple" in response["data"]
    without = asked(http, model_name="pegasus1.6", image=given, prompt="Is there purple?")
    assert 'measures 100 % in <@first>. "purple" measures' in without["data"]


def test_a_prompt_with_reference_images(in_process: httpx.Client) -> None:
    source = {"name": "logo", "media_type": "image", "url": image_source("a")["url"]}
    prompt = {"input_text": "Colours of it and <@logo>?", "media_sources": [source]}
    body = {"video": video(), "prompt_v2": prompt, "stream": False}
    text = in_process.post("/analyze", json=body).json()["data"]
    assert "The video is mostly red" in text
    assert "<@logo> is mostly purple" in text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"model_name": "pegasus1.5"}, "`model_name` parameter is invalid. Images need"),
        ({"image": [image_source("a"), image_source("a")]}, "given more than once"),
        ({"prompt": "only <@a>"}, "all of the images as `<@name>`, or none"),
        ({"prompt": "and <@c>"}, "all of the images as `<@name>`, or none"),
        ({"image": [{"name": "a", "url": "http://example.org/purple.jpg"}]}, "Only https"),
        ({"image": [image_source("a", "clip.mp4")]}, "formats of images"),
        ({"image": [image_source("a", "broken.mp4")]}, "cannot be read"),
        ({"image": [{"name": "a b", "url": "https://example.org/purple.jpg"}]}, "`image.name`"),
        ({"start_time": 1}, "no duration"),
        ({"prompt_v2": {"input_text": "a"}}, "`prompt_v2` parameter is invalid"),
        ({"video": video()}, "Only one of them"),
    ],
)
def test_images_that_are_refused(
    in_process: httpx.Client, error_of: Read, body: dict[str, Any], message: str
) -> None:
    images = {
        "model_name": "pegasus1.6",
        "image": [image_source("a"), image_source("b")],
        "prompt": PROMPT,
    }
    status, code, text = error_of(in_process.post("/analyze", json=images | body))
    assert (status, code) == (400, "parameter_invalid")
    assert message in text


# -- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"video": None}, "parameter_invalid", ""),
        ({"prompt": ""}, "parameter_invalid", "The text is empty."),
        ({"prompt_v2": {"input_text": "a"}}, "parameter_invalid", "Only one of them"),
        ({"model_name": "pegasus9"}, "parameter_invalid", "The emulator has"),
        ({"model_name": "pegasus1.2", "max_tokens": 4097}, "parameter_invalid", "at most 4096"),
        ({"model_name": "pegasus1.2", "prompt": "a " * 2001}, "token_limit_exceeded", "maximum"),
        ({"temperature": 1.1}, "parameter_invalid", "`temperature`"),
        ({"start_time": 12}, "parameter_invalid", "The duration is 12.0 seconds."),
        ({"start_time": -1}, "parameter_invalid", "The duration is 12.0 seconds."),
        ({"end_time": 13}, "parameter_invalid", "The duration is 12.0 seconds."),
        ({"start_time": 5, "end_time": 5.5}, "parameter_invalid", "at least a second"),
        ({"video": video("small.mp4")}, "video_resolution_too_low", "5184x2160"),
        ({"video": video("broken.mp4")}, "video_file_broken", "Cannot read"),
        ({"video_id": "1"}, "parameter_invalid", "Only one of them"),
        ({"colour": "red"}, "parameter_unknown", "`colour`"),
    ],
)
def test_requests_that_are_refused(
    in_process: httpx.Client, error_of: Read, body: dict[str, Any], code: str, message: str
) -> None:
    given = {"video": video(), "prompt": PROMPT} | body
    found = error_of(in_process.post("/analyze", json=given))
    assert found[:2] == (400, code)
    assert message in found[2]


@pytest.mark.parametrize(
    ("body", "missing"), [({"prompt": PROMPT}, "video"), ({"video": video()}, "prompt")]
)
def test_what_is_missing(
    in_process: httpx.Client, error_of: Read, body: dict[str, Any], missing: str
) -> None:
    status, code, text = error_of(in_process.post("/analyze", json=body))
    assert (status, code) == (400, "parameter_not_provided")
    assert f"`{missing}`" in text


# -- JSON ------------------------------------------------------------------------------------


def test_json_by_schema(http: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "duration": {"type": "number"},
            "is_loud": {"type": "boolean"},
            "mostly": {"enum": ["dark", "blue", "red"]},
            "scenes": {"type": "array", "items": {"$ref": "#/$defs/scene"}, "minItems": 1},
        },
        "$defs": {
            "scene": {
                "type": "object",
                "properties": {
                    "start": {"type": "timestamp", "format": "hh:mm:ss.fff"},
                    "colour": {"anyOf": [{"type": "null"}, {"type": "string"}]},
                },
            }
        },
    }
    format_ = {"type": "json_schema", "json_schema": schema}
    assert orjson.loads(asked(http, response_format=format_)["data"]) == {
        "title": "Red and blue, loud [dodeca emulator]",
        "duration": 12,
        "is_loud": True,
        "mostly": "red",
        "scenes": [
            {"start": "00:00:00.000", "colour": "red"},
            {"start": "00:00:05.000", "colour": "blue"},
            {"start": "00:00:09.000", "colour": "green"},
        ],
    }


def test_json_about_images_has_an_item_for_each(in_process: httpx.Client) -> None:
    images = [image_source("a"), image_source("b", "small.png")]
    item = {"type": "object", "properties": {"width": {"type": "integer"}}}
    schema = {"type": "array", "items": item}
    format_ = {"type": "json_schema", "json_schema": schema}
    response = asked(in_process, model_name="pegasus1.6", image=images, response_format=format_)
    assert orjson.loads(response["data"]) == [{"width": 640}, {"width": 100}]


def test_a_schema_outside_the_subset_is_refused_at_once(
    in_process: httpx.Client, error_of: Read
) -> None:
    format_ = {"type": "json_schema", "json_schema": {"type": "string", "minLength": 3}}
    body = {"video": video(), "prompt": PROMPT, "response_format": format_}
    status, code, text = error_of(in_process.post("/analyze", json=body))
    assert (status, code) == (422, "parameter_invalid")
    assert text == (
        "The `response_format.json_schema` parameter is invalid. Not supported here: `minLength`."
    )


# -- videos of indexes -----------------------------------------------------------------------


def test_a_video_of_an_index(media: Path, error_of: Read) -> None:
    with Emulator(media=media) as emulator, client(emulator) as http:
        ids = [indexed(http, *models) for models in (("pegasus1.2",), ("marengo3.0",))]
        body = {"video_id": ids[0], "prompt": PROMPT, "stream": False}
        assert "12.0 seconds" in http.post("/analyze", json=body).json()["data"]
        assert error_of(http.post("/analyze", json=body | {"video_id": ids[1]})) == (
            400,
            "index_not_supported_for_generate",
            "You can only summarize videos uploaded to an index with an engine from the Pegasus "
            "family enabled.",
        )
        assert http.post("/analyze", json=body | {"video_id": "0" * 24}).status_code == 404
        newer = http.post("/analyze", json=body | {"model_name": "pegasus1.5"})
        assert error_of(newer)[:2] == (400, "parameter_invalid")


def indexed(http: httpx.Client, *models: str) -> str:
    """Put clip.mp4 into a new index of these models; return the id of the video."""
    options = [{"model_name": name, "model_options": ["visual", "audio"]} for name in models]
    body = {"index_name": "-".join(models), "models": options}
    index = http.post("/indexes", json=body).json()["_id"]
    form = {"index_id": (None, index), "video_url": (None, video()["url"])}
    task: dict[str, str] = http.post("/tasks", files=form).json()
    assert http.get(f"/tasks/{task['_id']}").json()["status"] == "ready"
    return task["video_id"]
