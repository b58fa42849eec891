"""`POST /generate`: text about a video of an index, the predecessor of `/analyze`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from ..inference.generation import prompt_of, wish
from ..state import Call, Handler, Reply
from . import analysis_inputs
from .analyze import answered


def create(call: Call) -> Reply:
    """Answer `POST /generate`, by default with a stream."""
    body, state = call.body, call.state
    wanted = wish(body, prompt=prompt_of(body, old=True))
    video = analysis_inputs.pegasus_video(state, body["video_id"])
    content, whole = (
        state.database.media_path(video["media"]),
        analysis_inputs.Window(0.0, video["duration"]),
    )
    status, answer = answered(
        body, wanted, lambda: [analysis_inputs.facts_of(content, whole)], ExitStack()
    )
    if isinstance(answer, dict):
        answer = {name: answer[name] for name in ("id", "data", "usage")}
    return status, answer


HANDLERS: Mapping[str, Handler] = {"generate_create": create}
