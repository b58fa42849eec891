"""Results become plain JSON, and nothing of them is lost."""

import inspect
import json
import math
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Embeddings, Segment, results
from dodeca._serializable import Serializable, to_plain
from dodeca.batch import Batch
from dodeca.bulk import Estimate, Failure, Rejection, Run
from dodeca.embeddings import Match, Matches
from dodeca.embeddings.values import Values
from dodeca.errors import APIError, IncompleteTextError, InvalidMediaError, InvalidRequestError
from dodeca.results import Index, IndexModel, Page, Usage
from tests.depth import depth
from tests.facade.test_response_fields import JSON

RESULTS = [c for _, c in inspect.getmembers(results, inspect.isclass) if attrs.has(c)]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
# From `data`: an object of the caller's own class, or what is wrong with it.
DERIVED = {"parsed", "failure"}
NUMBERS = st.floats(allow_nan=False, width=32)
METADATA = st.none() | st.builds(results.EmbeddingMetadata, TEXT)


@st.composite
def embeddings(draw: Any) -> Embeddings:
    rows = draw(st.integers(0, 2))
    items = [
        {
            "embedding": [draw(st.floats(-1, 1, width=32)), 1.0],
            "embedding_option": draw(st.none() | TEXT),
            "start_sec": draw(st.none() | st.floats(0, 9)),
            "novel": draw(JSON.filter(lambda value: value is not None)),
        }
        for _ in range(rows)
    ]
    found = Embeddings.from_items(items, metadata=draw(METADATA), model_name=draw(TEXT))
    return attrs.evolve(found, response_extra={"later": draw(JSON)})


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field with this type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([values(each) for each in inner])
    if origin is Sequence:
        return st.lists(values(inner[0]), max_size=2)
    if origin in (Mapping, dict):
        return st.dictionaries(TEXT, values(inner[1]), max_size=2)
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if hint is Embeddings:
        return embeddings()
    if inspect.isclass(hint) and attrs.has(hint):
        return instances(hint)
    known = {str: TEXT, int: st.integers(), float: NUMBERS, bool: st.booleans()}
    return known.get(hint, JSON if hint is not types.NoneType else st.none())


def instances(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Results of a class with any fields, known and unknown."""
    hints = typing.get_type_hints(cls, localns={"Embeddings": Embeddings})
    known = {name: hints[name] for name in (field.name for field in attrs.fields(cls))}
    if cls is Page:
        known["items"] = Sequence[Usage]
    return st.builds(cls, **{name: values(hint) for name, hint in known.items()})


def check(value: Any, plain: Any) -> None:
    """A value is found again in its plain form."""
    if isinstance(value, Embeddings):
        assert plain["vectors"] == value.vectors.tolist()
        assert plain["embedding_option"] == list(value.embedding_option)
        starts = [None if math.isnan(sec) else sec for sec in value.start_sec]
        assert plain["start_sec"] == starts
        for name in ("extra", "metadata", "model_name", "usage", "response_extra", "ids"):
            check(getattr(value, name), plain[name])
    elif attrs.has(type(value)):
        fields = [f.name for f in attrs.fields(type(value)) if f.name not in DERIVED]
        assert list(plain) == fields
        for name in fields:
            check(getattr(value, name), plain[name])
    elif isinstance(value, Mapping):
        assert plain.keys() == value.keys()
        for name in value:
            check(value[name], plain[name])
    elif isinstance(value, list | tuple | Values):
        assert len(plain) == len(value)
        for item, inner in zip(value, plain, strict=True):
            check(item, inner)
    elif isinstance(value, datetime):
        assert datetime.fromisoformat(plain) == value
    elif isinstance(value, float) and not math.isfinite(value):
        assert plain is None
    else:
        assert (plain, type(plain)) == (value, type(value))


@pytest.mark.parametrize("cls", RESULTS, ids=lambda cls: cls.__name__)
def test_every_field_of_every_result_is_found_again(cls: type[Any]) -> None:
    @settings(max_examples=depth(8, deep=60))
    @given(instances(cls))
    def run(result: Any) -> None:
        plain = result.to_dict(vectors=True)
        assert json.loads(result.to_json(vectors=True)) == plain
        assert json.loads(result.to_json(indent=2)) == result.to_dict()
        check(result, plain)

    run()


def test_every_class_that_a_call_returns_becomes_json() -> None:
    assert {Index, Page, results.EmbeddingsV1, results.StreamEnd} <= set(RESULTS)
    for cls in (*RESULTS, Embeddings, Segment, Match, Matches, Batch):
        assert issubclass(cls, Serializable)


def test_vectors_are_left_out_unless_they_are_wanted() -> None:
    found = Embeddings.from_items([{"embedding": [0.1, 0.5], "embedding_option": "visual"}])
    video = results.Video("v", embedding=found)
    both = results.EmbeddingsV1(text=found, errors={"image": "too small"})
    assert "vectors" not in found.to_dict()
    assert "vectors" not in video.to_dict()["embedding"]
    assert "vectors" not in both.to_dict()["text"]
    assert both.to_dict()["errors"] == {"image": "too small"}
    for plain in (
        found.to_dict(vectors=True),
        video.to_dict(vectors=True)["embedding"],
        json.loads(both.to_json(vectors=True))["text"],
    ):
        assert np.array_equal(np.float32(plain["vectors"]), found.vectors)
    assert found.to_dict()["start_sec"] == [None]


def test_segments_and_matches() -> None:
    rows = [{"embedding": [1.0, 0.0], "start_sec": 0, "end_sec": 5, "embedding_option": "visual"}]
    found = Embeddings.from_items(rows)
    matches = found.search([1.0, 0.0], weights={"visual": 1.0})
    (plain,) = matches.to_dict()["matches"]
    assert plain == matches[0].to_dict() == json.loads(matches[0].to_json())
    assert (plain["score"], plain["scores"]) == (1.0, {"visual": 1.0})
    assert plain["segment"] == found[0].to_dict()
    assert plain["segment"]["end_sec"] == 5.0
    assert "vector" not in plain["segment"]
    whole = json.loads(matches.to_json(vectors=True))
    assert whole == matches.to_dict(vectors=True)
    assert whole["matches"][0]["segment"]["vector"] == [1.0, 0.0]


def test_a_batch_has_the_errors_of_its_inputs() -> None:
    found = Embeddings.from_items([{"embedding": [1.0]}])
    error = APIError.from_response(400, {"x-request-id": "r"}, b'{"code": "c", "message": "m"}')
    batch = Batch((found, error, InvalidMediaError("no such file"), IncompleteTextError("m")))
    plain = batch.to_dict()
    assert json.loads(batch.to_json()) == plain
    first, *errors = plain["results"]
    assert first == found.to_dict()
    assert [each["error"] for each in errors] == [
        "BadRequestError",
        "InvalidMediaError",
        "IncompleteTextError",
    ]
    assert (errors[0]["code"], errors[0]["request_id"], errors[0]["status"]) == ("c", "r", 400)
    assert errors[1]["message"] == "no such file"


def test_text_is_readable_and_indented_on_demand() -> None:
    index = Index("1", "Größe ☃", [IndexModel("m", ["visual"])], extra={"nan": math.nan})
    assert "Größe ☃" in index.to_json()
    assert "\n" not in index.to_json()
    assert index.to_json(indent=2).startswith('{\n  "id": "1",\n')
    assert index.to_dict()["extra"] == {"nan": None}


@pytest.mark.parametrize("indent", [2.5, "2", -1])
def test_an_indent_is_a_number_of_spaces(indent: Any) -> None:
    with pytest.raises(InvalidRequestError, match=f"indent must be .* got {indent!r}"):
        Usage().to_json(indent=indent)


def test_a_run_becomes_json_with_its_failures_and_its_estimate() -> None:
    run = Run(Path("library/vectors"), Path("library/errors.parquet"), total=3, done=1)
    run.count_failure("media_invalid", 2)
    run.failures = [Failure("1", "a.mp4", "video", "media_invalid", None, "it is empty", False)]
    run.resume_at = datetime(2026, 1, 2, tzinfo=UTC)
    plain = run.to_dict()
    assert json.loads(run.to_json()) == plain
    public = [field.name for field in attrs.fields(Run) if field.name[0] != "_"]
    assert list(plain) == public
    assert plain["vectors"] == str(Path("library/vectors"))
    assert plain["failed_by_code"] == {"media_invalid": 2}
    assert plain["failures"] == [attrs.asdict(run.failures[0])]
    assert (plain["resume_at"], plain["estimate"]) == ("2026-01-02T00:00:00+00:00", None)
    estimate = Estimate(1, 0, 0.5, 0, 1, [Rejection("a.mp4", "too short")])
    assert estimate.to_dict()["rejected"] == [{"source": "a.mp4", "reason": "too short"}]


def test_values_of_other_clients_become_json_too() -> None:
    given_ = {1: {date(2026, 1, 2)}, "b": b"x", "n": np.float32(0.5), "t": np.bool_(True)}
    assert to_plain(given_) == {"1": ["2026-01-02"], "b": "b'x'", "n": 0.5, "t": True}
    assert to_plain(np.array([[np.nan, 1.0]])) == [[None, 1.0]]
