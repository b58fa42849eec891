# From facade/dodeca/_async/resources/embed_tasks.py by scripts/unasync.py; edit that one.
"""Embeddings as tasks: `/embed-v2/tasks`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dodeca._base.html import Methods
from dodeca._calls import embed_requests, params
from dodeca._calls.dates import timestamp
from dodeca._calls.embed_requests import MODEL, AudioOption, Scope, VideoOption
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.polling import READY, JobState
from dodeca._calls.vector_reader import VectorSink, take
from dodeca._sync.job import Job, running_jobs
from dodeca._sync.pages import Pages, paginate
from dodeca._sync.resources.assets import Assets
from dodeca._sync.resources.embed_call import as_embeddings
from dodeca._sync.transport import Transport
from dodeca.embeddings import Embeddings
from dodeca.media import SYNC_BYTES, Media, MediaLike
from dodeca.results import EmbeddingTask
from dodeca.segmentation import Fixed, Segmentation
from dodeca_api import models
from dodeca_api.api.embed_v2_tasks import (
    embed_v2_tasks_create,
    embed_v2_tasks_list,
    embed_v2_tasks_retrieve,
)

Block = models.AudioInputRequest | models.VideoInputRequest


class EmbedTasks(Methods):
    """Embedding tasks: audio and video of 4 seconds to 4 hours."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def audio(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Fixed | None = None,
        embedding_option: Sequence[AudioOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str = MODEL,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Job[Embeddings]:
        """Start to embed a sound, and return once it has begun (`POST /embed-v2/tasks`).

        The parameters are those of `client.embed.audio`; a local file of more than 36 MB is
        uploaded as an asset first. `embedding_dimension` is the length of the vectors (512 for
        marengo3.0), `embedding_uncertainty` asks for an estimate beside each; both are for models
        that offer a choice. `on_progress` and `progress` are about the upload. `job.wait()` gives
        the embeddings.

        >>> job = client.embed.tasks.audio("tones.wav")
        >>> job.wait(timeout=600)
        <Embeddings 4 x 512, audio, asset+clip>

        Raises:
            InvalidRequestError: a parameter or a file outside the limits.
            APIError: the service answered with an error status.
            OutcomeUnknownError: whether the task was created cannot be told.
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
        return self._start(
            source,
            block,
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            on_progress=on_progress,
            progress=progress,
        )

    def video(
        self,
        media: MediaLike,
        *,
        start_sec: float | None = None,
        end_sec: float | None = None,
        segmentation: Segmentation | None = None,
        embedding_option: Sequence[VideoOption] | None = None,
        embedding_scope: Sequence[Scope] | None = None,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        model_name: str = MODEL,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Job[Embeddings]:
        """Start to embed a film, and return once it has begun (`POST /embed-v2/tasks`).

        The parameters are those of `client.embed.video`, `embedding_dimension` and
        `embedding_uncertainty` those of `audio`, as are `on_progress` and `progress`; a local file
        of more than 36 MB is uploaded as an asset first. `job.wait()` gives the embeddings.

        >>> job = client.embed.tasks.video("colours.mp4", embedding_option=["visual"])
        >>> job.wait().filter(scope="clip")
        <Embeddings 4 x 512, visual, clip>

        Raises:
            InvalidRequestError: a parameter or a file outside the limits.
            APIError: the service answered with an error status.
            OutcomeUnknownError: whether the task was created cannot be told.
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
        return self._start(
            source,
            block,
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
            on_progress=on_progress,
            progress=progress,
        )

    def retrieve(self, task_id: str, *, model_name: str | None = None) -> Job[Embeddings]:
        """The job of a task, from this process or another (`GET /embed-v2/tasks/{task_id}`).

        The service does not say again which model it is; `model_name` puts it into the embeddings,
        and so into the ids of their `records`.

        >>> task = client.embed.tasks.video("colours.mp4")
        >>> job = client.embed.tasks.retrieve(task.id, model_name="marengo3.0")
        >>> job.wait().model_name
        'marengo3.0'

        Raises:
            NotFoundError: there is no such task, or its embeddings are older than seven days.
            APIError: the service answered with another error status.
        """
        params.optional("model_name", model_name)
        return self._job(self._poll(task_id, model_name=model_name), model_name)

    def list(
        self,
        *,
        started_at: datetime | str | None = None,
        ended_at: datetime | str | None = None,
        status: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> Pages[EmbeddingTask]:
        """The embedding tasks, newest first, page by page (`GET /embed-v2/tasks`).

        `started_at` and `ended_at` bound the time of creation: a datetime, or text with a date.
        `status` is "processing", "ready" or "failed". Iteration starts at `page` and follows to
        the last one; `page_limit`, at most 50, is the size of a page.

        >>> [task.status for task in client.embed.tasks.list(status="failed")]
        []

        Raises:
            InvalidRequestError: a date that cannot be read, or a page outside the limits.
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
                status=params.optional("status", status),
                page=number,
                page_limit=page_limit,
            ),
        )

    def _start(
        self,
        media: Media,
        block: Block,
        model_name: str,
        *,
        embedding_dimension: int | None = None,
        embedding_uncertainty: bool | None = None,
        on_progress: Callable[[Any], object] | None = None,
        progress: bool = False,
    ) -> Job[Embeddings]:
        if media.is_local and (media.size or 0) > SYNC_BYTES:
            assets = Assets(self._transport)
            upload = assets.upload(media, on_progress=on_progress, progress=progress)
            asset = upload.wait(on_progress=on_progress, progress=progress)
            block.media_source = embed_requests.source(Media.asset(asset.id))
        body = embed_requests.embed_clip_task(
            block,
            model_name,
            embedding_dimension=embedding_dimension,
            embedding_uncertainty=embedding_uncertainty,
        )
        task = self._transport.send(request(embed_v2_tasks_create, body=body))
        state: JobState[Embeddings] = JobState(task.field_id, task.status)
        return self._job(state, model_name)

    def _job(self, state: JobState[Embeddings], model_name: str | None) -> Job[Embeddings]:
        running = running_jobs(
            ("embed_v2_tasks", id(self._transport)),
            lambda: self.list(status="processing", page_limit=50),
        )
        poll = partial(self._poll, model_name=model_name)
        return Job(poll, state, self._transport.clock, running)

    def _poll(self, task_id: str, *, model_name: str | None) -> JobState[Embeddings]:
        call = request(embed_v2_tasks_retrieve, task_id)

        def read(response: RawResponse) -> JobState[Embeddings]:
            (found,), rest = take(response, ("data",))
            task = call.parse(rest)
            result = as_embeddings(found, task.metadata, model_name)
            return JobState(
                task_id,
                task.status,
                result=result if task.status == READY else None,
                reason=task.error.message if task.error else None,
            )

        return self._transport.fetch(call, read, sink=VectorSink)
