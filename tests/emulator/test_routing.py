from typing import Any

import pytest

from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers.registry import HANDLERS
from dodeca.emulator.requests import routing
from dodeca.emulator.requests.routing import APIOperation, Router
from dodeca.emulator.requests.validation import RequestValidator


def response(schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": "", "content": content}


def document() -> dict[str, Any]:
    """A document with what the API uses and its embed-v2 part has not."""
    path_id = {"in": "path", "name": "thing_id", "required": True, "schema": {"type": "string"}}
    form = {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "options": {"type": "array", "items": {"$ref": "#/components/schemas/Option"}},
            "page_limit": {"type": "integer", "minimum": 1},
            "threshold": {"type": "number"},
            "transcript": {"type": "boolean"},
            "filter": {"type": "object"},
            "image": {"type": "string", "format": "binary"},
        },
        "required": ["options"],
    }
    return {
        "servers": [{"url": "https://example.org/v1.3"}],
        "paths": {
            "/things/{thing_id}": {
                "parameters": [path_id],
                "get": {
                    "operationId": "things_retrieve",
                    "responses": {"200": {"description": ""}, "400": response("Nested")},
                },
                "delete": {
                    "operationId": "things_delete",
                    "responses": {"204": {"description": ""}, "401": response("Flat")},
                },
            },
            "/things/special": {
                "post": {
                    "operationId": "specials_create",
                    "requestBody": {"content": {"multipart/form-data": {"schema": form}}},
                    "responses": {"200": {"description": ""}, "401": response("Flat")},
                },
            },
            "/things": {
                "get": {
                    "operationId": "things_list",
                    "parameters": [
                        {"in": "query", "name": "page", "schema": {"type": "integer"}},
                        {
                            "in": "query",
                            "name": "type",
                            "schema": {
                                "oneOf": [
                                    {"$ref": "#/components/schemas/Option"},
                                    {
                                        "type": "array",
                                        "items": {"$ref": "#/components/schemas/Option"},
                                    },
                                ]
                            },
                        },
                        {"in": "query", "name": "user_metadata", "schema": {"type": "object"}},
                    ],
                    "responses": {"200": {"description": ""}, "400": response("Flat")},
                },
                "post": {
                    "operationId": "things_create",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": thing()}},
                    },
                    "responses": {"201": {"description": ""}, "400": response("Nested")},
                },
            },
        },
        "components": {
            "schemas": {
                "Option": {"type": "string", "enum": ["visual", "audio"]},
                "Flat": {"type": "object", "properties": {"code": {}, "message": {}}},
                "Nested": {"type": "object", "properties": {"error": {}}},
            }
        },
    }


def thing() -> dict[str, Any]:
    def strategy(name: str) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "strategy": {"const": name},
                name: {
                    "type": "object",
                    "properties": {"sec": {"type": "integer", "minimum": 2}},
                    "required": ["sec"],
                },
            },
            "required": ["strategy", name],
        }

    return {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "size": {"type": "integer"},
            "options": {"type": "array", "items": {"$ref": "#/components/schemas/Option"}},
            "segmentation": {"oneOf": [strategy("fixed"), strategy("dynamic")]},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["name"],
    }


@pytest.fixture
def router() -> Router:
    return Router(document())


def checks(name: str) -> RequestValidator:
    return RequestValidator(next(o for o in routing.operations(document()) if o.id == name))


@pytest.mark.parametrize(
    ("method", "path", "name", "parameters"),
    [
        ("GET", "/v1.3/things", "things_list", {}),
        ("GET", "/things", "things_list", {}),
        ("GET", "/v1.3/things/abc", "things_retrieve", {"thing_id": "abc"}),
        ("GET", "/v1.3/things/a%2Fb%20c", "things_retrieve", {"thing_id": "a/b c"}),
        ("POST", "/v1.3/things/special", "specials_create", {}),
    ],
)
def test_operations_are_found(
    router: Router, method: str, path: str, name: str, parameters: dict[str, str]
) -> None:
    operation, found = router.match(method, path)
    assert (operation.id, found) == (name, parameters)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1.3/other", 404, "endpoint_not_exist"),
        ("GET", "/v1.3/things/a/b", 404, "endpoint_not_exist"),
        ("GET", "/v1.3//things", 404, "endpoint_not_exist"),
        ("GET", "/v1.3/things/", 404, "endpoint_not_exist"),
        ("GET", "/", 404, "endpoint_not_exist"),
        ("GET", "/v1.2/things", 400, "api_upgrade_required"),
        ("PUT", "/v1.3/things/abc", 405, "method_not_allowed"),
        ("GET", "/v1.3/things/special", 405, "method_not_allowed"),
        ("HEAD", "/v1.3/things", 405, "method_not_allowed"),
    ],
)
def test_other_paths_and_methods_are_refused(
    router: Router, method: str, path: str, status: int, code: str
) -> None:
    with pytest.raises(ErrorResponse) as caught:
        router.match(method, path)
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_wrong_method_is_told_the_right_ones(router: Router) -> None:
    with pytest.raises(ErrorResponse) as caught:
        router.match("PUT", "/things/abc")
    assert caught.value.headers == {"Allow": "DELETE, GET"}


@pytest.mark.parametrize(
    ("name", "status", "nested"),
    [
        ("things_retrieve", 400, True),
        ("things_retrieve", 404, True),  # not listed: like the others
        ("things_delete", 401, False),
        ("things_delete", 404, False),
        ("things_list", 400, False),
    ],
)
def test_errors_take_the_form_of_the_operation(name: str, status: int, nested: bool) -> None:
    operation = next(o for o in routing.operations(document()) if o.id == name)
    assert operation.nests_errors(status) is nested


def test_a_resource_is_played_whole_or_not_at_all() -> None:
    """Everything the emulator handles is in the specification."""
    operations = {o.id: o for o in routing.operations(routing.document())}
    assert HANDLERS.keys() <= operations.keys()
    tags = {tag for name in HANDLERS for tag in operations[name].node["tags"]}
    played = {name for name, o in operations.items() if tags & {*o.node["tags"]}}
    assert played == HANDLERS.keys()


def refusal_of(name: str, body: Any) -> tuple[str, str]:
    with pytest.raises(ErrorResponse) as caught:
        checks(name).json(body)
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ({}, "parameter_not_provided", "`name`"),
        ({"nam": "x"}, "parameter_unknown", "`nam`"),
        ({"name": "x", "a": 1, "b": 2}, "parameter_unknown", "`a`, `b`"),
        ({"name": 1}, "parameter_invalid", "`name`"),
        ({"name": 1, "size": "x"}, "parameter_invalid", "`name`, `size`"),
        ({"name": None}, "parameter_invalid", "`name`"),
        ({"name": "x", "size": 1.5}, "parameter_invalid", "`size`"),
        ({"name": "x", "options": ["visual", "smell"]}, "parameter_invalid", "`options`"),
        ({"name": "x", "labels": {"a": 1}}, "parameter_invalid", "`labels.a`"),
        ([], "parameter_invalid", "some invalid parameters"),
        ("text", "parameter_invalid", "some invalid parameters"),
        (None, "parameter_not_provided", "Some required parameters"),
    ],
)
def test_bodies_are_checked(body: Any, code: str, named: str) -> None:
    assert refusal_of("things_create", body)[0] == code
    assert named in refusal_of("things_create", body)[1]


@pytest.mark.parametrize(
    ("segmentation", "code", "named"),
    [
        ({"strategy": "other"}, "parameter_invalid", "`segmentation.strategy`"),
        ({"strategy": "fixed"}, "parameter_not_provided", "`segmentation.fixed`"),
        ({}, "parameter_not_provided", "`segmentation.strategy`"),
        (
            {"strategy": "fixed", "fixed": {"sec": 1}},
            "parameter_invalid",
            "`segmentation.fixed.sec`",
        ),
        (
            {"strategy": "dynamic", "dynamic": {"sec": 2, "x": 1}},
            "parameter_unknown",
            "`segmentation.dynamic.x`",
        ),
        ("fixed", "parameter_invalid", "`segmentation`"),
    ],
)
def test_a_union_is_judged_by_the_branch_that_was_meant(
    segmentation: Any, code: str, named: str
) -> None:
    found = refusal_of("things_create", {"name": "x", "segmentation": segmentation})
    assert found[0] == code
    assert named in found[1]


def test_a_refusal_says_why_without_repeating_the_value() -> None:
    message = refusal_of("things_create", {"name": "x", "size": "secret" * 1000})[1]
    assert message == 'The `size` parameter is invalid. The value is not of type "integer".'


def test_good_bodies_pass() -> None:
    body = {"name": "x", "labels": {"any": "thing"}, "options": []}
    assert checks("things_create").json(body) == body


def test_query_parameters_get_their_types_and_defaults() -> None:
    spec = document()
    spec["paths"]["/things"]["get"]["parameters"][0]["schema"]["default"] = 1
    listing = RequestValidator(next(o for o in routing.operations(spec) if o.id == "things_list"))
    assert listing.parameters({}, "") == {"page": 1}
    assert listing.parameters({}, "page=7&type=visual") == {"page": 7, "type": "visual"}
    assert listing.parameters({}, "type=visual&type=audio")["type"] == ["visual", "audio"]
    assert listing.parameters({}, "colour=red&n=1")["user_metadata"] == {"colour": "red", "n": "1"}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("page=x", "`page`"),
        ("page=", "`page`"),
        ("page=1.5", "`page`"),
        ("page=1&page=2", "`page`"),
        ("page=9999999999999999999999", "`page`"),
        ("type=smell", "`type`"),
        ("type=visual&type=smell", "`type`"),
    ],
)
def test_query_parameters_are_checked(query: str, named: str) -> None:
    with pytest.raises(ErrorResponse) as caught:
        checks("things_list").parameters({}, query)
    assert caught.value.code == "parameter_invalid"
    assert named in caught.value.message


def test_unknown_query_parameters_are_refused() -> None:
    with pytest.raises(ErrorResponse, match="`x` parameter is unknown"):
        checks("things_retrieve").parameters({"thing_id": "a"}, "x=1&x=2")


def test_forms_get_their_types() -> None:
    fields = {
        "query": ["1"],
        "options": ["visual"],
        "page_limit": ["5"],
        "threshold": ["-1.5e2"],
        "transcript": ["true"],
        "filter": ['{"id": ["a"]}'],
    }
    assert checks("specials_create").form(fields, {"image": [object()]}) == {
        "query": "1",
        "options": ["visual"],
        "page_limit": 5,
        "threshold": -150.0,
        "transcript": True,
        "filter": {"id": ["a"]},
    }


@pytest.mark.parametrize(
    ("fields", "files", "code", "named"),
    [
        ({}, [], "parameter_not_provided", "`options`"),
        ({"options": ["visual"], "x": ["1", "2"]}, [], "parameter_unknown", "`x`"),
        ({"options": ["visual"]}, ["x"], "parameter_unknown", "`x`"),
        ({"options": ["visual"]}, ["query"], "parameter_invalid", "`query`"),
        ({"options": ["visual"], "page_limit": ["0"]}, [], "parameter_invalid", "`page_limit`"),
        ({"options": ["visual"], "transcript": ["True"]}, [], "parameter_invalid", "`transcript`"),
        ({"options": ["visual"], "threshold": ["nan"]}, [], "parameter_invalid", "`threshold`"),
        ({"options": ["visual"], "filter": ["{"]}, [], "parameter_invalid", "`filter`"),
        ({"options": ["visual"], "query": ["a", "b"]}, [], "parameter_invalid", "`query`"),
        ({"options": ['["visual", "smell"]']}, [], "parameter_invalid", "`options`"),
        ({"options": ["[1]"]}, [], "parameter_invalid", "`options`"),
        ({"options": ["["]}, [], "parameter_invalid", "`options`"),
    ],
)
def test_forms_are_checked(
    fields: dict[str, list[str]], files: list[str], code: str, named: str
) -> None:
    with pytest.raises(ErrorResponse) as caught:
        checks("specials_create").form(fields, {name: [object()] for name in files})
    assert caught.value.code == code
    assert named in caught.value.message


def test_an_array_in_a_form_may_be_one_json_text() -> None:
    fields = {"options": ['["visual", "audio"]']}
    assert checks("specials_create").form(fields, {}) == {"options": ["visual", "audio"]}


def test_only_arrays_of_files_take_several() -> None:
    fields = {"options": ["visual"]}
    with pytest.raises(ErrorResponse, match=r"`image` .* given more than once"):
        checks("specials_create").form(fields, {"image": [object(), object()]})


def test_file_fields_are_known() -> None:
    operation: APIOperation = next(
        o for o in routing.operations(document()) if o.id == "specials_create"
    )
    assert operation.binary_fields == {"image"}
    assert operation.media_type == "multipart/form-data"
