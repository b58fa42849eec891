"""Embeddings for LangChain (extra `langchain`): any of its vector stores takes `DodecaEmbeddings`.

LangChain embeds texts. Films, sounds and pictures are embedded by the client; their vectors live in
the same space, so that a store that holds them finds them by text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dodeca._base import extras
from dodeca._calls.embed_requests import MODEL
from dodeca.errors import ConfigurationError

try:
    from langchain_core.embeddings import Embeddings
except ImportError as exc:
    raise ConfigurationError(extras.missing("dodeca.langchain", "langchain", exc)) from exc

if TYPE_CHECKING:
    from dodeca import AsyncClient, Client
    from dodeca.batch import Batch


class DodecaEmbeddings(Embeddings):
    """Texts as vectors of 512 floats, in the space of films, sounds and pictures.

    `client` is used by the synchronous methods; the others use `async_client`, or `client` in a
    thread where there is none. `concurrency` is how many requests are under way at most. A text
    that cannot be embedded raises: no vector stands in for it.

    >>> from dodeca.langchain import DodecaEmbeddings
    >>> len(DodecaEmbeddings(client).embed_query("a red car"))
    512
    """

    def __init__(
        self,
        client: Client,
        *,
        async_client: AsyncClient | None = None,
        model_name: str = MODEL,
        concurrency: int = 32,
    ) -> None:
        self._client = client
        self._async_client = async_client
        self._model_name = model_name
        self._concurrency = concurrency

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, in their order (`POST /embed-v2`, once for each).

        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(DodecaEmbeddings(client).embed_documents(["a red car", "a loud noise"]))
        2

        Raises:
            InvalidRequestError: an empty text, or one of more than 500 words.
            APIError: the service answered with an error status.
        """
        found = self._client.embed.texts(
            texts, model_name=self._model_name, concurrency=self._concurrency
        )
        return _lists(found)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text (`POST /embed-v2`).

        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(DodecaEmbeddings(client).embed_query("a red car"))
        512

        Raises:
            InvalidRequestError: an empty text, or one of more than 500 words.
            APIError: the service answered with an error status.
        """
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """What `embed_documents` gives, without blocking.

        >>> import asyncio
        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(asyncio.run(DodecaEmbeddings(client).aembed_documents(["a red car"])))
        1
        """
        if self._async_client is None:
            return await super().aembed_documents(list(texts))
        found = await self._async_client.embed.texts(
            texts, model_name=self._model_name, concurrency=self._concurrency
        )
        return _lists(found)

    async def aembed_query(self, text: str) -> list[float]:
        """What `embed_query` gives, without blocking.

        >>> import asyncio
        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(asyncio.run(DodecaEmbeddings(client).aembed_query("a red car")))
        512
        """
        return (await self.aembed_documents([text]))[0]


def _lists(found: Batch) -> list[list[float]]:
    lists: list[list[float]] = found.vectors.tolist()
    return lists
