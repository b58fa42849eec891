# From facade/dodeca/_async/resources/imports.py by scripts/unasync.py; edit that one.
"""Imports from cloud storage: `/tasks/transfers/import/{integration_id}`."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from dodeca._base.html import Methods
from dodeca._calls import params
from dodeca._calls.operation import request
from dodeca._calls.polling import IMPORT, READY, JobState
from dodeca._sync.job import Job, RunningJobs
from dodeca._sync.transport import Transport
from dodeca.results import (
    ImportLog,
    ImportStarted,
    ImportStatus,
    Page,
)
from dodeca_api import models
from dodeca_api.api.imports import imports_create, imports_logs, imports_status


class Imports(Methods):
    """Imports videos from an integration; the service has retired this feature."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        integration_id: str,
        index_id: str,
        *,
        incremental_import: bool | None = None,
        retry_failed: bool | None = None,
        user_metadata: Mapping[str, Any] | None = None,
    ) -> Job[ImportStatus]:
        """Import the videos of an integration (`POST /tasks/transfers/import/{integration_id}`).

        `incremental_import` skips videos that the index has (the service's default is true),
        `retry_failed` retries files that failed before (default false). Only one import can run
        at a time. `job.created` lists the accepted and the rejected files; `job.wait()` returns
        the final status of all files, including failed ones.

        >>> job = client.imports.create("my-bucket", draft.id)
        >>> len(job.wait().ready)
        1

        Raises:
            BadRequestError: another import is running, or the request is invalid.
            OutcomeUnknownError: it is unknown whether the import was started.
        """
        body = models.ImportRequest(
            index_id=params.string("index_id", index_id),
            incremental_import=params.flag("incremental_import", incremental_import),
            retry_failed=params.flag("retry_failed", retry_failed),
            user_metadata=params.user_metadata(user_metadata),
        )
        call = request(imports_create, integration_id, body=body)
        started = self._transport.result(ImportStarted, call)
        state: JobState[ImportStatus] = JobState(
            integration_id, "pending", response=started.response
        )
        return self._job(index_id, state, started)

    def job(self, integration_id: str, index_id: str) -> Job[ImportStatus]:
        """Get the job of an import that any process started.

        The job polls with `GET /tasks/transfers/import/{integration_id}/status`.

        >>> job = client.imports.job("my-bucket", index.id)
        >>> job.status
        'ready'

        Raises:
            APIError: the service returned an error status.
        """
        return self._job(index_id, JobState(integration_id, "pending")).refresh()

    def status(self, integration_id: str, index_id: str) -> ImportStatus:
        """Get the files by status (`GET /tasks/transfers/import/{integration_id}/status`).

        >>> client.imports.status("my-bucket", index.id).failed
        []

        Raises:
            APIError: the service returned an error status.
        """
        call = request(imports_status, integration_id, index_id=params.string("index_id", index_id))
        return self._transport.result(ImportStatus, call)

    def logs(self, integration_id: str) -> Page[ImportLog]:
        """List past imports, oldest first (`GET /tasks/transfers/import/{integration_id}/logs`).

        The one page has all of them.

        >>> len(client.imports.logs("another-bucket"))
        0

        Raises:
            APIError: the service returned an error status.
        """
        call = request(imports_logs, integration_id)
        return self._transport.page(ImportLog, call, is_whole=True)

    def _job(
        self, index_id: str, state: JobState[ImportStatus], created: object = None
    ) -> Job[ImportStatus]:
        def poll(integration_id: str) -> JobState[ImportStatus]:
            files = self.status(integration_id, index_id)
            return JobState(integration_id, _state_of(files), files, extra=files.extra)

        def still_running(ids: Set[str]) -> Set[str]:
            return {name for name in ids if poll(name).status != READY}

        jobs = RunningJobs(("imports", id(self._transport), index_id), still_running)
        return Job(IMPORT, poll, state, self._transport.clock, jobs, created)


def _state_of(files: ImportStatus) -> str:
    """The state of an import: "indexing", one that is unknown here but has files, or "ready"."""
    if any(getattr(files, state) for state in IMPORT.running):
        return "indexing"
    unknown = (state for state, listed in files.extra.items() if listed and _is_files(listed))
    return next(unknown, READY)


def _is_files(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
