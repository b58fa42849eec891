"""`POST /generate`: text about a video of an index, the predecessor of `/analyze`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ..inference.generation import prompt_of, wish
from . import analysis_inputs
from .analyze import answered

if TYPE_CHECKING:
    from ..core import Call, Handler, Reply


def create(call: Call) -> Reply:
    """Answer `POST /generate`, by default with a stream."""
    body, emulator = call.body, call.emulator
    wanted = wish(body, prompt=prompt_of(body, old=True))
    video = analysis_inputs.pegasus_video(emulator, body["video_id"])
    content, whole = (
        emulator.store.media(video["media"]),
        analysis_inputs.Window(0.0, video["duration"]),
    )
    status, answer = answered(
        body, wanted, lambda: [analysis_inputs.facts_of(content, whole)], ExitStack()
    )
    if isinstance(answer, dict):
        answer = {name: answer[name] for name in ("id", "data", "usage")}
    return status, answer


HANDLERS: Mapping[str, Handler] = {"generate_create": create}
