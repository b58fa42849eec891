# From facade/dodeca/_async/resources/embed.py by scripts/unasync.py; edit that one.
"""Embeddings: `POST /embed-v2`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

from dodeca._base.concurrency import run_blocking
from dodeca._base.html import Methods
from dodeca._base.lazy import cached_property
from dodeca._base.media_types import Kind
from dodeca._base.text import did_you_mean, quote
from dodeca._calls import embed_requests, limits, params
from dodeca._calls.embed_requests import MODEL, AudioOption, Scope, VideoOption
from dodeca._calls.polling import check_timeout
from dodeca._calls.progress import check_callback
from dodeca._sync.resources.embed_call import create_embeddings
from dodeca._sync.resources.embed_tasks import ClipInput, EmbedTasks
from dodeca._sync.transport import Transport
from dodeca.embeddings import Embeddings
from dodeca.errors import APIError, InvalidRequestError
from dodeca.media import Media, MediaLike, source_name
from dodeca.segmentation import Fixed, Segmentation
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca._sync.resources.embed_batch import RequestFactory
    from dodeca.batch import Batch
    from dodeca.bulk import Run

Via = Literal["auto", "sync", "task"]
_VIA: Sequence[str] = get_args(Via)


class Embed(Methods):
    """Embeds text, images, audio and video into one vector space."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @cached_property
    def tasks(self) -> EmbedTasks:
        """Embed media of up to 4 hours as tasks (`/embed-v2/tasks`).

        >>> client.embed.tasks.list(status="ready")
        <Pages of EmbeddingTask from page 1; iterate them>
        """
        return EmbedTasks(self._transport)

    def text(self, input_text: str, *, model_name: str = MODEL) -> Embeddings:
        """Embed a text of at most 500 tokens as one row, 1 x 512 (`POST /embed-v2`).

        >>> client.embed.text("a man walking a dog")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the text is empty or has more than 500 words.
            APIError: the service returned an error status.
        """
        return self._create(embed_requests.text(input_text, model_name))

    def image(self, media: MediaLike, *, model_name: str = MODEL) -> Embeddings:
        """Embed a JPEG or PNG of at least 128x128 pixels and at most 32 MB (`POST /embed-v2`).

        Returns one row, 1 x 512. A local image is checked before it is sent.

        >>> client.embed.image("purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidMediaError: there is no such file, or the image is outside the limits.
            APIError: the service returned an error status.
        """
        return self._create(*_image_request(media, model_name))

    def text_image(
        self, input_text: str, media: MediaLike, *, model_name: str = MODEL
    ) -> Embeddings:
        """Embed a text and an image together as one row, 1 x 512 (`POST /embed-v2`).

        The limits are those of `text` and `image`.

        >>> client.embed.text_image("the same at night", "purple.jpg")
        <Embeddings 1 x 512>

        Raises:
            InvalidRequestError: the text or the image is outside the limits.
            APIError: the service returned an error status.
        """
        source = Media.of(media)
        body = embed_requests.text_image(input_text, source, model_name)
        return self._create(body, source_name(source))

    def texts(
        self, input_texts: Iterable[str], *, model_name: str = MODEL, concurrency: int = 32
    ) -> Batch:
        """Embed many texts, `concurrency` at a time (`POST /embed-v2` for each).

        The result has the order of the texts: embeddings of 1 x 512 or an error for each;
        `.vectors` stacks all of them, n x 512. All calls of a client share a limiter that adapts
        to the service's rate limits. A 429 is retried, unless a quota is exhausted (a Retry-After
        above 15 minutes).

        >>> client.embed.texts(["a red car", "a loud noise"]).vectors.shape
        (2, 512)

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
        """
        texts = params.as_list("input_texts", input_texts)
        params.string("model_name", model_name)
        requests = [partial(_text_request, text, model_name) for text in texts]
        return self._batch(requests, concurrency)

    def images(
        self, media: Iterable[MediaLike], *, model_name: str = MODEL, concurrency: int = 16
    ) -> Batch:
        """Embed many images, `concurrency` at a time (`POST /embed-v2` for each).

        Returns a batch as `texts` does. The limits of each image are those of `image`.

        >>> client.embed.images(["purple.jpg", "missing.jpg"])
        <Batch of 2, 1 of them errors>

        Raises:
            InvalidRequestError: `concurrency` is not 1 to 256.
        """
        images = params.as_list("media", media)
        params.string("model_name", model_name)
        requests = [partial(_image_request, image, model_name) for image in images]
        return self._batch(requests, concurrency)

    def run(
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

        Each input takes one request (`POST /embed-v2`), or an upload (`POST /assets`) and a task
        (`POST /embed-v2/tasks`).

        A row of a manifest, or a mapping in an iterable, has one of `path`, `url`, `asset_id` and
        `text`, options named as the parameters here (also `start_sec`, `end_sec`, `input_type`),
        and metadata in all other columns. Other items of an iterable are paths, URLs, `Media`, open
        binary files or PIL images, which are held in memory.

        `out` is a folder for a Parquet dataset, or ends in ".lance" for a LanceDB table. If a run
        stops for any reason, run it again with the same `out` and it resumes. Finished inputs cost
        no requests. A 429 is retried; if a quota is exhausted (a Retry-After above 15 minutes),
        the run stops with `stopped="quota"`.

        `via` sends audio and video as one request or as a task; "auto" decides by size and
        length. `on_unknown="resubmit"` sends a task again when it is unknown whether it was
        created; by default the input stays `unknown`. `retry_failed` retries permanent failures.
        `keep_assets=False` deletes the assets that the run uploaded. `max_minutes` limits the
        minutes of media, `dry_run` only estimates. `engine="ray"` uses a Ray cluster. `progress`
        shows a bar, or is a function that is called with the run.

        >>> run = client.embed.run(["purple.jpg"], out="library")
        >>> run.done, run.failed
        (1, 0)

        Raises:
            InvalidRequestError: the inputs are unreadable, or a parameter is outside its limits.
            DatasetError: files of `out` are damaged, of another run, or cannot be written.
            RunLockedError: another process is working on the same `out`.
            ConfigurationError: the extra `bulk` is not installed, or `out` is not a dataset.
            AuthenticationError: the API key was rejected; finished inputs are kept.
        """
        from dodeca._sync.bulk_service import BulkService
        from dodeca.bulk.options import EmbedOptions
        from dodeca.bulk.run import embed_inputs
        from dodeca.bulk.settings import RunSettings

        options = EmbedOptions(model_name).replace(
            {
                "segmentation": segmentation,
                "embedding_option": embedding_option,
                "embedding_scope": embedding_scope,
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
        return run_blocking(BulkService(self._transport), call)

    def audio(
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
        """Embed WAV, MP3 or FLAC audio (`POST /embed-v2`, or a task).

        `start_sec` and `end_sec` select a part, in seconds. `segmentation` is `fixed(...)`, by
        default 6 seconds. `embedding_option` is any of "audio" and "transcription",
        `embedding_scope` any of "clip" (a row for each segment) and "asset" (one row for the
        whole); the service's defaults apply otherwise.

        At most 36 MB and 10 minutes are sent in one call. For more, or if the service says that
        it is too long, this starts a task, after an upload if needed, and waits up to `timeout`
        seconds.
        `via` ("sync", "task") forces one or the other. `on_progress` is called with a `Progress`
        after each uploaded chunk and with the job after each poll; `progress` shows both (extra
        `progress`).

        >>> from dodeca import segmentation
        >>> client.embed.audio("tones.wav", segmentation=segmentation.fixed(6))
        <Embeddings 4 x 512, audio, asset+clip>

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            JobError: the task failed, or was not ready after `timeout` seconds.
        """
        source = Media.of(media)
        clip = embed_requests.audio(
            source,
            model_name=model_name,
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )
        return self._embed_clip(source, clip, model_name, via, timeout, on_progress, progress)

    def video(
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
        """Embed a video of 360x360 to 5184x2160 pixels (`POST /embed-v2`, or a task).

        `start_sec` and `end_sec` select a part, in seconds. `segmentation` is `fixed(...)` or
        `dynamic(...)`, by default `dynamic` with 4 seconds. `embedding_option` is any of
        "visual", "audio" and "transcription" (default: all), `embedding_scope` any of "clip" (a
        row for each segment) and "asset" (one row for the whole; default: both).

        At most 36 MB and 10 minutes are sent in one call. For more, or if the service says that
        it is too long, this starts a task, after an upload if needed, and waits up to `timeout`
        seconds.
        `via` ("sync", "task") forces one or the other. `on_progress` is called with a `Progress`
        after each uploaded chunk and with the job after each poll; `progress` shows both (extra
        `progress`).

        >>> from dodeca import segmentation
        >>> video = client.embed.video("colours.mp4", segmentation=segmentation.dynamic(4))
        >>> [segment.end_sec for segment in video.filter(option="visual", scope="clip")]
        [5.0, 9.0, 15.0, 20.0]

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            JobError: the task failed, or was not ready after `timeout` seconds.
        """
        source = Media.of(media)
        clip = embed_requests.video(
            source,
            model_name=model_name,
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )
        return self._embed_clip(source, clip, model_name, via, timeout, on_progress, progress)

    def _batch(self, requests: Sequence[RequestFactory], concurrency: int) -> Batch:
        from dodeca._sync.resources.embed_batch import send

        return send(self._transport, requests, concurrency)

    def _embed_clip(
        self,
        media: Media,
        clip: ClipInput,
        model_name: str,
        via: Via,
        timeout: float,
        on_progress: Callable[[Any], object] | None,
        progress: bool,
    ) -> Embeddings:
        if via not in _VIA:
            raise InvalidRequestError(
                f'via is "auto", "sync" or "task", got {quote(via)}{did_you_mean(via, _VIA)}'
            )
        check_timeout(timeout)
        check_callback(on_progress)
        kind: Kind = "audio" if isinstance(clip, models.AudioInputRequest) else "video"
        if limits.choose(media, kind, via) is limits.Endpoint.EMBED:
            try:
                body = embed_requests.embed_clip(clip, model_name)
                return self._create(body, source_name(media))
            except APIError as exc:
                # Nothing was created; only the service knows the length of a URL or an asset.
                if via == "sync" or exc.code != limits.TOO_LONG:
                    raise
        job = self.tasks._start(media, clip, model_name, on_progress=on_progress, progress=progress)
        return job.wait(timeout=timeout, on_progress=on_progress, progress=progress)

    def _create(
        self, body: models.CreateEmbeddingsRequest, source: str | None = None
    ) -> Embeddings:
        embeddings, _ = create_embeddings(self._transport, body, source)
        return embeddings


def _text_request(text: str, model_name: str) -> tuple[models.CreateEmbeddingsRequest, None]:
    return embed_requests.text(text, model_name), None


def _image_request(
    media: MediaLike, model_name: str
) -> tuple[models.CreateEmbeddingsRequest, str | None]:
    image = Media.of(media)
    return embed_requests.image(image, model_name), source_name(image)
