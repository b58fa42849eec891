"""Whether a generated text is complete, and the object that it holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dodeca._base.logs import masked
from dodeca._base.response_info import evolve
from dodeca._base.text import quote
from dodeca._calls.response_format import parse
from dodeca.errors import DodecaError, IncompleteTextError, InvalidResponseError
from dodeca.results import (
    Analysis,
    AnalysisResult,
    AnalyzeTask,
    ServiceError,
    StreamEnd,
)

CUT_OFF = "length"
"""The finish reason of a text that reached its maximum length."""


def complete_analysis(analysis: Analysis[Any], response_format: object = None) -> Analysis[Any]:
    """An analysis with the object that `response_format` asks for.

    Raises:
        IncompleteTextError: it has an error, or its JSON was cut off.
        ResponseFormatError: its text is not what `response_format` asks for.
        InvalidResponseError: its text is not a string.
    """
    text = check_text(analysis.data)
    return evolve(analysis, parsed=parse_complete(text, analysis, analysis.error, response_format))


def complete_task(
    task: AnalyzeTask[Any], response_format: object = None
) -> tuple[AnalyzeTask[Any], DodecaError | None]:
    """A task with the object of its answer, or with the error of that.

    Without a `response_format` it is that of the request which the service repeats.
    """
    result = task.result
    if result is None:
        return task, None
    wanted = response_format or (task.request_params or {}).get("response_format")
    try:
        parsed = parse_complete(check_text(result.data), result, None, wanted)
    except (IncompleteTextError, InvalidResponseError) as failure:
        return task, failure
    return evolve(task, result=evolve(result, parsed=parsed)), None


def check_text(value: Any) -> str:
    """A text or a part of it; None is an empty one.

    Raises:
        InvalidResponseError: it is not a string.
    """
    if value is not None and not isinstance(value, str):
        raise InvalidResponseError(f"the text in the response is not a string: {quote(value)}")
    return value or ""


def parse_complete(
    text: str,
    received: Analysis | AnalysisResult | StreamEnd,
    error: ServiceError | None,
    response_format: object,
) -> Any:
    """The object of a text with this end; None if no `response_format` was asked for.

    Raises:
        IncompleteTextError: the text has an error, or its JSON was cut off.
        ResponseFormatError: it is not what `response_format` asks for.
    """
    is_structured = response_format is not None
    failure = _incompleteness(text, received, error, is_structured)
    if failure is not None:
        raise failure
    return parse(response_format, text, received) if is_structured else None


def _incompleteness(
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
