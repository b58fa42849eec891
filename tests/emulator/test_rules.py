"""The rules that operations share, at their edges: filters, pages, custom fields, scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pytest

from dodeca.emulator.database import Condition, Database, Selection
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.inference import scoring
from dodeca.emulator.rules import filters, paging, search_filter, user_metadata


def video(name: str = "a", **fields: Any) -> dict[str, Any]:
    """A video with what is measured and, in `user_metadata`, what is said of it."""
    custom = fields.pop("custom", {})
    system = {"filename": name, "duration": 10.0, "width": 640, "height": 360, "size": 1000}
    return {"_id": name, "system_metadata": system | fields, "user_metadata": custom}


def refused(call: Any, *arguments: Any) -> ErrorResponse:
    with pytest.raises(ErrorResponse) as caught:
        call(*arguments)
    return caught.value


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "abc"),
        ({"filename": "b"}, "b"),
        ({"duration": 10.0}, "ac"),
        ({"duration[gte]": 20.0}, "b"),
        ({"duration[gte]": 20.1}, ""),
        ({"duration[lte]": 10.0}, "ac"),
        ({"duration[lte]": 9.9}, ""),
        ({"duration[gte]": 10.0, "duration[lte]": 20.0}, "abc"),
        ({"size[lte]": 1000, "width": 640}, "abc"),
        ({"fps[gte]": 1.0}, "c"),
        ({"user_metadata": {"n": "1"}}, "ab"),
        ({"user_metadata": {"n": "x"}}, ""),
        ({"user_metadata": {"flag": "true"}}, "a"),
        ({"user_metadata": {"flag": "false"}}, "b"),
        ({"user_metadata": {"flag": "1"}}, ""),
        ({"user_metadata": {"tags": "red"}}, "a"),
        ({"user_metadata": {"word": "one"}}, "b"),
        ({"user_metadata": {"none": "None"}}, ""),
        ({"user_metadata": {"n": "1", "flag": "true"}, "filename": "a"}, "a"),
    ],
)
def test_lists_are_filtered(params: dict[str, Any], found: str) -> None:
    videos = [
        video("a", custom={"n": 1, "flag": True, "tags": ["red", "blue"], "none": None}),
        video("b", duration=20.0, custom={"n": 1.0, "flag": False, "word": "one"}),
        video("c", fps=25.0),
    ]
    assert listed(videos, filters.filter_videos(params)) == found


def listed(
    documents: Sequence[dict[str, Any]], conditions: Sequence[Condition], order: str = "seq"
) -> str:
    """Return the ids of the documents that meet the conditions."""
    database = Database()
    for document in documents:
        database.insert("things", document)
    found, total = database.select(Selection("things", tuple(conditions), order), 0, 50)
    database.close()
    assert total == len(found)
    return "".join(document["_id"] for document in found)


def test_times_of_lists_are_the_earliest() -> None:
    times = ("2025-01-01T00:00:00.000Z", "2025-01-01T00:00:01.000Z", None)
    documents = [{"_id": str(n), "created_at": time} for n, time in enumerate(times)]
    for given, found in (
        ({}, "012"),
        ({"created_at": "2025-01-01T00:00:00Z"}, "01"),
        ({"created_at": "2025-01-01T00:00:00.001Z"}, "1"),
        ({"created_at": "2025-01-01T02:00:01+02:00"}, "1"),
    ):
        assert listed(documents, filters.filter_since(given, "created_at")) == found
    for bounds, found in ((filters.filter_since, "1"), (filters.filter_until, "01")):
        assert listed(documents, bounds({"x": "2025-01-01T00:00:01Z"}, "x", "created_at")) == found
    assert "RFC 3339" in refused(paging.time_parameter, {"x": "yesterday"}, "x").message


def test_ties_stay_newest_or_oldest_first() -> None:
    documents = [{"_id": name, "created_at": time} for name, time in ("c1", "b1", "a2")]
    for option, found in (("desc", "abc"), ("asc", "cba")):
        params = {"sort_by": "created_at", "sort_option": option}
        assert listed(documents, [], filters.order_of(params)) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [((), "abcd"), (("ready",), "ad"), (("failed", "late"), "bc"), (("x",), "")],
)
def test_statuses_are_the_current_ones(wanted: tuple[str, ...], found: str) -> None:
    """The stored status of what is running is an earlier one, or a later one by now."""
    stored = {"a": "ready", "b": "failed", "c": "early", "d": "late"}
    documents = [{"_id": name, "status": status} for name, status in stored.items()]
    running = [{"_id": "c", "status": "late"}, {"_id": "d", "status": "ready"}]
    assert listed(documents, filters.with_status(wanted, running)) == found


@pytest.mark.parametrize(
    ("page", "limit", "items", "pages"),
    [(1, 2, "ab", 2), (2, 2, "cd", 2), (3, 2, "", 2), (1, 3, "abc", 2), (2, 3, "d", 2),
     (1, 4, "abcd", 1), (1, 50, "abcd", 1)],
)  # fmt: skip
def test_pages(page: int, limit: int, items: str, pages: int) -> None:
    found, info = paging.paginate("abcd", {"page": page, "page_limit": limit})
    assert found == items
    assert info == {
        "page": page, "limit_per_page": limit, "total_page": pages, "total_results": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        ({}, True),
        ({"id": "a"}, True),
        ({"id": "b"}, False),
        ({"id": ["b", "a"]}, True),
        ({"id": ["b"]}, False),
        ({"duration": 10}, True),
        ({"duration": {"gte": 10}}, True),
        ({"duration": {"gte": 10.001}}, False),
        ({"duration": {"lte": 10}}, True),
        ({"duration": {"lte": 9.999}}, False),
        ({"duration": {"gte": 5, "lte": 15}}, True),
        ({"filename": "a"}, True),
        ({"n": 1}, True),
        ({"n": True}, False),
        ({"flag": True}, True),
        ({"flag": 1}, False),
        ({"n": {"gte": 1}}, True),
        ({"flag": {"gte": 0}}, False),
        ({"word": {"gte": 0}}, False),
        ({"tags": "red"}, True),
        ({"tags": "green"}, False),
        ({"none": "x"}, False),
        ({"n": 1, "word": "two"}, False),
    ],
)
def test_searches_are_filtered(wanted: dict[str, Any], is_found: bool) -> None:
    one = video("a", custom={"n": 1, "flag": True, "word": "one", "tags": ["red"]})
    tests = search_filter.parse(orjson.dumps(wanted).decode())
    found = [test(search_filter.value_of(one, name)) for name, test in tests.items()]
    assert all(found) is is_found


def test_without_a_filter_all_are_searched() -> None:
    assert search_filter.parse(None) == search_filter.parse("") == {}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "5", '{"id": [1]}', '{"id": {"gte": 1}}', '{"n": {}}', '{"n": {"gt": 1}}',
     '{"n": {"gte": "1"}}', '{"n": {"gte": true}}', '{"n": null}', '{"n": ["a"]}'],
)  # fmt: skip
def test_a_malformed_filter_is_refused(text: str) -> None:
    found = refused(search_filter.parse, text)
    assert (found.status, found.code) == (400, "search_filter_invalid")


@pytest.mark.parametrize(
    "text", ["{", "[]", '"a"', '{"a": {}}', '{"a": [1]}', '{"a": ["b", null]}']
)
def test_custom_fields_of_another_form_are_refused(text: str) -> None:
    assert refused(user_metadata.parse, text).status == 400


def test_custom_fields() -> None:
    given = {"a": "x", "n": 1, "part": 0.5, "flag": False, "tags": ["red"], "none": None}
    assert user_metadata.parse(orjson.dumps(given).decode()) == given
    assert user_metadata.parse(None) == {}
    empty = {"text": "", "list": [], "none": None}
    assert user_metadata.initial({"zero": 0, "flag": False, **empty}) == {"zero": 0, "flag": False}
    old = {"a": 1, "b": 2}
    assert user_metadata.merged(old, {"b": None, "c": ""}) == {"a": 1, "c": ""}
    for name in user_metadata.RESERVED:
        assert f"`{name}`" in refused(user_metadata.merged, old, {name: 1}).message
        assert f"`{name}`" in refused(user_metadata.initial, {name: 1}).message


@pytest.mark.parametrize(
    ("score", "adjustment", "level"),
    [
        (45.0, 0.5, "high"), (44.99, 0.5, "medium"), (25.0, 0.5, "medium"), (24.99, 0.5, "low"),
        (12.5, 0.5, "low"), (12.49, 0.5, "extremely low"), (90.0, 1.0, "high"),
        (89.9, 1.0, "medium"), (0.0, 0.0, "high"), (22.5, 0.25, "high"), (22.4, 0.25, "medium"),
    ],
)  # fmt: skip
def test_levels_of_confidence(score: float, adjustment: float, level: str) -> None:
    assert scoring.confidence(score, adjustment) == level


def test_scores_are_of_the_best_option_or_of_all() -> None:
    query = np.array([1, 0], np.float32)
    found = {
        "visual": np.array([[0.5, 0], [-0.5, 0], [0.123456, 0]], np.float32),
        "audio": np.array([[0.25, 0], [1.5, 0], [0.2, 0]], np.float32),
    }

    def scores(*options: str, require_all: bool = False) -> list[float]:
        made: list[float] = scoring.scores(query, found, options, require_all=require_all).tolist()
        return made

    assert scores("visual", "audio") == [50.0, 100.0, 20.0]
    assert scores("visual", "audio", require_all=True) == [25.0, 0.0, 12.35]
    assert scores("visual", "transcription") == [50.0, 0.0, 12.35]
    assert scores("visual", "transcription", require_all=True) == []
    assert scores("transcription") == []


def test_a_query_of_text_and_images_has_length_one() -> None:
    text = scoring.query_vector("red", [], 512)
    assert np.linalg.norm(text) == pytest.approx(1, abs=1e-6)
    assert not scoring.query_vector("", [], 512).any()
    assert scoring.query_vector(None, [], 256).shape == (256,)
