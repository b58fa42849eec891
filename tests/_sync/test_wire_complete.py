# From tests/_async/test_wire_complete.py by scripts/unasync.py; edit that one.
"""The tables of the wire tests leave nothing of the document out."""

import copy

import httpx
import pytest

from tests import contract
from tests._sync import (
    test_wire_analyze,
    test_wire_analyze_batches,
    test_wire_assets,
    test_wire_embed_v1_and_tasks,
    test_wire_indexes,
    test_wire_marengo,
    test_wire_search,
    test_wire_tasks,
    test_wire_text,
    test_wire_videos,
)
from tests._sync.wire import play

FAMILIES = [
    test_wire_analyze,
    test_wire_analyze_batches,
    test_wire_assets,
    test_wire_embed_v1_and_tasks,
    test_wire_indexes,
    test_wire_marengo,
    test_wire_search,
    test_wire_tasks,
    test_wire_text,
    test_wire_videos,
]


def test_every_operation_and_every_parameter_is_on_the_wire() -> None:
    said: dict[str, set[str]] = {name: set() for name in contract.operations()}
    played = set()
    for family in FAMILIES:
        for call in family.CALLS:
            for request in play(call):
                operation = contract.called(request)
                played.add(operation.id)
                said[operation.id] |= contract.said(request)
    assert played == set(contract.operations())
    for operation in contract.operations().values():
        assert said[operation.id] == operation.names, operation.id


def test_a_new_field_is_asked_for_at_any_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    document = copy.deepcopy(contract.DOCUMENT)
    for name in ("IndexModelRequest", "SegmentFieldItems", "AudioSegmentationFixed"):
        document["components"]["schemas"][name]["properties"]["novel"] = {"type": "string"}
    before = {operation.id: operation.names for operation in contract.operations().values()}
    monkeypatch.setattr(contract, "DOCUMENT", document)
    contract.operations.cache_clear()
    now = {operation.id: operation.names for operation in contract.operations().values()}
    contract.operations.cache_clear()
    assert {(id, name) for id in now for name in now[id] - before[id]} == {
        ("indexes_create", "models.novel"),
        ("analyze_tasks_create", "response_format.segment_definitions.fields.items.novel"),
        *(
            (
                "analyze_batches_create",
                f"{part}.response_format.segment_definitions.fields.items.novel",
            )
            for part in ("defaults", "requests")
        ),
        ("embed_v2_create", "audio.segmentation.fixed.novel"),
        ("embed_v2_tasks_create", "audio.segmentation.fixed.novel"),
    }


def test_a_field_inside_a_body_is_said() -> None:
    model = {"model_name": "marengo3.0", "model_options": ["visual"], "novel": 1}
    request = httpx.Request(
        "POST",
        "https://api.twelvelabs.io/v1.3/indexes",
        json={"index_name": "a", "models": [model]},
    )
    models = {"models", "models.model_name", "models.model_options", "models.novel"}
    assert contract.said(request) == {"index_name"} | models
    with pytest.raises(AssertionError):
        contract.check(request, 201, {"_id": "1"})
