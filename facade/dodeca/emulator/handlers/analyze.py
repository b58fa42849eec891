"""`POST /analyze`: text about a video or about images, in one piece or as it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from ..errors import parameter_invalid, parameter_not_provided
from ..inference.generation import MAX_TOKENS, Text, Wish, events, prompt_of, reply, wish, write
from ..inference.observations import Facts
from ..rules.limits import Limits
from ..state import Call, Handler, Reply, State
from . import analysis_inputs

LIMITS = Limits(shortest=1, longest=3600)
MODELS = ("pegasus1.6", "pegasus1.5", "pegasus1.2")
_SUBJECTS = ("video", "image", "video_id")


def create(call: Call) -> Reply:
    """Answer `POST /analyze`."""
    body, state = call.body, call.state
    subject = subject_of(body)
    model = model_of(body, subject)
    prompt = prompt_of(body, old=model == "pegasus1.2")
    wanted = wish(body, prompt=prompt)
    if model == "pegasus1.2" and wanted.max_tokens > MAX_TOKENS:
        raise parameter_invalid("max_tokens", why=f"`{model}` has {MAX_TOKENS} at most.")
    more = analysis_inputs.references(state, body.get("prompt_v2", {}), "prompt_v2.input_text")
    with ExitStack() as stack:
        told = _told(state, body, subject, prompt, stack)
        return answered(body, wanted, lambda: [*told(), *more], stack)


def answered(
    body: Mapping[str, Any], wanted: Wish, told: Callable[[], list[Facts]], stack: ExitStack
) -> Reply:
    """Return the text in one piece, or the stream of it, which takes over the stack."""

    def work() -> Text:
        return write(wanted, told())

    if body.get("stream", True):
        return 200, events(work, stack.pop_all())
    return 200, reply(work())


def subject_of(body: Mapping[str, Any]) -> str:
    """Return the parameter that names the media. Raises ErrorResponse unless there is just one."""
    given = [name for name in _SUBJECTS if name in body]
    if not given:
        raise parameter_not_provided("video", why="Or give an `image`.")
    if len(given) > 1:
        raise parameter_invalid(*given, why="Only one of them can be given.")
    return given[0]


def model_of(body: Mapping[str, Any], subject: str) -> str:
    """Return the model that is to write. Raises ErrorResponse when it cannot take the subject."""
    usual = "pegasus1.2" if subject == "video_id" else "pegasus1.5"
    model: str = body.get("model_name", usual)
    if model not in MODELS:
        names = ", ".join(f"`{name}`" for name in MODELS)
        raise parameter_invalid("model_name", why=f"The emulator has {names}.")
    if subject == "image" and model != "pegasus1.6":
        raise parameter_invalid("model_name", why="Images need `pegasus1.6`.")
    if subject == "video_id" and model != "pegasus1.2":
        raise parameter_invalid("model_name", why="Videos of an index need `pegasus1.2`.")
    if subject == "image" and "prompt_v2" in body:
        raise parameter_invalid("prompt_v2", why="It does not go with `image`.")
    return model


def _told(
    state: State, body: Mapping[str, Any], subject: str, prompt: str, stack: ExitStack
) -> Callable[[], list[Facts]]:
    """Check what the text is about, and return what looks at it. Raises ErrorResponse."""
    match subject:
        case "image":
            pictures = analysis_inputs.images(state, body, prompt)
            return lambda: pictures
        case "video_id":
            video = analysis_inputs.pegasus_video(state, body["video_id"])
            content, window = state.database.media_path(video["media"]), video["duration"]
            return _film(content, analysis_inputs.part(body, window))
        case _:
            source = stack.enter_context(analysis_inputs.opened_video(state, body["video"]))
            return _film(source.content, analysis_inputs.window(body, source, LIMITS)[0])


def _film(content: Any, window: analysis_inputs.Window) -> Callable[[], list[Facts]]:
    return lambda: [analysis_inputs.facts_of(content, window)]


HANDLERS: Mapping[str, Handler] = {"analyze_create": create}
