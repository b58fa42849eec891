"""The reason for a failure, as the table of errors has it."""

from __future__ import annotations

import attrs

from dodeca import errors

_CODES: tuple[tuple[type[errors.DodecaError], str, bool], ...] = (
    (errors.SourceChangedError, "source_changed", True),
    (errors.InvalidMediaError, "media_invalid", False),
    (errors.InvalidRequestError, "request_invalid", False),
    (errors.TransportError, "no_answer", True),
    (errors.InvalidResponseError, "answer_invalid", True),
    (errors.JobFailed, "job_failed", False),
    (errors.OutcomeUnknownError, "outcome_unknown", False),
)


@attrs.frozen
class FailureReason:
    """Why an input has no vectors, and whether the next run tries it again."""

    code: str
    status: int | None
    reason: str
    retryable: bool


def failure_reason(error: errors.DodecaError) -> FailureReason:
    """The reason of an error, with the API's code and message where it has them."""
    if isinstance(error, errors.RateLimitError):
        return FailureReason(error.code or "too_many_requests", error.status, error.message, True)
    if isinstance(error, errors.APIError):
        code = error.code or f"http_{error.status}"
        return FailureReason(code, error.status, error.message, error.retryable)
    for kind, code, retryable in _CODES:
        if isinstance(error, kind):
            return FailureReason(code, None, str(error), retryable)
    return FailureReason("error", None, str(error), False)
