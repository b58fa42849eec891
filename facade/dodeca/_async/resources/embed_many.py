"""Many embeddings at a time: `POST /embed-v2` for each, or a run into a dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from dodeca._async.transport import AsyncTransport
from dodeca._base.async_concurrency import run_blocking
from dodeca._base.html import Methods
from dodeca._calls import embed_requests, params
from dodeca._calls.embed_blocks import Scope, VideoOption
from dodeca._calls.embed_requests import RequestOptions
from dodeca._calls.embed_routes import Via
from dodeca.media import Media, MediaLike, source_name
from dodeca.segmentation import Segmentation
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca._async.resources.embed_batch import RequestFactory
    from dodeca.batch import Batch
    from dodeca.bulk import Run


class AsyncEmbedMany(Methods):
    """Embeds many texts, images or other inputs."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def texts(
        self,
        input_texts: Iterable[str],
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        auto_truncate: bool | None = None,
        model_name: str | None = None,
        concurrency: int = 32,
    ) -> Batch:
        """Embed many texts, `concurrency` at a time (`POST /embed-v2` for each).

        The result has the order of the texts: embeddings of 1 x 512 or an error for each;
        `.vectors` stacks all of them, n x 512. The other parameters are those of `text`. All calls
        of a client share a limiter that adapts to the service's rate limits. A 429 is retried,
        unless a quota is exhausted (a Retry-After above 15 minutes).

        >>> (await client.embed.texts(["a red car", "a loud noise"])).vectors.shape
        (2, 512)

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
            ConfigurationError: the client is closed.
        """
        texts = params.as_list("input_texts", input_texts)
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            auto_truncate=auto_truncate,
        )
        return await self._batch(
            [partial(_text_request, text, options) for text in texts], concurrency
        )

    async def images(
        self,
        media: Iterable[MediaLike],
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        concurrency: int = 16,
    ) -> Batch:
        """Embed many images, `concurrency` at a time (`POST /embed-v2` for each).

        Returns a batch as `texts` does. The limits of each image and the other parameters are those
        of `image`.

        >>> await client.embed.images(["purple.jpg", "missing.jpg"])
        <Batch of 2, 1 of them errors>

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
            ConfigurationError: the client is closed.
        """
        images = params.as_list("media", media)
        options = self._options(
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        return await self._batch(
            [partial(image_request, image, options) for image in images], concurrency
        )

    async def run(
        self,
        inputs: Any,
        *,
        out: str | os.PathLike[str],
        model_name: str | None = None,
        embedding_dimension: int | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[VideoOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        via: Via = "auto",
        engine: Literal["local", "ray"] = "local",
        concurrency: int = 16,
        on_unknown: Literal["stop", "resubmit"] = "stop",
        retry_failed: bool = False,
        keep_assets: bool = True,
        max_minutes: float | None = None,
        dry_run: bool = False,
        progress: bool | Callable[[Run], object] = False,
    ) -> Run:
        """Embed a folder, a glob, a CSV or Parquet manifest, or an iterable, into a dataset.

        Each input takes one request (`POST /embed-v2`), or an upload (`POST /assets`) and a task
        (`POST /embed-v2/tasks`).

        A row of a manifest, or a mapping in an iterable, has one of `path`, `url`, `asset_id` and
        `text`, options named as the parameters here (also `start_sec`, `end_sec`, `input_type`),
        and metadata in all other columns. Other items of an iterable are paths, URLs, `Media`, open
        binary files or PIL images, which are held in memory.

        `out` is a folder for a Parquet dataset, or ends in ".lance" for a LanceDB table. It holds
        vectors of one model and one dimension: inputs with others are refused. If a run
        stops for any reason, run it again with the same `out` and it resumes. Finished inputs cost
        no requests. A 429 is retried; if a quota is exhausted (a Retry-After above 15 minutes),
        the run stops with `stopped="quota"`.

        `via` sends audio and video as one request or as a task; "auto" decides by size and
        length. `on_unknown="resubmit"` sends a task again when it is unknown whether it was
        created; by default the input stays `unknown`. `retry_failed` retries permanent failures.
        `keep_assets=False` deletes the assets that the run uploaded. `max_minutes` limits the
        minutes of media, `dry_run` only estimates. `engine="ray"` uses a Ray cluster. `progress`
        shows a bar, or is a function that is called with the run, also while its inputs are
        registered (`run.is_registering`).

        >>> run = await client.embed.run(["purple.jpg"], out="library")
        >>> run.done, run.failed
        (1, 0)

        Raises:
            InvalidRequestError: the inputs are unreadable, or a parameter is outside its limits.
            DatasetError: files of `out` are damaged, of another run, or cannot be written.
            RunLockedError: another process is working on the same `out`.
            ConfigurationError: the extra `bulk` is not installed, or `out` is not a dataset.
            AuthenticationError: the API key was rejected; finished inputs are kept.
        """
        from dodeca._async.bulk_service import AsyncBulkService
        from dodeca.bulk.options import EmbedOptions
        from dodeca.bulk.run import embed_inputs
        from dodeca.bulk.settings import RunSettings

        options = EmbedOptions(self._model_name(model_name)).replace(
            {
                "segmentation": segmentation,
                "embedding_option": embedding_option,
                "embedding_scope": embedding_scope,
                "embedding_dimension": embedding_dimension,
            }
        )
        settings = RunSettings(
            via=via,
            engine=engine,
            concurrency=concurrency,
            on_unknown=on_unknown,
            retry_failed=retry_failed,
            keep_assets=keep_assets,
            max_minutes=max_minutes,
            reconcile_after_sec=self._transport.settings.reconcile_after_sec,
        )
        call = partial(
            embed_inputs,
            inputs=inputs,
            out=out,
            options=options,
            settings=settings,
            dry_run=dry_run,
            progress=progress,
        )
        return await run_blocking(AsyncBulkService(self._transport), call)

    def _model_name(self, model_name: str | None) -> str:
        """The name of the model of a call: the one given, else that of the client."""
        return self._transport.settings.embedding_model if model_name is None else model_name

    def _options(
        self,
        model_name: str | None,
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        auto_truncate: bool | None = None,
    ) -> RequestOptions:
        return embed_requests.request_options(
            self._model_name(model_name),
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            auto_truncate=auto_truncate,
        )

    async def _batch(self, requests: Sequence[RequestFactory], concurrency: int) -> Batch:
        from dodeca._async.resources.embed_batch import send

        self._transport.check_open()
        return await send(self._transport, requests, concurrency)


def _text_request(
    text: str, options: RequestOptions
) -> tuple[models.CreateEmbeddingsRequest, None]:
    return embed_requests.text(text, options), None


def image_request(
    media: MediaLike, options: RequestOptions
) -> tuple[models.CreateEmbeddingsRequest, str | None]:
    """The body that embeds an image, and the source of the image."""
    image = Media.of(media)
    return embed_requests.image(image, options), source_name(image)
