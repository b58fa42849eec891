# From tests/_async/test_wire_complete.py by scripts/unasync.py; edit that one.
"""The tables of the wire tests leave nothing of the document out."""

from tests import contract
from tests._sync import (
    test_wire_analyze,
    test_wire_assets,
    test_wire_embed_v1_and_tasks,
    test_wire_indexes,
    test_wire_search,
    test_wire_tasks,
    test_wire_text,
    test_wire_videos,
)
from tests._sync.wire import play

FAMILIES = [
    test_wire_analyze,
    test_wire_assets,
    test_wire_embed_v1_and_tasks,
    test_wire_indexes,
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
