"""What an error means for an input: a code for the table, and whether the next run tries again."""

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
class Verdict:
    """Why an input has no vectors."""

    code: str
    status: int | None
    reason: str
    retryable: bool


def verdict(error: errors.DodecaError) -> Verdict:
    """What to note about an error; the API's own codes and texts where it gave any."""
    if isinstance(error, errors.RateLimitError):
        return Verdict(error.code or "too_many_requests", error.status, error.message, True)
    if isinstance(error, errors.APIError):
        code = error.code or f"http_{error.status}"
        return Verdict(code, error.status, error.message, error.retryable)
    for kind, code, retryable in _CODES:
        if isinstance(error, kind):
            return Verdict(code, None, str(error), retryable)
    return Verdict("error", None, str(error), False)
