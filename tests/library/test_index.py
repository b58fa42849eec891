"""An index of the service as a library."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Client
from dodeca.emulator import Emulator, EmulatorTransport
from dodeca.errors import InvalidMediaError, InvalidRequestError, NotFoundError
from dodeca.library import (
    HlsStream,
    Missing,
    Query,
    QueryCounts,
    Selection,
    open_index,
)
from dodeca.library.index import IndexLibrary
from dodeca.library.index_search import search_key
from tests.seams import on_clock

GREEN = Query(text="something green")


class Counted(EmulatorTransport):
    """Sends requests to an emulator, and notes them."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return super().handle_request(request)

    def count(self, method: str, path: str) -> int:
        return sum(r.method == method and path in r.url.path for r in self.requests)


@pytest.fixture(scope="module")
def emulator(sample_files: Path) -> Iterator[tuple[Emulator, str]]:
    """An emulator, and an index with two videos, each with a season."""
    with Emulator() as emulator, on_clock(Client.emulated(emulator)) as client:
        index = client.indexes.create(
            "two <videos>", {"marengo3.0": ["visual", "audio"]}, addons=["thumbnail"]
        )
        for season in (1, 2):
            job = client.tasks.create(
                index.id, sample_files / "colours.mp4", user_metadata={"season": season}
            )
            job.wait()
        yield emulator, index.id


@pytest.fixture
def transport(emulator: tuple[Emulator, str]) -> Counted:
    return Counted(emulator[0])


@pytest.fixture
def library(emulator: tuple[Emulator, str], transport: Counted) -> Iterator[IndexLibrary]:
    with Client("key", transport=transport) as client:
        yield open_index(emulator[1], client)


def test_what_an_index_is(library: IndexLibrary) -> None:
    assert library.name == "two <videos>"
    assert library.model_name == "marengo3.0"
    assert library.modalities == ["visual", "audio", "transcription"]
    assert [source.name for source in library.sources] == ["colours.mp4"] * 2
    assert [source.duration_sec for source in library.sources] == [20.0] * 2
    assert len({source.id for source in library.sources}) == 2
    seasons = [library.source(source.id).metadata for source in library.sources]
    assert seasons == [{"season": 2}, {"season": 1}]


def test_a_search_is_sent_once_and_its_pages_follow(
    library: IndexLibrary, transport: Counted
) -> None:
    assert not library.is_kept(GREEN)
    first = library.search(GREEN, limit=3)
    assert first.is_embedded
    assert (first.total, len(first.items)) == (8, 3)
    assert {(hit.start_sec, hit.end_sec) for hit in first.items[:2]} == {(9.0, 15.0)}
    assert {hit.source.id for hit in first.items[:2]} == {s.id for s in library.sources}
    assert library.is_kept(GREEN)
    rest = library.search(GREEN, offset=3, limit=50)
    assert not rest.is_embedded
    assert len(rest.items) == 5
    assert len({hit.segment_id for hit in (*first.items, *rest.items)}) <= 8
    assert transport.count("POST", "/search") == 1
    assert library.queries == QueryCounts(sent=1, kept=1)


def test_another_selection_is_another_search(library: IndexLibrary) -> None:
    one = library.sources[0]
    found = library.search(GREEN, Selection(sources=[one.id], options=["visual"]))
    assert {hit.source.id for hit in found.items} == {one.id}
    assert found.total == 4
    assert not library.is_kept(GREEN)
    by_season = library.search(GREEN, Selection(metadata={"season": 2}))
    assert {hit.source.metadata["season"] for hit in by_season.items} == {2}
    assert library.queries.sent == 2


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(weights={"visual": 1.0}), "without weights"),
        (Selection(options=["smell"]), "'smell'"),
        (Selection(scopes=["asset"]), "'asset'"),
        (Selection(sources=["../etc"]), "'../etc'"),
        (Selection(min_score=0.5), "without scores"),
    ],
)
def test_what_an_index_cannot_do_is_refused(
    library: IndexLibrary, selection: Selection, message: str
) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        library.search(GREEN, selection)


def test_what_is_refused_costs_nothing(library: IndexLibrary, transport: Counted) -> None:
    for offset, limit in ((-1, 5), (0, 0)):
        with pytest.raises(InvalidRequestError):
            library.search(GREEN, offset=offset, limit=limit)
    with pytest.raises(InvalidRequestError):
        library.search(GREEN, Selection(options=["smell"]))
    assert library.queries == QueryCounts(sent=0, kept=0)
    assert transport.count("POST", "/search") == 0


def test_an_image_and_a_segment_are_queries(library: IndexLibrary, sample_files: Path) -> None:
    image = (sample_files / "purple.jpg").read_bytes()
    assert library.search(Query(image=image)).total == 8
    green = library.search(GREEN, limit=1).items[0]
    similar = library.search(Query(segment=green.segment_id), Selection(options=["visual"]))
    assert {(hit.start_sec, hit.end_sec) for hit in similar.items[:2]} == {(9.0, 15.0)}


@pytest.mark.parametrize("name", ["", "x", "../x~0~1", "x~0~1\n", "x~1e9~2", "\ud800~0~1"])
def test_a_segment_that_is_none_is_refused(library: IndexLibrary, name: str) -> None:
    with pytest.raises(InvalidRequestError):
        library.matches([name], GREEN)


def test_thumbnails_are_those_of_hits(library: IndexLibrary) -> None:
    source = library.sources[0]
    with pytest.raises(InvalidMediaError, match="add-on thumbnail"):
        library.thumbnail(source.id)
    hits = [hit for hit in library.search(GREEN).items if hit.source.id == source.id]
    pictures = {library.thumbnail(source.id, hit.start_sec) for hit in hits}
    assert len(pictures) == 4  # one of each scene
    assert all(picture.startswith(b"\xff\xd8") for picture in pictures)
    assert library.thumbnail(source.id) in pictures


def test_the_vectors_of_the_service_give_timelines(
    library: IndexLibrary, transport: Counted
) -> None:
    for _ in range(2):
        visual, audio = library.timeline(library.sources[0].id, GREEN)
    assert (visual.modality, audio.modality) == ("visual", "audio")
    best = visual.scores.argmax()
    assert (visual.start_sec[best], visual.end_sec[best]) == (9.0, 15.0)
    scale = library.scale(GREEN)
    assert scale.low <= 0 < visual.high <= scale.high
    assert transport.count("POST", "/embed-v2") == 1
    assert library.queries.sent == 2  # the search, of which the scale is, and its embedding


def test_matches_have_times_and_scores(library: IndexLibrary) -> None:
    hits = library.search(GREEN, Selection(options=["visual"])).items
    matches = library.matches([hit.segment_id for hit in hits], GREEN)
    assert [match.segment.start_sec for match in matches] == [hit.start_sec for hit in hits]
    assert matches[0].score == max(match.score for match in matches) > 0.3
    assert matches[0].segment.source_id == "colours.mp4"
    assert orjson.loads(matches.to_json())["matches"][0]["scores"]["visual"] > 0.3


def test_a_video_without_a_stream_says_so(library: IndexLibrary) -> None:
    assert isinstance(library.playable(library.sources[0].id), Missing)
    with pytest.raises(InvalidRequestError, match="source_id"):
        library.playable("nowhere")
    with pytest.raises(InvalidRequestError, match="source_id"):
        library.source("nowhere")


class WithStreams(EmulatorTransport):
    """The emulator encodes no streams; the service says where they are in this form."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if request.method == "GET" and "/videos/" in request.url.path:
            body = orjson.loads(response.read())
            body["hls"] = {"video_url": "https://video.example/a.m3u8", "status": "COMPLETE"}
            return httpx.Response(200, json=body)
        return response


def test_a_stream_is_played(emulator: tuple[Emulator, str]) -> None:
    with Client("key", transport=WithStreams(emulator[0])) as client:
        library = open_index(emulator[1], client)
        stream = HlsStream("https://video.example/a.m3u8")
        assert library.playable(library.sources[0].id) == stream
        hit = library.search(GREEN, limit=1).items[0]
        assert library.matches([hit.segment_id], GREEN)[0].segment.source == stream.url


class ExpiringPages(EmulatorTransport):
    """Pages have 3 hits instead of 50, and the first token of a page has expired."""

    has_expired = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            field = b'name="page_limit"\r\n\r\n'
            smaller = request.read().replace(field + b"50", field + b"3")
            del request.headers["content-length"]
            request = httpx.Request("POST", request.url, headers=request.headers, content=smaller)
        if request.method == "GET" and "/search/" in request.url.path and not self.has_expired:
            self.has_expired = True
            body = {"code": "search_page_token_expired", "message": "The token is expired."}
            return httpx.Response(400, json=body)
        return super().handle_request(request)


def test_a_search_whose_pages_expired_is_sent_again(emulator: tuple[Emulator, str]) -> None:
    transport = ExpiringPages(emulator[0])
    with Client("key", transport=transport) as client:
        library = open_index(emulator[1], client)
        assert len(library.search(GREEN, limit=2).items) == 2
        assert not transport.has_expired
        found = library.search(GREEN, limit=8)
        assert transport.has_expired
        assert found.is_embedded
        assert len(found.items) == 8


def test_scores_of_an_older_model_can_be_filtered(sample_files: Path) -> None:
    with on_clock(Client.emulated()) as client:
        index = client.indexes.create("older", {"marengo2.7": ["visual", "audio"]})
        client.tasks.create(index.id, sample_files / "colours.mp4").wait()
        library = open_index(index.id, client)
        scores = [hit.score or 0.0 for hit in library.search(GREEN).items]
        assert len(set(scores)) > 1
        found = library.search(GREEN, Selection(min_score=max(scores)))
        assert [hit.score for hit in found.items] == [s for s in scores if s == max(scores)]
        assert library.timeline(library.sources[0].id, GREEN) == []


def test_an_index_that_cannot_be_searched_is_refused() -> None:
    with Client.emulated() as client:
        with pytest.raises(NotFoundError):
            open_index("0" * 24, client)
        index = client.indexes.create("texts", {"pegasus1.2": ["visual"]})
        with pytest.raises(InvalidRequestError, match="no Marengo model"):
            open_index(index.id, client)


@given(text=st.text(min_size=1, max_size=8), other=st.text(min_size=1, max_size=8))
def test_searches_are_the_same_only_with_equal_parameters(text: str, other: str) -> None:
    one, two = search_key(Query(text=text), Selection()), search_key(Query(text=other), Selection())
    assert (one == two) == (text == other)
    assert one != search_key(Query(segment=text), Selection())
    assert one != search_key(Query(text=text), Selection(sources=[text]))
