# From tests/_async/test_pages.py by scripts/unasync.py; edit that one.
"""Lists that move, turn in circles, or hold what nobody documented."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client
from tests.scripted import Script, Server, reply


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


@pytest.mark.parametrize(
    ("info", "sizes", "expected"),
    [
        ({"page": 1, "limit_per_page": 2}, [2, 2, 1], 5),
        ({"page": 1, "limit_per_page": 2}, [2, 2, 0], 4),
        ({"limit_per_page": 2, "total_page": None}, [1], 1),
        ({}, [2], 2),
    ],
    ids=["a shorter page", "an empty page", "one page", "no pages"],
)
def test_a_list_that_does_not_say_how_many_pages_it_has_is_read_to_its_end(
    info: dict[str, Any], sizes: list[int], expected: int
) -> None:
    pages = [
        {"data": [{"_id": f"{number} {n}", "status": "ready"} for n in range(size)]}
        | {"page_info": info}
        for number, size in enumerate(sizes)
    ]
    script = Script(*map(reply, pages))
    with Client("tlk_test", transport=script) as client:
        assert len([item for item in client.assets.list()]) == expected
    assert script.left == 0


@pytest.mark.parametrize("bad", [{"no": "id"}, "text", 3, [], {"_id": {"a": 1}, "created_at": 5}])
def test_a_bad_item_does_not_lose_its_page(bad: Any) -> None:
    script = Script(page(1, "a", "b", of=1, bad=(bad,)))
    with Client("tlk_test", transport=script) as client:
        (found,) = [page for page in client.assets.list().pages()]
    assert [item.id for item in found if item.id in ("a", "b")] == ["a", "b"]
    assert found.malformed == [bad]


class Assets(Server):
    """A service with a list of assets, newest first, from which some can be deleted."""

    def __init__(self, count: int) -> None:
        self.ids = [f"a{number}" for number in range(count)]
        self.requests = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if request.method == "DELETE":
            self.ids.remove(request.url.path.rpartition("/")[2])
            return httpx.Response(204)
        number, size = (int(request.url.params[name]) for name in ("page", "page_limit"))
        items = [
            {"_id": name, "status": "ready", "created_at": "2026-01-01T00:00:00Z"}
            for name in self.ids[(number - 1) * size : number * size]
        ]
        info = {
            "page": number,
            "limit_per_page": size,
            "total_page": -(-len(self.ids) // size),
            "total_results": len(self.ids),
        }
        found = reply({"data": items, "page_info": info})
        assert isinstance(found, httpx.Response)
        return found


@settings(max_examples=60, deadline=None)
@given(
    fates=st.lists(st.booleans(), max_size=30),
    late=st.integers(0, 5),
    page_limit=st.integers(1, 12),
)
def test_items_can_be_deleted_in_the_loop_and_none_is_skipped(
    fates: list[bool], late: int, page_limit: int
) -> None:
    service = Assets(len(fates))
    at_first = list(service.ids)
    seen, unread = [], []
    with Client("tlk_test", transport=service) as client:
        for item in client.assets.list(page_limit=page_limit):
            seen.append(item.id)
            if fates[int(item.id[1:])] and item.id in service.ids:
                client.assets.delete(item.id)
            if late and len(service.ids) > 1 and service.ids[-1] not in seen:
                late -= 1
                unread.append(service.ids.pop())  # somebody else deletes the last one
    assert sorted(seen + [name for name in unread if name not in seen]) == sorted(at_first)
    assert len(seen) == len(set(seen))


def test_a_list_that_claims_to_shrink_for_ever_ends() -> None:
    script = Script(*(page(1 + n % 2, "a", "b", of=10**9 - n) for n in range(50)))
    with Client("tlk_test", transport=script) as client:
        assert [item.id for item in client.assets.list()] == ["a", "b"]


def test_a_loop_that_deletes_indexes_leaves_none() -> None:
    with Client.emulated() as client:
        for number in range(12):
            client.indexes.create(f"index {number}", {"marengo3.0": ["visual"]})
        for index in client.indexes.list(page_limit=5):
            client.indexes.delete(index.id)
        assert [index for index in client.indexes.list()] == []
