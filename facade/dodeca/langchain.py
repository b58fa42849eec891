"""Embeddings for LangChain (extra `langchain`): any of its vector stores takes `DodecaEmbeddings`.

LangChain embeds texts. The client embeds video, audio and images; their vectors are in the same
space, so that a store that holds them finds them by text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from dodeca import AsyncClient, Client
from dodeca import Embeddings as Library
from dodeca._base import extras
from dodeca._base.dimensions import DEFAULT_DIMENSION
from dodeca._base.text import quote
from dodeca.embeddings.ranking import check_one_model
from dodeca.errors import ConfigurationError, InvalidRequestError

try:
    from langchain_core.embeddings import Embeddings
except ImportError as exc:
    raise ConfigurationError(extras.missing("dodeca.langchain", "langchain", exc)) from exc

if TYPE_CHECKING:
    from dodeca.batch import Batch

T = TypeVar("T")


class DodecaEmbeddings(Embeddings):
    """Embeds texts as vectors, in the same space as video, audio and images of the same model.

    `model_name` and `embedding_dimension` are those of the vectors in the store, by default those
    of the client. A store does not know the model of its vectors, and finds nothing of use with
    those of another: pass the `Embeddings` that are in it as `library`, and texts are embedded by
    its model; a `model_name` that differs is refused.

    The synchronous methods use `client`; the others use `async_client`, or without one `client` in
    a thread. `concurrency` is the maximum number of concurrent requests. A text that cannot be
    embedded raises its error; an argument of another type raises `InvalidRequestError` at once.

    >>> from dodeca.langchain import DodecaEmbeddings
    >>> len(DodecaEmbeddings(client).embed_query("a red car"))
    512
    """

    def __init__(
        self,
        client: Client,
        *,
        async_client: AsyncClient | None = None,
        model_name: str | None = None,
        embedding_dimension: int | None = None,
        library: Library | None = None,
        concurrency: int = 32,
    ) -> None:
        _check_type("client", client, Client)
        if async_client is not None:
            _check_type("async_client", async_client, AsyncClient)
        if library is not None:
            _check_type("library", library, Library)
            check_one_model(library)
            model_name = _same("model_name", model_name, library.model_name)
            embedding_dimension = _same(
                "embedding_dimension", embedding_dimension, library.dimension
            )
            if embedding_dimension == DEFAULT_DIMENSION:
                embedding_dimension = None  # not every model has the parameter
        self._client = client
        self._async_client = async_client
        self._options: dict[str, Any] = {
            "model_name": model_name,
            "embedding_dimension": embedding_dimension,
            "concurrency": concurrency,
        }

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """The vector of each text, in order (one `POST /embed-v2` per text).

        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(DodecaEmbeddings(client).embed_documents(["a red car", "a loud noise"]))
        2

        Raises:
            InvalidRequestError: an empty text, or one of more than 500 words.
            APIError: the service returned an error status.
        """
        found = self._client.embed.texts(texts, **self._options)
        return _as_lists(found)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text (`POST /embed-v2`).

        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(DodecaEmbeddings(client).embed_query("a red car"))
        512

        Raises:
            InvalidRequestError: an empty text, or one of more than 500 words.
            APIError: the service returned an error status.
        """
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """The async twin of `embed_documents`.

        >>> import asyncio
        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(asyncio.run(DodecaEmbeddings(client).aembed_documents(["a red car"])))
        1
        """
        if self._async_client is None:
            return await super().aembed_documents(list(texts))
        found = await self._async_client.embed.texts(texts, **self._options)
        return _as_lists(found)

    async def aembed_query(self, text: str) -> list[float]:
        """The async twin of `embed_query`.

        >>> import asyncio
        >>> from dodeca.langchain import DodecaEmbeddings
        >>> len(asyncio.run(DodecaEmbeddings(client).aembed_query("a red car")))
        512
        """
        return (await self.aembed_documents([text]))[0]


def _check_type(name: str, value: object, cls: type) -> None:
    """Check an argument now, and not when a store first embeds a text."""
    if not isinstance(value, cls):
        raise InvalidRequestError(
            f"{name} must be of the type {cls.__name__}, got {type(value).__name__}"
        )


def _same(name: str, given: T | None, found: T | None) -> T | None:
    """The value of a library, or the given one where the library has none."""
    if None not in (given, found) and given != found:
        raise InvalidRequestError(f"{name} of the library is {found!r}, got {quote(given)}")
    return given if found is None else found


def _as_lists(found: Batch) -> list[list[float]]:
    lists: list[list[float]] = found.vectors.tolist()
    return lists
