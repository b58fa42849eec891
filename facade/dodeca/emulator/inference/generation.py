"""Text generation: the request, the text, and the stream of events that delivers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson

from dodeca.video.probe import BrokenMedia

from ..database import new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from . import schemas
from .observations import Observation
from .sentences import Phrasing, answer_sentences
from .vocabulary import count_tokens, first_tokens

MAX_PROMPT = 2000  # tokens, with Pegasus 1.2
MAX_TOKENS = 4096  # of a text, unless the request says otherwise
_CHUNK = re.compile(r"(?:\S+\s*){1,4}|\s+")


@dataclass(frozen=True, slots=True)
class TextRequest:
    """What to generate. A task stores it, under these field names."""

    prompt: str
    temperature: float = 0.2
    max_tokens: int = MAX_TOKENS
    schema: dict[str, Any] | None = None
    """The JSON Schema to satisfy; None for prose."""


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """A text and its token counts."""

    data: str
    input_tokens: int
    complete: bool = True
    note: str | None = None
    """What the emulator says about it."""

    @property
    def usage(self) -> dict[str, int]:
        """The `usage` of a response."""
        return {"input_tokens": self.input_tokens, "output_tokens": count_tokens(self.data)}

    def ending(self) -> dict[str, Any]:
        """Return `finish_reason`, `usage`, a note, and for a truncated text `error`."""
        result: dict[str, Any] = {
            "finish_reason": "stop" if self.complete else "length",
            "usage": self.usage,
        }
        if not self.complete:
            message = "The text was cut off because it reached `max_tokens`."
            result["error"] = {"code": "max_tokens_reached", "message": message}
        if self.note:
            result["emulator_note"] = self.note
        return result


def text_request(body: Mapping[str, Any], *, prompt: str) -> TextRequest:
    """Return the request of a body. Raises ErrorResponse for an unsupported schema."""
    request = TextRequest(
        prompt,
        temperature=body.get("temperature", 0.2),
        max_tokens=body.get("max_tokens", MAX_TOKENS),
        schema=body.get("response_format", {}).get("json_schema"),
    )
    if request.schema is not None:
        # Whether it is supported does not depend on the media.
        schemas.generate_json(
            request.schema, Observation("image", 0, 0, None, None), Phrasing("", 0)
        )
    return request


def prompt_of(body: Mapping[str, Any], *, old: bool) -> str:
    """Return the prompt of a body; `old` applies the limit of Pegasus 1.2. Raises ErrorResponse."""
    if "prompt" in body and "prompt_v2" in body:
        raise parameter_invalid("prompt", "prompt_v2", why="Only one of them can be given.")
    prompt: str = body["prompt_v2"]["input_text"] if "prompt_v2" in body else body.get("prompt", "")
    name = "prompt_v2.input_text" if "prompt_v2" in body else "prompt"
    if "prompt" not in body and "prompt_v2" not in body:
        raise parameter_not_provided("prompt")
    if not prompt.strip():
        raise parameter_invalid(name, why="The text is empty.")
    if old and count_tokens(prompt) > MAX_PROMPT:
        raise token_limit_exceeded()
    return prompt


def token_limit_exceeded() -> ErrorResponse:
    """Return the error for a request with too many tokens."""
    text = (
        "Your request could not be processed due to exceeding maximum token limit. Please try with"
        " another request or another video with shorter duration."
    )
    return ErrorResponse(400, "token_limit_exceeded", text)


def generate_text(request: TextRequest, observations: Sequence[Observation]) -> GeneratedText:
    """Generate the requested text about some media."""
    phrasing = Phrasing(request.prompt, request.temperature)
    if request.schema is None:
        return truncate(" ".join(answer_sentences(request.prompt, observations, phrasing)), request)
    undecided: list[str] = []
    value = schemas.generate_json(request.schema, _combine(observations), phrasing, undecided)
    return truncate(orjson.dumps(value).decode(), request, undecided)


def _combine(observations: Sequence[Observation]) -> Observation:
    """Return the observation for JSON: that of the video, or one of all images as its parts."""
    images = len(observations) > 1 and all(
        observation.kind == "image" for observation in observations
    )
    return replace(observations[0], scenes=tuple(observations)) if images else observations[0]


def truncate(data: str, request: TextRequest, undecided: Iterable[str] = ()) -> GeneratedText:
    """Return a text of at most `max_tokens`, with a note on choices that were not decided."""
    short, note = first_tokens(data, request.max_tokens), schemas.undecided_note(undecided)
    return GeneratedText(short, count_tokens(request.prompt), short == data, note)


def response_body(text: GeneratedText) -> dict[str, Any]:
    """Return the JSON body of a response."""
    return {"id": new_id(), "data": text.data, **text.ending()}


def event_stream(work: Callable[[], GeneratedText], stack: ExitStack) -> Iterator[bytes]:
    """Return the stream of events; the text is generated after the first one is sent.

    `stack` is closed after the last event, or when the stream is dropped.
    """
    events = _events(work, stack)
    return chain([next(events)], events)  # started, so that dropping it closes the stack


def _events(work: Callable[[], GeneratedText], stack: ExitStack) -> Iterator[bytes]:
    metadata = {"generation_id": new_id()}
    with stack:
        yield _event_line("stream_start", metadata=metadata)
        try:
            text = work()
        except (ErrorResponse, BrokenMedia) as error:
            code = error.code if isinstance(error, ErrorResponse) else "video_file_broken"
            failure = {"code": code, "message": str(error)}
            yield _event_line("stream_end", metadata=metadata, error=failure)
            return
        for chunk in _CHUNK.findall(text.data):
            yield _event_line("text_generation", text=chunk)
        ending = text.ending()
        metadata_end = metadata | {"usage": ending.pop("usage")}
        yield _event_line("stream_end", metadata=metadata_end, **ending)


def _event_line(event_type: str, **more: Any) -> bytes:
    return orjson.dumps({"event_type": event_type, **more}, option=orjson.OPT_APPEND_NEWLINE)
