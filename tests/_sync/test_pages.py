# From tests/_async/test_pages.py by scripts/unasync.py; edit that one.
"""Lists that move, turn in circles, or hold what nobody documented."""

from typing import Any

import httpx
import pytest

from dodeca import Client
from tests.scripted import Script, reply


def page(number: int, *ids: str, of: int = 3, bad: tuple[Any, ...] = ()) -> httpx.Response:
    info = {"page": number, "limit_per_page": 2, "total_page": of, "total_results": 2 * of}
    items = [{"_id": name, "status": "ready", "created_at": "2026-01-01T00:00:00Z"} for name in ids]
    found = reply({"data": [*items, *bad], "page_info": info})
    assert isinstance(found, httpx.Response)
    return found


def test_what_moves_to_the_next_page_comes_once() -> None:
    script = Script(page(1, "a", "b"), page(2, "b", "c"), page(3, "d"))
    with Client("tlk_test", transport=script) as client:
        assert [item.id for item in client.assets.list()] == ["a", "b", "c", "d"]


def test_a_list_that_goes_round_in_circles_ends() -> None:
    script = Script(*(page(number, "a", "b", of=999) for number in range(1, 5)))
    with Client("tlk_test", transport=script) as client:
        assert [item.id for item in client.assets.list()] == ["a", "b"]
    assert script.left == 0


def test_an_empty_page_is_the_last() -> None:
    script = Script(page(1, "a", of=999), page(2, of=999))
    with Client("tlk_test", transport=script) as client:
        assert [item.id for item in client.assets.list()] == ["a"]


@pytest.mark.parametrize("bad", [{"no": "id"}, "text", 3, [], {"_id": {"a": 1}, "created_at": 5}])
def test_a_bad_item_does_not_lose_its_page(bad: Any) -> None:
    script = Script(page(1, "a", "b", of=1, bad=(bad,)))
    with Client("tlk_test", transport=script) as client:
        (found,) = [page for page in client.assets.list().pages()]
    assert [item.id for item in found if item.id in ("a", "b")] == ["a", "b"]
    assert found.malformed == [bad]
