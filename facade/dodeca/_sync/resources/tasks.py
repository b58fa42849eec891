# From facade/dodeca/_async/resources/tasks.py by scripts/unasync.py; edit that one.
"""Indexing tasks: `/tasks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dodeca._base.html import Methods
from dodeca._base.text import format_size, quote
from dodeca._calls import library_requests, limits, params
from dodeca._calls.bodies import file_field, source_url
from dodeca._calls.dates import timestamp
from dodeca._calls.operation import request
from dodeca._calls.polling import INDEX_TASK, JobState
from dodeca._sync.job import Job, running_jobs
from dodeca._sync.pages import Pages, paginate
from dodeca._sync.transport import Transport
from dodeca.errors import InvalidMediaError
from dodeca.media import Media, MediaLike
from dodeca.results import Task
from dodeca_api import models
from dodeca_api.api.tasks import tasks_create, tasks_delete, tasks_list, tasks_retrieve
from dodeca_api.models.sort_by import SORT_BY_VALUES
from dodeca_api.models.sort_order import SORT_ORDER_VALUES
from dodeca_api.models.task_status_filter import TASK_STATUS_FILTER_VALUES

_FILE_BYTES = limits.most_bytes(limits.Endpoint.INDEX)


class Tasks(Methods):
    """Uploads and indexes videos in one step."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        index_id: str,
        media: MediaLike,
        *,
        enable_video_stream: bool | None = None,
        user_metadata: Mapping[str, Any] | None = None,
    ) -> Job[Task]:
        """Index a video from a file or a URL (`POST /tasks`).

        A file may have up to 2 GB; for a larger one use `client.assets.upload` and
        `client.indexes.assets.create`. `enable_video_stream` creates an HLS stream (the service's
        default is true). `job.wait()` returns the task once the video can be searched;
        `task.video_id` is the id of the video.

        >>> job = client.tasks.create(draft.id, "colours.mp4")
        >>> job.wait().status
        'ready'

        Raises:
            InvalidMediaError: there is no such file, it is outside the limits, or is an asset.
            BadRequestError: the index's models do not support the video.
            OutcomeUnknownError: it is unknown whether the task was created.
        """
        source = Media.of(media)
        if source.asset_id is not None:
            raise InvalidMediaError(
                f"tasks.create needs a file or a URL, got {quote(source)}; for an asset use "
                "indexes.assets.create"
            )
        if (source.size or 0) > _FILE_BYTES:
            raise InvalidMediaError(
                f"tasks.create accepts files of up to {format_size(_FILE_BYTES)}, {source} has "
                f"{format_size(source.size or 0)}; use assets.upload and indexes.assets.create"
            )
        limits.check(source, limits.Endpoint.INDEX, "video")
        body = models.TaskCreateRequest(
            index_id=params.string("index_id", index_id),
            video_file=file_field(source),
            video_url=source_url(source),
            enable_video_stream=params.flag("enable_video_stream", enable_video_stream),
            user_metadata=params.metadata_text(user_metadata),
        )
        created = self._transport.result(Task, request(tasks_create, body=body))
        return self._job(JobState(created.id, "pending", created))

    def retrieve(self, task_id: str) -> Job[Task]:
        """Get the job of a task that any process started (`GET /tasks/{task_id}`).

        `job.latest` is the current state of the task.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.status, job.latest.video_id == video.id
        ('ready', True)

        Raises:
            NotFoundError: there is no such task.
            APIError: the service returned another error status.
        """
        return self._job(self._poll(task_id))

    def list(
        self,
        *,
        index_id: str | None = None,
        status: Sequence[str] | None = None,
        filename: str | None = None,
        duration: float | None = None,
        width: int | None = None,
        height: int | None = None,
        created_at: datetime | str | None = None,
        updated_at: datetime | str | None = None,
        sort_by: str | None = None,
        sort_option: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> Pages[Task]:
        """List the tasks, newest first, page by page (`GET /tasks`).

        `status` is any of "uploading", "validating", "pending", "queued", "indexing", "ready"
        and "failed". `duration` (seconds), `width` and `height` (pixels) match exactly.
        `created_at` and `updated_at` select that time or later. `sort_by` is "created_at" or
        "updated_at", `sort_option` "asc" or "desc". Iteration runs from `page` to the last page;
        `page_limit` is at most 50.

        >>> [task.status for task in client.tasks.list(index_id=index.id)]
        ['ready']

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        return paginate(
            self._transport,
            Task,
            page,
            page_limit,
            lambda number: request(
                tasks_list,
                index_id=params.optional("index_id", index_id),
                status=params.choices("status", status, TASK_STATUS_FILTER_VALUES),
                filename=params.optional("filename", filename),
                duration=params.number("duration", duration, 0),
                width=params.integer("width", width, 0),
                height=params.integer("height", height, 0),
                created_at=timestamp("created_at", created_at),
                updated_at=timestamp("updated_at", updated_at),
                sort_by=params.choice("sort_by", sort_by, SORT_BY_VALUES),
                sort_option=params.choice("sort_option", sort_option, SORT_ORDER_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    def delete(self, task_id: str) -> None:
        """Delete a task that is ready or failed (`DELETE /tasks/{task_id}`).

        Delete the video of a ready task first.

        >>> job = client.tasks.create(draft.id, "colours.mp4")
        >>> client.indexes.videos.delete(draft.id, job.wait().video_id)
        >>> client.tasks.delete(job.id)

        Raises:
            BadRequestError: the task is running, or its video exists (`task_cannot_be_deleted`).
            APIError: the service returned another error status.
        """
        self._transport.send(request(tasks_delete, task_id))

    def _poll(self, task_id: str) -> JobState[Task]:
        task = self._transport.result(Task, request(tasks_retrieve, task_id))
        reason = library_requests.failure_reason(task.extra.get("error"))
        expected = library_requests.seconds_between(task.created_at, task.estimated_time)
        status = library_requests.job_status(task.status)
        return JobState(task_id, status, task, reason, expected, extra=task.extra)

    def _job(self, state: JobState[Task]) -> Job[Task]:
        running = running_jobs(
            ("tasks", id(self._transport)),
            lambda: self.list(status=INDEX_TASK.running, page_limit=50),
        )
        return Job(INDEX_TASK, self._poll, state, self._transport.clock, running)
