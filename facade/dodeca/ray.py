"""Beyond one machine: bulk runs and batches of embeddings on Ray (extra `ray`).

`client.embed.run(..., engine="ray")` does the calls of a run in Ray actors. The journal and the
limiter stay with the process that started it, so that its guarantees hold when workers or nodes
die. Workers read the API key from their own environment, and files from where all nodes see them.

`Embedder` is a callable class for one's own `map_batches`:

    ray.data.read_csv("library.csv").map_batches(Embedder, concurrency=4, batch_size=32)

Its method `in_pandas` has the shape that Spark's `mapInPandas` takes.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dodeca._base.row_ids import row_id
from dodeca._calls.embed_requests import MODEL
from dodeca._calls.rate_limit import Limiter, Permit
from dodeca.bulk.inputs import Item, Options, metadata_names, row_item
from dodeca.bulk.route import needs_task, source_of
from dodeca.bulk.verdict import verdict
from dodeca.errors import (
    ConfigurationError,
    DodecaError,
    OutcomeUnknownError,
    RateLimitError,
    TransportError,
)
from dodeca.media import Media
from dodeca.segmentation import Segmentation

if TYPE_CHECKING:
    from dodeca import Client, Embeddings
    from dodeca.bulk.course import Ended
    from dodeca.bulk.journal import Row
    from dodeca.bulk.steps import Steps

_LIMITER = "dodeca-limiter"
_LONG_SEC = 900.0  # beyond that a quota is gone, and nobody waits
_CREATES = {
    "upload": ("assets_create", "/assets"),
    "submit": ("embed_v2_tasks_create", "/embed-v2/tasks"),
}


class Embedder:
    """Embeds batches of rows, for `map_batches` of Ray Data and `mapInPandas` of Spark.

    A row has one of `path`, `url`, `asset_id`, `text`, options as in `client.embed.run`, and
    metadata. For each vector of it there is a row with `id`, `source`, `start_sec`, `end_sec`,
    `embedding_option`, `embedding_scope`, `model_name`, `vector` (a list of float32), and the
    metadata; a row that fails gives one row without a vector, with `error_code` and
    `error_reason`. Batches are dicts of columns, pandas or Arrow tables, the answer an Arrow table.

    It can be pickled, and connects when it is first called. The key is that of the environment,
    `base_url` where the API lives. All embedders of a Ray cluster share one limiter.
    """

    def __init__(
        self,
        *,
        model_name: str = MODEL,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[str] | None = None,
        embedding_scope: Sequence[str] | None = None,
        base_url: str | None = None,
        concurrency: int = 8,
    ) -> None:
        self._options = Options(model_name).changed(
            {
                "segmentation": segmentation,
                "embedding_option": embedding_option,
                "embedding_scope": embedding_scope,
            }
        )
        self._base_url = base_url
        self._concurrency = concurrency
        self._client: Client | None = None
        self._limiter: Any = None

    def __call__(self, batch: Any) -> Any:
        """The vectors of a batch, as an Arrow table."""
        import pyarrow as pa  # type: ignore[import-untyped]

        found = [row for rows in self._all(_rows(batch)) for row in rows]
        # By the columns of the batch, and not of its rows: all batches of a table have the same.
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
        """The same for a stream of pandas tables, as Spark's `mapInPandas` hands them over."""
        for table in tables:
            yield self(table).to_pandas()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None, "_limiter": None}

    def _all(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        self._connect()
        with ThreadPoolExecutor(self._concurrency) as pool:
            yield from pool.map(self._one, rows)

    def _connect(self) -> None:
        from dodeca import Client

        if self._client is None:
            self._client = Client(base_url=self._base_url) if self._base_url else Client()
            self._limiter = _shared_limiter() or _LocalLimiter()

    def _one(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            item = row_item(row, self._options, "the row")
        except DodecaError as exc:
            return [_failure({}, str(row), exc)]
        try:
            return _vector_rows(item, self._embedded(item))
        except DodecaError as exc:
            return [_failure(item.metadata, item.source, exc)]

    def _embedded(self, item: Item) -> Embeddings:
        """The vectors of an input, once there is leave to ask for them."""
        while True:
            while (permit := self._limiter.take()).wait:
                time.sleep(permit.wait)
            try:
                found, headers = self._asked(item)
            except RateLimitError as exc:
                wait = exc.retry_after or 1.0
                self._limiter.refused(permit, dict(exc.limits), wait if wait < _LONG_SEC else 0.0)
                if wait >= _LONG_SEC:
                    raise
            except BaseException:
                self._limiter.lost(permit)
                raise
            else:
                self._limiter.answered(permit, dict(headers))
                return found

    def _asked(self, item: Item) -> tuple[Embeddings, Mapping[str, str]]:
        from dodeca._sync.bulk_service import Service

        assert self._client is not None
        service = Service(self._client._transport)
        if item.kind == "text":
            return service.embed("text", item.source, item.options)
        media = source_of(item, item.media)
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
    """The rows of a batch; what a table fills in for "nothing there" is left out."""
    if hasattr(batch, "to_pylist"):
        rows = batch.to_pylist()
    elif hasattr(batch, "to_dict"):
        rows = batch.to_dict("records")
    else:
        columns = [batch[name] for name in batch]
        rows = [dict(zip(batch, values, strict=True)) for values in zip(*columns, strict=True)]
    return [{k: v for k, v in row.items() if not _is_nothing(v)} for row in rows]


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


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


def _failure(metadata: Mapping[str, Any], source: str, error: DodecaError) -> dict[str, Any]:
    found = verdict(error)
    return {
        **dict.fromkeys(("id", "start_sec", "end_sec", "embedding_option", "embedding_scope")),
        "source": source,
        "model_name": None,
        "vector": None,
        **metadata,
        "error_code": found.code,
        "error_reason": found.reason,
    }


class _LocalLimiter:
    """A limiter with the clock of its process: on Ray an actor, elsewhere an object."""

    def __init__(self) -> None:
        self._limiter = Limiter()

    def take(self) -> Permit:
        """A permit, or how long to wait."""
        return self._limiter.take(time.monotonic())

    def answered(self, permit: Permit, headers: Mapping[str, str]) -> None:
        """An answer came."""
        self._limiter.answered(permit, time.monotonic(), headers)

    def refused(self, permit: Permit, headers: Mapping[str, str], wait: float) -> None:
        """The answer was 429."""
        self._limiter.refused(permit, time.monotonic(), headers, wait)

    def lost(self, permit: Permit) -> None:
        """No answer came."""
        self._limiter.lost(permit)


class _RemoteLimiter:
    """The limiter actor, as an object."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def take(self) -> Permit:
        """A permit, or how long to wait."""
        found: Permit = import_module("ray").get(self._actor.take.remote())
        return found

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._actor, name).remote  # type: ignore[no-any-return]


def _shared_limiter() -> _RemoteLimiter | None:
    """The one limiter of the cluster, as limits are per organisation; None outside of Ray."""
    ray = sys.modules.get("ray")  # wherever Ray is at work, it has been imported
    if ray is None or not ray.is_initialized():
        return None
    actor = ray.remote(num_cpus=0)(_LocalLimiter)
    return _RemoteLimiter(actor.options(name=_LIMITER, get_if_exists=True).remote())


# The engine of bulk runs.


class _Worker:
    """Performs steps in a Ray actor, over a client of its own."""

    def __init__(self, settings: Any, journal_id: str) -> None:
        from dodeca import Client
        from dodeca._sync.bulk_service import Service
        from dodeca.bulk.steps import Steps

        client = Client(
            base_url=settings.base_url,
            timeout=settings.timeout,
            reconcile_after_sec=settings.reconcile_after_sec,
            trust_env=settings.trust_env,
        )
        self._steps = Steps(Service(client._transport), journal_id)

    def perform(self, step: str, row: Row, media: Media | None) -> Ended:
        """What came of a step; errors are values, so that they arrive as they are."""
        try:
            return self._steps.perform(step, row, media)
        except DodecaError as exc:
            return exc


class Actors:
    """Workers on a Ray cluster: an actor for each processor, restarted when it dies."""

    def __init__(self, steps: Steps, number: int) -> None:
        try:
            ray = import_module("ray")
        except ImportError as exc:
            raise ConfigurationError(
                f"engine='ray' needs the extra of that name: pip install 'dodeca[ray]' ({exc})"
            ) from exc
        self._ray: Any = ray
        self._is_own = not ray.is_initialized()
        settings = steps.service.connection()
        if self._is_own:
            ray.init(include_dashboard=False, log_to_driver=False)
        count = min(max(int(ray.cluster_resources().get("CPU", 1)), 1), number)
        worker = ray.remote(num_cpus=1, max_restarts=-1, max_concurrency=math.ceil(number / count))(
            _Worker
        )
        self._actors = [worker.remote(settings, steps.journal_id) for _ in range(count)]
        self._busy = [0] * count

    def start(
        self, step: str, row: Row, media: Media | None, done: Callable[[Ended], object]
    ) -> None:
        """Begin a step in the actor that has the least to do."""
        number = self._busy.index(min(self._busy))
        self._busy[number] += 1
        future = self._actors[number].perform.remote(step, row, media).future()
        future.add_done_callback(partial(self._ended, number, step, done))

    def _ended(
        self, number: int, step: str, done: Callable[[Ended], object], future: Future[Ended]
    ) -> None:
        self._busy[number] -= 1
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, self._ray.exceptions.RayActorError):
            done(_died(step, error))
        else:
            done(error)

    def close(self) -> None:
        """End the actors, and Ray if it was begun here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._is_own:
            self._ray.shutdown()


def _died(step: str, error: BaseException) -> DodecaError:
    """A worker died: whether it had sent its request, nobody knows."""
    reason = f"a worker died: {type(error).__name__}"
    if step in _CREATES:
        operation_id, path = _CREATES[step]
        return OutcomeUnknownError(operation_id, "POST", path, reason)
    return TransportError(reason)
