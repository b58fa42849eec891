"""Indexes on the wire."""

from datetime import UTC, datetime

import pytest

from dodeca import AsyncClient
from dodeca.errors import InvalidRequestError
from dodeca.results import Index, IndexModel
from tests._async.wire import NOVEL, Call, paged, play
from tests.scripted import Script, reply

pytestmark = pytest.mark.anyio

INDEX = {
    "_id": "i1",
    "index_name": "myIndex",
    "models": [{"model_name": "marengo2.7", "model_options": ["visual", "audio", "smell"]}],
    "video_count": 3,
    "total_duration": 120.5,
    "addons": ["thumbnail"],
    "created_at": "2024-08-16T16:53:59Z",
    "updated_at": "2024-08-16T16:55:59.5Z",
    "expires_at": None,
}
FOUND = Index(
    id="i1",
    index_name="myIndex",
    models=[IndexModel("marengo2.7", ["visual", "audio", "smell"])],
    video_count=3,
    total_duration=120.5,
    addons=["thumbnail"],
    created_at=datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC),
    updated_at=datetime(2024, 8, 16, 16, 55, 59, 500_000, tzinfo=UTC),
    extra=NOVEL,
)
BOTH = ["visual", "audio"]

CALLS = [
    Call(
        call=lambda client: client.indexes.create(
            "myIndex", {"marengo2.7": BOTH, "pegasus1.2": BOTH}, addons=["thumbnail"]
        ),
        sends="POST /indexes",
        json={
            "index_name": "myIndex",
            "models": [
                {"model_name": "marengo2.7", "model_options": ["visual", "audio"]},
                {"model_name": "pegasus1.2", "model_options": ["visual", "audio"]},
            ],
            "addons": ["thumbnail"],
        },
        status=201,
        answer={"_id": "i1"},
        finds=Index(
            id="i1",
            index_name="myIndex",
            models=[IndexModel("marengo2.7", BOTH), IndexModel("pegasus1.2", BOTH)],
            addons=["thumbnail"],
        ),
    ),
    Call(
        call=lambda client: client.indexes.create("mine", {"marengo3.0": ["visual"]}),
        sends="POST /indexes",
        json={
            "index_name": "mine",
            "models": [{"model_name": "marengo3.0", "model_options": ["visual"]}],
        },
        status=201,
        answer={"_id": "i2", **NOVEL},
        finds=Index(
            id="i2",
            index_name="mine",
            models=[IndexModel("marengo3.0", ["visual"])],
            extra=NOVEL,
        ),
    ),
    Call(
        call=lambda client: client.indexes.list(
            index_name="myIndex",
            model_options=["visual", "audio"],
            model_family="marengo",
            created_at="2024-08-16T16:53:59Z",
            updated_at="2024-08-16T16:55:59Z",
            sort_by="updated_at",
            sort_option="asc",
            page=1,
            page_limit=50,
        ),
        sends="GET /indexes?page=1&page_limit=50&sort_by=updated_at&sort_option=asc"
        "&index_name=myIndex&model_options=visual,audio&model_family=marengo"
        "&created_at=2024-08-16T16:53:59Z&updated_at=2024-08-16T16:55:59Z",
        answer=paged(INDEX | NOVEL),
        finds=[FOUND],
    ),
    Call(
        call=lambda client: client.indexes.list(),
        sends="GET /indexes?page=1&page_limit=10",
        answer={"data": []},
        finds=[],
    ),
    Call(
        call=lambda client: client.indexes.retrieve("i1"),
        sends="GET /indexes/i1",
        answer=INDEX | NOVEL,
        finds=FOUND,
    ),
    Call(
        call=lambda client: client.indexes.retrieve("a/b?c#d"),
        sends="GET /indexes/a%2Fb%3Fc%23d",
        answer={"_id": "a/b?c#d"},
        finds=Index(id="a/b?c#d"),
    ),
    Call(
        call=lambda client: client.indexes.update("i1", index_name="Mein Index ☃"),
        sends="PUT /indexes/i1",
        json={"index_name": "Mein Index ☃"},
        status=204,
    ),
    Call(call=lambda client: client.indexes.delete("i1"), sends="DELETE /indexes/i1", status=204),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_indexes_on_the_wire(call: Call) -> None:
    await play(call)


async def test_commas_and_colons_of_the_sample_list_are_encoded() -> None:
    script = Script(reply({"data": []}))
    async with AsyncClient("tlk_test", transport=script) as client:
        listed = client.indexes.list(
            model_options=["visual", "audio"], created_at="2024-08-16T16:53:59Z"
        )
        assert [index.id async for index in listed] == []
    assert script.lines == [
        "GET /v1.3/indexes?page=1&page_limit=10&model_options=visual%2Caudio"
        "&created_at=2024-08-16T16%3A53%3A59Z"
    ]


BAD = [
    lambda client: client.indexes.create("", {"marengo3.0": ["visual"]}),
    lambda client: client.indexes.create("x", {}),
    lambda client: client.indexes.create("x", {"marengo3.0": []}),
    lambda client: client.indexes.create("x", {"marengo3.0": ["visul"]}),
    lambda client: client.indexes.create("x", {"marengo3.0": ["visual"]}, addons=["thumbnails"]),
    lambda client: client.indexes.retrieve(".."),
    lambda client: client.indexes.update("i1", index_name=" "),
    lambda client: client.indexes.delete(""),
]
BAD_LISTS = [
    lambda client: client.indexes.list(page=0),
    lambda client: client.indexes.list(page_limit=0),
    lambda client: client.indexes.list(model_family="Marengo"),
    lambda client: client.indexes.list(created_at="the day before"),
    lambda client: client.indexes.list(sort_by="createdat"),
]


@pytest.mark.parametrize("call", BAD)
async def test_bad_input_is_refused_before_anything_is_sent(call) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await call(client)


@pytest.mark.parametrize("call", BAD_LISTS)
async def test_bad_filters_are_refused_at_the_call_not_at_the_first_item(call) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            call(client)
