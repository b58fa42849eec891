"""Analysis of videos and images: `/analyze` and `/analyze/tasks`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from dodeca._async.job import AsyncJob, running_jobs
from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.analyze_batches import AsyncAnalyzeBatches
from dodeca._async.stream import AsyncTextStream
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._base.lazy import cached_property
from dodeca._calls import analyze_requests, params, texts
from dodeca._calls.operation import request
from dodeca._calls.polling import ANALYZE_TASK, JobState
from dodeca._calls.response_format import M
from dodeca.media import MediaLike
from dodeca.results import Analysis, AnalyzeTask
from dodeca_api.api.analyze import analyze_create
from dodeca_api.api.analyze_tasks import (
    analyze_tasks_cancel,
    analyze_tasks_create,
    analyze_tasks_delete,
    analyze_tasks_list,
    analyze_tasks_retrieve,
)
from dodeca_api.models.analysis_mode import ANALYSIS_MODE_VALUES
from dodeca_api.models.analyze_task_status_filter import ANALYZE_TASK_STATUS_FILTER_VALUES


class AsyncAnalyze(Methods):
    """Prompts a model about a video or images."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def tasks(self) -> AsyncAnalyzeTasks:
        """Analyze longer videos, or videos in segments, as tasks (`/analyze/tasks`).

        >>> client.analyze.tasks.list()
        <Pages of AnalyzeTask from page 1; iterate them>
        """
        return AsyncAnalyzeTasks(self._transport)

    @cached_property
    def batches(self) -> AsyncAnalyzeBatches:
        """Analyze up to 1,000 assets as one job (`/analyze/batches`).

        >>> client.analyze.batches.list()
        <Pages of AnalyzeBatch from page 1; iterate them>
        """
        return AsyncAnalyzeBatches(self._transport)

    async def __call__(
        self,
        prompt: str | None = None,
        *,
        video: MediaLike | None = None,
        video_id: str | None = None,
        image: Mapping[str, MediaLike] | None = None,
        prompt_v2: Mapping[str, Any] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        response_format: type[M] | Mapping[str, Any] | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        model_name: str | None = None,
    ) -> Analysis[M]:
        """Generate text about a video or images (`POST /analyze`).

        Pass exactly one of `video` (a file, URL or asset, of at most 1 hour), `image` (up to 20
        images by the names that the prompt refers to as `<@name>`) and `video_id` (a video of an
        index, for Pegasus 1.2: retired, with a DeprecationWarning). `temperature` is 0 to 1;
        `start_time` and `end_time` select a part, in seconds; `prompt_v2` is a prompt with media in
        the API's own format.

        `response_format` asks for JSON: it is a model of pydantic 2 (the class), a JSON Schema, or
        the API's own `{"type": "json_schema", "json_schema": {…}}`. The result has the object in
        `parsed`, one of the model or plain JSON. What the API does not support of a schema is an
        error that names its place; of a model, lengths and other limits that the API does not take
        are left out and checked in the answer. The API's own form is sent unchecked.

        The result has `finish_reason` "length" if the text reached `max_tokens` and was cut off.

        >>> import pydantic
        >>> class Scenes(pydantic.BaseModel):
        ...     count: int
        >>> answer = await client.analyze("?", video="colours.mp4", response_format=Scenes)
        >>> answer.parsed, answer.finish_reason
        (Scenes(count=4), 'stop')

        Raises:
            InvalidRequestError: not exactly one input, a parameter is out of bounds, or the API
                does not support the schema.
            IncompleteTextError: the service reports an error, or cut off the JSON that
                `response_format` asks for; has the text so far.
            ResponseFormatError: the answer is not what `response_format` asks for; has the text.
            APIError: the service returned an error status.
        """
        body = analyze_requests.analyze(
            prompt=prompt,
            video=video,
            video_id=video_id,
            image=image,
            prompt_v2=prompt_v2,
            temperature=temperature,
            max_tokens=max_tokens,
            response_format=response_format,
            start_time=start_time,
            end_time=end_time,
            model_name=model_name,
            stream=False,
        )
        analysis = await self._transport.result(Analysis, request(analyze_create, body=body))
        return texts.complete_analysis(analysis, response_format)

    def stream(
        self,
        prompt: str | None = None,
        *,
        video: MediaLike | None = None,
        video_id: str | None = None,
        image: Mapping[str, MediaLike] | None = None,
        prompt_v2: Mapping[str, Any] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        response_format: type[M] | Mapping[str, Any] | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        model_name: str | None = None,
    ) -> AsyncTextStream[M]:
        """Stream the text as it is generated (`POST /analyze` with `stream`).

        The parameters are those of `client.analyze`; with a `response_format` the stream has the
        object in `parsed` at its end.

        >>> async with client.analyze.stream("What happens in it?", video="colours.mp4") as events:
        ...     text = await events.text()

        Raises:
            InvalidRequestError: not exactly one input, or a parameter is out of bounds.
        """
        body = analyze_requests.analyze(
            prompt=prompt,
            video=video,
            video_id=video_id,
            image=image,
            prompt_v2=prompt_v2,
            temperature=temperature,
            max_tokens=max_tokens,
            response_format=response_format,
            start_time=start_time,
            end_time=end_time,
            model_name=model_name,
            stream=True,
        )
        return AsyncTextStream(self._transport, request(analyze_create, body=body), response_format)


class AsyncAnalyzeTasks(Methods):
    """Analyzes videos and images as tasks."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        prompt: str | None = None,
        *,
        video: MediaLike | None = None,
        image: Mapping[str, MediaLike] | None = None,
        prompt_v2: Mapping[str, Any] | None = None,
        analysis_mode: str | None = None,
        temperature: float | None = None,
        max_tokens: int | str | None = None,
        response_format: type[M] | Mapping[str, Any] | None = None,
        min_segment_duration: float | None = None,
        max_segment_duration: float | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        custom_id: str | None = None,
        idempotency_key: str | None = None,
        model_name: str | None = None,
    ) -> AsyncJob[AnalyzeTask[M]]:
        """Start a task that analyzes a video of up to 2 hours, or images (`POST /analyze/tasks`).

        `analysis_mode` is "general" or "time_based_metadata"; the latter has no prompt, but a
        `response_format` of type "segment_definitions", and `min_segment_duration` and
        `max_segment_duration` of at least 2 seconds. `max_tokens` is 512 to 98,304, or
        "unlimited" for segments. `custom_id` is an id of your choice. The service creates one task
        for calls with the same `idempotency_key`; by default each call has a new one. The other
        parameters are those of `client.analyze`. `job.wait()` returns the task with its `result`,
        which has `data` and `parsed`, and raises IncompleteTextError if the JSON of a
        `response_format` was cut off, ResponseFormatError if it is not what was asked for.

        >>> job = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> (await job.wait()).result.finish_reason
        'stop'

        Raises:
            InvalidRequestError: not exactly one input, or a parameter is out of bounds.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        body = analyze_requests.task(
            prompt=prompt,
            video=video,
            image=image,
            prompt_v2=prompt_v2,
            analysis_mode=analysis_mode,
            temperature=temperature,
            max_tokens=max_tokens,
            response_format=response_format,
            min_segment_duration=min_segment_duration,
            max_segment_duration=max_segment_duration,
            start_time=start_time,
            end_time=end_time,
            custom_id=custom_id,
            model_name=model_name,
        )
        rule = "of printable ASCII characters, as in a header"
        key = secrets.token_hex(16) if idempotency_key is None else idempotency_key
        params.matching("idempotency_key", key, "[!-~]+", rule)
        call = request(analyze_tasks_create, body=body, idempotency_key=key)
        created = await self._transport.result(AnalyzeTask, call)
        state: JobState[AnalyzeTask[M]] = JobState(
            created.id, created.status or "", response=created.response
        )
        return self._job(state, response_format, created)

    async def retrieve(self, task_id: str) -> AsyncJob[AnalyzeTask]:
        """Get the job of a task that any process started (`GET /analyze/tasks/{task_id}`).

        `job.latest` is the current state of the task. If it was created with a `response_format`,
        its result has the JSON in `parsed`.

        >>> task = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> job = await client.analyze.tasks.retrieve(task.id)
        >>> (await job.wait()).id == task.id
        True

        Raises:
            NotFoundError: there is no such task.
            APIError: the service returned another error status.
        """
        return self._job(await self._poll(None, task_id))

    def list(
        self,
        *,
        status: str | None = None,
        video_url: str | None = None,
        asset_id: str | None = None,
        analysis_mode: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> AsyncPages[AnalyzeTask]:
        """List the analysis tasks, newest first, page by page (`GET /analyze/tasks`).

        `status` is "queued", "pending", "processing", "ready", "failed" or "canceled";
        `video_url` and `asset_id` match exactly. Lists truncate prompts.

        >>> [task.status async for task in client.analyze.tasks.list(status="failed")]
        []

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        return paginate(
            self._transport,
            AnalyzeTask,
            page,
            page_limit,
            lambda number: request(
                analyze_tasks_list,
                status=params.choice("status", status, ANALYZE_TASK_STATUS_FILTER_VALUES),
                video_url=params.optional("video_url", video_url),
                asset_id=params.optional("asset_id", asset_id),
                analysis_mode=params.choice("analysis_mode", analysis_mode, ANALYSIS_MODE_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    async def cancel(self, task_id: str) -> AnalyzeTask:
        """Cancel a task that has not ended, for good (`POST /analyze/tasks/{task_id}/cancel`).

        It is no error if the task is canceled already. A task of a batch is canceled with its
        batch. The result has the id and the status.

        >>> job = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> (await client.analyze.tasks.cancel(job.id)).status
        'canceled'

        Raises:
            NotFoundError: there is no such task.
            BadRequestError: the task is ready or has failed, or is one of a batch (409).
        """
        return await self._transport.result(AnalyzeTask, request(analyze_tasks_cancel, task_id))

    async def delete(self, task_id: str) -> None:
        """Delete a task that has ended (`DELETE /analyze/tasks/{task_id}`).

        >>> job = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> await client.analyze.tasks.delete((await job.wait()).id)

        Raises:
            NotFoundError: there is no such task.
            BadRequestError: the task is still running (409).
        """
        await self._transport.send(request(analyze_tasks_delete, task_id))

    async def _poll(
        self, response_format: type[M] | Mapping[str, Any] | None, task_id: str
    ) -> JobState[AnalyzeTask[M]]:
        found = await self._transport.result(AnalyzeTask, request(analyze_tasks_retrieve, task_id))
        task, failure = texts.complete_task(found, response_format)
        reason = task.error.message if task.error else None
        status = task.status or ""
        return JobState(task_id, status, task, reason, failure=failure, extra=task.extra)

    def _job(
        self,
        state: JobState[AnalyzeTask[M]],
        response_format: type[M] | Mapping[str, Any] | None = None,
        created: AnalyzeTask[M] | None = None,
    ) -> AsyncJob[AnalyzeTask[M]]:
        lists = [
            partial(self.list, status=status, page_limit=50) for status in ANALYZE_TASK.running
        ]
        running = running_jobs(("analyze_tasks", id(self._transport)), *lists)
        poll = partial(self._poll, response_format)
        return AsyncJob(ANALYZE_TASK, poll, state, self._transport.clock, running, created)
