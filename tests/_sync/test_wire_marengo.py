# From tests/_async/test_wire_marengo.py by scripts/unasync.py; edit that one.
"""For both models every method sends what the vendor's own package sends for the same call."""

import pytest

from dodeca.results import EmbeddingTask
from tests._sync.wire import Call, Row, Seen, play
from tests.marengo import ROWS, Same, sent_by_the_vendor

CREATED = Seen("t1", "processing", created=EmbeddingTask("t1", "processing"))


def call_of(row: Same) -> Call:
    return Call(
        call=row.ours,
        options={"embedding_model": row.model},
        sends=f"POST {row.path}",
        json=sent_by_the_vendor(row),
        status=row.status,
        answer=row.answer,
        finds=[Row([0.5, -0.5])] if row.path == "/embed-v2" else CREATED,
    )


CALLS = [call_of(row) for row in ROWS]


@pytest.mark.parametrize("call", CALLS, ids=map(repr, ROWS))
def test_the_body_is_that_of_the_vendor(call: Call) -> None:
    play(call)
