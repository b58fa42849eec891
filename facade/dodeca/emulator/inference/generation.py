"""Text on request: what is wanted, the text itself, and the stream of events that brings it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson

from ..database import new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from ..media.analysis import BrokenMedia
from . import schemas
from .observations import Facts
from .sentences import Voice, answer
from .vocabulary import count_tokens, first_tokens

MAX_PROMPT = 2000  # tokens, with Pegasus 1.2
MAX_TOKENS = 4096  # of an answer, unless the request says otherwise
_PIECE = re.compile(r"(?:\S+\s*){1,4}|\s+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What to write. Plain data, so that a task can keep it."""

    prompt: str
    temperature: float = 0.2
    max_tokens: int = MAX_TOKENS
    schema: dict[str, Any] | None = None
    """The JSON Schema to satisfy; None for running text."""


@dataclass(frozen=True, slots=True)
class Text:
    """What was written."""

    data: str
    input_tokens: int
    complete: bool = True

    @property
    def usage(self) -> dict[str, int]:
        """The tokens counted."""
        return {"input_tokens": self.input_tokens, "output_tokens": count_tokens(self.data)}

    def ending(self) -> dict[str, Any]:
        """Return `finish_reason`, `usage` and, for a text that was cut off, the warning."""
        result: dict[str, Any] = {
            "finish_reason": "stop" if self.complete else "length",
            "usage": self.usage,
        }
        if not self.complete:
            message = "The text was cut off because it reached `max_tokens`."
            result["error"] = {"code": "max_tokens_reached", "message": message}
        return result


def wish(body: Mapping[str, Any], *, prompt: str) -> Wish:
    """Return what a body asks for. Raises ErrorResponse for an unsupported schema."""
    wanted = Wish(
        prompt,
        temperature=body.get("temperature", 0.2),
        max_tokens=body.get("max_tokens", MAX_TOKENS),
        schema=body.get("response_format", {}).get("json_schema"),
    )
    if wanted.schema is not None:
        # Whether it is supported does not depend on the media.
        schemas.made(wanted.schema, Facts("image", 0, 0, None, None), Voice("", 0))
    return wanted


def prompt_of(body: Mapping[str, Any], *, old: bool) -> str:
    """Return the prompt of a request. `old` limits it as Pegasus 1.2 does. Raises ErrorResponse."""
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
    """Return the refusal of a request with too many tokens."""
    text = (
        "Your request could not be processed due to exceeding maximum token limit. Please try with"
        " another request or another video with shorter duration."
    )
    return ErrorResponse(400, "token_limit_exceeded", text)


def write(wish: Wish, told: Sequence[Facts]) -> Text:
    """Write what is wanted about some media."""
    voice = Voice(wish.prompt, wish.temperature)
    if wish.schema is None:
        data = " ".join(answer(wish.prompt, told, voice))
    else:
        data = orjson.dumps(schemas.made(wish.schema, _together(told), voice)).decode()
    return cut(data, wish)


def _together(told: Sequence[Facts]) -> Facts:
    """Return what a JSON answer is about: the film, or all of the images as its parts."""
    images = len(told) > 1 and all(facts.kind == "image" for facts in told)
    return replace(told[0], scenes=tuple(told)) if images else told[0]


def cut(data: str, wish: Wish) -> Text:
    """Return a text of as many tokens as are wanted at most."""
    short = first_tokens(data, wish.max_tokens)
    return Text(short, count_tokens(wish.prompt), complete=short == data)


def reply(text: Text) -> dict[str, Any]:
    """Return the answer in one piece."""
    return {"id": new_id(), "data": text.data, **text.ending()}


def events(work: Callable[[], Text], stack: ExitStack) -> Iterator[bytes]:
    """Return the stream of events; the text is made after the first one is out.

    What `stack` holds is released with the last event, or when nobody reads on.
    """
    pieces = _events(work, stack)
    return chain([next(pieces)], pieces)  # begun, so that dropping it releases the stack


def _events(work: Callable[[], Text], stack: ExitStack) -> Iterator[bytes]:
    metadata = {"generation_id": new_id()}
    with stack:
        yield _line("stream_start", metadata=metadata)
        try:
            text = work()
        except (ErrorResponse, BrokenMedia) as error:
            code = error.code if isinstance(error, ErrorResponse) else "video_file_broken"
            failure = {"code": code, "message": str(error)}
            yield _line("stream_end", metadata=metadata, error=failure)
            return
        for piece in _PIECE.findall(text.data):
            yield _line("text_generation", text=piece)
        ending = text.ending()
        metadata_end = metadata | {"usage": ending.pop("usage")}
        yield _line("stream_end", metadata=metadata_end, **ending)


def _line(event_type: str, **more: Any) -> bytes:
    return orjson.dumps({"event_type": event_type, **more}, option=orjson.OPT_APPEND_NEWLINE)
