"""What holds for the clean document as a whole."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts._documents import OPENAPI, OVERLAY, Location, dump, json_path, load
from scripts._grammar import walk
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
    ],
)
def test_documented_limits(document: Object, schema: str, name: str, limits: Object):
    found = document["components"]["schemas"][schema]["properties"][name]
    assert {key: found[key] for key in limits} == limits


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


def test_every_overlay_action_says_why():
    for action in load(OVERLAY)["actions"]:
        assert re.search(r"[a-z]{3}", action["x-why"]), action["target"]
