"""Embeddings and a retriever for LangChain (extra `langchain`).

Any of its vector stores takes `DodecaEmbeddings`. LangChain embeds texts. The client embeds video,
audio and images; their vectors are in the same space, so that a store that holds them finds them
by text. `DodecaRetriever` needs no store: it searches a dataset of a run, or an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from dodeca import AsyncClient, Client
from dodeca import Embeddings as Vectors
from dodeca._base import extras
from dodeca._base.dimensions import DEFAULT_DIMENSION
from dodeca._base.text import quote
from dodeca._calls import params
from dodeca.embeddings.ranking import check_one_model
from dodeca.embeddings.timeline import format_time
from dodeca.errors import ConfigurationError, InvalidRequestError

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.retrievers import BaseRetriever
except ImportError as exc:
    raise ConfigurationError(extras.missing("dodeca.langchain", "langchain", exc)) from exc

if TYPE_CHECKING:
    from dodeca.batch import Batch
    from dodeca.library import Hit, Library, Selection

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
        library: Vectors | None = None,
        concurrency: int = 32,
    ) -> None:
        _check_type("client", client, Client)
        if async_client is not None:
            _check_type("async_client", async_client, AsyncClient)
        if library is not None:
            _check_type("library", library, Vectors)
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


class DodecaRetriever(BaseRetriever):
    """Finds segments of a library for a text, as documents, best first.

    `library` is what `dodeca.library.open_dataset` or `open_index` returns; `k` is the maximum
    number of documents, and `selection` a `dodeca.library.Selection` of sources, modalities or
    metadata. The text of a document is the transcript of its segment where there is one, else the
    name of its source and its time range; its `metadata` has the ids, the times, the score and
    the metadata of the source. A query costs a request unless it is kept. `ainvoke` searches in a
    thread. `options` are those of every retriever of LangChain: `tags`, `metadata`.

    >>> from dodeca.langchain import DodecaRetriever
    >>> from dodeca.library import open_index
    >>> retriever = DodecaRetriever(library=open_index(index.id, client), k=1)
    >>> retriever.invoke("something green")[0].page_content
    'colours.mp4, 0:09-0:15'

    Raises:
        InvalidRequestError: an argument of another type, or `k` less than 1.
    """

    library: Any
    k: int
    selection: Any

    def __init__(
        self, *, library: Library, k: int = 5, selection: Selection | None = None, **options: Any
    ) -> None:
        from dodeca.library import Selection

        # Here and not in validators, whose errors pydantic would replace by its own.
        if not callable(getattr(library, "search", None)):
            raise InvalidRequestError(
                "library must be what open_dataset or open_index returns, "
                f"got {type(library).__name__}"
            )
        params.integer("k", k, 1)
        if selection is None:
            selection = Selection()
        _check_type("selection", selection, Selection)
        options |= {"library": library, "k": k, "selection": selection}
        super().__init__(**options)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        from dodeca.library import Query

        found = self.library.search(Query(text=query), self.selection, limit=self.k)
        return list(map(_document, found.items))


def _document(hit: Hit) -> Document:
    """A hit as a document; what the source and the hit both say is what the hit says."""
    source = hit.source
    times: list[str] = []
    if hit.start_sec is not None and hit.end_sec is not None:
        times = [f"{format_time(hit.start_sec)}-{format_time(hit.end_sec)}"]
    return Document(
        id=hit.segment_id,
        page_content=hit.transcript or ", ".join([source.name, *times]),
        metadata={
            **source.metadata,
            "source": source.location,
            "source_id": source.id,
            "name": source.name,
            "kind": source.kind,
            "start_sec": hit.start_sec,
            "end_sec": hit.end_sec,
            "modality": hit.modality,
            "score": hit.score,
        },
    )


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
