"""Both clients of the vendor's package send the same, which ours are compared with."""

import pytest

from tests.marengo import ROWS, Same, sent_by_the_asynchronous_vendor, sent_by_the_vendor

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("row", ROWS, ids=repr)
async def test_the_vendor_sends_one_body(row: Same) -> None:
    assert await sent_by_the_asynchronous_vendor(row) == sent_by_the_vendor(row)


def test_all_kinds_of_input_are_compared() -> None:
    asked = {(row.path, row.model, row.theirs["input_type"]) for row in ROWS}
    typed = ("text", "image", "text_image", "audio", "video", "multi_input")
    newest = ("audio", "video", "image", "document")
    assert asked == {
        *(("/embed-v2", "marengo3.0", kind) for kind in typed),
        ("/embed-v2", "marengo3.5", "multi_input"),
        *(("/embed-v2/tasks", "marengo3.0", kind) for kind in ("audio", "video")),
        *(("/embed-v2/tasks", "marengo3.5", kind) for kind in newest),
    }
