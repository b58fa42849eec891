"""Vectors of several models: kept, told apart, and never compared with each other."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pytest

from dodeca import AsyncClient, Client, Embeddings, Media
from dodeca.emulator import samples
from dodeca.errors import InvalidRequestError
from tests.scripted import Script

OLD, NEW = "marengo3.0", "marengo3.5"


def of(model: str | None, *vectors: list[float], **more: Any) -> Embeddings:
    items = [{"embedding": vector, **more} for vector in vectors]
    return Embeddings.from_items(items, model_name=model)


@pytest.fixture
def mixture() -> Embeddings:
    parts = {"old": of(OLD, [1, 0]), "red": of(OLD, [0, 1]), "new": of(NEW, [0, 1])}
    return Embeddings.concat(parts | {"blue": of(NEW, [1, 1])})


def test_rows_keep_their_model(mixture: Embeddings) -> None:
    assert list(mixture.models) == [OLD, OLD, NEW, NEW]
    assert [segment.model_name for segment in mixture] == [OLD, OLD, NEW, NEW]
    assert [row["model_name"] for row in mixture.records()] == [OLD, OLD, NEW, NEW]
    assert repr(mixture) == "<Embeddings 4 x 2, marengo3.0+marengo3.5, 4 sources>"
    assert mixture.model_name is None
    assert mixture.to_dict()["model_name"] == [OLD, OLD, NEW, NEW]
    assert mixture[:1].to_dict()["model_name"] == [OLD]
    assert mixture[1:2].model_name == OLD
    assert list(mixture[1:3].models) == [OLD, NEW]
    assert mixture.filter(source_id="new").model_name == NEW
    again = pickle.loads(pickle.dumps(mixture))
    assert list(again.models) == list(mixture.models)
    ids = [row["id"] for part in (OLD, NEW) for row in mixture.filter(model_name=part).records()]
    assert ids == [row["id"] for row in mixture.records()]


def test_a_mixture_is_filtered_before_it_is_searched(mixture: Embeddings) -> None:
    new = mixture.filter(model_name=NEW)
    assert new.model_name == NEW
    found = new.search(of(NEW, [1, 1]), k=1)
    assert found[0].score == pytest.approx(1)
    assert found[0].segment.model_name == NEW
    with pytest.raises(InvalidRequestError, match=r"'marengo3\.5' and 'marengo3\.0'"):
        new.search(of(OLD, [1, 1]))
    with pytest.raises(
        InvalidRequestError, match=r"must be one of .*marengo3\.0.*, got 'marengo4'"
    ):
        mixture.filter(model_name="marengo4")
    assert len(mixture.filter(model_name=[OLD, NEW])) == 4


def test_a_mixture_is_not_compared_with_anything(mixture: Embeddings) -> None:
    both = r"'marengo3\.0' and 'marengo3\.5'; choose one with filter\(model_name='marengo3\.0'\)"
    timed = Embeddings.concat(
        [of(name, [1, 0], start_sec=0, end_sec=2, embedding_option="visual") for name in (OLD, NEW)]
    )
    client = object()  # is not asked
    for compare in (
        lambda: mixture.search(of(NEW, [1, 0])),
        lambda: mixture.search([1, 0]),
        lambda: mixture.search([1, 0], by="moment", k=1),
        lambda: of(NEW, [1, 0]).search(mixture),
        lambda: mixture.similarity(),
        lambda: mixture.similarity(np.ones((1, 2))),
        lambda: of(NEW, [1, 0]).similarity(mixture),
        lambda: timed.plot(of(NEW, [1, 0])),
        lambda: timed.plot_self_similarity(),
    ):
        with pytest.raises(InvalidRequestError, match=both):
            compare()
    with pytest.raises(InvalidRequestError, match="client must be a Client"):
        mixture.search("red", client=client)


def test_no_request_is_sent_for_a_mixture(mixture: Embeddings) -> None:
    with (
        Client("key", transport=Script()) as client,  # it answers no request
        pytest.raises(InvalidRequestError, match="choose one with filter"),
    ):
        mixture.search("red", client=client)


def test_vectors_of_another_dimension_are_refused_with_both() -> None:
    rows, query = of(NEW, [1, 0]), of(NEW, [1, 0, 0])
    for compare in (rows.search, rows.similarity):
        with pytest.raises(InvalidRequestError, match=r"2 floats.*\(1, 3\).*embedding_dimension=2"):
            compare(query)


def test_files_of_several_models_are_loaded_filtered_and_searched(tmp_path: Path) -> None:
    of(OLD, [1, 0]).to_parquet(tmp_path / "a.parquet")
    of(NEW, [0, 1]).to_parquet(tmp_path / "b.parquet")
    of(None, [1, 1]).to_parquet(tmp_path / "c.parquet")
    found = Embeddings.load(tmp_path)
    assert list(found.models) == [OLD, NEW, None]
    again = Embeddings.load(found.to_parquet(tmp_path / "d.parquet"))
    assert list(again.models) == [OLD, NEW, None]
    with pytest.raises(InvalidRequestError, match="choose one with filter"):
        again.search([1, 0])
    assert len(again.filter(model_name=OLD).search([1, 0])) == 1


def test_files_of_several_lengths_are_refused_with_their_models(tmp_path: Path) -> None:
    of(OLD, [1, 0]).to_parquet(tmp_path / "a.parquet")
    of(NEW, [1, 0, 0]).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InvalidRequestError, match=r"2 floats \(marengo3\.0\), 3 floats \(marengo3"):
        Embeddings.load(tmp_path)


def test_files_of_a_folder_keep_all_their_columns(tmp_path: Path) -> None:
    for name, more in (("a", {"title": ["A"]}), ("b", {"year": [2001]}), ("c", {})):
        table = pa.table({"vector": [[1.0]], "id": [name], **more})
        pa.parquet.write_table(table, tmp_path / f"{name}.parquet")
    found = Embeddings.load(tmp_path)
    assert found.extra == ({"title": "A"}, {"year": 2001}, {})
    assert found.ids == ("a", "b", "c")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="no Parquet files in"):
        Embeddings.load(tmp_path)


def test_a_model_is_set_for_all_rows(mixture: Embeddings) -> None:
    one = attrs.evolve(mixture, model_name=NEW)
    assert (one.model_name, one.models.distinct()) == (NEW, [NEW])
    assert of(None, [1, 0]).models.distinct() == [None]
    assert list(Embeddings.concat([of(None, [1, 0]), of(NEW, [1, 0])]).models) == [NEW, NEW]
    assert Embeddings.concat([of(None, [1, 0]), of(None, [1, 0])]).model_name is None


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    samples.image(tmp_path / "purple.jpg", "purple")
    monkeypatch.chdir(tmp_path)
    with Client.emulated() as made:
        yield made


def test_media_is_a_query_if_there_is_a_client(client: Client, tmp_path: Path) -> None:
    parts = {"image": client.embed.image("purple.jpg"), "text": client.embed.text("blue")}
    library = Embeddings.concat(parts)
    with Path("purple.jpg").open("rb") as file:
        for query in (Media.of("purple.jpg"), tmp_path / "purple.jpg", file):
            found = library.search(query, k=1, client=client)
            assert found[0].segment.source_id == "image"
            assert found[0].score == pytest.approx(1)


def test_media_without_a_client_is_refused_with_what_to_do(client: Client) -> None:
    library = client.embed.text("blue")
    with pytest.raises(InvalidRequestError, match=r"got media, Media.*search with client=client"):
        library.search(Media.of("purple.jpg"))
    with pytest.raises(InvalidRequestError, match="got media"):
        library.similarity(Media.of("purple.jpg"))  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match="with an AsyncClient, search with what `await"):
        library.search(Media.of("purple.jpg"), client=AsyncClient("key"))


class Embed:
    """The methods of a client that embed, and what they were called with."""

    def __init__(self, dimension: int) -> None:
        self.calls: list[tuple[str, Any, dict[str, Any]]] = []
        self._found = Embeddings.from_items([{"embedding": [1.0] * dimension}], model_name=NEW)

    def _embed(self, name: str, query: Any, options: dict[str, Any]) -> Embeddings:
        self.calls.append((name, query, options))
        return self._found

    def text(self, input_text: str, **options: Any) -> Embeddings:
        return self._embed("text", input_text, options)

    def image(self, media: Media, **options: Any) -> Embeddings:
        return self._embed("image", media, options)

    def multi_input(self, *, media: list[Media], **options: Any) -> Embeddings:
        (source,) = media
        return self._embed("multi_input", source, options)


@pytest.mark.parametrize(("dimension", "asked"), [(512, {}), (128, {"embedding_dimension": 128})])
def test_a_query_is_embedded_as_the_rows_were(dimension: int, asked: dict[str, int]) -> None:
    library = of(NEW, [1.0] * dimension)
    for query, method in (
        ("something blue", "text"),
        (Media.asset("a" * 24), "image"),
        *((Media.data(b"x", filename=f"x.{name}"), "image") for name in ("jpg", "png", "new")),
        *((Media.data(b"x", filename=f"x.{name}"), "multi_input") for name in ("mp4", "wav")),
    ):
        client = SimpleNamespace(embed=Embed(dimension))
        assert len(library.search(query, client=client)) == 1
        assert client.embed.calls == [(method, query, {"model_name": NEW, **asked})]
    unknown = SimpleNamespace(embed=Embed(dimension))
    with pytest.warns(UserWarning, match="unknown model"):
        attrs.evolve(library, model_name=None).search("something blue", client=unknown)
    assert unknown.embed.calls == [("text", "something blue", asked)]


@pytest.mark.parametrize("dimension", [512, 128])
def test_a_library_of_the_newest_model_is_searched_by_anything(
    client: Client, tmp_path: Path, dimension: int
) -> None:
    samples.audio("tones.wav", [samples.Tone(4, 440)])
    samples.pdf("manual.pdf", ["How to paint a house"])
    names = ("purple.jpg", "tones.wav", "manual.pdf")
    own = {"model_name": NEW, "embedding_dimension": dimension}
    parts = {name: client.embed.multi_input(media=[name], **own) for name in names}
    parts["red"] = client.embed.text("red", embedding_uncertainty=True, **own)
    library = Embeddings.load(Embeddings.concat(parts).to_parquet(tmp_path / "library.parquet"))
    assert (library.model_name, library.dimension) == (NEW, dimension)
    assert library.uncertainty is not None
    assert [segment.uncertainty is None for segment in library] == [True, True, True, False]
    for query in ("red", *map(Media.of, names)):
        found = library.search(query, k=1, client=client)
        assert found[0].segment.source_id == (query if isinstance(query, str) else str(query))
        assert found[0].score == pytest.approx(1)
    with pytest.raises(InvalidRequestError, match=r"'marengo3\.5' and 'marengo3\.0'"):
        library.search(client.embed.text("red"))
    other = client.embed.text("red", model_name=NEW, embedding_dimension=256)
    with pytest.raises(InvalidRequestError, match=f"embedding_dimension={dimension}"):
        library.search(other)
    with pytest.raises(InvalidRequestError, match="marengo3"):
        client.embed.text("red").search(Media.of("tones.wav"), client=client)
