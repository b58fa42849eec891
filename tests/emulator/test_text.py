"""Text about videos of an index, and JSON by schema."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca.emulator import Emulator, serving
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.inference import observations, schemas, sentences
from dodeca.emulator.media.analysis import analyse

from .conftest import KEY, client, conforms
from .test_analyze import events, indexed

Read = Callable[[httpx.Response], tuple[int, str, str]]


@pytest.fixture(scope="module")
def library(media: Path) -> Iterator[tuple[Emulator, str]]:
    """An emulator with clip.mp4 in an index of both kinds of model, and the id of the video."""
    with Emulator(media=media) as emulator, client(emulator) as http:
        yield emulator, indexed(http, "pegasus1.2", "marengo3.0")


@pytest.fixture
def video_id(library: tuple[Emulator, str]) -> str:
    return library[1]


@pytest.fixture(params=["in process", "server"])
def http(library: tuple[Emulator, str], request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    if request.param == "in process":
        with client(library[0]) as http:
            yield http
    else:
        with (
            serving(library[0]) as url,
            httpx.Client(
                base_url=url, timeout=60, headers=KEY, event_hooks={"response": [conforms]}
            ) as http,
        ):
            yield http


@pytest.fixture
def inside(library: tuple[Emulator, str]) -> Iterator[httpx.Client]:
    with client(library[0]) as http:
        yield http


def json_of(http: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    response = http.post(path, json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


# -- generate --------------------------------------------------------------------------------


def test_generated_text_in_one_piece_and_as_a_stream(http: httpx.Client, video_id: str) -> None:
    body = {"video_id": video_id, "prompt": "What colours?", "temperature": 0}
    whole = json_of(http, "/generate", **body, stream=False)
    assert whole.keys() == {"id", "data", "usage"}
    assert "mostly red (42 %)" in whole["data"]
    start, *pieces, end = events(http.post("/generate", json=body))
    assert "".join(piece["text"] for piece in pieces) == whole["data"]
    assert end["metadata"]["generation_id"] == start["metadata"]["generation_id"]
    assert end["metadata"]["usage"] == whole["usage"]


def test_a_prompt_that_is_too_long(inside: httpx.Client, video_id: str, error_of: Read) -> None:
    expected = (
        400,
        "token_limit_exceeded",
        "Your request could not be processed due to exceeding maximum token limit. Please try "
        "with another request or another video with shorter duration.",
    )
    body = {"video_id": video_id, "prompt": "a " * 2001}
    assert error_of(inside.post("/generate", json=body)) == expected
    assert error_of(inside.post("/summarize", json=body | {"type": "chapter"})) == expected


def test_an_index_without_pegasus(media: Path, error_of: Read) -> None:
    with Emulator(media=media) as emulator, client(emulator) as http:
        video = {"video_id": indexed(http, "marengo3.0")}
        for path, more in (
            ("/generate", {"prompt": "a"}),
            ("/summarize", {"type": "summary"}),
            ("/gist", {"types": ["title"]}),
        ):
            found = error_of(http.post(path, json=video | more))
            assert found[:2] == (400, "index_not_supported_for_generate")
            nowhere = {"video_id": "0" * 24}
            assert error_of(http.post(path, json=nowhere | more))[:2] == (404, "resource_not_exist")


# -- summarize -------------------------------------------------------------------------------


def test_a_summary(http: httpx.Client, video_id: str) -> None:
    found = json_of(http, "/summarize", video_id=video_id, type="summary", temperature=0)
    assert found["summarize_type"] == "summary"
    assert found["summary"].startswith("[dodeca emulator] The video lasts 12.0 seconds")
    short = json_of(http, "/summarize", video_id=video_id, type="summary", max_tokens=10)
    assert short["usage"]["output_tokens"] == 10
    asked = json_of(http, "/summarize", video_id=video_id, type="summary", prompt="What sounds?")
    assert 'What sounds?": ' in asked["summary"]
    form = {
        "type": "json_schema",
        "json_schema": {"type": "object", "properties": {"length": {"type": "number"}}},
    }
    made = json_of(http, "/summarize", video_id=video_id, type="summary", response_format=form)
    assert orjson.loads(made["summary"]) == {"length": 12}


def test_chapters_are_the_scenes(http: httpx.Client, video_id: str) -> None:
    found = json_of(http, "/summarize", video_id=video_id, type="chapter")
    chapters = found["chapters"]
    assert [(c["chapter_number"], c["start_sec"], c["end_sec"]) for c in chapters] == [
        (0, 0, 5),
        (1, 5, 9),
        (2, 9, 12),
    ]
    assert (chapters[1]["start"], chapters[1]["end"]) == (5, 9)
    assert chapters[1]["chapter_title"] == "[dodeca emulator] Blue, loud"
    assert chapters[1]["chapter_summary"].startswith("[dodeca emulator] ")
    assert found["usage"]["output_tokens"] > 30
    fewer = json_of(http, "/summarize", video_id=video_id, type="chapter", max_tokens=60)
    assert 0 < len(fewer["chapters"]) < 3
    asked = json_of(http, "/summarize", video_id=video_id, type="chapter", prompt="Is it blue?")
    assert '"blue" measures' in asked["chapters"][1]["chapter_summary"]
    assert "nothing in it" in asked["chapters"][2]["chapter_summary"]


def test_highlights(http: httpx.Client, video_id: str) -> None:
    found = json_of(http, "/summarize", video_id=video_id, type="highlight")["highlights"]
    assert [h["start_sec"] for h in found] == [0, 5, 9]
    assert all(h["highlight"].startswith("[dodeca emulator] ") for h in found)


def test_a_format_goes_with_summaries_only(
    inside: httpx.Client, video_id: str, error_of: Read
) -> None:
    form = {"type": "json_schema", "json_schema": {"type": "string"}}
    body = {"video_id": video_id, "type": "chapter", "response_format": form}
    assert "requires the type `summary`" in error_of(inside.post("/summarize", json=body))[2]


# -- gist ------------------------------------------------------------------------------------


def test_a_gist_has_what_is_asked_for(http: httpx.Client, video_id: str) -> None:
    found = json_of(http, "/gist", video_id=video_id, types=["title", "topic", "hashtag"])
    assert found["title"] == "[dodeca emulator] Red and blue, loud"
    assert "[dodeca emulator] green" in found["topics"]
    assert found["hashtags"][0] == "dodecaEmulator"
    assert json_of(http, "/gist", video_id=video_id, types=["topic"]).keys() == {
        "id",
        "topics",
        "usage",
    }


# -- JSON by schema --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def observed(media: Path) -> observations.Observation:
    return observations.observe_video(analyse(media / "clip.mp4"))


VOICE = sentences.Phrasing("", 0)
NUMBERS = st.integers(-50, 50)
LEAVES = st.one_of(
    st.just({}),
    st.just(True),
    st.sampled_from(["string", "number", "integer", "boolean", "null"]).map(lambda t: {"type": t}),
    st.tuples(NUMBERS, NUMBERS).map(
        lambda pair: {"type": "integer", "minimum": min(pair), "maximum": max(pair)}
    ),
    st.tuples(NUMBERS, NUMBERS).map(
        lambda pair: {
            "type": "number",
            "exclusiveMinimum": min(pair),
            "exclusiveMaximum": max(pair) + 1,
        }
    ),
    st.lists(st.text(max_size=5), min_size=1, max_size=3).map(lambda values: {"enum": values}),
    st.one_of(st.text(max_size=3), NUMBERS, st.booleans()).map(lambda value: {"const": value}),
    st.just({"type": ["null", "string"]}),
    st.just({"$ref": "#/$defs/part"}),
)


def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["title", "colour", "count", "start", "loud", "end", "duration"])
    return st.one_of(
        st.dictionaries(names, inner, max_size=3).map(
            lambda found: {"type": "object", "properties": found, "required": [*found, "more"]}
        ),
        inner.map(lambda items: {"type": "array", "items": items, "minItems": 1}),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"anyOf": found}),
    )


@settings(max_examples=100, deadline=None)
@given(schema=st.recursive(LEAVES, branches, max_leaves=6))
def test_what_is_made_satisfies_its_schema(observed: observations.Observation, schema: Any) -> None:
    whole = {"$defs": {"part": {"type": "integer", "minimum": 3}}, "anyOf": [schema]}
    value = schemas.generate_json(whole, observed, VOICE)
    jsonschema_rs.Draft202012Validator(whole).validate(value)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 1},
        {"type": "string", "maxLength": 1},
        {"type": "string", "pattern": "a"},
        {"type": "string", "format": "days"},
        {"type": "object", "additionalProperties": False},
        {"type": "array", "uniqueItems": True},
        {"type": "array", "maxItems": 3},
        {"type": "array", "minItems": 2},
        {"type": "number", "multipleOf": 2},
        {"oneOf": [{}]},
        {"allOf": [{}]},
        {"not": {}},
        {"anyOf": []},
        {"anyOf": [{}], "type": "string"},
        {"enum": []},
        {"type": "string", "enum": [1]},
        {"type": "boolean", "const": 1},
        {"type": "number", "minimum": 3, "maximum": 2},
        {"type": "number", "minimum": "3"},
        {"type": "integer", "minimum": 1e300},
        {"type": "integer", "minimum": 0.2, "maximum": 0.8},
        {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2},
        {"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1},
        {"type": "timestamp", "format": "days"},
        {"type": "money"},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://example.org/schema"},
        {"$ref": "#/$defs/self", "$defs": {"self": {"$ref": "#/$defs/self"}}},
        {
            "$ref": "#/$defs/node",
            "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
        },
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": False}},
        {"type": "object", "required": "a"},
    ],
)
def test_schemas_outside_the_subset_are_refused(
    observed: observations.Observation, schema: Any
) -> None:
    with pytest.raises(ErrorResponse) as caught:
        schemas.generate_json(schema, observed, VOICE)
    assert (caught.value.status, caught.value.code) == (422, "parameter_invalid")


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "boolean", "description": "is there sound"}, True),
        ({"type": "boolean", "description": "is it purple"}, False),
        ({"type": "integer", "description": "number of scenes"}, 3),
        ({"type": "integer", "description": "number of scenes", "maximum": 2}, 2),
        ({"type": "number", "description": "how red, 0 to 1"}, 0.416),
        ({"type": "array", "items": {"type": "string", "description": "colour"}}, None),
        ({"type": "timestamp", "description": "end"}, 12),
        ({"type": "timestamp", "description": "end", "format": "hh:mm:ss"}, "00:00:12"),
        ({"enum": ["silent", "noisy"]}, "noisy"),
    ],
)
def test_observations_fill_a_schema(
    observed: observations.Observation, schema: Any, value: Any
) -> None:
    expected = ["red", "blue", "green"] if value is None else value
    assert schemas.generate_json(schema, observed, VOICE) == expected


def test_times_have_three_formats() -> None:
    assert schemas.format_time(3723.4567, "seconds") == 3723.457
    assert schemas.format_time(3723.4567, "hh:mm:ss") == "01:02:03"
    assert schemas.format_time(3723.4567, "hh:mm:ss.fff") == "01:02:03.457"


def test_observations_survive_json(observed: observations.Observation) -> None:
    assert (
        observations.observation_from_dict(orjson.loads(orjson.dumps(observed.to_dict())))
        == observed
    )
