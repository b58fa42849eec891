"""Embedding tasks: `/embed-v2/tasks`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dodeca._async.job import AsyncJob, running_jobs
from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.assets import AsyncAssets
from dodeca._async.resources.embed_call import as_embeddings
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._base.media_types import Kind
from dodeca._calls import embed_blocks, embed_requests, library_requests, limits, params
from dodeca._calls.dates import timestamp
from dodeca._calls.embed_blocks import (
    AudioOption,
    BlockOptions,
    DocumentOption,
    EmbeddingType,
    Scope,
    TimedText,
    VideoOption,
)
from dodeca._calls.embed_requests import RequestOptions
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.polling import EMBED_TASK, JobState
from dodeca._calls.vector_reader import VectorSink, extract_vectors
from dodeca.embeddings import Embeddings
from dodeca.media import Media, MediaLike, source_name
from dodeca.results import EmbeddingTask, other_fields
from dodeca.segmentation import DocumentSegmentation, Segmentation
from dodeca_api.api.embed_v2_tasks import (
    embed_v2_tasks_create,
    embed_v2_tasks_list,
    embed_v2_tasks_retrieve,
)
from dodeca_api.models.embed_task_status_filter import EMBED_TASK_STATUS_FILTER_VALUES


class AsyncEmbedTasks(Methods):
    """Embeds audio and video of 4 seconds to 4 hours as tasks, images and documents, too."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def audio(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[AudioOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        time_based_metadata: Sequence[TimedText] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> AsyncJob[Embeddings]:
        """Start a task that embeds audio, and return its job (`POST /embed-v2/tasks`).

        The parameters are those of `client.embed.audio`. A local file of more than 36 MB is
        uploaded as an asset first; `on_progress` and `progress` report that upload. `job.wait()`
        returns the embeddings; `job.created` is an `EmbeddingTask` with what the service said when
        the task was created.

        >>> job = await client.embed.tasks.audio("tones.wav")
        >>> await job.wait(timeout=600)
        <Embeddings 4 x 512, audio, asset+clip>

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        block_options = BlockOptions(
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
            time_based_metadata=time_based_metadata,
        )
        options = self._options(model_name, embedding_dimension, embedding_uncertainty)
        return await self._start(
            "audio", media, block_options, options, on_progress=on_progress, progress=progress
        )

    async def video(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[VideoOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        time_based_metadata: Sequence[TimedText] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> AsyncJob[Embeddings]:
        """Start a task that embeds a video, and return its job (`POST /embed-v2/tasks`).

        The parameters are those of `client.embed.video`; `on_progress` and `progress` are those of
        `audio`. A local file of more than 36 MB is uploaded as an asset first. `job.wait()` returns
        the embeddings.

        >>> job = await client.embed.tasks.video("colours.mp4", embedding_option=["visual"])
        >>> (await job.wait()).filter(scope="clip")
        <Embeddings 4 x 512, visual, clip>

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        block_options = BlockOptions(
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
            time_based_metadata=time_based_metadata,
        )
        options = self._options(model_name, embedding_dimension, embedding_uncertainty)
        return await self._start(
            "video", media, block_options, options, on_progress=on_progress, progress=progress
        )

    async def image(
        self,
        media: MediaLike,
        *,
        embedding_option: Sequence[str] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> AsyncJob[Embeddings]:
        """Start a task that embeds an image of at most 32 MB (`POST /embed-v2/tasks`).

        Needs marengo3.5. The only values are "visual", "asset" and "separate_embedding", which are
        the defaults, too. The other parameters are those of `audio`.

        >>> job = await client.embed.tasks.image("purple.jpg", model_name="marengo3.5")
        >>> await job.wait()
        <Embeddings 1 x 512, visual, asset>

        Raises:
            InvalidRequestError: the image is outside the limits, or the model takes none in tasks.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        block_options = BlockOptions(
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
        )
        options = self._options(model_name, embedding_dimension, embedding_uncertainty)
        return await self._start(
            "image", media, block_options, options, on_progress=on_progress, progress=progress
        )

    async def document(
        self,
        media: MediaLike,
        *,
        segmentation: DocumentSegmentation | None = None,
        embedding_option: Sequence[DocumentOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_type: Sequence[EmbeddingType] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str | None = None,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> AsyncJob[Embeddings]:
        """Start a task that embeds a PDF, text or Markdown file (`POST /embed-v2/tasks`).

        The parameters are those of `client.embed.document`; `embedding_type` is only
        "separate_embedding". A local file of more than 36 MB is uploaded as an asset first.

        >>> from dodeca import Media
        >>> notes = Media.data(b"# Walks. A dog runs.", filename="notes.md")
        >>> job = await client.embed.tasks.document(notes, model_name="marengo3.5")
        >>> await job.wait()
        <Embeddings 1 x 512, text, asset>

        Raises:
            InvalidRequestError: the options do not go together, or the model takes no documents.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        block_options = BlockOptions(
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
        )
        options = self._options(model_name, embedding_dimension, embedding_uncertainty)
        return await self._start(
            "document", media, block_options, options, on_progress=on_progress, progress=progress
        )

    async def retrieve(
        self, task_id: str, *, model_name: str | None = None
    ) -> AsyncJob[Embeddings]:
        """Get the job of a task that any process started (`GET /embed-v2/tasks/{task_id}`).

        The service does not return the model's name; `model_name` sets it in the embeddings, and
        so in the ids of their `records`. Their `source` is known if the media was a URL.

        >>> task = await client.embed.tasks.video("colours.mp4")
        >>> job = await client.embed.tasks.retrieve(task.id, model_name="marengo3.0")
        >>> (await job.wait()).model_name
        'marengo3.0'

        Raises:
            NotFoundError: there is no such task, or its embeddings expired after seven days.
            APIError: the service returned another error status.
        """
        params.optional("model_name", model_name)
        state = await self._poll(task_id, model_name=model_name, source=None)
        return self._job(state, model_name, None, None)

    def list(
        self,
        *,
        started_at: datetime | str | None = None,
        ended_at: datetime | str | None = None,
        status: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> AsyncPages[EmbeddingTask]:
        """List the embedding tasks, newest first, page by page (`GET /embed-v2/tasks`).

        `started_at` and `ended_at` limit the time of creation: a datetime, or a date as text.
        `status` is "processing", "ready" or "failed". Iteration runs from `page` to the last
        page; `page_limit`, at most 50, is the size of a page.

        >>> [task.status async for task in client.embed.tasks.list(status="failed")]
        []

        Raises:
            InvalidRequestError: a date is unreadable, or a page is outside the limits.
        """
        return paginate(
            self._transport,
            EmbeddingTask,
            page,
            page_limit,
            lambda number: request(
                embed_v2_tasks_list,
                started_at=timestamp("started_at", started_at),
                ended_at=timestamp("ended_at", ended_at),
                status=params.choice("status", status, EMBED_TASK_STATUS_FILTER_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    def _options(
        self,
        model_name: str | None,
        embedding_dimension: int | None,
        embedding_uncertainty: bool | None,
    ) -> RequestOptions:
        default = self._transport.settings.embedding_model
        return embed_requests.request_options(
            default if model_name is None else model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )

    async def _start(
        self,
        kind: Kind,
        media: MediaLike,
        block_options: BlockOptions,
        options: RequestOptions,
        *,
        on_progress: Callable[[Any], object] | None,
        progress: bool,
    ) -> AsyncJob[Embeddings]:
        source, model_name = Media.of(media), options.model.name
        block = embed_blocks.block(kind, source, block_options, options)
        limits.check(source, limits.Endpoint.EMBED_TASK, kind, model_name)
        if source.is_local and (source.size or 0) > limits.REQUEST_BYTES:
            assets = AsyncAssets(self._transport)
            upload = await assets.upload(source, on_progress=on_progress, progress=progress)
            asset = await upload.wait(on_progress=on_progress, progress=progress)
            block.media_source = embed_requests.media_source(Media.asset(asset.id))
        body = embed_requests.task(kind, block, options)
        call = request(embed_v2_tasks_create, body=body)
        task_id, task = await self._transport.fetch(call, library_requests.read_created_task)
        state: JobState[Embeddings] = JobState(
            task_id, library_requests.job_status(task.status), response=task.response
        )
        return self._job(state, model_name, source_name(source), task)

    def _job(
        self,
        state: JobState[Embeddings],
        model_name: str | None,
        source: str | None,
        created: EmbeddingTask | None,
    ) -> AsyncJob[Embeddings]:
        running = running_jobs(
            ("embed_v2_tasks", id(self._transport)),
            *(partial(self.list, status=status, page_limit=50) for status in EMBED_TASK.running),
        )
        poll = partial(self._poll, model_name=model_name, source=source)
        return AsyncJob(EMBED_TASK, poll, state, self._transport.clock, running, created)

    async def _poll(
        self, task_id: str, *, model_name: str | None, source: str | None
    ) -> JobState[Embeddings]:
        call = request(embed_v2_tasks_retrieve, task_id)

        def read(response: RawResponse) -> JobState[Embeddings]:
            (columns,), task = extract_vectors(response, ("data",))
            status = library_requests.job_status(task.get("status"))
            fields = other_fields(task, "_id", "status", "data")
            if status not in EMBED_TASK.finished:
                reason = library_requests.failure_reason(task.get("error"))
                return JobState(
                    task_id, status, reason=reason, extra=fields, response=response.info
                )
            result = as_embeddings(
                columns, fields, model_name=model_name, source=source, info=response.info
            )
            return JobState(task_id, status, result, extra=result.response_extra)

        return await self._transport.fetch(call, read, sink=VectorSink)
