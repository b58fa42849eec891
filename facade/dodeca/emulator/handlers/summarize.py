"""`POST /summarize` and `POST /gist`: summaries of a video of an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from ..database import new_id
from ..errors import parameter_invalid
from ..inference import sentences
from ..inference.generation import TextRequest, generate_text, prompt_of, text_request, truncate
from ..inference.observations import Observation
from ..inference.sentences import LABEL, Phrasing
from ..inference.vocabulary import count_tokens
from ..state import Call, Handler, Reply
from . import analysis_inputs

HIGHLIGHTS = 3


def summarize(call: Call) -> Reply:
    """Handle `POST /summarize`."""
    body, kind = call.body, call.body["type"]
    if "response_format" in body and kind != "summary":
        raise parameter_invalid("response_format", why="It requires the type `summary`.")
    request = text_request(body, prompt=prompt_of(body, old=True) if "prompt" in body else "")
    video = analysis_inputs.observe_indexed_video(call.state, body["video_id"])
    response = {"summarize_type": kind, "id": new_id()}
    match kind:
        case "summary":
            return 200, response | _summary(request, video)
        case "chapter":
            return 200, response | _within_tokens("chapters", _chapters(request, video), request)
        case _:
            return 200, response | _within_tokens(
                "highlights", _highlights(request, video), request
            )


def gist(call: Call) -> Reply:
    """Handle `POST /gist`: the title, topics and hashtags that are requested."""
    video = analysis_inputs.observe_indexed_video(call.state, call.body["video_id"])
    types, topics = call.body["types"], sentences.topics(video)
    response: dict[str, Any] = {}
    if "title" in types:
        response["title"] = f"{LABEL} {sentences.title(video)}"
    if "topic" in types:
        response["topics"] = [f"{LABEL} {topic}" for topic in topics]
    if "hashtag" in types:
        response["hashtags"] = ["dodecaEmulator", *topics]
    tokens = count_tokens(" ".join(str(value) for value in response.values()))
    return 200, {"id": new_id(), **response, "usage": {"output_tokens": tokens}}


def _summary(request: TextRequest, video: Observation) -> dict[str, Any]:
    if request.schema is None and not request.prompt:
        text = truncate(sentences.summary(video, Phrasing("", request.temperature)), request)
    else:
        text = generate_text(request, [video])
    return {"summary": text.data, "usage": text.usage}


def _chapters(request: TextRequest, video: Observation) -> list[dict[str, Any]]:
    return [
        {
            "chapter_number": number,
            **_times(part),
            "chapter_title": f"{LABEL} {sentences.title(part)}",
            "chapter_summary": _description(request, part),
        }
        for number, part in enumerate(video.parts)
    ]


def _highlights(request: TextRequest, video: Observation) -> list[dict[str, Any]]:
    """Return the scenes with most motion and loudness, in their order."""
    liveliest = sorted(video.parts, key=lambda p: (-p.share("motion") - p.share("loud"), p.start))
    return [
        {
            **_times(part),
            "highlight": f"{LABEL} {sentences.title(part)}",
            "highlight_summary": _description(request, part),
        }
        for part in sorted(liveliest[:HIGHLIGHTS], key=lambda part: part.start)
    ]


def _description(request: TextRequest, part: Observation) -> str:
    """Return a description of a scene, in response to the prompt if there is one."""
    phrasing = Phrasing(request.prompt, request.temperature)
    if request.prompt:
        return " ".join(sentences.answer_sentences(request.prompt, [part], phrasing))
    return f"{LABEL} {sentences.scene_clause(part, phrasing)}."


def _times(part: Observation) -> dict[str, Any]:
    return {
        "start": floor(part.start),
        "end": ceil(part.end),
        "start_sec": part.start,
        "end_sec": part.end,
    }


def _within_tokens(
    name: str, items: Sequence[dict[str, Any]], request: TextRequest
) -> dict[str, Any]:
    """Return as many items as `max_tokens` allows, and the usage."""
    kept, total = [], 0
    for item in items:
        tokens = sum(count_tokens(text) for text in item.values() if isinstance(text, str))
        if total + tokens > request.max_tokens:
            break
        kept.append(item)
        total += tokens
    usage = {"input_tokens": count_tokens(request.prompt), "output_tokens": total}
    return {name: kept, "usage": usage}


HANDLERS: Mapping[str, Handler] = {"summarize_create": summarize, "gist_create": gist}
