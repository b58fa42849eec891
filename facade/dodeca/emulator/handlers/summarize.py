"""`POST /summarize` and `POST /gist`: a video of an index in short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from ..database import new_id
from ..errors import parameter_invalid
from ..inference import sentences
from ..inference.generation import Wish, cut, prompt_of, wish, write
from ..inference.observations import Facts
from ..inference.sentences import LABEL, Voice
from ..inference.vocabulary import count_tokens
from ..state import Call, Handler, Reply
from . import analysis_inputs

HIGHLIGHTS = 3


def summarize(call: Call) -> Reply:
    """Answer `POST /summarize`."""
    body, kind = call.body, call.body["type"]
    if "response_format" in body and kind != "summary":
        raise parameter_invalid("response_format", why="It goes with the type `summary` only.")
    wanted = wish(body, prompt=prompt_of(body, old=True) if "prompt" in body else "")
    film = analysis_inputs.indexed_film(call.state, body["video_id"])
    answer = {"summarize_type": kind, "id": new_id()}
    match kind:
        case "summary":
            return 200, answer | _summary(wanted, film)
        case "chapter":
            return 200, answer | _listed("chapters", _chapters(wanted, film), wanted)
        case _:
            return 200, answer | _listed("highlights", _highlights(wanted, film), wanted)


def gist(call: Call) -> Reply:
    """Answer `POST /gist`: title, topics and hashtags, as far as they are asked for."""
    film = analysis_inputs.indexed_film(call.state, call.body["video_id"])
    types, topics = call.body["types"], sentences.topics(film)
    answer: dict[str, Any] = {}
    if "title" in types:
        answer["title"] = f"{LABEL} {sentences.title(film)}"
    if "topic" in types:
        answer["topics"] = [f"{LABEL} {topic}" for topic in topics]
    if "hashtag" in types:
        answer["hashtags"] = ["dodecaEmulator", *topics]
    tokens = count_tokens(" ".join(str(value) for value in answer.values()))
    return 200, {"id": new_id(), **answer, "usage": {"output_tokens": tokens}}


def _summary(wanted: Wish, film: Facts) -> dict[str, Any]:
    if wanted.schema is None and not wanted.prompt:
        text = cut(sentences.summary(film, Voice("", wanted.temperature)), wanted)
    else:
        text = write(wanted, [film])
    return {"summary": text.data, "usage": text.usage}


def _chapters(wanted: Wish, film: Facts) -> list[dict[str, Any]]:
    return [
        {
            "chapter_number": number,
            **_times(part),
            "chapter_title": f"{LABEL} {sentences.title(part)}",
            "chapter_summary": _told(wanted, part),
        }
        for number, part in enumerate(film.parts)
    ]


def _highlights(wanted: Wish, film: Facts) -> list[dict[str, Any]]:
    """Return the scenes where most moves and sounds, in their order."""
    liveliest = sorted(film.parts, key=lambda p: (-p.share("motion") - p.share("loud"), p.start))
    return [
        {
            **_times(part),
            "highlight": f"{LABEL} {sentences.title(part)}",
            "highlight_summary": _told(wanted, part),
        }
        for part in sorted(liveliest[:HIGHLIGHTS], key=lambda part: part.start)
    ]


def _told(wanted: Wish, part: Facts) -> str:
    """Return what there is to say about a scene, in answer to the prompt if there is one."""
    voice = Voice(wanted.prompt, wanted.temperature)
    if wanted.prompt:
        return " ".join(sentences.answer(wanted.prompt, [part], voice))
    return f"{LABEL} {sentences.scene(part, voice)}."


def _times(part: Facts) -> dict[str, Any]:
    return {
        "start": floor(part.start),
        "end": ceil(part.end),
        "start_sec": part.start,
        "end_sec": part.end,
    }


def _listed(name: str, items: Sequence[dict[str, Any]], wanted: Wish) -> dict[str, Any]:
    """Return as many of the items as `max_tokens` allows, with the tokens they have."""
    kept, total = [], 0
    for item in items:
        tokens = sum(count_tokens(text) for text in item.values() if isinstance(text, str))
        if total + tokens > wanted.max_tokens:
            break
        kept.append(item)
        total += tokens
    usage = {"input_tokens": count_tokens(wanted.prompt), "output_tokens": total}
    return {name: kept, "usage": usage}


HANDLERS: Mapping[str, Handler] = {"summarize_create": summarize, "gist_create": gist}
