"""What holds for the clean document as a whole."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts._documents import OPENAPI, OVERLAY, Location, dump, json_path, load
from scripts._grammar import walk
from scripts._graph import reachable
from scripts.clean_spec import clean

Object = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Object:
    return dict(load(OPENAPI))


def operations(document: Object) -> Iterator[tuple[str, Object]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid(document: Object):
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_cleaning_it_changes_nothing(document: Object):
    assert dump(clean(document)) == OPENAPI.read_text(encoding="utf-8")


def silent(document: Object, *kinds: str) -> list[Location]:
    """Where an object of these kinds neither has a description nor refers to one that has."""
    found: list[Location] = []

    def rule(node: Any, at: Location) -> Any:
        if "$ref" not in node and not node.get("description"):
            found.append(at)
        return node

    walk(document, {kind: [rule] for kind in kinds})
    return found


def test_every_operation_and_parameter_is_described(document: Object):
    assert silent(document, "operation", "parameter", "response", "tag", "server", "info") == []


def test_every_schema_and_every_field_is_described(document: Object):
    places = silent(document, "schema")
    assert [json_path(at) for at in places if at[-2] in ("schemas", "properties")] == []


def test_every_operation_has_one_tag_of_its_name_and_documents_refusals(document: Object):
    for name, operation in operations(document):
        (tag,) = operation["tags"]
        assert operation["operationId"].startswith(tag.replace("-", "_") + "_"), name
        assert {"401", "429", "500"} <= operation["responses"].keys(), name
        assert operation["summary"][0].isupper(), name
        assert not operation["summary"].endswith("."), name


@pytest.mark.parametrize(
    ("schema", "name", "limits"),
    [
        ("VideoSegmentationFixedOptions", "duration_sec", {"minimum": 2, "maximum": 10}),
        ("VideoSegmentationDynamicOptions", "min_duration_sec", {"minimum": 2, "maximum": 5}),
        ("AudioSegmentationFixed", "duration_sec", {"minimum": 2, "maximum": 10}),
        ("TextInputRequest", "input_text", {"minLength": 1}),
        ("MediaSource", "base64_string", {"minLength": 1}),
        ("VideoInputRequest", "start_sec", {"minimum": 0}),
        ("MultiInputRequest", "media_sources", {"minItems": 1, "maxItems": 10}),
        ("DocumentSequentialSegmentation", "max_sentences", {"minimum": 1}),
        ("CreateEmbeddingsRequest", "embedding_dimension", {"x-known-values": [128, 256, 512]}),
    ],
)
def test_documented_limits(document: Object, schema: str, name: str, limits: Object):
    found = document["components"]["schemas"][schema]["properties"][name]
    assert {key: found[key] for key in limits} == limits


@pytest.mark.parametrize(
    ("schema", "defaults"),
    [
        ("AudioInputRequest", {"start_sec": 0, "embedding_option": ["audio", "transcription"]}),
        (
            "VideoInputRequest",
            {
                "start_sec": 0,
                "embedding_option": ["visual", "audio", "transcription"],
                "embedding_scope": ["clip", "asset"],
            },
        ),
        ("CreateEmbeddingsRequest", {}),
        (
            "AsyncAudioInputRequest",
            {
                "start_sec": 0,
                "embedding_option": ["audio", "transcription"],
                "embedding_scope": ["clip", "asset"],
            },
        ),
        ("CreateAsyncEmbeddingRequest", {"embedding_dimension": 512}),
        ("DocumentSpatialSegmentation", {"strategy": "standard"}),
        ("DocumentSequentialSegmentation", {"overlap_sentences": 0}),
    ],
)
def test_documented_defaults_are_data(document: Object, schema: str, defaults: Object):
    fields = document["components"]["schemas"][schema]["properties"]
    assert {name: node["default"] for name, node in fields.items() if "default" in node} == defaults


def test_lists_in_forms_say_that_their_field_is_repeated(document: Object):
    schemas = document["components"]["schemas"]
    lists = 0
    for name, operation in operations(document):
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "multipart/form-data":
                fields = schemas[media["schema"]["$ref"].rpartition("/")[2]]["properties"]
                found = {field for field, node in fields.items() if node.get("type") == "array"}
                encoding = media.get("encoding", {})
                assert encoding.keys() == found, name
                for field, node in encoding.items():
                    assert (node["style"], node["explode"]) == ("form", True)
                    # The value of a field is not percent-encoded, which matters for URLs.
                    assert node.get("allowReserved", False) is field.endswith("url")
                lists += len(found)
    assert lists == 5


def test_exactly_one_media_source(document: Object):
    source = document["components"]["schemas"]["MediaSource"]
    assert (source["minProperties"], source["maxProperties"]) == (1, 1)


def test_model_names_are_open(document: Object):
    schemas = document["components"]["schemas"]
    model = schemas["CreateEmbeddingsRequest"]["properties"]["model_name"]
    assert model["type"] == "string"
    assert model["x-known-values"] == ["marengo3.0", "marengo3.5"]
    assert not {"enum", "const"} & model.keys()
    assert "enum" not in schemas["CreateAsyncEmbeddingRequestModelName"]


def test_tools_take_a_tag_that_an_open_union_does_not_list(document: Object):
    unions = [
        schema
        for schema in document["components"]["schemas"].values()
        if {"$ref": "#/components/schemas/UnlistedObject"} in schema.get("anyOf", ())
    ]
    assert len(unions) == 4
    assert not [schema for schema in unions if "discriminator" in schema]


def test_every_schema_is_in_use(document: Object):
    outside = [document["paths"], document["webhooks"]]
    assert document["components"]["schemas"].keys() <= reachable(document, outside)


@pytest.mark.parametrize("path", ["/analyze", "/generate"])
def test_a_stream_of_events_fits_its_schema(document: Object, path: str):
    """A validator that knows nothing of JSON lines takes the body for text."""
    content = document["paths"][path]["post"]["responses"]["200"]["content"]
    stream = content["application/x-ndjson"]
    events = [{"event_type": "text_generation", "text": text} for text in "ab"]
    body = "\n".join(map(json.dumps, events))
    components = {"components": document["components"]}
    assert jsonschema_rs.Draft202012Validator(stream["schema"] | components).is_valid(body)
    line = jsonschema_rs.Draft202012Validator(stream["x-item-schema"] | components)
    assert all(map(line.is_valid, events))
    assert not line.is_valid(body)


def test_every_code_of_the_page_of_errors_is_known(document: Object):
    for name, more in (("FlatError", 0), ("ErrorBody", 4)):  # batches have codes of their own
        code = document["components"]["schemas"][name]["properties"]["code"]
        assert code["type"] == "string"
        assert len(set(code["x-known-values"])) == 27 + more
        assert {"usage_limit_exceeded", "tags_not_allowed"} <= set(code["x-known-values"])


def test_headers_of_responses_are_documented(document: Object):
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            assert "X-Api-Version" in response["headers"], (name, status)
            is_limited = status < "300" or status == "429"
            assert ("X-RateLimit-Request-Remaining" in response["headers"]) is is_limited
            assert ("Retry-After" in response["headers"]) is (status == "429")


def test_webhooks_describe_what_verify_reads(document: Object):
    media = document["webhooks"]["taskFinished"]["post"]["requestBody"]["content"]
    schema = media["application/json"]["schema"] | {"components": document["components"]}
    event = {"id": "e", "type": "index.task.ready", "data": {"id": "t", "status": "ready"}}
    check = jsonschema_rs.Draft202012Validator(schema)
    assert check.is_valid(event)
    assert check.is_valid(event | {"type": "a.newer.type"})
    assert not check.is_valid({"id": "e"})


def test_every_overlay_action_says_why():
    for action in load(OVERLAY)["actions"]:
        assert re.search(r"[a-z]{3}", action["x-why"]), action["target"]
