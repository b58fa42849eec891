import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import numpy as np
import orjson
import pytest
from langchain_core.vectorstores import InMemoryVectorStore

from dodeca import AsyncClient, Client
from dodeca.errors import ConfigurationError, InvalidRequestError, InvalidResponseError
from dodeca.langchain import DodecaEmbeddings, DodecaRetriever
from dodeca.library import Library, Selection, open_dataset, open_index
from tests.scripted import Server
from tests.seams import on_clock

TEXTS = ["a red car", "the sea at night", "a loud engine"]


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


def test_texts_are_embedded_in_their_order(client: Client) -> None:
    found = DodecaEmbeddings(client).embed_documents(TEXTS)
    expected = [client.embed.text(text).vectors[0] for text in TEXTS]
    assert np.array_equal(np.array(found, np.float32), expected)
    assert DodecaEmbeddings(client).embed_query(TEXTS[1]) == found[1]
    assert DodecaEmbeddings(client).embed_documents([]) == []
    assert {type(value) for value in found[0]} == {float}


@pytest.mark.anyio
async def test_the_same_without_blocking(client: Client) -> None:
    expected = DodecaEmbeddings(client).embed_documents(TEXTS)
    assert await DodecaEmbeddings(client).aembed_documents(TEXTS) == expected
    async with AsyncClient.emulated() as async_client:
        adapter = DodecaEmbeddings(client, async_client=async_client)
        assert await adapter.aembed_documents(TEXTS) == expected
        assert await adapter.aembed_query(TEXTS[2]) == expected[2]


def test_a_store_of_langchain_finds_the_nearest(client: Client) -> None:
    store = InMemoryVectorStore(DodecaEmbeddings(client))
    store.add_texts(TEXTS)
    assert store.similarity_search("a red car", k=1)[0].page_content == "a red car"


def test_a_bad_text_raises_and_is_no_zero_vector(client: Client) -> None:
    with pytest.raises(InvalidRequestError):
        DodecaEmbeddings(client).embed_documents(["fine", ""])


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "dodeca.langchain")
    blocked: dict[str, Any] = {"langchain_core": None, "langchain_core.embeddings": None}
    for name, value in blocked.items():
        monkeypatch.setitem(sys.modules, name, value)
    with pytest.raises(ConfigurationError, match=r"pip install 'dodeca\[langchain\]'"):
        importlib.import_module("dodeca.langchain")


class Uneven(Server):
    """Responds to a text with as many vectors, of as many floats, as stand in it."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        count, length = map(int, orjson.loads(request.content)["text"]["input_text"].split())
        return httpx.Response(200, json={"data": [{"embedding": [1.0] * length}] * count})


@pytest.mark.parametrize("odd", ["0 512", "2 512", "1 256"])
def test_each_text_has_one_vector_of_one_length(odd: str) -> None:
    with Client("key", transport=Uneven()) as client, pytest.raises(InvalidResponseError):
        DodecaEmbeddings(client).embed_documents(["1 512", odd, "1 512"])


def test_arguments_of_another_type_are_refused_at_once(client: Client) -> None:
    batch: Any = client.embed.texts(TEXTS)
    other: Any = AsyncClient("tlk_test")
    for refused in (
        lambda: DodecaEmbeddings(other),
        lambda: DodecaEmbeddings("tlk_test"),  # type: ignore[arg-type]
        lambda: DodecaEmbeddings(client, async_client=client),  # type: ignore[arg-type]
        lambda: DodecaEmbeddings(client, library=batch),
        lambda: DodecaEmbeddings(client, library="library"),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidRequestError, match="must be of the type") as caught:
            refused()
        assert "tlk_test" not in str(caught.value)


@pytest.fixture
def library(client: Client, sample_files: Path, tmp_path: Path) -> Library:
    rows = client.embed.video(sample_files / "colours.mp4")
    extra = [
        {"transcript": "the green one"} if row.start_sec == 9 else {"season": 2} for row in rows
    ]
    return open_dataset(attrs.evolve(rows, extra=extra).to_parquet(tmp_path / "x.parquet"), client)


def test_a_retriever_finds_segments_as_documents(library: Library) -> None:
    visual = Selection(options=["visual"])
    found = DodecaRetriever(library=library, k=2, selection=visual).invoke("something green")
    assert [document.page_content for document in found] == [
        "the green one",
        "colours.mp4, 0:05-0:09",
    ]
    [source] = library.sources
    assert [found[1].metadata[name] for name in ("source_id", "name", "start_sec", "modality")] == [
        *(source.id, "colours.mp4", 5.0, "visual")
    ]
    assert found[0].metadata["score"] > found[1].metadata["score"]
    assert library.queries.sent == 1


@pytest.mark.anyio
async def test_a_retriever_works_in_async_code_and_in_batches(library: Library) -> None:
    retriever = DodecaRetriever(library=library)
    expected = retriever.invoke("something green")
    assert len(expected) == 5
    assert await retriever.ainvoke("something green") == expected
    assert retriever.batch(["something green"] * 2) == [expected] * 2
    assert library.queries.sent == 1


def test_a_retriever_over_an_index(sample_files: Path) -> None:
    with on_clock(Client.emulated()) as client:
        index = client.indexes.create("videos", {"marengo3.0": ["visual", "audio"]})
        client.tasks.create(
            index.id, sample_files / "colours.mp4", user_metadata={"season": 2}
        ).wait()
        [found] = DodecaRetriever(library=open_index(index.id, client), k=1).invoke("green")
        assert found.page_content == "colours.mp4, 0:09-0:15"
        assert found.metadata["season"] == 2


@pytest.mark.parametrize(
    "arguments", [{"library": "library"}, {"k": 0}, {"selection": {"options": ["visual"]}}]
)
def test_arguments_of_a_retriever_are_checked_at_once(
    library: Library, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError):
        DodecaRetriever(**{"library": library, **arguments})
