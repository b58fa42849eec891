"""Text about videos: `/analyze` and `/analyze/tasks`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dodeca._async.job import AsyncJob, running_jobs
from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.stream import AsyncTextStream
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._calls import analyze_requests, params
from dodeca._calls.operation import request
from dodeca._calls.polling import JobState
from dodeca.media import MediaLike
from dodeca.results import Analysis, AnalyzeTask, of
from dodeca_api.api.analyze import analyze_create
from dodeca_api.api.analyze_tasks import (
    analyze_tasks_create,
    analyze_tasks_delete,
    analyze_tasks_list,
    analyze_tasks_retrieve,
)
from dodeca_api.models.analysis_mode import ANALYSIS_MODE_VALUES
from dodeca_api.models.analyze_task_status_filter import ANALYZE_TASK_STATUS_FILTER_VALUES

_RUNNING = ("queued", "pending", "processing")


class AsyncAnalyze(Methods):
    """Ask a model to write about a video or about pictures."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def tasks(self) -> AsyncAnalyzeTasks:
        """Analysis as a task, for longer videos and for segments (`/analyze/tasks`).

        >>> client.analyze.tasks.list()
        <Pages of AnalyzeTask from page 1; iterate them>
        """
        return AsyncAnalyzeTasks(self._transport)

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
        response_format: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        model_name: str | None = None,
    ) -> Analysis:
        """Write a text about a video or about pictures (`POST /analyze`).

        The subject is one of `video` (a file, URL or asset, of at most 1 hour), `video_id` (a
        video of an index, Pegasus 1.2) and `image` (up to 20 pictures under names that the prompt
        uses as `<@name>`). `temperature` is 0 to 1; `start_time` and `end_time` cut a part out, in
        seconds; `response_format` is `{"type": "json_schema", "json_schema": {…}}`; `prompt_v2`
        is a prompt with media in the API's own form.

        >>> response = await client.analyze("What happens in it?", video_id=video.id)
        >>> response.finish_reason
        'stop'

        Raises:
            InvalidRequestError: not exactly one subject, or a parameter out of bounds.
            APIError: the service answered with an error status.
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
        return of(Analysis, await self._transport.send(request(analyze_create, body=body)))

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
        response_format: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        model_name: str | None = None,
    ) -> AsyncTextStream:
        """The same, as it is written (`POST /analyze` with `stream`).

        >>> async with client.analyze.stream("What happens in it?", video_id=video.id) as events:
        ...     text = await events.text()

        Raises:
            InvalidRequestError: not exactly one subject, or a parameter out of bounds.
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
        return AsyncTextStream(self._transport, request(analyze_create, body=body))


class AsyncAnalyzeTasks(Methods):
    """Analyses that go on at the service."""

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
        response_format: Mapping[str, Any] | None = None,
        min_segment_duration: float | None = None,
        max_segment_duration: float | None = None,
        start_time: float | None = None,
        end_time: float | None = None,
        custom_id: str | None = None,
        idempotency_key: str | None = None,
        model_name: str | None = None,
    ) -> AsyncJob[AnalyzeTask]:
        """Start to analyze a video of up to 2 hours, or pictures (`POST /analyze/tasks`).

        `analysis_mode` is "general" or "time_based_metadata"; the latter takes no prompt, but a
        `response_format` of type "segment_definitions", and `min_segment_duration` and
        `max_segment_duration` of at least 2 seconds. `max_tokens` is 512 to 98,304, or
        "unlimited" for segments. `custom_id` is a name of your own. `idempotency_key` keeps the
        service from making the same task twice; every call has one of its own without it. The
        rest is as in `client.analyze`.
        `job.wait()` gives the task with its result.

        >>> job = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> (await job.wait()).result.finish_reason
        'stop'

        Raises:
            InvalidRequestError: not exactly one subject, or a parameter out of bounds.
            APIError: the service answered with an error status.
            OutcomeUnknownError: whether the task was created cannot be told.
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
        wanted = secrets.token_hex(16) if idempotency_key is None else idempotency_key
        key = params.matching("idempotency_key", wanted, "[!-~]+", rule)
        call = request(analyze_tasks_create, body=body, idempotency_key=key)
        created = await self._transport.send(call)
        return self._job(JobState(created.task_id, created.status))

    async def retrieve(self, task_id: str) -> AsyncJob[AnalyzeTask]:
        """The job of a task, from this process or another (`GET /analyze/tasks/{task_id}`).

        `job.latest` is the task as it is now.

        >>> task = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> job = await client.analyze.tasks.retrieve(task.id)
        >>> (await job.wait()).id == task.id
        True

        Raises:
            NotFoundError: there is no such task.
            APIError: the service answered with another error status.
        """
        return self._job(await self._poll(task_id))

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
        """The analysis tasks, newest first, page by page (`GET /analyze/tasks`).

        `status` is "queued", "pending", "processing", "ready", "failed" or "canceled";
        `video_url` and `asset_id` must be met exactly. Prompts are cut short in lists.

        >>> [task.status async for task in client.analyze.tasks.list(status="failed")]
        []

        Raises:
            InvalidRequestError: a filter that the API does not know, or one out of bounds.
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

    async def delete(self, task_id: str) -> None:
        """Delete a task that has ended (`DELETE /analyze/tasks/{task_id}`).

        >>> job = await client.analyze.tasks.create("What happens in it?", video="colours.mp4")
        >>> await client.analyze.tasks.delete((await job.wait()).id)

        Raises:
            NotFoundError: there is no such task.
            BadRequestError: it still runs (409).
        """
        await self._transport.send(request(analyze_tasks_delete, task_id))

    async def _poll(self, task_id: str) -> JobState[AnalyzeTask]:
        task = of(AnalyzeTask, await self._transport.send(request(analyze_tasks_retrieve, task_id)))
        reason = task.error.message if task.error else None
        return JobState(task_id, task.status or "", task, reason)

    def _job(self, state: JobState[AnalyzeTask]) -> AsyncJob[AnalyzeTask]:
        lists = [lambda word=word: self.list(status=word, page_limit=50) for word in _RUNNING]
        running = running_jobs(("analyze_tasks", id(self._transport)), *lists)
        return AsyncJob(self._poll, state, self._transport.clock, running)
