"""Datasets as libraries: sources, searches, timelines and what is kept, against the emulator."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import Client, Embeddings
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.library import (
    DatasetLibrary,
    Library,
    Link,
    LocalFile,
    Missing,
    Query,
    Selection,
    open_dataset,
)

BLUE = Query(text="blue")
URL = "https://example.com/colours.mp4"


@pytest.fixture(scope="module")
def client(sample_files: Path) -> Iterator[Client]:
    with Client.emulated(media=sample_files) as client:
        yield client


@pytest.fixture(scope="module")
def dataset(client: Client, sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of a run over a video, audio, an image, a link, a text and a file that goes."""
    folder = tmp_path_factory.mktemp("run")
    removed = shutil.copy(sample_files / "purple.jpg", folder / "removed.jpg")
    rows = [
        {"path": str(sample_files / "colours.mp4"), "rating": 5, "place": "home"},
        {"path": str(sample_files / "tones.wav"), "rating": 3, "place": "home"},
        {"path": str(sample_files / "purple.jpg"), "rating": 3, "place": "away"},
        {"path": removed, "rating": 1, "place": "away"},
        {"url": URL, "rating": 4, "place": "away"},
        {"text": "a blue circle"},
    ]
    run = client.embed.run(rows, out=folder / "library", embedding_scope=["clip", "asset"])
    assert not run.failures
    Path(removed).unlink()
    return folder / "library"


@pytest.fixture
def library(client: Client, dataset: Path, tmp_path: Path) -> DatasetLibrary:
    """The dataset without kept queries."""
    shutil.copytree(dataset, tmp_path / "library")
    return open_dataset(tmp_path / "library", client)


def id_of(library: Library, name: str) -> str:
    return next(source.id for source in library.sources if source.name == name)


def test_a_library_has_the_sources_of_a_run(library: DatasetLibrary) -> None:
    found = {(source.name, source.kind) for source in library.sources}
    assert found == {
        *(("colours.mp4", "video"), ("tones.wav", "audio"), ("purple.jpg", "image")),
        *(("removed.jpg", "image"), ("a blue circle", "text")),
    }
    assert len(library.sources) == 6  # the file and the URL have one name
    assert len({source.id for source in library.sources}) == 6
    video = next(source for source in library.sources if source.location.endswith("colours.mp4"))
    assert video.duration_sec == 20.0
    assert video.metadata == {"rating": 5, "place": "home"}
    assert library.name == "library"
    assert library.model_name == "marengo3.0"
    assert library.metadata_columns == {"place": ["away", "home"], "rating": [1, 3, 4, 5]}
    assert set(library.modalities) == {"visual", "audio"}
    assert set(library.scopes) == {"clip", "asset"}


def test_a_library_says_how_its_sources_are_played(
    library: DatasetLibrary, sample_files: Path
) -> None:
    by_location = {source.location: library.playable(source.id) for source in library.sources}
    assert by_location[str(sample_files / "colours.mp4")] == LocalFile(sample_files / "colours.mp4")
    assert by_location[URL] == Link(URL)
    assert by_location["a blue circle"] == Missing("a text cannot be played")
    gone = library.playable(id_of(library, "removed.jpg"))
    assert gone == Missing("there is no such file any more")


def test_thumbnails_are_made_of_local_files(library: DatasetLibrary, sample_files: Path) -> None:
    video = next(s.id for s in library.sources if s.location == str(sample_files / "colours.mp4"))
    assert library.thumbnail(video, 1.0)[:2] == b"\xff\xd8"
    assert library.thumbnail(video, 1.0) != library.thumbnail(video, 6.0)
    for name in ("tones.wav", "removed.jpg", "a blue circle"):
        with pytest.raises(InvalidMediaError, match="there is no thumbnail of"):
            library.thumbnail(id_of(library, name))
    with pytest.raises(InvalidRequestError, match="at_sec must be a number, 0 or more, got -1"):
        library.thumbnail(video, -1)


def test_a_query_is_embedded_once_and_kept(library: DatasetLibrary, client: Client) -> None:
    assert not library.is_kept(BLUE)
    first, second = library.search(BLUE), library.search(BLUE)
    assert first.is_embedded
    assert not second.is_embedded
    assert first.items == second.items
    assert (library.queries.sent, library.queries.kept) == (1, 1)
    assert library.is_kept(BLUE)


def test_hits_are_those_of_embeddings_search(library: DatasetLibrary, client: Client) -> None:
    for weights, scope in ((None, None), ({"visual": 0.7, "audio": 0.3}, None), (None, "asset")):
        selection = Selection(weights=weights, scopes=scope and [scope])
        rows = library.embeddings.filter(scope=scope) if scope else library.embeddings
        expected = rows.search("blue", 50, weights=weights, client=client)
        found = library.search(BLUE, selection)
        assert [hit.score for hit in found.items] == [match.score for match in expected]
        assert [hit.scores for hit in found.items] == [match.scores for match in expected]
        assert found.total == len(expected)
        pages = [library.search(BLUE, selection, offset=at, limit=1) for at in range(found.total)]
        assert [page.items[0] for page in pages] == list(found.items)


def test_a_selection_chooses_rows(library: DatasetLibrary) -> None:
    video = next(source.id for source in library.sources if source.duration_sec == 20.0)
    hits = library.search(BLUE, Selection(sources=[video], options=["visual"])).items
    assert {(hit.source.id, hit.modality) for hit in hits} == {(video, "visual")}
    hits = library.search(BLUE, Selection(metadata={"place": "away", "rating": 3})).items
    assert [hit.source.name for hit in hits] == ["purple.jpg"]
    assert library.search(BLUE, Selection(metadata={"rating": 99})).total == 0
    best = library.search(BLUE).items[0]
    assert library.search(BLUE, Selection(min_score=best.score)).total == 1


def test_more_like_this_leaves_the_segment_out(library: DatasetLibrary) -> None:
    hit = library.search(BLUE).items[0]
    like = library.search(Query(segment=hit.segment_id))
    assert not like.is_embedded
    assert hit.segment_id not in {each.segment_id for each in like.items}
    times = {(each.source.id, each.start_sec) for each in like.items}
    assert (hit.source.id, hit.start_sec) not in times


def test_an_image_is_a_query(library: DatasetLibrary, sample_files: Path) -> None:
    query = Query(image=(sample_files / "purple.jpg").read_bytes())
    found = library.search(query)
    assert found.items[0].source.name in ("purple.jpg", "removed.jpg")
    assert found.is_embedded
    assert not library.search(query).is_embedded


def test_timelines_share_one_scale(library: DatasetLibrary, sample_files: Path) -> None:
    video = next(s.id for s in library.sources if s.location == str(sample_files / "colours.mp4"))
    timelines = library.timeline(video, BLUE)
    assert {timeline.modality for timeline in timelines} == {"visual", "audio"}
    scale = library.scale(BLUE)
    assert all(scale.low <= each.low <= each.high <= scale.high + 1e-6 for each in timelines)
    assert library.timeline(id_of(library, "purple.jpg"), BLUE) == []
    assert library.queries.sent == 1


def test_matches_have_the_segments_in_the_order_asked_for(
    library: DatasetLibrary, sample_files: Path
) -> None:
    hits = [hit for hit in library.search(BLUE).items if hit.start_sec is not None][:3]
    matches = library.matches([hit.segment_id for hit in reversed(hits)], BLUE)
    assert [match.score for match in reversed(matches)] == [hit.score for hit in hits]
    assert [match.segment.start_sec for match in reversed(matches)] == [h.start_sec for h in hits]
    assert {match.segment.source for match in matches} == {hit.source.location for hit in hits}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Selection(sources=["nobody"]), "the library has no source 'nobody'"),
        (Selection(options=["visuel"]), "options must be one of visual, got 'visuel'"),
        (Selection(metadata={"ratin": 1}), "metadata must be by .*, got 'ratin'; did you mean"),
        (Selection(metadata={"rating": [1]}), r"the value of 'rating' must be .*, got \[1\]"),
        (Selection(weights={"visual": -1}), "a weight must be 0 or more, got -1"),
        (Selection(min_score=float("nan")), "min_score must be a number, got nan"),
    ],
)
def test_a_wrong_selection_is_rejected_before_the_query_is_sent(
    library: DatasetLibrary, wrong: Selection, message: str
) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        library.search(BLUE, wrong)
    assert library.queries.sent == 0


def test_a_query_is_one_thing() -> None:
    for wrong in ({}, {"text": "a", "segment": "b"}):
        with pytest.raises(InvalidRequestError, match="exactly one of text, image and segment"):
            Query(**wrong)
    with pytest.raises(InvalidRequestError, match="the text of a query must be str and not empty"):
        Query(text="")


def test_parquet_files_are_a_library(client: Client, sample_files: Path, tmp_path: Path) -> None:
    video = client.embed.video(sample_files / "colours.mp4").to_parquet(tmp_path / "video.parquet")
    named = Embeddings.concat({"a name": client.embed.audio(sample_files / "tones.wav")})
    audio = named.to_parquet(tmp_path / "audio.parquet")
    nameless = client.embed.text("red").to_parquet(tmp_path / "text.parquet")
    library = open_dataset([video, audio, nameless], client)
    assert library.name == "video.parquet, audio.parquet, text.parquet"
    assert [source.name for source in library.sources] == [
        "colours.mp4",
        "tones.wav",
        "text.parquet",
    ]
    assert library.search(BLUE).items[0].source.name == "colours.mp4"
    assert (tmp_path / "video.parquet.queries.sqlite").is_file()


def test_what_is_no_library_is_rejected(client: Client, tmp_path: Path) -> None:
    for paths, message in (
        ([], "name a dataset"),
        (tmp_path / "nowhere", "there is no file or folder"),
        (tmp_path / "nowhere.lance", "there is no table"),
    ):
        with pytest.raises(InvalidRequestError, match=message):
            open_dataset(paths, client)


def test_files_of_one_name_have_their_folders_in_it(
    client: Client, sample_files: Path, tmp_path: Path
) -> None:
    names = ["a/day/1.jpg", "b/day/1.jpg", "2.jpg"]
    for name in names:
        (tmp_path / "media" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sample_files / "purple.jpg", tmp_path / "media" / name)
    client.embed.run(tmp_path / "media", out=tmp_path / "library")
    library = open_dataset(tmp_path / "library", client)
    assert sorted(source.name for source in library.sources) == sorted(names)
