"""What people would otherwise write by hand around several calls."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import AsyncClient, Client, Media
from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.errors import (
    BadRequestError,
    IncompleteTextError,
    IndexMismatchError,
    InvalidMediaError,
    InvalidRequestError,
    JobFailed,
    NotFoundError,
    WaitTimeout,
)
from dodeca.types import AsyncTextStream
from tests.scripted import Script, Server, reply
from tests.seams import on_clock

pytestmark = pytest.mark.anyio

VISUAL = {"marengo3.0": ["visual"]}
BOTH = {"marengo3.0": ["visual", "audio"], "pegasus1.2": ["visual", "audio"]}


# indexes.get_or_create


async def test_an_index_is_created_once_and_then_found() -> None:
    async with AsyncClient.emulated() as client:
        await client.indexes.create("clips and more", VISUAL)
        first = await client.indexes.get_or_create("clips", BOTH, addons=["thumbnail"])
        reordered = {name: BOTH[name][::-1] for name in reversed(BOTH)}
        for addons in (None, ["thumbnail"]):
            again = await client.indexes.get_or_create("clips", reordered, addons=addons)
            assert again.id == first.id
        assert again.video_count == 0
        assert len([index async for index in client.indexes.list()]) == 2


class Overtaken(Server):
    """An emulator in which another process creates each index just before it is created."""

    def __init__(self, emulator: Emulator, models: dict[str, list[str]]) -> None:
        self._emulator = EmulatorTransport(emulator)
        self._other = Client.emulated(emulator)
        self._models = models
        self.lines: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.lines.append(f"{request.method} {request.url.path}")
        if request.method == "POST":
            self._other.indexes.get_or_create("clips", self._models)
        response = self._emulator.handle_request(request)
        response.read()
        return response


async def test_two_processes_at_once_get_the_same_index() -> None:
    with Emulator() as emulator:
        overtaken = Overtaken(emulator, VISUAL)
        async with AsyncClient("tlk_test", transport=overtaken) as client:
            index = await client.indexes.get_or_create("clips", VISUAL)
        assert overtaken.lines == [f"{verb} /v1.3/indexes" for verb in ("GET", "POST", "GET")]
        async with AsyncClient.emulated(emulator) as client:
            assert [found.id async for found in client.indexes.list()] == [index.id]


async def test_the_other_process_may_want_other_models() -> None:
    with Emulator() as emulator:
        async with AsyncClient("tlk_test", transport=Overtaken(emulator, BOTH)) as client:
            with pytest.raises(IndexMismatchError, match=r"pegasus1\.2.*wanted"):
                await client.indexes.get_or_create("clips", VISUAL)


async def test_an_index_with_other_models_or_addons_is_an_error_that_names_them() -> None:
    async with AsyncClient.emulated() as client:
        index = await client.indexes.create("clips", VISUAL)
        with pytest.raises(IndexMismatchError) as caught:
            await client.indexes.get_or_create("clips", BOTH)
        assert (caught.value.index_name, caught.value.index_id) == ("clips", index.id)
        assert "models {'marengo3.0': ['visual']}, wanted {'marengo3.0': ['audio'" in str(
            caught.value
        )
        with pytest.raises(IndexMismatchError, match=r"add-ons \[\], wanted \['thumbnail'\]"):
            await client.indexes.get_or_create("clips", VISUAL, addons=["thumbnail"])


async def test_other_refusals_of_a_create_are_raised() -> None:
    empty = reply({"data": []})
    exists = reply({"code": "index_name_already_exists", "message": "taken"}, status=400)
    other = reply({"code": "parameter_invalid", "message": "no"}, status=400)
    for refusal, more in ((other, []), (exists, [empty])):  # taken, and yet not in the list
        script = Script(empty, refusal, *more)
        async with AsyncClient("tlk_test", transport=script) as client:
            with pytest.raises(BadRequestError):
                await client.indexes.get_or_create("clips", VISUAL)
        assert script.left == 0


@pytest.mark.parametrize(
    ("name", "models", "addons"),
    [("", VISUAL, None), ("x", {}, None), ("x", {"m": []}, None), ("x", VISUAL, [""])],
)
async def test_bad_indexes_are_refused_before_anything_is_sent(
    name: str, models: dict[str, list[str]], addons: list[str] | None
) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await client.indexes.get_or_create(name, models, addons=addons)


# assets.temporary


async def assets_of(client: AsyncClient) -> list[str]:
    return [asset.id async for asset in client.assets.list()]


async def test_a_temporary_asset_is_ready_in_its_block_and_deleted_after_it(
    sample_files: Path,
) -> None:
    async with AsyncClient.emulated(pace="2") as client:
        on_clock(client)
        async with client.assets.temporary(sample_files / "purple.jpg") as asset:
            assert asset.status == "ready"
            assert await assets_of(client) == [asset.id]
            found = await client.embed.image(Media.asset(asset.id))
        assert len(found) == 1
        assert await assets_of(client) == []


async def test_an_error_of_the_block_is_raised_after_the_deletion(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        with pytest.raises(RuntimeError, match="no good") as caught:
            async with client.assets.temporary(sample_files / "purple.jpg"):
                raise RuntimeError("no good")
        assert not hasattr(caught.value, "__notes__")
        assert await assets_of(client) == []


ASSET = {"_id": "a1", "status": "ready"}
DELETED = httpx.Response(204)
MISSING = {"code": "resource_not_exist", "message": "no such asset"}
BROKEN = {"code": "internal_server_error", "message": "broken"}


async def use(client: AsyncClient, error: Exception | None = None, **options: Any) -> None:
    async with client.assets.temporary(Media.data(b"x"), **options):
        if error is not None:
            raise error


async def test_a_deletion_that_fails_does_not_hide_the_error_of_the_block() -> None:
    broken = [reply(BROKEN, status=400) for _ in range(2)]
    script = Script(reply(ASSET, status=201), broken[0], reply(ASSET, status=201), broken[1])
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(RuntimeError, match="no good") as caught:
            await use(client, RuntimeError("no good"))
        assert caught.value.__notes__ == [
            "the temporary asset a1 was not deleted: [400 internal_server_error] broken"
        ]
        with pytest.raises(BadRequestError, match="broken"):  # alone, it is told
            await use(client)


async def test_an_asset_that_the_block_has_deleted_is_no_error() -> None:
    script = Script(reply(ASSET, status=201), reply(MISSING, status=404))
    async with AsyncClient("tlk_test", transport=script) as client:
        await use(client)
    assert script.lines == ["POST /v1.3/assets", "DELETE /v1.3/assets/a1"]


class Assets(Server):
    """An asset that stays in one state, until it is deleted."""

    def __init__(self, status: str) -> None:
        self.asset: dict[str, str] | None = {"_id": "a1", "status": status}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            self.asset = None
            return DELETED
        return httpx.Response(201 if request.method == "POST" else 200, json=self.asset)


@pytest.mark.parametrize(("status", "error"), [("failed", JobFailed), ("processing", WaitTimeout)])
async def test_an_asset_that_is_not_ready_is_deleted(status: str, error: type[Exception]) -> None:
    assets = Assets(status)
    async with on_clock(AsyncClient("tlk_test", transport=assets)) as client:
        with pytest.raises(error):
            await use(client, timeout=5)
    assert assets.asset is None


async def test_what_was_not_uploaded_is_not_deleted() -> None:
    script = Script(reply(BROKEN, status=400))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(BadRequestError, match="broken"):
            await use(client)
        with pytest.raises(InvalidMediaError, match=r"assets\.temporary.*a1"):
            client.assets.temporary(Media.asset("a1"))  # it may be in use elsewhere
        with pytest.raises(InvalidRequestError, match="timeout"):
            client.assets.temporary(Media.data(b"x"), timeout=-1)
    assert len(script.requests) == 1


async def test_a_temporary_asset_has_one_block() -> None:
    async with AsyncClient.emulated() as client:
        asset = client.assets.temporary(Media.data(b"a text", filename="a.txt"))
        assert repr(asset) == "<a temporary asset, for a `with` block>"
        async with asset:
            pass
        with pytest.raises(InvalidRequestError, match="one `with` block"):
            async with asset:
                pass
        assert [each async for each in client.assets.list()] == []


# search(limit=…) and its default options


def hits(first: int, count: int, token: str | None) -> Any:
    """A page of hits, numbered from `first`."""
    items = [{"video_id": "v", "rank": first + n} for n in range(count)]
    return reply({"data": items, "page_info": {"next_page_token": token}})


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(1, [1]), (50, [50]), (51, [26, 26]), (60, [30, 30]), (100, [50, 50]), (101, [34, 34, 34])],
)
async def test_a_limit_takes_as_few_pages_as_can_be(limit: int, sizes: list[int]) -> None:
    pages = [hits(sizes[0] * n + 1, size, f"p{n + 2}") for n, size in enumerate(sizes)]
    script = Script(*pages)
    async with AsyncClient("tlk_test", transport=script) as client:
        results = await client.search("i1", "x", search_options=["visual"], limit=limit)
        assert results.response is not None
        for _ in range(2 if limit <= 50 else 1):
            assert [hit.rank async for hit in results] == list(range(1, limit + 1))
    assert script.left == 0
    assert f'name="page_limit"\r\n\r\n{sizes[0]}\r\n' in script.requests[0].content.decode()


@given(
    limit=st.integers(1, 300),
    size=st.none() | st.integers(1, 50),
    total=st.integers(0, 400),
)
async def test_no_more_than_the_limit_and_no_page_too_many(
    limit: int, size: int | None, total: int
) -> None:
    class Index(Server):
        def __init__(self) -> None:
            self.size = 0
            self.served = 0

        def answer(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                form = request.content.decode()
                self.size = int(form.partition('name="page_limit"\r\n\r\n')[2].split("\r\n")[0])
            ranks = range(self.served + 1, min(self.served + self.size, total) + 1)
            self.served += self.size
            info = {"next_page_token": f"p{self.served}"} if self.served < total else {}
            items = [{"video_id": "v", "rank": rank} for rank in ranks]
            return httpx.Response(200, json={"data": items, "page_info": info})

    index = Index()
    async with AsyncClient("tlk_test", transport=index) as client:
        results = await client.search(
            "i1", "x", search_options=["visual"], limit=limit, page_limit=size
        )
        pages = [page async for page in results.pages()]
    found = min(limit, total)
    assert [hit.rank for page in pages for hit in page.items] == list(range(1, found + 1))
    assert len(pages) == max(-(-found // index.size), 1)
    assert index.size == size if size else index.size <= 50
    assert len(results.first_page.items) <= limit


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "3"])
async def test_a_limit_is_a_number_of_hits(limit: Any) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError, match="limit"):
            await client.search("i1", "x", limit=limit)


def models(*pairs: tuple[str, list[str]]) -> list[dict[str, Any]]:
    return [{"model_name": name, "model_options": options} for name, options in pairs]


@pytest.mark.parametrize(
    ("offered", "options"),
    [
        (models(("marengo3.0", ["visual"])), ["visual"]),
        (models(("marengo3.0", ["visual", "audio"])), ["visual", "audio", "transcription"]),
        (models(("marengo2.7", ["visual", "audio"])), ["visual", "audio"]),
        (models(("pegasus1.2", ["visual"]), ("marengo3.0", ["audio"])), ["audio", "transcription"]),
        (models(("marengo4.0", ["visual", "smell"])), ["visual", "smell"]),
    ],
)
async def test_the_options_are_what_the_index_offers(
    offered: list[dict[str, Any]], options: list[str]
) -> None:
    index = {"_id": "i1", "models": offered}
    script = Script(reply(index), *(hits(1, 1, None) for _ in range(3)))
    async with AsyncClient("tlk_test", transport=script) as client:
        for _ in range(2):  # the index is retrieved once
            await client.search("i1", "x")
        await client.search("i1", "x", search_options=["visual"])
    assert script.lines == ["GET /v1.3/indexes/i1", *["POST /v1.3/search"] * 3]
    for request, sent in zip(script.requests[1:], [options, options, ["visual"]], strict=True):
        form = request.content.decode().split('name="search_options"\r\n\r\n')[1:]
        assert [part.split("\r\n")[0] for part in form] == sent


async def test_an_index_without_a_model_for_searches_is_named() -> None:
    index = {"_id": "i1", "models": models(("pegasus1.2", ["visual"]))}
    script = Script(reply(index), reply(MISSING, status=404))
    async with AsyncClient("tlk_test", transport=script) as client:
        with pytest.raises(InvalidRequestError, match=r"i1.*no Marengo model.*pegasus1\.2"):
            await client.search("i1", "x")
        with pytest.raises(NotFoundError):
            await client.search("i2", "x")
        with pytest.raises(InvalidRequestError, match="query"):  # before anything is sent
            await client.search("i3")
    assert script.left == 0


async def test_the_emulator_takes_the_default_options(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        index = await client.indexes.get_or_create("clips", BOTH)
        await (await client.tasks.create(index.id, sample_files / "colours.mp4")).wait()
        results = await client.search(index.id, "something green", limit=2)
        assert len([hit async for hit in results]) == 2


# TextStream.pieces()


def streamed(*lines: bytes) -> Script:
    return Script(httpx.Response(200, content=b"\n".join(lines)))


START = b'{"event_type": "stream_start"}'
PIECES = [
    f'{{"event_type": "text_generation", "text": {text}}}'.encode()
    for text in ('"A"', '""', '" dog"')
]
END = b'{"event_type": "stream_end", "finish_reason": "stop"}'


async def test_a_stream_yields_its_pieces_of_text() -> None:
    async with (
        AsyncClient("tlk_test", transport=streamed(START, *PIECES, END)) as client,
        client.generate.stream("v1", "?") as stream,
    ):
        assert [piece async for piece in stream.pieces()] == ["A", " dog"]
        assert stream.end is not None
        assert [piece async for piece in stream.pieces()] == []
        assert await stream.text() == "A dog"


async def test_a_text_is_whole_after_a_loop_over_its_pieces() -> None:
    async with (
        AsyncClient("tlk_test", transport=streamed(START, *PIECES, END)) as client,
        client.generate.stream("v1", "?") as stream,
    ):
        async for piece in stream.pieces():
            assert piece == "A"
            break
        assert await stream.text() == "A dog"


async def joined(stream: AsyncTextStream) -> str:
    return "".join([piece async for piece in stream.pieces()])


async def test_pieces_end_with_the_error_of_the_stream() -> None:
    late = END.replace(b'"stop"', b'"stop", "error": {"message": "too late"}')
    async with (
        AsyncClient("tlk_test", transport=streamed(START, *PIECES, late)) as client,
        client.generate.stream("v1", "?") as stream,
    ):
        with pytest.raises(IncompleteTextError, match="too late") as caught:
            await joined(stream)
    assert caught.value.text == "A dog"
