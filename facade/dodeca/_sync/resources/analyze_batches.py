# From facade/dodeca/_async/resources/analyze_batches.py by scripts/unasync.py; edit that one.
"""Batches of analyses: `/analyze/batches`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import partial
from typing import Any

from dodeca._base.html import Methods
from dodeca._calls import batch_requests, library_requests, params
from dodeca._calls.operation import RawResponse, request
from dodeca._calls.polling import ANALYZE_BATCH, JobState, check_timeout, next_list_sec
from dodeca._calls.response_format import M
from dodeca._sync.job import Job, running_jobs
from dodeca._sync.pages import Pages, paginate
from dodeca._sync.transport import Transport
from dodeca.errors import BadRequestError, RateLimitError
from dodeca.media import Media
from dodeca.results import AnalyzeBatch, BatchResults
from dodeca.results.batches import custom_ids_of
from dodeca_api.api.analyze_batches import (
    analyze_batches_cancel,
    analyze_batches_create,
    analyze_batches_delete,
    analyze_batches_list,
    analyze_batches_results,
    analyze_batches_retrieve,
)
from dodeca_api.models.analysis_mode import ANALYSIS_MODE_VALUES
from dodeca_api.models.batch_status_filter import BATCH_STATUS_FILTER_VALUES

_CANCELED = "batch_canceled"


class AnalyzeBatches(Methods):
    """Analyzes up to 1,000 videos as one job."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        requests: Iterable[Mapping[str, Any] | Media],
        *,
        defaults: Mapping[str, Any] | None = None,
        analysis_mode: str = "general",
        model_name: str = "pegasus1.5",
        slot_timeout: float = 3600.0,
    ) -> Job[AnalyzeBatch]:
        """Start up to 1,000 analyses of assets as one batch (`POST /analyze/batches`).

        Each request is a `Media.asset(id)`, or a mapping: `video` is the asset, `custom_id` an id
        of your choice (64 letters, digits, "-" and "_", different in each request); `prompt`,
        `response_format`, `temperature`, `max_tokens`, `min_segment_duration`,
        `max_segment_duration`, `start_time` and `end_time` are those of `client.analyze.tasks`.
        What a request does not say is taken from `defaults`. `prompt` may also be in the API's form
        with `input_text` and `media_sources`. `analysis_mode` is "general" or
        "time_based_metadata", which has no prompt, but segments as `response_format`.

        A request without a `custom_id` gets one: by them a batch is looked up whose response was
        lost. An account has at most five batches that run; while there are five, the call waits
        until one has ended, for at most `slot_timeout` seconds.

        `job.wait()` returns the batch with its counts, also if it was canceled or has expired,
        which it does after 24 hours; `results` has the texts.

        >>> job = client.analyze.batches.create(
        ...     [{"video": Media.asset(asset.id), "custom_id": "opening"}],
        ...     defaults={"prompt": "What happens in it?"},
        ... )
        >>> job.wait().ready_items
        1

        Raises:
            InvalidRequestError: no request, a repeated `custom_id`, or a parameter is out of
                bounds.
            InvalidMediaError: a video is not an asset.
            NotFoundError: there is no such asset.
            BadRequestError: an asset is not ready (409), or the service rejects a request.
            RateLimitError: five other batches were still running after `slot_timeout` seconds.
            OutcomeUnknownError: it is unknown whether the batch was created.
        """
        check_timeout(slot_timeout)
        body = batch_requests.batch(requests, defaults, analysis_mode, model_name)
        ids = frozenset(str(item.custom_id) for item in body.requests)
        call = request(analyze_batches_create, body=body)
        started = self._transport.clock.wall()
        find = partial(self._find, ids, started)
        without_retries = self._transport.without_throttle_retries()
        deadline = self._transport.clock.monotonic() + slot_timeout
        while True:
            try:
                created = without_retries.result(AnalyzeBatch, call, find=find)
                break
            except RateLimitError:
                if self._active() < batch_requests.MAX_ACTIVE:  # too many requests
                    created = self._transport.result(AnalyzeBatch, call, find=find)
                    break
                if not self._wait_for_slot(deadline):
                    raise
        state: JobState[AnalyzeBatch] = JobState(
            created.id, created.status or "", response=created.response
        )
        return self._job(state, created)

    def find(self, requests: Iterable[Mapping[str, Any] | Media]) -> Job[AnalyzeBatch] | None:
        """Find the newest batch that was created with these requests, by any process.

        Each request needs its `custom_id`. They are compared with those in the results of all
        batches that have as many requests (`GET /analyze/batches`).

        >>> requests = [{"video": Media.asset(asset.id), "custom_id": "film"}]
        >>> job = client.analyze.batches.find(requests)
        >>> job.id == batch.id
        True

        Raises:
            InvalidRequestError: a request has no `custom_id`.
            APIError: the service returned an error status.
        """
        found = self._find(batch_requests.custom_ids(requests))
        return None if found is None else self._job(_state(found))

    def retrieve(self, batch_id: str) -> Job[AnalyzeBatch]:
        """Get the job of a batch that any process started (`GET /analyze/batches/{batch_id}`).

        `job.latest` is the batch with its counts.

        >>> job = client.analyze.batches.retrieve(batch.id)
        >>> job.latest.total_items
        1

        Raises:
            NotFoundError: there is no such batch; they are kept for 30 days.
            APIError: the service returned another error status.
        """
        return self._job(self._poll(batch_id))

    def list(
        self,
        *,
        status: Sequence[str] | str | None = None,
        analysis_mode: Sequence[str] | str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> Pages[AnalyzeBatch]:
        """List the batches, newest first, page by page (`GET /analyze/batches`).

        `status` is any of "pending", "processing", "canceling", "canceled", "completed" and
        "expired", `analysis_mode` any of "general" and "time_based_metadata".

        >>> [found.id for found in client.analyze.batches.list(status="expired")]
        []

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        return paginate(
            self._transport,
            AnalyzeBatch,
            page,
            page_limit,
            lambda number: request(
                analyze_batches_list,
                status=params.choices("status", status, BATCH_STATUS_FILTER_VALUES),
                analysis_mode=params.choices("analysis_mode", analysis_mode, ANALYSIS_MODE_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    def results(
        self,
        batch_id: str,
        *,
        response_format: type[M] | Mapping[str, Any] | None = None,
    ) -> BatchResults[M]:
        """Get all analyses of a batch, each with its text or its error.

        They can be fetched at any time for 30 days (`GET /analyze/batches/{batch_id}/results`); an
        analysis that has not ended has neither. `response_format` is what the requests asked for:
        each text is parsed as it says. `item.result()` returns the result of an analysis, or raises
        what is wrong with it.

        >>> results = client.analyze.batches.results(batch.id)
        >>> [(item.custom_id, item.status, item.result().finish_reason) for item in results]
        [('film', 'ready', 'stop')]

        Raises:
            NotFoundError: there is no such batch.
            APIError: the service returned another error status.
        """

        def read(response: RawResponse) -> BatchResults[M]:
            lines: batch_requests.ResultLines = response.sink
            return lines.results(response_format, response.info)

        call = request(analyze_batches_results, batch_id)
        return self._transport.fetch(call, read, sink=batch_requests.ResultLines)

    def cancel(self, batch_id: str) -> Job[AnalyzeBatch]:
        """Cancel what is queued of a batch (`POST /analyze/batches/{batch_id}/cancel`).

        What is in progress is finished. `job.wait()` returns the batch once all has ended. It is no
        error if the batch is canceled already.

        >>> job = client.analyze.batches.create(
        ...     [Media.asset(asset.id)], defaults={"prompt": "What happens in it?"}
        ... )
        >>> job = client.analyze.batches.cancel(job.id)
        >>> job.wait().canceled_items
        1

        Raises:
            NotFoundError: there is no such batch.
            BadRequestError: it is complete or has expired (409).
        """
        call = request(analyze_batches_cancel, batch_id)
        try:
            return self._job(_state(self._transport.result(AnalyzeBatch, call)))
        except BadRequestError as error:
            if error.code != _CANCELED:
                raise
        return self.retrieve(batch_id)

    def delete(self, batch_id: str) -> None:
        """Delete a batch that has ended, and its tasks (`DELETE /analyze/batches/{batch_id}`).

        >>> job = client.analyze.batches.create(
        ...     [Media.asset(asset.id)], defaults={"prompt": "What happens in it?"}
        ... )
        >>> client.analyze.batches.delete(job.wait().id)

        Raises:
            NotFoundError: there is no such batch.
            BadRequestError: it has not ended (409).
        """
        self._transport.send(request(analyze_batches_delete, batch_id))

    def _wait_for_slot(self, deadline: float) -> bool:
        """Wait until fewer batches run than may; False if they still do at the deadline."""
        clock = self._transport.clock
        began = clock.monotonic()
        while True:
            pause = next_list_sec(clock.monotonic() - began)
            if clock.monotonic() + pause > deadline:
                return False
            clock.sleep(pause)
            if self._active() < batch_requests.MAX_ACTIVE:
                return True

    def _active(self) -> int:
        """How many batches of the account run."""
        running = [*ANALYZE_BATCH.running]
        for page in self.list(status=running, page_limit=50).pages():
            return len(page) if page.total_results is None else page.total_results
        return 0

    def _find(self, ids: Set[str], since: float | None = None) -> AnalyzeBatch | None:
        """The newest batch with these custom ids, if one was created after a Unix time."""
        for batch in self.list(page_limit=50):
            if since is not None and not library_requests.created_since(batch.created_at, since):
                return None  # the list is newest first
            if batch.total_items in (len(ids), None):
                results = self.results(batch.id)
                if custom_ids_of(results) == ids:
                    return batch
        return None

    def _poll(self, batch_id: str) -> JobState[AnalyzeBatch]:
        call = request(analyze_batches_retrieve, batch_id)
        return _state(self._transport.result(AnalyzeBatch, call))

    def _job(
        self, state: JobState[AnalyzeBatch], created: AnalyzeBatch | None = None
    ) -> Job[AnalyzeBatch]:
        listed = partial(self.list, status=ANALYZE_BATCH.running, page_limit=50)
        running = running_jobs(("analyze_batches", id(self._transport)), listed)
        return Job(ANALYZE_BATCH, self._poll, state, self._transport.clock, running, created)


def _state(batch: AnalyzeBatch) -> JobState[AnalyzeBatch]:
    return JobState(batch.id, batch.status or "", batch, extra=batch.extra)
