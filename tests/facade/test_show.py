"""What people see when they print a result, or look at it in a notebook."""

import inspect
import operator
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from dodeca import Client, DodecaError, Embeddings, Media, results
from dodeca._base.html import ROWS
from dodeca.batch import Batch
from dodeca.bulk.records import Failure
from dodeca.bulk.results import Run
from dodeca.embeddings import Match, Matches
from dodeca.emulator import samples
from dodeca.results import (
    Asset,
    BatchResults,
    EmbeddingsV1,
    Index,
    Page,
    Result,
    SearchHit,
    SearchPage,
    UploadUrl,
    Video,
    build_result,
)

EVIL = "<script>alert(1)</script>\"'&"
CLASSES = [c for _, c in inspect.getmembers(results, inspect.isclass) if attrs.has(c)]


class Text(HTMLParser):
    """The text and the images of a page; fails at what results never contain."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []
        self.images: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag == "img":
            (source, *others) = attributes
            assert others == [("width", "160"), ("alt", "")]
            self.images.append(source[1])
            return
        assert tag in {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
        assert attributes == []
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


def evil(cls: type[Any]) -> Any:
    return cls(**{field.name: EVIL for field in attrs.fields(cls) if field.name != "extra"})


def film(rows: int = 3, option: str = "visual") -> Embeddings:
    one = {"embedding": [0.1, 0.2], "embedding_option": option, "embedding_scope": "clip"}
    times = [{"start_sec": float(n), "end_sec": n + 1.0} for n in range(rows)]
    return Embeddings.from_items([one | time for time in times])


@pytest.mark.parametrize("cls", CLASSES)
def test_results_show_what_was_said_and_nothing_else(cls: type[Any]) -> None:
    assert issubclass(cls, Result)
    if cls in (BatchResults, Page, SearchPage, EmbeddingsV1):
        return  # tables and vectors, below
    shown = evil(cls)
    assert repr(shown).startswith(f"{cls.__name__}(")
    names = [field.name for field in attrs.fields(cls)]
    assert "None" not in repr(cls("1") if names[0] == "id" else cls())
    assert EVIL not in shown._repr_html_()
    assert "alert(1)" in "".join(Text(shown._repr_html_()).text)


def test_a_result_is_short() -> None:
    video = build_result(Video, {"_id": "v1", "created_at": "2026-01-02T00:00:00Z", "new_word": 1})
    assert repr(video).startswith("Video(id=")
    index = Index("i1", index_name="x" * 10_000)
    assert len(repr(index)) < 300
    assert len(index._repr_html_()) < 400
    assert repr(SearchHit(video_id="v", start=1.5, end=4.0, rank=1)) == (
        "SearchHit(video_id='v', start=1.5, end=4.0, rank=1)"
    )
    assert "2026-01-02 00:00:00+00:00" in repr(
        Index("i", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    )


def test_signed_addresses_are_not_shown() -> None:
    url = UploadUrl(1, "https://storage.example/part?X-Signature=secret")
    assert "secret" not in repr(url) + url._repr_html_()


def test_pages_are_tables() -> None:
    page = Page([Asset(str(n), filename=EVIL) for n in range(40)], 1, 50, 3, 120)
    text = Text(page._repr_html_()).text
    assert "108 more" in text
    assert text.count(EVIL) == ROWS
    assert "total_results=120" in repr(page)
    found = SearchPage([SearchHit(video_id="v1", start=1.0, end=2.0)], total_results=1)
    assert "v1" in Text(found._repr_html_()).text
    assert Text(SearchPage([])._repr_html_()).text == ["Search"]


def test_embeddings_segments_and_matches() -> None:
    found = Embeddings.concat({EVIL: film(20, EVIL)})
    for shown in (found, found[0], found.search([1, 0]), found.search([1, 0])[0]):
        page = shown._repr_html_()  # type: ignore[union-attr]
        assert EVIL not in page
        assert "alert(1)" in "".join(Text(page).text)
    assert "8 more" in Text(found._repr_html_()).text
    assert repr(film()[0]) == "<Segment 0.00-1.00 s, visual, clip, 2 floats>"
    assert repr(film().search([0.1, 0.2], k=1)) == "[<Match 1.00: 0.00-1.00 s, visual, clip>]"
    both = film().search([0.1, 0.2], k=1, weights={"visual": 1})
    assert repr(both[0]) == "<Match 1.00: 0.00-1.00 s, visual 1.00, clip>"
    assert repr(Embeddings.concat({"a": film(), "b": film()})) == (
        "<Embeddings 6 x 2, visual, clip, 2 sources>"
    )
    assert "Embeddings 0 x 0" in Embeddings.from_items([])._repr_html_()


def test_jobs_lists_and_searches(client: Client, tmp_path: Path) -> None:
    index = client.indexes.create("films", {"marengo3.0": ["visual"]})
    listed = client.indexes.list()
    assert repr(listed) == "<Pages of Index from page 1; iterate them>"
    hits = client.search(index.id, "red", search_options=["visual"])
    assert repr(hits) == "<SearchResults: 0 of 0 hits here; iterate them>"
    Text(hits._repr_html_())
    for shown in (client, listed, client.analyze.stream("Why?", video_id="v")):
        assert Text(shown._repr_html_()).text == [repr(shown)[1:-1]]
    job = client.assets.create(samples.image(tmp_path / "red.png", "red"))
    assert repr(job) == f"<Job {job.id}: {job.status}>"
    assert job.id in Text(job._repr_html_()).text
    assert repr(client) == "<Client of the emulator>"
    with Client("tlk_1234567890") as real:
        assert repr(real) == "<Client of https://api.twelvelabs.io/v1.3>"


def test_matches_in_local_files_have_thumbnails(client: Client, tmp_path: Path) -> None:
    clip = samples.video(tmp_path / "x<b>.mp4", [samples.Scene("red", 4)] * 2, sound=False)
    image = samples.image(tmp_path / "red.jpg", "red")
    rows = [client.embed.video(clip), client.embed.image(image), client.embed.text("red")]
    found = Embeddings.concat(rows).search("red", k=9, client=client)
    page = Text(found._repr_html_())
    assert page.text[0] == f"{len(found)} matches for red"
    assert "x<b>.mp4" in page.text
    assert len(page.images) == len(found) - 1
    assert all(image.startswith("data:image/jpeg;base64,/9j/") for image in page.images)
    assert len(Text(found[1]._repr_html_()).images) == 1
    for path in (clip, image):
        path.write_bytes(b"broken")
    pipe = tmp_path / "pipe.mp4"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
    for source in (str(tmp_path / "gone.mp4"), str(tmp_path), str(pipe), "https://h.example/a.mp4"):
        segment = attrs.evolve(found[1].segment, source=source)
        assert Text(Matches([Match(segment, 1.0)])._repr_html_()).images == []


def test_thumbnails_of_the_service_are_loaded_by_the_browser() -> None:
    link = "https://cdn.example/a.jpg?sig='\"<b>"
    others = ("http://cdn.example/a.jpg", "javascript:alert(1)", EVIL, None)
    hits = [SearchHit(video_id="v1", thumbnail_url=url) for url in (link, *others)]
    page = Text(SearchPage(hits)._repr_html_())
    assert page.images == [link]
    assert link not in page.text
    assert {"http://cdn.example/a.jpg", "javascript:alert(1)", EVIL} < set(page.text)
    video = Video("v1", hls=results.Stream(thumbnail_urls=[link]))
    asset = Asset("a1", thumbnail=results.Thumbnail(representative_url=link))
    for one in (video, asset):
        assert Text(Page([one], 1)._repr_html_()).images == [link]


def test_a_list_shows_the_page_that_was_fetched(client: Client) -> None:
    for number in range(12):
        client.indexes.create(f"one of many {number}", {"marengo3.0": ["visual"]})
    listed = client.indexes.list(page_limit=2)
    assert Text(listed._repr_html_()).text == [repr(listed)[1:-1]]
    first = next(iter(listed))
    text = Text(listed._repr_html_()).text
    assert text[:2] == [repr(listed)[1:-1], "Page 1"]
    assert first.id in text


def test_what_holds_embeddings() -> None:
    assert repr(EmbeddingsV1(text=film())) == (
        "EmbeddingsV1(text=<Embeddings 3 x 2, visual, clip>, errors={})"
    )
    assert repr(Batch((film(),))) == "<Batch of 1, 0 of them errors>"


@pytest.mark.parametrize(
    "name",
    [
        *("embed", "embed_v1", "assets", "indexes", "tasks", "imports", "search", "analyze"),
        *("generate", "summarize", "gist", "embed.tasks", "indexes.videos", "indexes.assets"),
    ],
)
def test_groups_of_methods_name_them(client: Client, name: str) -> None:
    group = operator.attrgetter(name)(client)
    own = ["(...)"] * callable(group) + [word for word in dir(group) if not word.startswith("_")]
    assert repr(group) == f"<{type(group).__name__}: {', '.join(own)}>"
    text = "".join(Text(group._repr_html_()).text)
    assert all(word in text for word in own)


def test_media_and_batches(tmp_path: Path) -> None:
    path = samples.image(tmp_path / "red.png", "red")
    assert repr(Media.file(path)) == f"Media(path='{path}')"
    data = Media.data(b"12", filename="<b>.png")
    assert repr(data) == "Media(content=<2 bytes>, filename='<b>.png')"
    assert "<b>" not in data._repr_html_()
    assert repr(Media.asset("a1")) == "Media(asset_id='a1')"
    signed = Media.url("https://storage.example/a.mp4?X-Signature=secret")
    assert "secret" not in repr(signed) + signed._repr_html_()
    page = Batch((film(), DodecaError(EVIL)))._repr_html_()
    assert EVIL not in page
    assert "alert(1)" in "".join(Text(page).text)


def test_a_notebook_shows_a_run_as_tables() -> None:
    failure = Failure("1", "<b>.mp4", "video", "media_invalid", None, "it is no video", False)
    run = Run(Path("data/vectors"), Path("data/errors"), total=2, done=1, failed=1)
    run.failures = [failure]
    run.end()
    shown = run._repr_html_()
    assert "<td>1 of 2: 1 done, 0 skipped, 1 failed, 0.0 minutes</td>" in shown
    assert "<td>data/vectors</td>" in shown
    assert "<td>&lt;b&gt;.mp4</td><td>it is no video</td>" in shown
