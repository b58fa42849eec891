import copy
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import clean_spec
from scripts._documents import SpecError, dump, load
from scripts.clean_spec import clean, merge, normalise
from tests.scripts.pages import API_KEY, Object, literals, objects, operation_of, page, ref, tag

STRING = {"type": "string"}
NULL = {"type": "null"}


def cleaned(schema: Object, **schemas: Object) -> Object:
    """Clean a schema as the property of a request body, where nothing is opened."""
    document = clean(page({"Body": objects(field=schema), **schemas}, body=ref("Body")))
    return dict(document["components"]["schemas"]["Body"]["properties"]["field"])


def names(document: Object) -> set[str]:
    return set(document["components"]["schemas"])


# Odd shapes, one by one ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        (literals("red", "blue"), {"type": "string", "enum": ["red", "blue"]}),
        (literals("red"), {"type": "string", "const": "red"}),
        (tag("fixed"), {"type": "string", "const": "fixed"}),
        ({"oneOf": [STRING, NULL]}, {"type": ["string", "null"]}),
        ({"anyOf": [NULL, STRING]}, {"type": ["string", "null"]}),
        ({"oneOf": [{"type": ["string"]}, NULL]}, {"type": ["string", "null"]}),
        ({"type": ["null", "string"]}, {"type": ["string", "null"]}),
        ({"type": ["string"]}, STRING),
        (
            {"type": ["number", "null"], "format": "double"},
            {"type": ["number", "null"], "format": "double"},
        ),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"oneOf": [NULL, literals("red", "blue")]},
            {"oneOf": [{"type": "string", "enum": ["red", "blue"]}, NULL]},
        ),
        (
            {"type": "string", "enum": ["red", "blue", None]},
            {"oneOf": [{"type": "string", "enum": ["red", "blue"]}, NULL]},
        ),
        (
            {"description": "Words.", "nullable": True, **literals("red")},
            {"description": "Words.", "oneOf": [{"type": "string", "const": "red"}, NULL]},
        ),
        (
            {"anyOf": [{"type": "array", "items": literals("red", "blue")}, NULL]},
            {
                "oneOf": [
                    {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}},
                    NULL,
                ]
            },
        ),
        (
            {"type": "object", "additionalProperties": literals("red", "blue")},
            {
                "type": "object",
                "additionalProperties": {"type": "string", "enum": ["red", "blue"]},
            },
        ),
    ],
)
def test_odd_schemas_become_plain(published: Object, plain: Object):
    assert cleaned(published) == plain


def test_a_named_constant_is_put_where_it_is_used():
    assert cleaned(ref("Kind"), Kind=literals("only")) == {"type": "string", "const": "only"}
    document = clean(page({"Body": objects(a=ref("Kind")), "Kind": tag("x")}, body=ref("Body")))
    assert "Kind" not in names(document)


@pytest.mark.parametrize(
    ("tags", "flat"),
    [
        ([["subpackage_embed", "subpackage_embed/v2"]], "embed-v2"),
        ([[["subpackage_embed"]]], "embed"),
        (["embed-v2"], "embed-v2"),
        ([["subpackage_indexedAssets"]], "indexed-assets"),
    ],
)
def test_nested_tags_become_one(tags: list[Any], flat: str):
    document = clean(page(tags=tags))
    assert operation_of(document)["tags"] == [flat]
    assert document["tags"] == [{"name": flat}]


@pytest.mark.parametrize(
    ("published", "readable"),
    [
        ("create", "shelves_create"),
        ("reportChunks", "shelves_report_chunks"),
        ("get-presigned-urls", "shelves_get_presigned_urls"),
        ("shelves_create", "shelves_create"),
    ],
)
def test_operation_ids_name_their_resource(published: str, readable: str):
    assert operation_of(clean(page(operationId=published)))["operationId"] == readable


def test_the_key_parameter_becomes_a_security_scheme():
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    document = clean(page(parameters=[limit, API_KEY]))
    assert operation_of(document)["parameters"] == [limit]
    assert "parameters" not in operation_of(clean(page()))
    assert document["security"] == [{"ApiKey": []}]
    scheme = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    assert document["components"]["securitySchemes"] == {"ApiKey": scheme}
    assert document["servers"] == [{"url": "https://api.twelvelabs.io/v1.3"}]
    assert document["info"] == {"title": "TwelveLabs Video Understanding API", "version": "1.3"}


def test_path_parameters_become_python_names():
    shelf = {"name": "shelf-id", "in": "path", "required": True, "schema": STRING}
    document = clean(page(path="/shelves/{shelf-id}/things", parameters=[API_KEY, shelf]))
    assert list(document["paths"]) == ["/shelves/{shelf_id}/things"]
    assert operation_of(document)["parameters"][0]["name"] == "shelf_id"


@pytest.mark.parametrize(
    ("path", "status", "schema"),
    [
        ("/embed-v2", "400", "ErrorResponse"),
        ("/embed-v2/tasks", "429", "ErrorResponse"),
        ("/assets/multipart-uploads", "500", "ErrorResponse"),
        ("/assets", "404", "FlatError"),
        ("/embed", "400", "FlatError"),
        ("/embed-v2x", "400", "FlatError"),
        ("/embed-v2", "401", "FlatError"),
    ],
)
def test_errors_without_content_get_the_schema_of_their_family(path: str, status: str, schema: str):
    responses = {"204": {}, status: {"content": {}}}
    document = clean(page(path=path, responses=responses))
    response = operation_of(document)["responses"][status]
    assert response["content"] == {"application/json": {"schema": ref(schema)}}
    assert response["description"]
    assert (
        names(document)
        == {
            "FlatError": {"FlatError"},
            "ErrorResponse": {"ErrorResponse", "ErrorBody"},
        }[schema]
    )
    assert "content" not in operation_of(document)["responses"]["204"]


def test_a_body_is_required_when_its_schema_requires_something():
    def required(schema: Object) -> object:
        document = clean(page({"Body": schema}, body=ref("Body")))
        return operation_of(document)["requestBody"].get("required")

    assert required(objects(a=STRING)) is True
    assert required({"type": "object", "properties": {"a": STRING}}) is None


SHAPE = {
    "Shape": {"oneOf": [ref("Shape0"), ref("Shape1")]},
    "Shape0": objects(kind=tag("round"), round=ref("ShapeOneOf0Round")),
    "ShapeOneOf0Round": objects(radius={"type": "integer"}),
    "Shape1": objects(kind=tag("four_cornered"), size=ref("ShapeOneOf1Size")),
    "ShapeOneOf1Size": objects(width={"type": "integer"}),
}


def test_numbered_schemas_are_named_after_their_tag_and_unions_get_discriminators():
    document = clean(page(SHAPE, body=objects(shape=ref("Shape"))))
    schemas = document["components"]["schemas"]
    assert schemas.keys() - {"FlatError"} == {
        "Shape", "ShapeRound", "ShapeRoundOptions", "ShapeFourCornered", "ShapeFourCorneredSize",
    }  # fmt: skip
    assert schemas["Shape"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {
            "round": "#/components/schemas/ShapeRound",
            "four_cornered": "#/components/schemas/ShapeFourCornered",
        },
    }
    assert schemas["ShapeRound"]["properties"]["round"] == ref("ShapeRoundOptions")
    assert schemas["ShapeFourCornered"]["properties"]["size"] == ref("ShapeFourCorneredSize")


def test_a_union_that_is_told_apart_by_what_it_requires_needs_no_discriminator():
    union = {"oneOf": [ref("Old"), ref("New")]}
    schemas = {"Old": objects(name=STRING), "New": objects(wrapped=STRING)}
    assert cleaned(union, **schemas) == union
    assert cleaned({"oneOf": [STRING, {"type": "integer"}]})["oneOf"]


def test_what_responses_can_hold_is_open_and_what_requests_can_hold_is_closed():
    schemas = {
        **SHAPE,
        "Colour": literals("red", "blue"),
        "Answer": objects(colour=ref("Colour"), shape=ref("Shape"), state=literals("new")),
        "Question": objects(size=literals("small", "large"), only=literals("this")),
    }
    document = clean(page(schemas, body=ref("Question"), answer=ref("Answer")))
    found = document["components"]["schemas"]
    assert found["Colour"] == {"type": "string", "x-known-values": ["red", "blue"]}
    assert found["Answer"]["properties"]["state"] == {"type": "string", "x-known-values": ["new"]}
    assert found["Shape"]["anyOf"] == [
        *(ref("ShapeRound"), ref("ShapeFourCornered"), ref("UnlistedObject")),
    ]
    assert "discriminator" not in found["Shape"]  # tools refuse a tag that it does not list
    assert found["ShapeRound"]["properties"]["kind"]["const"] == "round"
    assert found["ShapeRound"]["properties"]["kind"] == {"type": "string", "const": "round"}
    assert found["UnlistedObject"]["type"] == "object"
    assert found["Question"]["properties"]["size"]["enum"] == ["small", "large"]
    assert found["Question"]["properties"]["only"]["const"] == "this"


def test_cleaning_a_clean_document_changes_nothing():
    dirty = page({**SHAPE, "Answer": objects(shape=ref("Shape"))}, answer=ref("Answer"))
    once = clean(copy.deepcopy(dirty))
    assert once != dirty
    assert clean(copy.deepcopy(once)) == once
    assert dump(clean(once)) == dump(once)


# What is not known stops --------------------------------------------------------------------------

FIELD = "$.components.schemas.Body.properties.field"


@pytest.mark.parametrize(
    ("schema", "where", "value"),
    [
        ({"type": "string", "enum": [{"value": "x", "label": "y"}]}, ".enum[0]", "{'value': 'x'"),
        ({"type": "string", "enum": [{"type": "intLiteral", "value": 1}]}, ".enum[0]", "intLit"),
        ({"type": "string", "enum": [["x"]]}, ".enum[0]", "['x']"),
        ({"type": "string", "enum": []}, ".enum", "[]"),
        ({"type": "string", "enum": ["x", 1]}, ".enum[1]", "1"),
        ({"type": "integer", "enum": ["x", "y"]}, ".enum[0]", "'x'"),
        ({"type": "string", "enum": "x"}, ".enum", "'x'"),
        ({"type": ["string", "null"], "enum": ["x"]}, "", "'x'"),
        ({"enum": ["x", "y"]}, "", "['x', 'y']"),
        ({"type": "stringLiteral", "value": "x"}, ".value", "'x'"),
        ({"type": "text"}, ".type", "'text'"),
        ({"type": ["string", "integer"]}, ".type", "['string', 'integer']"),
        ({"type": "string", "format": "colour"}, ".format", "'colour'"),
        ({"type": "string", "nullable": "yes"}, ".nullable", "'yes'"),
        ({"type": "string", "x-fern-type": "Colour"}, "['x-fern-type']", "'Colour'"),
        ({"type": "string", "default": {"value": "x"}}, ".default", "{'value': 'x'}"),
        ({"type": "array"}, "", "{'type': 'array'}"),
        ({"type": "object", "required": ["b"]}, ".required", "'b'"),
        ({"not": STRING}, ".not", "{'type': 'string'}"),
        ({"description": "Words."}, "", "{'description': 'Words.'}"),
        ({}, "", "{}"),
        (True, "", "True"),
        ("string", "", "'string'"),
        ({"$ref": "#/components/schemas/Gone"}, "", "'#/components/schemas/Gone'"),
        ({"$ref": "other.yaml#/Thing"}, "", "'other.yaml#/Thing'"),
        ({**ref("Body"), "nullable": False}, ".nullable", "False"),
        ({**ref("Body"), "minLength": 1}, "", "'minLength': 1"),
        ({"oneOf": [STRING, STRING]}, "", "{'oneOf':"),
        ({"oneOf": [objects(a=STRING), objects(a=STRING)]}, "", "{'oneOf':"),
        ({"oneOf": [objects(kind=tag("x")), objects(kind=tag("x"))]}, "", "{'oneOf':"),
        ({"oneOf": []}, ".oneOf", "[]"),
        ({"type": "string", "minLength": "1"}, ".minLength", "'1'"),
    ],
)
def test_an_unknown_schema_stops_with_its_path_and_value(schema: Any, where: str, value: str):
    with pytest.raises(SpecError, match=re.escape(f"{FIELD}{where}: ") + f".*{re.escape(value)}"):
        cleaned(schema)


OPERATION = "$.paths['/shelves'].post"


@pytest.mark.parametrize(
    ("changes", "where", "value"),
    [
        ({"tags": ["one", "two"]}, ".tags", "['one', 'two']"),
        ({"tags": [["one", 2]]}, ".tags", "[['one', 2]]"),
        ({"tags": []}, ".tags", "[]"),
        ({"tags": None}, ".tags", "None"),
        ({"operationId": ""}, ".operationId", "''"),
        ({"operationId": None}, ".operationId", "None"),
        ({"callbacks": {"x": 1}}, ".callbacks", "{'x': 1}"),
        ({"parameters": []}, "", "'operationId': 'create'"),
        ({"parameters": {"0": API_KEY}}, "", "{'0': {"),
        ({"parameters": [API_KEY, {"in": "body", "name": "b"}]}, ".parameters[0].in", "'body'"),
        ({"parameters": [API_KEY, {"in": "path"}]}, ".parameters[0].name", "None"),
        ({"parameters": [API_KEY, "limit"]}, ".parameters[0]", "'limit'"),
        ({"responses": []}, ".responses", "[]"),
        ({"responses": {"200": None}}, ".responses['200']", "None"),
        ({"responses": {"299": {}}}, ".responses['299']", "'299'"),
        ({"responses": {"default": {}}}, ".responses.default", "'default'"),
        ({"responses": {"200": {"content": {}}}}, ".responses['200'].content", "{'content': {}}"),
        (
            {"responses": {"200": {"content": {"image/png": {}}}}},
            ".responses['200'].content['image/png']",
            "'image/png'",
        ),
        ({"requestBody": {"$ref": "#/x"}}, ".requestBody.$ref", "'#/x'"),
    ],
)
def test_an_unknown_operation_stops_with_its_path_and_value(
    changes: Object, where: str, value: str
):
    where = where.replace(".$ref", "['$ref']")
    with pytest.raises(
        SpecError, match=re.escape(f"{OPERATION}{where}: ") + f".*{re.escape(value)}"
    ):
        clean(page(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"openapi": "3.0.3"}, "$.openapi: expected version 3.1: '3.0.3'"),
        ({"servants": {}}, "$.servants: unknown keyword of document: {}"),
        ({"info": {"version": "1", "contact": "c"}}, "$.info: a page has a title and a version"),
        ({"paths": []}, "$: expected an OpenAPI document with paths"),
        ({"paths": {"/x": {"parameters": []}}}, "$.paths['/x'].parameters: "),
        ({"paths": {"/x": 1}}, "$.paths['/x']: expected an object (path): 1"),
        ({"components": {"schemas": {}, "responses": {}}}, "$.components.responses: unknown"),
    ],
)
def test_an_unknown_document_stops_with_its_path(changes: Object, message: str):
    with pytest.raises(SpecError, match=re.escape(message)):
        clean(page() | changes)


@pytest.mark.parametrize(
    ("schemas", "where"),
    [
        ({"Thing2": STRING}, "Thing2"),
        ({"ThingOneOf0Part": objects(a=STRING), "Thing": STRING}, "ThingOneOf0Part"),
        ({**SHAPE, "ShapeRound": STRING}, "Shape0"),
        ({"A": ref("B"), "B": ref("A")}, "A"),
    ],
)
def test_a_name_that_cannot_be_explained_stops(schemas: Object, where: str):
    with pytest.raises(SpecError, match=re.escape(f"$.components.schemas.{where}: ")):
        clean(page(schemas, body={"oneOf": [ref(where), NULL]}))


# Fragments ----------------------------------------------------------------------------------------


def test_fragments_are_united_and_identical_schemas_become_one():
    thing = {"Thing": objects(name=STRING, kind=literals("a", "b"))}
    same = {"Thing": objects(kind={"type": "string", "enum": ["a", "b"]}, name=STRING)}
    same["Thing"]["required"] = ["name", "kind"]
    one = normalise(page(thing, body=ref("Thing")))
    two = normalise(page(same, body=ref("Thing"), method="put", operationId="replace"))
    other = normalise(page(path="/things", tags=["things"]))
    document = clean(merge({"one.yaml": one, "two.yaml": two, "other.yaml": other}))
    assert {path: list(item) for path, item in document["paths"].items()} == {
        "/shelves": ["post", "put"],
        "/things": ["post"],
    }
    assert names(document) == {"Thing", "FlatError"}


def test_different_schemas_of_one_name_are_refused_with_both_places():
    one = normalise(page({"Thing": objects(name=STRING)}, body=ref("Thing")))
    two = normalise(page({"Thing": objects(name={"type": "integer"})}, body=ref("Thing")))
    two["paths"]["/things"] = two["paths"].pop("/shelves")
    at = "$.components.schemas.Thing.properties.name.type"
    message = f"one.yaml {at}: 'string', but two.yaml {at}: 'integer'"
    with pytest.raises(SpecError, match=re.escape(message)):
        merge({"one.yaml": one, "two.yaml": two})


def test_what_one_of_two_schemas_lacks_is_not_there():
    one = normalise(page({"Thing": objects(name=STRING)}, body=ref("Thing")))
    two = normalise(page({"Thing": objects(name=STRING, size=STRING)}, body=ref("Thing")))
    at = "$.components.schemas.Thing.properties.size"
    for first, second in ((one, two), (two, one)):
        with pytest.raises(SpecError, match=re.escape(at)) as caught:
            merge({"one.yaml": {"components": first["components"]}, "two.yaml": second})
        assert "not there" in str(caught.value)
        assert "None" not in str(caught.value)


def test_two_versions_of_one_operation_are_refused():
    one, two = normalise(page()), normalise(page(operationId="make"))
    at = "$.paths['/shelves'].post.operationId"
    with pytest.raises(SpecError, match=re.escape(f"a {at}: 'shelves_create', but b {at}: ")):
        merge({"a": one, "b": two})


def test_two_operations_of_one_name_are_refused():
    document = merge({"a": normalise(page()), "b": normalise(page(path="/boxes"))})
    message = "POST /boxes and POST /shelves are both called shelves_create"
    with pytest.raises(SpecError, match=message):
        clean(document)


def test_a_stop_names_the_fragment():
    with pytest.raises(SpecError, match=r"^odd\.yaml: \$\.paths"):
        clean_spec.build({"odd.yaml": page(tags=[])}, {"overlay": "1.0.0", "actions": []})


# The command line ---------------------------------------------------------------------------------


def test_write_then_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published = tmp_path / "published"
    published.mkdir()
    (published / "shelves_create.yaml").write_text(dump(page()))
    action = {"target": "$.info", "x-why": "wording", "update": {"description": "Shelves."}}
    (tmp_path / "overlay.yaml").write_text(dump({"overlay": "1.0.0", "actions": [action]}))
    monkeypatch.setattr(clean_spec, "PUBLISHED", published)
    monkeypatch.setattr(clean_spec, "OVERLAY", tmp_path / "overlay.yaml")
    (tmp_path / "examples.yaml").write_text(dump({"overlay": "1.0.0", "actions": []}))
    monkeypatch.setattr(clean_spec, "EXAMPLES", tmp_path / "examples.yaml")
    monkeypatch.setattr(clean_spec, "OPENAPI", tmp_path / "openapi.yaml")
    monkeypatch.setattr(sys, "argv", ["clean_spec"])
    clean_spec.main()
    document = load(tmp_path / "openapi.yaml")
    assert document["info"]["description"] == "Shelves."
    assert operation_of(document)["operationId"] == "shelves_create"
    monkeypatch.setattr(sys, "argv", ["clean_spec", "--check"])
    clean_spec.main()
    with (tmp_path / "openapi.yaml").open("a") as file:
        file.write("# edited\n")
    with pytest.raises(SpecError, match="is out of date"):
        clean_spec.main()
