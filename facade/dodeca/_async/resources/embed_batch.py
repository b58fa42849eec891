"""Many small inputs at a time, in order, within the service's rate limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dodeca._async.limited_calls import AsyncLimitedCalls
from dodeca._async.resources.embed_call import create_embeddings
from dodeca._async.transport import AsyncTransport
from dodeca._base.async_concurrency import run_bounded
from dodeca._calls import params
from dodeca.batch import Batch, with_one_length
from dodeca.errors import DodecaError
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MAX_CONCURRENCY = 256

RequestFactory = Callable[[], tuple[models.CreateEmbeddingsRequest, str | None]]
"""Makes the body of a request, and tells the source of its media."""


async def send(
    transport: AsyncTransport,
    requests: Sequence[RequestFactory],
    concurrency: int,
) -> Batch:
    """Send requests, and return the embeddings or the error of each, in order.

    Raises:
        InvalidRequestError: `concurrency` is out of bounds.
    """
    params.integer("concurrency", concurrency, 1, _MAX_CONCURRENCY)
    without_retries = transport.without_throttle_retries()
    calls = AsyncLimitedCalls(transport.limiter, transport.clock)
    results: list[Embeddings | DodecaError | None] = [None] * len(requests)

    async def work(number: int) -> None:
        try:
            results[number] = await calls.send(
                partial(create_embeddings, without_retries, *requests[number]())
            )
        except DodecaError as exc:
            results[number] = exc

    await run_bounded(work, range(len(requests)), concurrency)
    return Batch(with_one_length([result for result in results if result is not None]))
