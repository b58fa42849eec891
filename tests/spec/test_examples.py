"""The examples of the document are the emulator's own answers, and fit their schemas."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from scripts._documents import EXAMPLES, load
from scripts.record_examples import differences, record
from tests.contract import DOCUMENT

Object = dict[str, Any]


def contents() -> Iterator[tuple[str, Object]]:
    """Every body that an operation takes or answers a success with: its place and media object."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            bodies = {"request": operation.get("requestBody", {})}
            bodies |= {s: node for s, node in operation["responses"].items() if s[0] == "2"}
            for place, node in bodies.items():
                for kind, media in node.get("content", {}).items():
                    yield f"{method.upper()} {path} {place} {kind}", media


CONTENTS = dict(contents())


def test_no_operation_is_left_out() -> None:
    assert len(CONTENTS) == len(load(EXAMPLES)["actions"]) > 60
    assert [place for place, media in CONTENTS.items() if "example" not in media] == []


@pytest.mark.parametrize("place", CONTENTS)
def test_an_example_fits_its_schema(place: str) -> None:
    media = CONTENTS[place]
    components = {"components": DOCUMENT["components"]}

    def check(schema: Object, value: Any) -> None:
        whole = jsonschema_rs.Draft202012Validator(schema | components, validate_formats=True)
        whole.validate(value)

    check(media["schema"], media["example"])
    for line in media["example"].splitlines() if "x-item-schema" in media else ():
        check(media["x-item-schema"], json.loads(line))


def test_examples_are_short() -> None:
    assert len(json.dumps([media["example"] for media in CONTENTS.values()])) < 32_000


def test_a_vector_has_a_direction() -> None:
    for media in CONTENTS.values():
        for vector in vectors(media["example"]):
            assert len(vector) == 4
            assert any(vector)


def vectors(value: Any) -> Iterator[list[float]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from [inner] if name in ("embedding", "float") else vectors(inner)
    elif isinstance(value, list):
        for item in value:
            yield from vectors(item)


def test_the_emulator_still_answers_in_these_shapes() -> None:
    assert list(differences(load(EXAMPLES), record(DOCUMENT))) == []


def test_another_shape_is_a_difference() -> None:
    examples = load(EXAMPLES)
    changed = copy.deepcopy(examples)
    first, *_, last = changed["actions"]
    first["update"]["example"]["novel"] = 1
    last["update"]["example"]["data"][0]["index_name"] = None
    changed["actions"].remove(changed["actions"][5])
    assert set(differences(examples, changed)) == {
        first["target"],
        last["target"],
        examples["actions"][5]["target"],
    }
