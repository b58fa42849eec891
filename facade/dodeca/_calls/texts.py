"""Whether a generated text is complete. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dodeca._base.logs import masked
from dodeca.errors import IncompleteTextError, InvalidResponseError
from dodeca.results import (
    Analysis,
    AnalysisResult,
    AnalyzeTask,
    ServiceError,
    StreamEnd,
    build_result,
)

CUT_OFF = "length"
"""The finish reason of a text that reached its maximum length."""


def complete_analysis(response: Any, *, is_structured: bool = False) -> Analysis:
    """The analysis of a response.

    Raises:
        IncompleteTextError: it has an error, or its JSON was cut off.
        InvalidResponseError: its text is not a string.
    """
    analysis = build_result(Analysis, response)
    text = check_text(analysis.data)
    failure = incompleteness(text, analysis, analysis.error, is_structured)
    if failure is not None:
        raise failure
    return analysis


def check_text(value: Any) -> str:
    """A text or a part of it; None is an empty one.

    Raises:
        InvalidResponseError: it is not a string.
    """
    if value is not None and not isinstance(value, str):
        raise InvalidResponseError(f"the text in the response is not a string: {value!r:.200}")
    return value or ""


def end_of_stream(end: StreamEnd, text: str, *, is_structured: bool) -> IncompleteTextError | None:
    """The error of a stream that ended with this event after this text, if it is incomplete."""
    return incompleteness(text, end, end.error, is_structured)


def end_of_task(task: AnalyzeTask) -> IncompleteTextError | None:
    """The error of a task whose structured answer was cut off."""
    result = task.result
    if result is None:
        return None
    is_structured = bool((task.request_params or {}).get("response_format"))
    return incompleteness(result.data or "", result, None, is_structured)


def incompleteness(
    text: str,
    received: Analysis | AnalysisResult | StreamEnd,
    error: ServiceError | None,
    is_structured: bool,
) -> IncompleteTextError | None:
    """The error of a text with this end; None if it is complete, or prose that was cut.

    The API sends an error with a text that was cut off at its maximum length as well, as a warning.
    """
    finish_reason = received.finish_reason
    if finish_reason == CUT_OFF:
        if not is_structured:
            return None
        message = "the answer reached its maximum length, and JSON that is cut off is not valid"
        return IncompleteTextError(
            message, error.code if error else None, finish_reason, text, received
        )
    if error is None:
        return None
    message = masked(str(error.message or "no message in the response")[:2000])
    return IncompleteTextError(message, error.code, finish_reason, text, received)


def error_event(event: Mapping[str, Any], text: str) -> IncompleteTextError:
    """The error of an event of type "error", which ends a stream."""
    nested = event.get("error")
    fields = nested if isinstance(nested, Mapping) else event
    message = fields.get("message") or nested or "no message in the event"
    code = fields.get("code")
    return IncompleteTextError(
        masked(str(message)[:2000]), None if code is None else str(code)[:200], None, text, event
    )
