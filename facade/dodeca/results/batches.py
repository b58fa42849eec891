"""Results of batches: many analyses that are started and fetched together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from dodeca.errors import DodecaError, JobFailed, WaitTimeout
from dodeca.results._build import (
    Result,
    date,
    extra,
    listed,
    nested,
    renamed,
    required,
    results_table,
)
from dodeca.results.library import ServiceError
from dodeca.results.text import AnalysisResult, ParsedT

R = TypeVar("R")

READY = "ready"
RUNNING = ("queued", "processing")
_GIVEN_ID = re.compile(r"dodeca-[0-9a-f]{32}-([0-9]{1,6})")


def given_id(marker: str, position: int) -> str:
    """The `custom_id` of a request that has none: a marker of 32 digits, and its position."""
    return f"dodeca-{marker}-{position}"


@attrs.frozen(repr=False)
class BatchItem(Result):
    """The analysis task that one request of a batch became; `id` is that of the task."""

    id: str = renamed("task_id", default=attrs.NOTHING)
    custom_id: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class AnalyzeBatch(Result):
    """A batch of analyses, with the number of analyses in each state.

    `status` is "pending", "processing", "canceling", "canceled", "completed" or "expired".
    `completed` means that all analyses have ended, not that any succeeded. `items` are the tasks,
    which only the response to the creation has.
    """

    id: str = renamed("batch_id", default=attrs.NOTHING)
    status: str | None = required()
    analysis_mode: str | None = None
    model_name: str | None = None
    total_items: int | None = None
    queued_items: int | None = None
    processing_items: int | None = None
    ready_items: int | None = None
    failed_items: int | None = None
    canceled_items: int | None = None
    created_at: datetime | None = date()
    expires_at: datetime | None = date()
    completed_at: datetime | None = date()
    canceled_at: datetime | None = date()
    expired_at: datetime | None = date()
    items: Sequence[BatchItem] | None = listed(BatchItem)
    webhooks: Sequence[Mapping[str, Any]] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class BatchResult(Result, Generic[ParsedT]):
    """One analysis of a batch; `id` is that of its task, `custom_id` that of its request.

    `data` is the result of a "ready" one, `error` the service's reason for a "failed" one;
    `result()` returns the one or raises the other.
    """

    id: str = renamed("task_id", default=attrs.NOTHING)
    status: str | None = required()
    custom_id: str | None = None
    data: AnalysisResult[ParsedT] | None = nested(AnalysisResult)
    error: ServiceError | None = nested(ServiceError)
    failure: DodecaError | None = attrs.field(
        default=None, repr=False, eq=False, metadata={"is_local": True}
    )
    extra: Mapping[str, Any] = extra()

    def result(self) -> AnalysisResult[ParsedT]:
        """Return the result of an analysis that is ready.

        >>> client.analyze.batches.results(batch.id)[0].result().finish_reason
        'stop'

        Raises:
            JobFailed: it failed or was canceled; has the service's code and reason.
            WaitTimeout: it had not ended when the results were fetched.
            IncompleteTextError: its JSON was cut off at its maximum length.
            ResponseFormatError: its text is not what `response_format` asks for.
        """
        if self.failure is not None:
            raise self.failure
        if self.data is not None:
            return self.data
        status, error = self.status or "", self.error or ServiceError()
        if status in RUNNING:
            raise WaitTimeout(self.id, status, 0.0)
        raise JobFailed(self.id, status, error.message, error.code)


@attrs.frozen(repr=False)
class BatchResults(Result, Generic[ParsedT]):
    """The analyses of a batch, each with its result or its error, in the order of the service.

    It is a sequence of `BatchResult`. Lines that are not as the API documents them are in
    `malformed` instead, as JSON.
    """

    items: Sequence[BatchResult[ParsedT]]
    malformed: Sequence[Any] = ()

    def __iter__(self) -> Iterator[BatchResult[ParsedT]]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> BatchResult[ParsedT]:
        return self.items[index]

    def remaining(self, requests: Iterable[R]) -> list[R]:
        """Return those of the batch's requests that have no result, to send them once more.

        `requests` are those that the batch was created with, in the same order. A request is found
        by its `custom_id`, or by its position if it had none.

        >>> results = client.analyze.batches.results(batch.id)
        >>> results.remaining([{"video": Media.asset(asset.id), "custom_id": "film"}])
        []
        """
        ready = custom_ids_of(i for i in self.items if i.status == READY and i.data is not None)
        matches = map(_GIVEN_ID.fullmatch, ready)
        positions = {int(match[1]) for match in matches if match}
        return [
            request
            for position, request in enumerate(requests)
            if (
                position not in positions
                if (name := custom_id_of(request)) is None
                else name not in ready
            )
        ]

    def _repr_html_(self) -> str:
        return results_table("Results of the batch", self.items)


def custom_id_of(request: object) -> str | None:
    """The `custom_id` of a request, if it has one."""
    return request.get("custom_id") if isinstance(request, Mapping) else None


def custom_ids_of(items: Iterable[BatchResult[Any]]) -> set[str]:
    """The custom ids of items; an id of another type, which no request has, is left out."""
    return {item.custom_id for item in items if isinstance(item.custom_id, str)}
