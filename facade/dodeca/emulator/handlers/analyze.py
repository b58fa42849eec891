"""`POST /analyze`: text about a video or images, in one response or as a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from ..errors import parameter_invalid, parameter_not_provided
from ..inference.generation import (
    MAX_TOKENS,
    GeneratedText,
    TextRequest,
    event_stream,
    generate_text,
    prompt_of,
    response_body,
    text_request,
)
from ..inference.observations import Observation
from ..rules.limits import MediaLimits
from ..state import Call, Handler, Reply, State
from . import analysis_inputs

LIMITS = MediaLimits(shortest=1, longest=3600)
MODELS = ("pegasus1.6", "pegasus1.5", "pegasus1.2")
_MEDIA_PARAMETERS = ("video", "image", "video_id")


def create(call: Call) -> Reply:
    """Handle `POST /analyze`."""
    body, state = call.body, call.state
    subject = media_parameter(body)
    model = chosen_model(body, subject)
    prompt = prompt_of(body, old=model == "pegasus1.2")
    request = text_request(body, prompt=prompt)
    if model == "pegasus1.2" and request.max_tokens > MAX_TOKENS:
        raise parameter_invalid("max_tokens", why=f"It is at most {MAX_TOKENS} with `{model}`.")
    more = analysis_inputs.observe_references(
        state, body.get("prompt_v2", {}), "prompt_v2.input_text"
    )
    with ExitStack() as stack:
        observe = _observer(state, body, subject, prompt, stack)
        return respond(body, request, lambda: [*observe(), *more], stack)


def respond(
    body: Mapping[str, Any],
    request: TextRequest,
    observe: Callable[[], list[Observation]],
    stack: ExitStack,
) -> Reply:
    """Return the text in one response or as a stream, which then owns the stack."""

    def work() -> GeneratedText:
        return generate_text(request, observe())

    if body.get("stream", True):
        return 200, event_stream(work, stack.pop_all())
    return 200, response_body(work())


def media_parameter(body: Mapping[str, Any]) -> str:
    """Return the parameter that names the media. Raises ErrorResponse unless there is just one."""
    given = [name for name in _MEDIA_PARAMETERS if name in body]
    if not given:
        raise parameter_not_provided("video", why="Or give an `image`.")
    if len(given) > 1:
        raise parameter_invalid(*given, why="Only one of them can be given.")
    return given[0]


def chosen_model(body: Mapping[str, Any], subject: str) -> str:
    """Return the model to use. Raises ErrorResponse when it does not accept such media."""
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
        raise parameter_invalid("prompt_v2", why="It cannot be combined with `image`.")
    return model


def _observer(
    state: State, body: Mapping[str, Any], subject: str, prompt: str, stack: ExitStack
) -> Callable[[], list[Observation]]:
    """Check the media and return the function that observes them. Raises ErrorResponse."""
    match subject:
        case "image":
            images = analysis_inputs.observe_images(state, body, prompt)
            return lambda: images
        case "video_id":
            video = analysis_inputs.pegasus_video(state, body["video_id"])
            content, window = state.database.media_path(video["media"]), video["duration"]
            return _video_observer(content, analysis_inputs.time_range(body, window))
        case _:
            source = stack.enter_context(analysis_inputs.open_video(state, body["video"]))
            return _video_observer(
                source.content, analysis_inputs.checked_range(body, source, LIMITS)[0]
            )


def _video_observer(
    content: Any, window: analysis_inputs.TimeRange
) -> Callable[[], list[Observation]]:
    return lambda: [analysis_inputs.observe_part(content, window)]


HANDLERS: Mapping[str, Handler] = {"analyze_create": create}
