"""Results of analyses: text about videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic

import attrs

from dodeca.results._build import Result, date, extra, listed, local, nested, renamed, required
from dodeca.results.library import ServiceError

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    ParsedT = TypeVar("ParsedT", default=Any)
else:
    from typing import TypeVar

    ParsedT = TypeVar("ParsedT")  # before Python 3.13 without a default


@attrs.frozen(repr=False)
class Usage(Result):
    """The tokens that a text consumed."""

    output_tokens: int | None = None
    input_tokens: int | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Analysis(Result, Generic[ParsedT]):
    """An analysis: `data` is the text, `parsed` the object that `response_format` asked for.

    That is an object of the pydantic model, or for other formats the JSON; None without a format.
    `finish_reason` is "stop", or "length" if the text reached its maximum length and was cut off;
    `error` has the service's warning then.
    """

    id: str | None = None
    data: str | None = required()
    finish_reason: str | None = None
    usage: Usage | None = nested(Usage)
    error: ServiceError | None = nested(ServiceError)
    parsed: ParsedT = local()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class AnalysisResult(Result, Generic[ParsedT]):
    """The result of an analysis task: `data` is the text.

    `parsed` is the object that `response_format` asked for: of the pydantic model if this process
    created the task with one, else the JSON; None without a format. `finish_reason` is "stop", or
    "length" if the text was cut off at its maximum length.
    """

    generation_id: str | None = None
    data: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = nested(Usage)
    parsed: ParsedT = local()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class AnalyzeTask(Result, Generic[ParsedT]):
    """An analysis task; `result` is set once it is ready."""

    id: str = renamed("task_id", default=attrs.NOTHING)
    status: str | None = required()
    custom_id: str | None = None
    result: AnalysisResult[ParsedT] | None = nested(AnalysisResult)
    error: ServiceError | None = nested(ServiceError)
    created_at: datetime | None = date()
    completed_at: datetime | None = date()
    video_source: Mapping[str, Any] | None = None
    request_params: Mapping[str, Any] | None = None
    webhooks: Sequence[Mapping[str, Any]] | None = None
    batch_id: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Gist(Result):
    """Title, topics and hashtags of a video, as requested."""

    id: str | None = None
    title: str | None = None
    topics: Sequence[str] | None = None
    hashtags: Sequence[str] | None = None
    usage: Usage | None = nested(Usage)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Chapter(Result):
    """A chapter of a video, from `start_sec` to `end_sec`."""

    chapter_number: int | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    chapter_title: str | None = None
    chapter_summary: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Highlight(Result):
    """A highlight of a video, from `start_sec` to `end_sec`."""

    start_sec: float | None = None
    end_sec: float | None = None
    highlight: str | None = None
    highlight_summary: str | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class Summary(Result):
    """A summary of a video; `summarize_type` says which of the three fields is set."""

    id: str | None = None
    summarize_type: str | None = None
    summary: str | None = None
    chapters: Sequence[Chapter] | None = listed(Chapter)
    highlights: Sequence[Highlight] | None = listed(Highlight)
    usage: Usage | None = nested(Usage)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class StreamStart(Result):
    """The first event of a stream; `metadata` holds the `generation_id`."""

    event_type: str = "stream_start"
    metadata: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class TextGeneration(Result):
    """An event with the next piece of the text."""

    event_type: str = "text_generation"
    text: str | None = required()
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class StreamEnd(Result):
    """The last event: why the text ended, its token usage, and an error, if one occurred.

    `finish_reason` is "stop", or "length" if the text was cut off at its maximum length.
    """

    event_type: str = "stream_end"
    finish_reason: str | None = None
    metadata: Mapping[str, Any] | None = None
    error: ServiceError | None = nested(ServiceError)
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class UnknownEvent(Result):
    """An event of a type that this version does not know; all of its fields are in `extra`."""

    event_type: str | None = None
    extra: Mapping[str, Any] = extra()


StreamEvent = StreamStart | TextGeneration | StreamEnd | UnknownEvent
