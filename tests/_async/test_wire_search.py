"""Searches on the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dodeca import AsyncClient, Media
from dodeca.errors import BadRequestError, InvalidRequestError
from dodeca.results import SearchClip, SearchHit, SearchPage, SearchPool
from tests._async.wire import NOVEL, Call, everything, play
from tests.scripted import PNG, Script, reply

pytestmark = pytest.mark.anyio

HIT: dict[str, Any] = {
    "score": 92.28,
    "start": 0,
    "end": 15.2,
    "confidence": "middling",
    "rank": 1,
    "thumbnail_url": "https://host/1.jpg",
    "transcription": "hello",
    "video_id": "v1",
    "user_metadata": {"category": "news"},
}
POOL = {"total_count": 3, "total_duration": 120.5, "index_id": "i1"}
PAGE_INFO = {
    "limit_per_page": 10,
    "total_results": 11,
    "page_expires_at": "2024-08-16T16:53:59Z",
    "next_page_token": "next-1",
    "prev_page_token": None,
}
THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
EMPTY = {"data": []}

CALLS = [
    Call(
        call=lambda client: client.search(
            "i1",
            "A man walking a dog",
            search_options=["visual"],
            adjust_confidence_level=0.5,
            group_by="clip",
            sort_option="score",
            operator="or",
            page_limit=10,
            filter={"id": ["66284191ea717fa66a274832"]},
        ),
        sends="POST /search",
        form=[
            ("index_id", "i1"),
            ("search_options", "visual"),
            ("query_text", "A man walking a dog"),
            ("adjust_confidence_level", "0.5"),
            ("group_by", "clip"),
            ("sort_option", "score"),
            ("operator", "or"),
            ("page_limit", "10"),
            ("filter", '{"id":["66284191ea717fa66a274832"]}'),
        ],
        answer={"data": [HIT | NOVEL], "page_info": PAGE_INFO, "search_pool": POOL, **NOVEL},
        finds=SearchPage(
            items=[SearchHit(**HIT, extra=NOVEL)],
            search_pool=SearchPool("i1", 3, 120.5),
            limit_per_page=10,
            total_results=11,
            page_expires_at=THEN,
            next_page_token="next-1",
            extra=NOVEL,
        ),
    ),
    Call(
        call=lambda client: client.search(
            "i1",
            "Grüße ☃ <@entity1>",
            search_options=["visual", "audio", "transcription"],
            query_media=[Media.data(PNG, filename="a.png"), Media.data(PNG, filename="b.png")],
            transcription_options=["lexical", "semantic"],
            group_by="video",
            threshold="none",
            sort_option="clip_count",
            operator="and",
            filter={"duration": {"gte": 10, "lte": 60}, "category": "news", "ok": True},
            include_user_metadata=True,
        ),
        sends="POST /search",
        form=[
            ("index_id", "i1"),
            ("search_options", "visual"),
            ("search_options", "audio"),
            ("search_options", "transcription"),
            ("query_media_type", "image"),
            ("query_media_file", "a.png", "image/png", PNG),
            ("query_media_file", "b.png", "image/png", PNG),
            ("query_text", "Grüße ☃ <@entity1>"),
            ("transcription_options", "lexical"),
            ("transcription_options", "semantic"),
            ("group_by", "video"),
            ("threshold", "none"),
            ("sort_option", "clip_count"),
            ("operator", "and"),
            ("filter", '{"duration":{"gte":10,"lte":60},"category":"news","ok":true}'),
            ("include_user_metadata", "true"),
        ],
        answer={
            "data": [{"id": "v1", "clips": [HIT | NOVEL]}],
            "page_info": {"total_results": 1, "total_inner_matches": 1},
        },
        finds=SearchPage(
            items=[SearchHit(id="v1", clips=[SearchClip(**HIT, extra=NOVEL)])],
            total_results=1,
            total_inner_matches=1,
        ),
    ),
    Call(
        call=lambda client: client.search(
            "i1", search_options="visual", query_media="https://host/dog.png"
        ),
        sends="POST /search",
        form=[
            ("index_id", "i1"),
            ("search_options", "visual"),
            ("query_media_type", "image"),
            ("query_media_url", "https://host/dog.png"),
        ],
        answer=EMPTY,
        finds=SearchPage(items=[]),
    ),
    Call(
        call=lambda client: client.search(
            "i1",
            search_options=["visual"],
            query_media=["https://host/1.png", "https://host/2.png"],
        ),
        sends="POST /search",
        form=[
            ("index_id", "i1"),
            ("search_options", "visual"),
            ("query_media_type", "image"),
            ("query_media_url", "https://host/1.png"),
            ("query_media_url", "https://host/2.png"),
        ],
        answer=EMPTY,
        finds=SearchPage(items=[]),
    ),
    Call(
        call=lambda client: client.search.retrieve("next-1", include_user_metadata=False),
        sends="GET /search/next-1?include_user_metadata=false",
        answer={"data": [HIT], "page_info": PAGE_INFO | {"prev_page_token": "prev-1"}},
        finds=SearchPage(
            items=[SearchHit(**HIT)],
            limit_per_page=10,
            total_results=11,
            page_expires_at=THEN,
            next_page_token="next-1",
            prev_page_token="prev-1",
        ),
    ),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_searches_on_the_wire(call: Call) -> None:
    await play(call)


def page(*ids: str, token: str | None = None) -> Any:
    """A page of hits, and the token of the next one."""
    items = [{"video_id": video_id} for video_id in ids]
    return reply({"data": items, "page_info": {"next_page_token": token}})


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([page("a", "b", token="p2"), page("c", token="p3"), page("d")], "abcd"),
        ([page()], ""),
        ([page("a", token="p2"), page(token="p3")], "a"),
        ([page("a", token="p2"), page("b", token="p2")], "ab"),
    ],
    ids=["declared end", "nothing", "empty page", "repeated token"],
)
async def test_pages_are_followed_to_their_end(pages: list[Any], found: str) -> None:
    script = Script(*pages)
    async with AsyncClient("tlk_test", transport=script) as client:
        hits = await client.search("i1", "x", search_options=["visual"], include_user_metadata=True)
        assert len(script.requests) == 1
        assert "".join([hit.video_id async for hit in hits]) == found
    later = [f"GET /v1.3/search/p{n}?include_user_metadata=true" for n in range(2, len(pages) + 1)]
    assert script.lines[1:] == later


async def test_a_page_that_has_expired_raises() -> None:
    gone = reply({"code": "search_page_token_expired", "message": "too late"}, status=400)
    async with AsyncClient("tlk_test", transport=Script(page("a", token="p2"), gone)) as client:
        hits = await client.search("i1", "x", search_options=["visual"])
        with pytest.raises(BadRequestError, match="search_page_token_expired"):
            await everything(hits)
    assert hits.first_page.items == [SearchHit(video_id="a")]


async def test_a_filter_that_may_be_misspelt_is_named_if_nothing_is_found() -> None:
    script = Script(page(), page(), page(), page("a"))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.warns(
            UserWarning, match=r"its filter has widht, categry: user metadata.*width"
        ):
            await client.search(
                "i1",
                "x",
                search_options=["visual"],
                filter={"widht": 9, "size": 1, "categry": "news"},
            )
        for filter in (None, {"width": 9}, {"categry": "news"}):  # the last one finds something
            await client.search("i1", "x", search_options=["visual"], filter=filter)


BAD: list[dict[str, Any]] = [
    {},
    {"query_text": ""},
    {"query_text": "x", "search_options": []},
    {"query_text": "x", "search_options": ["visul"]},
    {"query_text": "x", "page_limit": 0},
    {"query_text": "x", "group_by": "Clip"},
    {"query_text": "x", "adjust_confidence_level": -0.5},
    {"query_text": "x", "filter": {"a": object()}},
    {"query_text": "x", "filter": "category"},
    {"query_text": "x", "filter": [("a", 1)]},
    {"query_text": "x", "filter": {"a": "\ud800"}},
    {"query_media": []},
    {"query_media": Media.asset("a1")},
    {"query_media": Media.data(b"GIF89a")},
    {"query_media": ["https://host/a.png", Media.data(PNG)]},
]


@pytest.mark.parametrize("bad", BAD)
async def test_bad_input_is_refused_before_anything_is_sent(bad: dict[str, Any]) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await client.search("i1", **{"search_options": ["visual"], **bad})


async def test_a_page_token_cannot_change_the_path() -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await client.search.retrieve("..")
