"""Cleaning is idempotent for every document that mixes the odd shapes."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.clean_spec import clean, normalise
from tests.scripts.pages import API_KEY, Object, objects, page, ref, tag

NULL = {"type": "null"}
WORDS = st.sampled_from(["red", "blue", "no", "1", "two words"])


def _spelled(values: list[str], spelling: str) -> Object:
    """One enum in each of the ways it is published or written."""
    items = {
        "plain": list(values),
        "value": [{"value": value} for value in values],
        "literal": [{"type": "stringLiteral", "value": value} for value in values],
    }[spelling]
    return {"type": "string", "enum": items}


ENUMS = st.builds(
    _spelled,
    st.lists(WORDS, min_size=1, max_size=3, unique=True),
    st.sampled_from(["plain", "value", "literal"]),
)
SCALARS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 1, "default": 3},
        {"type": "number", "format": "double"},
        {"type": ["boolean"]},
        {"type": "object"},
    ]
)
NAMED = st.sampled_from([ref("Kind"), ref("Shape"), ref("Colours"), ref("Tree")])


def _nullable(schema: Object, spelling: str) -> Object:
    if "nullable" in schema:
        return schema
    return {
        "oneOf": {"oneOf": [schema, NULL]},
        "anyOf": {"anyOf": [NULL, schema]},
        "nullable": {**schema, "nullable": True} if "$ref" not in schema else {"oneOf": [schema]},
    }[spelling]


def _compound(inner: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    names = st.sampled_from(["a", "b", "title", "enum", "type"])
    return st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda more: {"type": "object", "additionalProperties": more}, inner),
        st.dictionaries(names, inner, min_size=1, max_size=3).map(lambda found: objects(**found)),
        st.builds(_nullable, inner, st.sampled_from(["oneOf", "anyOf", "nullable"])),
    )


SCHEMAS = st.recursive(st.one_of(ENUMS, SCALARS, NAMED), _compound, max_leaves=6)


@st.composite
def pages(draw: st.DrawFn) -> Object:
    schemas = {
        "Kind": draw(ENUMS),
        "Colours": objects(first=draw(ENUMS), rest=draw(ENUMS)),
        "Tree": objects(children={"type": "array", "items": ref("Tree")}),
        "Shape": {"oneOf": [ref("Shape0"), ref("Shape1")]},
        "Shape0": objects(kind=tag("round"), round=ref("ShapeOneOf0Round")),
        "Shape1": objects(kind=tag("flat")),
        "ShapeOneOf0Round": objects(radius=draw(SCHEMAS)),
        "Question": objects(field=draw(SCHEMAS)),
        "Answer": objects(field=draw(SCHEMAS), other=draw(SCHEMAS)),
    }
    name = draw(st.sampled_from(["shelf-id", "shelf_id", "shelfId"]))
    return page(
        schemas,
        path=f"/{draw(st.sampled_from(['shelves', 'embed-v2']))}/{{{name}}}",
        parameters=[
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "sort", "in": "query", "schema": draw(ENUMS)},
            API_KEY,
        ],
        body=ref("Question"),
        answer=ref("Answer"),
        tags=draw(st.sampled_from([["shelves"], [["x", "subpackage_shelves"]]])),
    )


@settings(deadline=None)
@given(pages())
def test_cleaning_twice_is_cleaning_once(document: Object):
    original = copy.deepcopy(document)
    for step in (normalise, clean):
        once = step(document)
        assert json.dumps(step(once)) == json.dumps(once), "not even the order of keys"
    assert document == original
