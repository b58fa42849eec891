"""Batches of embeddings on Ray and Spark (extra `ray` for Ray).

`Embedder` is a callable class for `map_batches` of Ray Data:

    ray.data.read_csv("library.csv").map_batches(Embedder, concurrency=4, batch_size=32)

Its method `in_pandas` is a function for `mapInPandas` of Spark. `client.embed.run(...,
engine="ray")` needs nothing of this module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dodeca._base.row_ids import row_id
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.rate_limit import Limiter, Permit
from dodeca.bulk.failures import failure_reason
from dodeca.bulk.inputs import Item, is_missing, metadata_names, row_item
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.routing import media_of, needs_task
from dodeca.errors import DodecaError
from dodeca.media import Media
from dodeca.segmentation import Segmentation

if TYPE_CHECKING:
    from dodeca import Client, Embeddings
    from dodeca._sync.limited_calls import LimitedCalls

_LIMITER = "dodeca-limiter"


class Embedder:
    """Embeds batches of rows, for `map_batches` of Ray Data and `mapInPandas` of Spark.

    A row has one of `path`, `url`, `asset_id`, `text`, options as in `client.embed.run`, and
    metadata. Each of its vectors becomes a row with `id`, `source`, `start_sec`, `end_sec`,
    `embedding_option`, `embedding_scope`, `model_name`, `vector` (a list of float32), and the
    metadata; a row that fails becomes one row without a vector, with `error_code` and
    `error_reason`. Batches are dicts of columns, pandas or Arrow tables; the result is an Arrow
    table.

    An embedder can be pickled, and connects when it is first called, with the API key of the
    environment. `base_url` is the address of the API. All embedders of a Ray cluster share one
    limiter; a 429 is waited for unless a quota is exhausted (a Retry-After above 15 minutes).
    """

    def __init__(
        self,
        *,
        model_name: str = MODEL,
        embedding_dimension: int | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[str] | None = None,
        embedding_scope: Sequence[str] | None = None,
        base_url: str | None = None,
        concurrency: int = 8,
    ) -> None:
        self._options = EmbedOptions(model_name).replace(
            {
                "segmentation": segmentation,
                "embedding_option": embedding_option,
                "embedding_scope": embedding_scope,
                "embedding_dimension": embedding_dimension,
            }
        )
        self._base_url = base_url
        self._concurrency = concurrency
        self._client: Client | None = None
        self._calls: LimitedCalls | None = None

    def __call__(self, batch: Any) -> Any:
        """Embed a batch; returns an Arrow table."""
        import pyarrow as pa  # type: ignore[import-untyped]

        found = [row for rows in self._embed_rows(_rows(batch)) for row in rows]
        # The columns of the batch, not of its rows: they are the same for all batches of a table.
        names = metadata_names(getattr(batch, "column_names", batch))
        own = [name for name in names if name not in _TYPES]
        columns = {name: [row.get(name) for row in found] for name in [*_TYPES, *own]}
        types = {**dict.fromkeys(own), **_TYPES}
        return pa.table(
            {
                name: pa.array(values, pa.list_(pa.float32()) if name == "vector" else types[name])
                for name, values in columns.items()
            }
        )

    def in_pandas(self, tables: Iterable[Any]) -> Iterator[Any]:
        """Embed a stream of pandas tables, as `mapInPandas` of Spark passes them."""
        for table in tables:
            yield self(table).to_pandas()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None, "_calls": None}

    def _embed_rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        self._connect()
        with ThreadPoolExecutor(self._concurrency) as pool:
            yield from pool.map(self._embed_row, rows)

    def _connect(self) -> None:
        from dodeca import Client
        from dodeca._sync.limited_calls import LimitedCalls

        if self._client is None:
            self._client = Client(base_url=self._base_url) if self._base_url else Client()
            clock = self._client._transport.clock
            self._calls = LimitedCalls(_shared_limiter() or Limiter(), clock)

    def _embed_row(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            item = row_item(row, self._options, "the row")
        except DodecaError as exc:
            return [_error_row({}, str(row), exc)]
        try:
            assert self._calls is not None
            return _vector_rows(item, self._calls.send(partial(self._send, item)))
        except DodecaError as exc:
            return [_error_row(item.metadata, item.source, exc)]

    def _send(self, item: Item) -> tuple[Embeddings, Mapping[str, str]]:
        from dodeca._sync.bulk_service import BulkService

        assert self._client is not None
        service = BulkService(self._client._transport)
        if item.kind == "text":
            return service.embed("text", item.source, item.options)
        media = media_of(item, item.media)
        if item.kind == "image" or not needs_task(item, media, "auto"):
            return service.embed(item.kind, media, item.options)
        if media.is_local:
            media = Media.asset(self._client.assets.upload(media).wait().id)
        task_id, headers = service.submit(item.kind, media, item.options)
        return self._client.embed.tasks.retrieve(task_id).wait(), headers


_TYPES: dict[str, str | None] = {
    "id": "string",
    "source": "string",
    "start_sec": "float64",
    "end_sec": "float64",
    "embedding_option": "string",
    "embedding_scope": "string",
    "model_name": "string",
    "vector": None,  # a list of float32
    "error_code": "string",
    "error_reason": "string",
}


def _rows(batch: Any) -> list[dict[str, Any]]:
    """The rows of a batch, without missing values."""
    if hasattr(batch, "to_pylist"):
        rows = batch.to_pylist()
    elif hasattr(batch, "to_dict"):
        rows = batch.to_dict("records")
    else:
        columns = [batch[name] for name in batch]
        rows = [dict(zip(batch, values, strict=True)) for values in zip(*columns, strict=True)]
    return [{k: v for k, v in row.items() if not is_missing(v)} for row in rows]


def _vector_rows(item: Item, found: Embeddings) -> list[dict[str, Any]]:
    source_id = f"{item.origin}:{item.source}"
    model_name = found.model_name or item.options.model_name
    return [
        {
            "id": row_id(
                source_id,
                one.start_sec,
                one.end_sec,
                one.embedding_option,
                one.embedding_scope,
                model_name,
            ),
            "source": item.source,
            "start_sec": one.start_sec,
            "end_sec": one.end_sec,
            "embedding_option": one.embedding_option,
            "embedding_scope": one.embedding_scope,
            "model_name": model_name,
            "vector": one.vector,
            **item.metadata,
            "error_code": None,
            "error_reason": None,
        }
        for one in found
    ]


def _error_row(metadata: Mapping[str, Any], source: str, error: DodecaError) -> dict[str, Any]:
    found = failure_reason(error)
    return {
        **dict.fromkeys(("id", "start_sec", "end_sec", "embedding_option", "embedding_scope")),
        "source": source,
        "model_name": None,
        "vector": None,
        **metadata,
        "error_code": found.code,
        "error_reason": found.reason,
    }


class _RemoteLimiter:
    """A `Limiter` that lives in a Ray actor."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def acquire(self) -> Permit:
        """A permit to send now, or one with the seconds to wait before asking again."""
        permit: Permit = _ray().get(self._actor.acquire.remote())
        return permit

    def record_response(self, permit: Permit, headers: Mapping[str, str]) -> None:
        """The request got a response other than 429."""
        self._actor.record_response.remote(permit, dict(headers))

    def record_rate_limit(
        self, permit: Permit, headers: Mapping[str, str], retry_after: float | None
    ) -> bool:
        """The request got a 429: whether to send it again, with a new permit."""
        call = self._actor.record_rate_limit.remote(permit, dict(headers), retry_after)
        return bool(_ray().get(call))

    def record_no_response(self, permit: Permit) -> None:
        """The request got no response."""
        self._actor.record_no_response.remote(permit)


def _ray() -> Any:
    return import_module("ray")


def _shared_limiter() -> _RemoteLimiter | None:
    """The limiter of the Ray cluster: rate limits are per organization. None outside of Ray."""
    if "ray" not in sys.modules or not _ray().is_initialized():  # Ray's workers have imported it
        return None
    actor = _ray().remote(num_cpus=0)(Limiter)
    return _RemoteLimiter(actor.options(name=_LIMITER, get_if_exists=True).remote())
