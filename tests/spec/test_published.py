"""Everything that is published is in spec/openapi.yaml, under whatever name it has there."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts._documents import OPENAPI, PUBLISHED, load
from tests.spec.structure import Comparison

Object = dict[str, Any]

FILES = sorted(PUBLISHED.glob("*.yaml"))


def operation_in(document: Object, path: str, method: str) -> Object:
    return dict(document["paths"][path][method])


def differences(published: Object, clean: Object) -> Iterator[str]:
    """Yield every difference in request, parameters and answers of the published operation."""
    ((path, item),) = published["paths"].items()
    ((method, operation),) = item.items()
    plain_path = re.sub(r"\{(.*?)\}", lambda m: f"{{{m[1].replace('-', '_')}}}", path)
    other = operation_in(clean, plain_path, method)
    comparison = Comparison(published, clean)

    parameters = {p["name"]: p for p in other.get("parameters", [])}
    for parameter in operation["parameters"]:
        name = parameter["name"]
        if name == "x-api-key":
            continue
        found = parameters.get(name.replace("-", "_") if parameter["in"] == "path" else name)
        if not found or found["in"] != parameter["in"]:
            yield f"parameter {name} is gone"
        elif bool(found.get("required")) != bool(parameter.get("required")):
            yield f"parameter {name}: required changed"
        else:
            yield from comparison.schema(parameter["schema"], found["schema"], name)

    bodies = [("request", operation.get("requestBody", {}), other.get("requestBody", {}))]
    for status, response in operation["responses"].items():
        if status not in other["responses"]:
            yield f"status {status} is gone"
        else:
            bodies.append((status, response, other["responses"][status]))
    for at, one, two in bodies:
        for media, content in one.get("content", {}).items():
            if media not in two.get("content", {}):
                yield f"{at}: {media} is gone"
            else:
                found = two["content"][media]
                found = found.get("x-item-schema", found["schema"])
                yield from comparison.schema(content["schema"], found, at)
    for name in published.get("components", {}).get("schemas", {}).keys() - comparison.seen.keys():
        yield f"schema {name} was not compared"


@pytest.fixture(scope="module")
def clean() -> Object:
    return dict(load(OPENAPI))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everything_published_is_in_the_clean_document(file: Path, clean: Object):
    """The overlay may require more of an answer than is published, never lose anything."""
    found = differences(load(file), clean)
    assert [line for line in found if not line.endswith("became required")] == []


def test_the_page_of_embed_v2_is_there_to_the_letter(clean: Object):
    assert list(differences(load(PUBLISHED / "embed_v2_create.yaml"), clean)) == []


def test_the_comparison_covers_the_page_of_embed_v2(clean: Object):
    published = load(PUBLISHED / "embed_v2_create.yaml")
    request = published["components"]["schemas"]["CreateEmbeddingsRequest"]
    assert request["properties"].keys() == {
        "input_type", "model_name", "text", "image", "text_image", "audio", "video",
    }  # fmt: skip
    comparison = Comparison(published, clean)
    ref = "#/components/schemas/CreateEmbeddingsRequest"
    assert list(comparison.schema({"$ref": ref}, {"$ref": ref}, "request")) == []
    assert comparison.seen["VideoSegmentation0"] == {"VideoSegmentationDynamic"}
    assert comparison.seen["VideoSegmentationOneOf1Fixed"] == {"VideoSegmentationFixedOptions"}


@pytest.mark.parametrize(
    ("path", "remove", "difference"),
    [
        ("MediaSource.properties", "url", "property url is gone"),
        ("MediaSource.properties.url", "format", "format uri -> None"),
        ("EmbeddingVideoMetadata.properties", "clip_length", "property clip_length is gone"),
        ("VideoSegmentationDynamic.properties", "dynamic", "property dynamic is gone"),
        ("VideoSegmentationDynamic.properties.strategy", "const", "value dynamic is gone"),
        ("EmbeddingDataEmbeddingScope", "x-known-values", "value clip is gone"),
        ("EmbeddingData", "required", "embedding is no longer required"),
        ("EmbeddingMediaMetadata", "anyOf", "4 branches -> 0"),
        ("EmbeddingData.properties.start_sec", "type", "null True -> False"),
        ("EmbeddingData.properties.embedding", "items", "type number -> None"),
        ("CreateEmbeddingsRequestInputType", "enum", "value text_image is gone"),
    ],
)
def test_the_comparison_notices_what_is_lost(
    clean: Object, path: str, remove: str, difference: str
):
    clean = copy.deepcopy(clean)
    node = clean["components"]["schemas"]
    for step in path.split("."):
        node = node[step]
    del node[remove]
    found = list(differences(load(PUBLISHED / "embed_v2_create.yaml"), clean))
    assert any(line.endswith(difference) for line in found), found
