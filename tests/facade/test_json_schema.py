"""Schemas of analyses: what is refused, and what becomes of the schema of a model."""

from __future__ import annotations

import contextlib
import copy
import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal

import jsonschema_rs
import orjson
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca._calls import json_schema
from dodeca.errors import InvalidRequestError

GOOD: list[dict[str, Any]] = [
    {"type": "object"},
    {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "x", "default": None},
    {"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 9.5},
    {"type": "string", "pattern": "^a", "description": "x", "$comment": "y", "examples": ["a"]},
    *({"type": "string", "format": name} for name in ("uuid", "date-time", "date", "time")),
    {"type": "array", "items": {}, "minItems": 1},
    {"enum": ["a", 1, 2.5, True, None]},
    {"type": "object", "properties": {"maxItems": {"const": "a"}}, "required": ["maxItems"]},
    {
        "$defs": {"a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/a"}}}},
        "$ref": "#/$defs/a",
    },
    {"type": "object", "properties": {"at": {"type": "timestamp", "format": "seconds"}}},
    {
        "type": "object",
        "properties": {
            "parts": {
                "type": "array",
                "items": {"properties": {"at": {"type": "timestamp", "format": "hh:mm:ss"}}},
            },
            "start_time": {"type": "string"},
            "end_time": {"type": "number"},
        },
    },
]


@pytest.mark.parametrize("schema", GOOD)
def test_what_the_api_documents_passes_as_it_is(schema: dict[str, Any]) -> None:
    before = copy.deepcopy(schema)
    json_schema.check(schema)
    assert schema == before


def inside(name: str, schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}}


TIME = {"type": "timestamp", "format": "seconds"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"type": "object", "additionalProperties": False}, "$.additionalProperties"),
    ({"type": "string", "minLength": 1}, "$.minLength"),
    (inside("a", {"type": "string", "maxLength": 1}), "$.properties.a.maxLength"),
    ({"type": "array", "items": {"type": "array", "maxItems": 3}}, "$.items.maxItems"),
    ({"type": "array", "uniqueItems": True}, "$.uniqueItems"),
    ({"type": "array", "minItems": 2}, "$.minItems"),
    ({"type": "array", "minItems": True}, "$.minItems"),
    ({"type": "array", "prefixItems": []}, "$.prefixItems"),
    ({"anyOf": [{"type": "null"}, {"oneOf": []}]}, "$.anyOf.1.oneOf"),
    ({"anyOf": []}, "$.anyOf"),
    ({"anyOf": {"type": "null"}}, "$.anyOf"),
    ({"allOf": [{"type": "null"}]}, "$.allOf"),
    ({"type": "number", "minimum": 0}, "$.minimum"),
    ({"type": "integer", "multipleOf": 2}, "$.multipleOf"),
    ({"type": "integer", "minimum": "0"}, "$.minimum"),
    ({"type": "string", "properties": {}}, "$.properties"),
    ({"type": "string", "format": "email"}, "$.format"),
    ({"type": "string", "pattern": 5}, "$.pattern"),
    ({"type": "text"}, "$.type"),
    ({"type": {"a": 1}}, "$.type"),
    ({"type": ["string", ["null"]]}, "$.type"),
    ({"type": "object", "properties": []}, "$.properties"),
    ({"type": "object", "properties": {"a": 5}}, "$.properties.a"),
    ({"type": "object", "required": "a"}, "$.required"),
    ({"type": "array", "items": False}, "$.items"),
    ({"type": "array", "items": [{"type": "null"}]}, "$.items"),
    ({"enum": [["a"]]}, "$.enum"),
    ({"enum": []}, "$.enum"),
    ({"const": {"a": 1}}, "$.const"),
    ({"$ref": "#/$defs/a"}, "$.$ref"),
    ({"$defs": {"a": {}}, "$ref": "a"}, "$.$ref"),
    ({"$defs": {"a": {"not": {}}}, "$ref": "#/$defs/a"}, "$.$defs.a.not"),
    ({"definitions": {}}, "$.definitions"),
    (TIME, "$"),
    (inside("at", {"type": "timestamp"}), "$.properties.at.format"),
    (inside("at", {"type": "timestamp", "format": "time"}), "$.properties.at.format"),
    (inside("at", {"anyOf": [TIME]}), "$.properties.at.anyOf.0"),
    (inside("a", inside("at", TIME)), "$.properties.a.properties.at"),
    *(
        (inside("a", inside(name, wrong)), f"$.properties.a.properties.{name}")
        for name in ("start_time", "end_time")
        for wrong in ({"type": "boolean"}, {"type": "string", "format": "time"}, {"type": "null"})
    ),
]


@pytest.mark.parametrize(("schema", "place"), BAD)
def test_what_the_api_refuses_is_named_with_its_place(schema: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        json_schema.check(schema)
    assert f"response_format: {place} is not supported: " in str(caught.value)
    assert len(str(caught.value)) < 800


def test_a_schema_that_holds_itself_ends() -> None:
    schema: dict[str, Any] = {"type": "array"}
    schema["items"] = schema
    with pytest.raises(InvalidRequestError, match="too deeply"):
        json_schema.check(schema)


PLACES = st.lists(st.sampled_from(["properties", "items", "anyOf", "$defs"]), max_size=5)
UNSUPPORTED = st.sampled_from(["maxItems", "oneOf", "not", "additionalProperties", "x-new", "if"])


@given(places=PLACES, keyword=UNSUPPORTED, value=st.sampled_from([True, 3, {}, []]))
def test_a_keyword_is_found_wherever_it_is(places: list[str], keyword: str, value: Any) -> None:
    schema: Any = {keyword: value}
    path = [keyword]
    for place in places:
        match place:
            case "items":
                schema, path = {"type": "array", "items": schema}, ["items", *path]
            case "anyOf":
                schema = {"anyOf": [{"type": "null"}, schema]}
                path = ["anyOf", "1", *path]
            case _:
                schema, path = {place: {"name": schema}}, [place, "name", *path]
    with pytest.raises(InvalidRequestError) as caught:
        json_schema.check(schema)
    assert f" $.{'.'.join(path)} is not supported: " in str(caught.value)


WORDS = ("type", "properties", "items", "anyOf", "allOf", "oneOf", "$defs", "$ref", "enum", "const")
KEYS = st.sampled_from((*WORDS, "minItems", "format", "required", "minimum", "start_time"))
VALUES = st.sampled_from((None, True, 0, 1, 5, "string", "array", "#/$defs/a"))
JUNK = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(schema=st.dictionaries(KEYS, JUNK))
def test_whatever_is_no_schema_is_refused(schema: dict[str, Any]) -> None:
    for judge in (json_schema.check, json_schema.of_model):
        with contextlib.suppress(InvalidRequestError):
            judge(schema)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    name: str = "Tom"


class Dog(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    kind: Literal["dog"]
    age: Annotated[int, pydantic.Field(ge=0, le=30)]


class Tree(pydantic.BaseModel):
    name: str
    branches: list[Tree] = []


def limited(hint: Any, **limits: Any) -> Any:
    """A type with limits of pydantic."""
    return Annotated[hint, pydantic.Field(**limits)]


CAT, DOG = Cat(kind="cat"), Dog(kind="dog", age=3)
DIGITS = st.integers(0, 9)
# Types of fields, and values that they take.
FIELDS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (str, st.text(max_size=5)),
    (limited(str, min_length=1, max_length=3), st.text("ab", min_size=1, max_size=3)),
    (limited(str, pattern="^a+$"), st.sampled_from(["a", "aa"])),
    (int | None, st.none() | DIGITS),
    (limited(int, gt=0, le=9, multiple_of=3), st.sampled_from([3, 6, 9])),
    (limited(float, ge=0, lt=1), st.floats(0, 0.99)),
    (bool, st.booleans()),
    (decimal.Decimal, st.just(decimal.Decimal("1.5"))),
    (Literal["x", 1, None], st.sampled_from(["x", 1, None])),
    (Colour, st.sampled_from(Colour)),
    (datetime.datetime, st.just(datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))),
    (datetime.timedelta, st.just(datetime.timedelta(seconds=90))),
    (uuid.UUID, st.uuids()),
    (Any, st.sampled_from([1, "a", None, [1]])),
    (dict[str, Any], st.sampled_from([{}, {"a": 1}])),
    (set[int], st.sets(DIGITS, max_size=3)),
    (limited(list[int], min_length=2, max_length=4), st.lists(DIGITS, min_size=2, max_size=4)),
    (Cat, st.just(CAT)),
    (limited(Cat, description="a cat", examples=[1]), st.just(CAT)),
    (limited(Cat | Dog, discriminator="kind"), st.sampled_from([CAT, DOG])),
    (list[Cat | Dog], st.lists(st.sampled_from([CAT, DOG]), max_size=3)),
    (Tree, st.just(Tree(name="a", branches=[Tree(name="b")]))),
]


@given(data=st.data())
def test_the_schema_of_a_model_passes_and_takes_all_that_the_model_takes(
    data: st.DataObject,
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=6))
    fields: dict[str, Any] = {f"f{n}": (hint, ...) for n, (hint, _) in enumerate(chosen)}
    model = pydantic.create_model("Model", **fields)
    value = model(**{f"f{n}": data.draw(values) for n, (_, values) in enumerate(chosen)})
    schema = json_schema.of_model(model.model_json_schema())
    jsonschema_rs.validator_for(schema).validate(orjson.loads(value.model_dump_json()))
    assert json_schema.of_model(schema) == schema


def test_what_a_model_checks_itself_is_left_out() -> None:
    class Model(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="forbid")
        name: str = pydantic.Field("x", max_length=3, description="of the dog", examples=["Rex"])
        share: float = pydantic.Field(ge=0, le=1)
        count: int = pydantic.Field(ge=0)
        many: list[int] = pydantic.Field(min_length=3, max_length=5)
        mail: Annotated[str, pydantic.WithJsonSchema({"type": "string", "format": "email"})]
        pet: Cat | Dog = pydantic.Field(discriminator="kind")

    found = json_schema.of_model(Model.model_json_schema())
    assert found.keys() == {"$defs", "properties", "required", "title", "type"}
    assert found["properties"] == {
        "name": {"title": "Name", "type": "string", "description": "of the dog"},
        "share": {"title": "Share", "type": "number"},
        "count": {"title": "Count", "type": "integer", "minimum": 0},
        "many": {"title": "Many", "type": "array", "items": {"type": "integer"}, "minItems": 1},
        "mail": {"title": "Mail", "type": "string"},
        "pet": {"title": "Pet", "anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]},
    }


def test_a_reference_with_more_is_written_as_older_versions_of_pydantic_do() -> None:
    schema = {
        "$defs": {"Cat": {"type": "object"}},
        "type": "object",
        "properties": {"cat": {"allOf": [{"$ref": "#/$defs/Cat"}], "default": None, "title": "C"}},
    }
    found = json_schema.of_model(schema)
    assert found["properties"] == {"cat": {"$ref": "#/$defs/Cat", "title": "C"}}
