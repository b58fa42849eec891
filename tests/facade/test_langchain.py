import importlib
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import orjson
import pytest
from langchain_core.vectorstores import InMemoryVectorStore

from dodeca import AsyncClient, Client
from dodeca.errors import ConfigurationError, InvalidRequestError, InvalidResponseError
from dodeca.langchain import DodecaEmbeddings
from tests.scripted import Server

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
