"""Embeddings at once: `POST /embed-v2`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from dodeca._async.resources.embed_call import create_embeddings
from dodeca._async.resources.embed_tasks import AsyncEmbedTasks, Block
from dodeca._async.transport import AsyncTransport
from dodeca._base.async_concurrency import run_blocking
from dodeca._base.html import Methods
from dodeca._calls import embed_requests, params
from dodeca._calls.embed_requests import MODEL, AudioOption, Scope, VideoOption
from dodeca._calls.polling import check_timeout
from dodeca._calls.progress import check_callback
from dodeca._calls.rate_limit import Limiter
from dodeca.embeddings import Embeddings
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, MediaLike, check_sync_clip, fits_sync_request
from dodeca.segmentation import Fixed, Segmentation
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca._async.resources.embed_batch import Body
    from dodeca.batch import Batch
    from dodeca.bulk import Run

Via = Literal["auto", "sync", "task"]


class AsyncEmbed(Methods):
    """Embeddings of text, images, audio and video, in one space."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self._limiter = Limiter()

    @cached_property
    def tasks(self) -> AsyncEmbedTasks:
        """Embedding as a task, for media of up to 4 hours (`/embed-v2/tasks`).

        >>> client.embed.tasks.list(status="ready")
        <Pages of EmbeddingTask from page 1; iterate them>
        """
        return AsyncEmbedTasks(self._transport)

    async def text(self, input_text: str, *, model_name: str = MODEL) -> Embeddings:
        """Embed a text of at most 500 tokens: one row, 1 x 512 (`POST /embed-v2`).

        >>> await client.embed.text("a man walking a dog")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: an empty text, or one of more than 500 words.
            APIError: the service answered with an error status.
        """
        return await self._create(embed_requests.text(input_text, model_name))

    async def image(self, media: MediaLike, *, model_name: str = MODEL) -> Embeddings:
        """Embed a JPEG or PNG of at least 128x128 pixels and at most 5 MB (`POST /embed-v2`).

        One row, 1 x 512. A local picture is checked before it is sent.

        >>> await client.embed.image("purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidMediaError: no such file, or a picture outside the limits.
            APIError: the service answered with an error status.
        """
        return await self._create(embed_requests.image(media, model_name))

    async def text_image(
        self, input_text: str, media: MediaLike, *, model_name: str = MODEL
    ) -> Embeddings:
        """Embed a text and a picture as one row, 1 x 512 (`POST /embed-v2`).

        The limits are those of `text` and `image`.

        >>> await client.embed.text_image("the same at night", "purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: a text or a picture outside the limits.
            APIError: the service answered with an error status.
        """
        return await self._create(embed_requests.text_image(input_text, media, model_name))

    async def texts(
        self, input_texts: Iterable[str], *, model_name: str = MODEL, concurrency: int = 32
    ) -> Batch:
        """Embed many texts, `concurrency` at a time (`POST /embed-v2` for each).

        The result keeps the order: embeddings of 1 x 512 or an error for each text; `.vectors` is
        all of them stacked, n x 512. The pace adapts to the service's limits, also over several
        calls of one client: a 429 is waited for, unless a quota is gone for minutes.

        >>> (await client.embed.texts(["a red car", "a loud noise"])).vectors.shape
        (2, 512)

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
        """
        texts = params.as_list("input_texts", input_texts)
        params.string("model_name", model_name)
        bodies = [partial(embed_requests.text, text, model_name) for text in texts]
        return await self._batch(bodies, concurrency)

    async def images(
        self, media: Iterable[MediaLike], *, model_name: str = MODEL, concurrency: int = 16
    ) -> Batch:
        """Embed many pictures, `concurrency` at a time (`POST /embed-v2` for each).

        The result is as that of `texts`, the limits of each picture are those of `image`.

        >>> await client.embed.images(["purple.jpg", "missing.jpg"])
        <Batch of 2, 1 of them errors>

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
        """
        pictures = params.as_list("media", media)
        params.string("model_name", model_name)
        bodies = [partial(embed_requests.image, picture, model_name) for picture in pictures]
        return await self._batch(bodies, concurrency)

    async def run(
        self,
        inputs: Any,
        *,
        out: str | os.PathLike[str],
        model_name: str = MODEL,
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

        It sends one call (`POST /embed-v2`), or an upload (`POST /assets`) and a task
        (`POST /embed-v2/tasks`), for each input.

        A row of a manifest, or a mapping in an iterable, has one of `path`, `url`, `asset_id`,
        `text`, options by the names used here (and `start_sec`, `end_sec`, `input_type`), and
        metadata in all other columns. Other items of an iterable are paths, URLs or `Media`.

        `out` is a folder for a Parquet dataset, or ends in ".lance" for a LanceDB table. A run
        that was ended in any way goes on when it is started again with the same `out`; what is
        done costs no request. `via` sends sounds and films as one call each or as tasks, "auto"
        by their size and length. `on_unknown="resubmit"` sends a task again of which nobody knows
        whether it was created; else it stays `unknown`. `retry_failed` tries again what was
        refused for good. `keep_assets=False` deletes the assets that were uploaded for the run.
        `max_minutes` bounds the minutes of media, `dry_run` only says what would be done.
        `engine="ray"` works on a Ray cluster. `progress` shows a bar, or is called with the run.

        >>> run = await client.embed.run(["purple.jpg"], out="library")
        >>> run.done, run.failed
        (1, 0)

        Raises:
            InvalidRequestError: inputs that cannot be read, or a parameter outside its limits.
            RunLockedError: another process works on the same `out`.
            ConfigurationError: the extra `bulk` is not installed, or `out` holds something else.
            AuthenticationError: the key is not taken; what was done is kept.
        """
        from dodeca._async.bulk_service import AsyncService
        from dodeca.bulk.inputs import Options
        from dodeca.bulk.runs import carry_out
        from dodeca.bulk.settings import Settings

        options = Options(model_name).changed(
            {
                "segmentation": segmentation,
                "embedding_option": embedding_option,
                "embedding_scope": embedding_scope,
            }
        )
        settings = Settings(
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
            carry_out,
            inputs=inputs,
            out=out,
            options=options,
            settings=settings,
            dry_run=dry_run,
            progress=progress,
        )
        return await run_blocking(AsyncService(self._transport), call)

    async def audio(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Fixed | None = None,
        embedding_option: Sequence[AudioOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        model_name: str = MODEL,
        via: Via = "auto",
        timeout: float = 3600.0,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Embeddings:
        """Embed a sound: WAV, MP3 or FLAC (`POST /embed-v2`, or a task where it must be).

        `start_sec` and `end_sec` cut a part out, in seconds. `segmentation` is `fixed(...)`,
        6 seconds where it is not given. `embedding_option` is any of "audio" and
        "transcription", `embedding_scope` any of "clip" (a row for each segment) and "asset"
        (one row for the whole); the service's defaults apply where they are not given.

        A local file of at most 36 MB and 10 minutes goes into one call; a larger one becomes a
        task, through an upload where it must, and is waited for up to `timeout` seconds. `via`
        forces one or the other. `on_progress` is called with a `Progress` after each piece of an
        upload and with the job after each poll; `progress` shows both (extra `progress`).

        >>> from dodeca import segmentation
        >>> await client.embed.audio("tones.wav", segmentation=segmentation.fixed(6))
        <Embeddings 4 x 512, audio, asset+clip>

        Raises:
            InvalidRequestError: a parameter or a file outside the limits.
            APIError: the service answered with an error status.
            JobError: the task failed, or was not ready in time.
        """
        source = Media.of(media)
        block = embed_requests.audio(
            source,
            model_name=model_name,
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )
        return await self._clip(source, block, model_name, via, timeout, on_progress, progress)

    async def video(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[VideoOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        model_name: str = MODEL,
        via: Via = "auto",
        timeout: float = 3600.0,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Embeddings:
        """Embed a film of 360x360 to 5184x2160 pixels (`POST /embed-v2`, or a task).

        `start_sec` and `end_sec` cut a part out, in seconds. `segmentation` is `fixed(...)` or
        `dynamic(...)`, the latter with 4 seconds where it is not given. `embedding_option` is
        any of "visual", "audio" and "transcription" (all by default), `embedding_scope` any of
        "clip" (a row for each segment) and "asset" (one row for the whole; both by default).

        A local file of at most 36 MB and 10 minutes goes into one call; a larger one becomes a
        task, through an upload where it must, and is waited for up to `timeout` seconds. `via`
        forces one or the other. `on_progress` is called with a `Progress` after each piece of an
        upload and with the job after each poll; `progress` shows both (extra `progress`).

        >>> from dodeca import segmentation
        >>> film = await client.embed.video("colours.mp4", segmentation=segmentation.dynamic(4))
        >>> [segment.end_sec for segment in film.filter(option="visual", scope="clip")]
        [5.0, 9.0, 15.0, 20.0]

        Raises:
            InvalidRequestError: a parameter or a file outside the limits.
            APIError: the service answered with an error status.
            JobError: the task failed, or was not ready in time.
        """
        source = Media.of(media)
        block = embed_requests.video(
            source,
            model_name=model_name,
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )
        return await self._clip(source, block, model_name, via, timeout, on_progress, progress)

    async def _batch(self, bodies: Sequence[Body], concurrency: int) -> Batch:
        from dodeca._async.resources.embed_batch import send

        return await send(self._transport, self._limiter, bodies, concurrency)

    async def _clip(
        self,
        media: Media,
        block: Block,
        model_name: str,
        via: Via,
        timeout: float,
        on_progress: Callable[[Any], object] | None,
        progress: bool,
    ) -> Embeddings:
        if via not in ("auto", "sync", "task"):
            raise InvalidRequestError(f'via is "auto", "sync" or "task", got {via!r}')
        check_timeout(timeout)
        check_callback(on_progress)
        if via == "sync":
            check_sync_clip(media)
        elif via == "task" or not fits_sync_request(media):
            job = await self.tasks._start(
                media, block, model_name, on_progress=on_progress, progress=progress
            )
            return await job.wait(timeout=timeout, on_progress=on_progress, progress=progress)
        return await self._create(embed_requests.embed_clip(block, model_name))

    async def _create(self, body: models.CreateEmbeddingsRequest) -> Embeddings:
        found, _ = await create_embeddings(self._transport, body)
        return found
