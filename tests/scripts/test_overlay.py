import re

import pytest

from scripts import _overlay
from scripts._documents import SpecError
from tests.scripts.pages import Object

DOCUMENT = {
    "tags": [{"name": "a"}, {"name": "b"}],
    "paths": {
        "/x/{id}": {"get": {"responses": {"200": {}}}, "post": {"responses": {"400": {"n": 1}}}},
    },
}


def apply(*actions: Object) -> Object:
    return _overlay.apply(DOCUMENT, {"overlay": "1.0.0", "actions": [*actions]})


def update(target: str, value: object) -> Object:
    return {"target": target, "x-why": "a reason", "update": value}


def remove(target: str) -> Object:
    return {"target": target, "x-why": "a reason", "remove": True}


def test_objects_are_merged_and_the_original_is_left_alone():
    changed = apply(update("$.paths.*.*.responses", {"400": {"d": "bad"}, "401": {}}))
    operations = changed["paths"]["/x/{id}"]
    assert operations["get"]["responses"] == {"200": {}, "400": {"d": "bad"}, "401": {}}
    assert operations["post"]["responses"] == {"400": {"n": 1, "d": "bad"}, "401": {}}
    assert "401" not in DOCUMENT["paths"]["/x/{id}"]["get"]["responses"]  # type: ignore[index]


def test_every_match_gets_a_copy_of_its_own():
    changed = apply(update("$.tags[*]", {"list": []}), update("$.tags[0].list", ["x"]))
    assert [tag["list"] for tag in changed["tags"]] == [["x"], []]


def test_list_elements_are_found_by_content_and_lists_grow_at_the_end():
    changed = apply(
        update("$.tags[?(@.name=='b')]", {"description": "B"}),
        update("$.tags", {"name": "c"}),
    )
    assert changed["tags"] == [{"name": "a"}, {"name": "b", "description": "B"}, {"name": "c"}]


def test_removal_in_objects_and_lists():
    changed = apply(remove("$.tags[?(@.name=='a')]"), remove("$.paths['/x/{id}'].get"))
    assert changed["tags"] == [{"name": "b"}]
    assert changed["paths"]["/x/{id}"].keys() == {"post"}


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (update("$.paths['/y']", {}), r"overlay action 0 ($.paths['/y']): matches nothing"),
        (update("$.tags[?(@.name=='z')]", {}), "matches nothing"),
        (remove("$.components"), "matches nothing"),
        (
            remove("$.paths['/x/{id}'].get.responses['200'].const"),
            "matches nothing: paths.'/x/{id}'.get.responses.'200' has ",
        ),
        (remove("$.paths.*.put"), "has get, post; the pages changed: correct or remove the action"),
        ({"target": "$", "update": {}}, "an action has target, x-why and one of"),
        ({"target": "$", "x-why": "r"}, "an action has target, x-why and one of"),
        ({**update("$", {}), "remove": True}, "an action has target, x-why and one of"),
        ({**update("$", {}), "x-why": ""}, "x-why says nothing"),
        ({**remove("$.tags"), "remove": False}, "remove is true or left out"),
        (update("$.tags[0].name", "z"), "update needs an object or a list as its target"),
        (update("$.tags[0]", "z"), "update needs an object or a list as its target"),
        (update("$.tags[", {}), "overlay action 0 ($.tags[): "),
    ],
)
def test_an_action_that_cannot_be_done_stops(action: Object, complaint: str):
    with pytest.raises(SpecError, match=re.escape(complaint)):
        apply(action)


def test_another_version_of_the_format_stops():
    with pytest.raises(SpecError, match=re.escape("expected overlay version 1.0.0, got '2.0.0'")):
        _overlay.apply({}, {"overlay": "2.0.0", "actions": []})
