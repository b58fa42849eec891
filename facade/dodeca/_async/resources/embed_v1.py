"""The first embedding API: `/embed` and `/embed/tasks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dodeca._async.job import AsyncJob, running_jobs
from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.embed_call import as_embeddings
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._base.lazy import cached_property
from dodeca._base.response_info import with_response
from dodeca._base.text import quote
from dodeca._calls import library_requests, limits, params
from dodeca._calls.bodies import file_field, source_url
from dodeca._calls.dates import timestamp
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.polling import EMBED_TASK, JobState
from dodeca._calls.segment_columns import V1
from dodeca._calls.vector_reader import VectorSink, extract_vectors
from dodeca.embeddings import Embeddings
from dodeca.errors import InvalidMediaError, InvalidRequestError, InvalidResponseError
from dodeca.media import Media, MediaLike, source_name
from dodeca.results import EmbeddingsV1, EmbeddingTask, other_fields
from dodeca_api import models
from dodeca_api.api.embed import embed_create
from dodeca_api.api.embed_tasks import (
    embed_tasks_create,
    embed_tasks_list,
    embed_tasks_retrieve,
    embed_tasks_status,
)
from dodeca_api.models.embed_task_status_filter import EMBED_TASK_STATUS_FILTER_VALUES
from dodeca_api.models.embed_video_scope import EMBED_VIDEO_SCOPE_VALUES
from dodeca_api.models.text_truncate import TEXT_TRUNCATE_VALUES
from dodeca_api.models.video_embedding_option import VIDEO_EMBEDDING_OPTION_VALUES
from dodeca_api.types import Unset

MODEL_V1 = "Marengo-retrieval-2.7"
_INPUT_TYPES = ("text", "image", "audio")
_PART_FIELDS = ("segments", "error_message")
_sink = partial(VectorSink, V1)


class AsyncEmbedV1(Methods):
    """Embeds with the first API: vectors of 1024 floats with Marengo-retrieval-2.7."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def tasks(self) -> AsyncEmbedV1Tasks:
        """Embed videos as tasks (`/embed/tasks`).

        >>> client.embed_v1.tasks.list()
        <Pages of EmbeddingTask from page 1; iterate them>
        """
        return AsyncEmbedV1Tasks(self._transport)

    async def create(
        self,
        *,
        text: str | None = None,
        text_truncate: str | None = None,
        image: MediaLike | None = None,
        audio: MediaLike | None = None,
        audio_start_offset_sec: float | None = None,
        model_name: str = MODEL_V1,
    ) -> EmbeddingsV1:
        """Embed a text, an image, an audio file, or several of them (`POST /embed`).

        A text has at most 77 tokens with Marengo 2.7; `text_truncate` ("end", "start", "none")
        sets how a longer one is truncated. An image is a JPEG or PNG of at least 64x64 pixels and
        at most 5 MB. `audio_start_offset_sec` skips the beginning of the audio, in seconds.

        >>> result = await client.embed_v1.create(text="a red car", image="purple.jpg")
        >>> result.text, result.image
        (<Embeddings 1 x 1024>, <Embeddings 1 x 1024>)

        Raises:
            InvalidRequestError: there is no input, or one is outside the limits.
            APIError: the service returned an error status.
            InvalidResponseError: an input has neither its vector nor an error.
        """
        if text is None and image is None and audio is None:
            raise InvalidRequestError("embed_v1.create needs text, image or audio")
        image, audio = _source("image", image), _source("audio", audio)
        if image is not None:
            limits.check(image, limits.Endpoint.EMBED_V1, "image")
        body = models.EmbedRequest(
            model_name=params.string("model_name", model_name),
            text=params.optional("text", text),
            text_truncate=params.choice("text_truncate", text_truncate, TEXT_TRUNCATE_VALUES),
            image_file=file_field(image),
            image_url=source_url(image),
            audio_file=file_field(audio),
            audio_url=source_url(audio),
            audio_start_offset_sec=params.number(
                "audio_start_offset_sec", audio_start_offset_sec, 0
            ),
        )
        inputs = {"text": text, "image": image, "audio": audio}
        sources = {
            name: source_name(media) if isinstance(media, Media) else None
            for name, media in inputs.items()
            if media is not None
        }
        return await self._transport.fetch(
            request(embed_create, body=body), partial(_read_embeddings, sources), sink=_sink
        )


class AsyncEmbedV1Tasks(Methods):
    """Embeds videos as tasks of the first API."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        media: MediaLike,
        *,
        video_start_offset_sec: float | None = None,
        video_end_offset_sec: float | None = None,
        video_clip_length: float | None = None,
        video_embedding_scope: Sequence[str] | None = None,
        model_name: str = MODEL_V1,
    ) -> AsyncJob[Embeddings]:
        """Embed a video of 4 seconds to 2 hours, at most 2 GB (`POST /embed/tasks`).

        `video_start_offset_sec` and `video_end_offset_sec`, both or neither, select a part, in
        seconds. `video_clip_length` is 2 to 10 seconds (default 6); a last clip under 2 seconds
        is dropped. `video_embedding_scope` is any of "clip" and "video".

        >>> job = await client.embed_v1.tasks.create("colours.mp4", video_clip_length=5)
        >>> (await job.wait()).vectors.shape[1]
        1024

        Raises:
            InvalidRequestError: a parameter or the file is outside the limits.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        source = _source("media", media)
        if source is None:
            raise InvalidMediaError("an embedding task needs a file or a URL")
        limits.check(source, limits.Endpoint.EMBED_V1_TASK, "video")
        start, end = _time_range(video_start_offset_sec, video_end_offset_sec)
        body = models.EmbedTaskCreateRequest(
            model_name=params.string("model_name", model_name),
            video_file=file_field(source),
            video_url=source_url(source),
            video_start_offset_sec=start,
            video_end_offset_sec=end,
            video_clip_length=params.number(
                "video_clip_length", video_clip_length, 2, documented=10
            ),
            video_embedding_scope=params.choices(
                "video_embedding_scope", video_embedding_scope, EMBED_VIDEO_SCOPE_VALUES
            ),
        )
        call = request(embed_tasks_create, body=body)
        task_id, created = await self._transport.fetch(call, library_requests.read_created_task)
        state: JobState[Embeddings] = JobState(task_id, "processing", response=created.response)
        return self._job(state, None, source_name(source), created)

    async def retrieve(
        self, task_id: str, *, embedding_option: Sequence[str] | None = None
    ) -> AsyncJob[Embeddings]:
        """Get the job of a task that any process started (`GET /embed/tasks/{task_id}`).

        `embedding_option` ("visual-text", "audio", "visual", "transcription") limits the result
        to those vectors; by default it has all. Their `source` is known if the media was a URL.

        >>> task = await client.embed_v1.tasks.create("colours.mp4")
        >>> job = await client.embed_v1.tasks.retrieve(task.id, embedding_option=["audio"])
        >>> (await job.wait()).embedding_option.distinct()
        ['audio']

        Raises:
            APIError: the service returned an error status.
        """
        state: JobState[Embeddings] = JobState(task_id, "processing")
        return await self._job(state, embedding_option, None, None).refresh()

    async def status(self, task_id: str) -> EmbeddingTask:
        """Get the status of a task, without its vectors (`GET /embed/tasks/{task_id}/status`).

        >>> task = await client.embed_v1.tasks.create("colours.mp4")
        >>> (await client.embed_v1.tasks.status(task.id)).id == task.id
        True

        Raises:
            APIError: the service returned an error status.
        """
        return await self._transport.result(EmbeddingTask, request(embed_tasks_status, task_id))

    def list(
        self,
        *,
        started_at: datetime | str | None = None,
        ended_at: datetime | str | None = None,
        status: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> AsyncPages[EmbeddingTask]:
        """List the embedding tasks, newest first, page by page (`GET /embed/tasks`).

        `started_at` and `ended_at` limit the time of creation: a datetime, or a date as text;
        by default the last seven days. `status` is "processing", "ready" or "failed".

        >>> [task.status async for task in client.embed_v1.tasks.list(status="failed")]
        []

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        return paginate(
            self._transport,
            EmbeddingTask,
            page,
            page_limit,
            lambda number: request(
                embed_tasks_list,
                started_at=timestamp("started_at", started_at),
                ended_at=timestamp("ended_at", ended_at),
                status=params.choice("status", status, EMBED_TASK_STATUS_FILTER_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    def _job(
        self,
        state: JobState[Embeddings],
        embedding_option: Sequence[str] | None,
        source: str | None,
        created: EmbeddingTask | None,
    ) -> AsyncJob[Embeddings]:
        options = params.choices(
            "embedding_option", embedding_option, VIDEO_EMBEDDING_OPTION_VALUES
        )

        async def poll(task_id: str) -> JobState[Embeddings]:
            task = await self.status(task_id)
            status = library_requests.job_status(task.status)
            if status not in EMBED_TASK.finished:
                reason = library_requests.failure_reason(task.extra.get("error"))
                return JobState(
                    task_id, status, reason=reason, extra=task.extra, response=task.response
                )
            call = request(embed_tasks_retrieve, task_id, embedding_option=options)
            read = partial(_read_video, source)
            result = await self._transport.fetch(call, read, sink=_sink)
            return JobState(task_id, status, result, extra=task.extra)

        running = running_jobs(
            ("embed_tasks", id(self._transport)),
            *(partial(self.list, status=status, page_limit=50) for status in EMBED_TASK.running),
        )
        return AsyncJob(EMBED_TASK, poll, state, self._transport.clock, running, created)


def _time_range(start: float | None, end: float | None) -> tuple[float | Unset, float | Unset]:
    time_range = (
        params.number("video_start_offset_sec", start, 0),
        params.number("video_end_offset_sec", end, 0),
    )
    if (start is None) != (end is None) or (start is not None and end is not None and end <= start):
        raise InvalidRequestError(
            "pass both video_start_offset_sec and video_end_offset_sec or neither, the end after "
            f"the start, got {start} and {end}"
        )
    return time_range


def _source(name: str, media: MediaLike | None) -> Media | None:
    if media is None:
        return None
    source = Media.of(media)
    if source.asset_id is not None:
        raise InvalidMediaError(f"{name} must be a file or a URL, got {quote(source)}")
    return source


def _read_embeddings(sources: Mapping[str, str | None], response: RawResponse) -> EmbeddingsV1:
    """The embeddings or the error of each input; `sources` has the inputs that were sent."""
    parts = {name: f"{name}_embedding" for name in _INPUT_TYPES}
    all_columns, body = extract_vectors(response, *[(part, "segments") for part in parts.values()])
    info = response.info
    embeddings: dict[str, Any] = {}
    errors: dict[str, str] = {}
    extra = other_fields(body, "model_name", *parts.values())
    for (name, part_name), columns in zip(parts.items(), all_columns, strict=True):
        part, count = body.get(part_name) or {}, len(columns.vectors)
        if part.get("error_message"):
            errors[name] = part["error_message"]
        if count:
            embeddings[name] = as_embeddings(
                columns,
                other_fields(part, *_PART_FIELDS),
                model_name=body.get("model_name"),
                source=sources.get(name),
                info=info,
            )
        elif others := other_fields(part, *_PART_FIELDS):
            extra[part_name] = others
        is_valid = count > 0 if name == "audio" else count == 1
        if name in sources and name not in errors and not is_valid:
            raise InvalidResponseError(f"the response has {count} vectors for one {name}")
    return with_response(EmbeddingsV1(**embeddings, errors=errors, extra=extra), info)


def _read_video(source: str | None, response: RawResponse) -> Embeddings:
    (columns,), body = extract_vectors(response, ("video_embedding", "segments"))
    video = body.get("video_embedding") or {}
    details = other_fields(body, "_id", "status", "model_name", "video_embedding")
    if of_video := other_fields(video, "metadata", *_PART_FIELDS):
        details["video_embedding"] = of_video
    return as_embeddings(
        columns,
        details | {"metadata": video.get("metadata")},
        model_name=body.get("model_name") or None,
        source=source,
        info=response.info,
    )
