"""`POST /generate`: text about a video of an index, the predecessor of `/analyze`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from ..inference.generation import prompt_of, text_request
from ..state import Call, Handler, Reply
from . import analysis_inputs
from .analyze import respond


def create(call: Call) -> Reply:
    """Handle `POST /generate`, by default with a stream."""
    body, state = call.body, call.state
    request = text_request(body, prompt=prompt_of(body, old=True))
    video = analysis_inputs.pegasus_video(state, body["video_id"])
    content, time_range = (
        state.database.media_path(video["media"]),
        analysis_inputs.TimeRange(0.0, video["duration"]),
    )
    status, response = respond(
        body, request, lambda: [analysis_inputs.observe_part(content, time_range)], ExitStack()
    )
    if isinstance(response, dict):
        response = {name: response[name] for name in ("id", "data", "usage")}
    return status, response


HANDLERS: Mapping[str, Handler] = {"generate_create": create}
