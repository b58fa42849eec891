"""The tables of the wire tests leave nothing of the document out."""

import pytest

from tests import contract
from tests._async import (
    test_wire_analyze,
    test_wire_assets,
    test_wire_embed_v1_and_tasks,
    test_wire_indexes,
    test_wire_search,
    test_wire_tasks,
    test_wire_text,
    test_wire_videos,
)
from tests._async.wire import play

pytestmark = pytest.mark.anyio

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


async def test_every_operation_and_every_parameter_is_on_the_wire() -> None:
    said: dict[str, set[str]] = {name: set() for name in contract.operations()}
    played = set()
    for family in FAMILIES:
        for call in family.CALLS:
            for request in await play(call):
                operation = contract.called(request)
                played.add(operation.id)
                said[operation.id] |= contract.said(request)
    assert played == set(contract.operations())
    for operation in contract.operations().values():
        assert said[operation.id] == operation.names, operation.id
