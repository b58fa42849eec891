"""`/search`: the clips of an index that match a text, images, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import groupby
from typing import Any

from ..clock import timestamp
from ..database import Document, new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from ..inference import scoring
from ..inference.indexing import dimensions
from ..inference.vocabulary import count_tokens
from ..rules import limits, search_filter
from ..rules.models import model_of
from ..rules.urls import MediaSource, open_url
from ..state import Call, Handler, Reply, State
from ..thumbnail_urls import thumbnail_path
from . import indexes, videos
from .media_sources import MAX_OTHER_IMAGE

SMALLEST_IMAGE = 64  # pixels on either side
MAX_TOKENS = {"marengo3.0": 500, "marengo2.7": 77}
LIFE = timedelta(hours=1)  # of page tokens and thumbnails
_COLLECTION = "searches"
_DEFAULTS = {
    "adjust_confidence_level": 0.5,
    "group_by": "clip",
    "threshold": "low",
    "sort_option": "score",
    "operator": "or",
    "page_limit": 10,
    "include_user_metadata": False,
}

Hit = list[Any]
"""A clip that matches: its score, the id of its video, and its index there."""


def create(call: Call) -> Reply:
    """Handle `POST /search`."""
    state, body = call.state, {**_DEFAULTS, **call.body}
    index = indexes.find_index(state, body["index_id"])
    model = model_of(index, "marengo")
    if model is None:
        text = (
            "You can only perform search requests on indexes with an engine from the Marengo family"
            " enabled."
        )
        raise ErrorResponse(400, "index_not_supported_for_search", text)
    _check(body, model)
    passes = search_filter.parse(body.get("filter"))
    query = _query(call, body, model["model_name"])
    pool = videos.ready_in(state, index["_id"])
    hits = _hits(state, [video for video in pool if passes(video)], query, body)
    scored = model["model_name"] == "marengo2.7"
    if scored:
        hits = [hit for hit in hits if _passes_threshold(hit[0], body)]
    search = {
        "_id": new_id(),
        "expires_at": timestamp(state.clock.now() + LIFE),
        "page_limit": body["page_limit"],
        "items": _by_video(hits, body) if body["group_by"] == "video" else _by_clip(hits),
        "grouped": body["group_by"] == "video",
        "adjustment": body["adjust_confidence_level"] if scored else None,
        "include_user_metadata": body["include_user_metadata"],
        "thumbnails": "thumbnail" in index["addons"],
        "pool": {
            "total_count": len(pool),
            "total_duration": round(sum(video["duration"] for video in pool), 3),
            "index_id": index["_id"],
        },
    }
    with state.database.transaction():
        _remove_expired(state)
        if len(search["items"]) > search["page_limit"]:
            state.database.insert(_COLLECTION, search)
    return 200, _page(call, search, 1)


def retrieve(call: Call) -> Reply:
    """Handle `GET /search/{page_token}`."""
    state, token = call.state, call.params["page_token"]
    search_id, _, number = token.partition("-")
    search = state.database.get(_COLLECTION, search_id)
    pages = -(-len(search["items"]) // search["page_limit"]) if search else 0
    if (
        search is None
        or timestamp(state.clock.now()) >= search["expires_at"]
        or number not in map(str, range(1, pages + 1))
    ):
        text = (
            "The token that identifies the page to be retrieved is expired or invalid. You must"
            f" make a new search request. Token: `{token}`."
        )
        raise ErrorResponse(400, "search_page_token_expired", text)
    if "include_user_metadata" in call.params:
        search["include_user_metadata"] = call.params["include_user_metadata"]
    return 200, _page(call, search, int(number))


def _check(body: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    """Check what the schema cannot express. Raises ErrorResponse."""
    supported = [*model["model_options"]]
    if model["model_name"] == "marengo3.0" and "audio" in supported:
        supported.append("transcription")
    if foreign := [option for option in body["search_options"] if option not in supported]:
        text = (
            f"Search option `{'`, `'.join(foreign)}` is not supported for index"
            f" `{body['index_id']}`. Please use one of the following search options:"
            f" `{'`, `'.join(supported)}`."
        )
        raise ErrorResponse(400, "search_option_not_supported", text)
    if "transcription_options" in body and "transcription" not in body["search_options"]:
        text = (
            f"Search option `{'`, `'.join(body['search_options'])}` is not supported with"
            " `transcription_options`."
        )
        raise ErrorResponse(400, "search_option_combination_not_supported", text)
    if body["sort_option"] == "clip_count" and body["group_by"] != "video":
        raise parameter_invalid("sort_option", why="`clip_count` requires `group_by=video`.")
    text, most = body.get("query_text") or "", MAX_TOKENS[model["model_name"]]
    if count_tokens(text) > most:
        why = f"The text token length should be less than or equal to {most}."
        raise parameter_invalid("query_text", why=why)


def _query(call: Call, body: Mapping[str, Any], model_name: str) -> Any:
    """Return the vector of the query. Raises ErrorResponse."""
    text = (body.get("query_text") or "").strip()
    with _images(call) as images:
        if images and "query_media_type" not in body:
            raise parameter_not_provided("query_media_type")
        if not images and "query_media_type" in body:
            raise parameter_not_provided("query_media_url", "query_media_file")
        if not images and not text:
            raise parameter_not_provided("query_text")
        if images and text and model_name != "marengo3.0":
            why = f"`{model_name}` takes either a text or an image."
            raise parameter_invalid("query_text", why=why)
        for image in images:
            limits.check_image(image.checked(MAX_OTHER_IMAGE), smallest=SMALLEST_IMAGE)
        contents = [image.content for image in images]
        return scoring.query_vector(text, contents, dimensions(model_name))


@contextmanager
def _images(call: Call) -> Iterator[list[MediaSource]]:
    """Open the images at the URLs or, without any, in the form. Raises ErrorResponse."""
    name = "query_media_url"
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_url(call.state, url, field=name, limit=MAX_OTHER_IMAGE))
            for url in call.body.get(name, [])
        ]
        sent = call.uploads.get("query_media_file", [])
        yield opened or [MediaSource(upload.path, "query_media_file") for upload in sent]


def _hits(state: State, pool: Sequence[Document], query: Any, body: Mapping[str, Any]) -> list[Hit]:
    """Return the clips of videos, best first; equal scores keep the order of the videos."""
    every, options = body["operator"] == "and", list(dict.fromkeys(body["search_options"]))
    hits: list[Hit] = []
    for video in pool:
        found = scoring.scores(query, videos.vectors(state, video), options, require_all=every)
        hits += [[score, video["_id"], number] for number, score in enumerate(found.tolist())]
    return sorted(hits, key=lambda hit: -hit[0])


def _passes_threshold(score: float, body: Mapping[str, Any]) -> bool:
    """Return whether a score reaches the threshold of a request."""
    if body["threshold"] == "none":
        return True
    level = scoring.confidence(score, body["adjust_confidence_level"])
    return scoring.LEVELS.index(level) <= scoring.LEVELS.index(body["threshold"])


def _by_clip(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Return each hit as a group of its own, with its rank."""
    return [[[*hit, rank]] for rank, hit in enumerate(hits, start=1)]


def _by_video(hits: Sequence[Hit], body: Mapping[str, Any]) -> list[list[Hit]]:
    """Return the hits with their ranks by video, the one with the best or most clips first."""
    ranked = [[*hit, rank] for rank, hit in enumerate(hits, start=1)]
    order = {video_id: i for i, video_id in enumerate(dict.fromkeys(hit[1] for hit in hits))}
    ranked.sort(key=lambda hit: order[hit[1]])
    groups = [list(group) for _, group in groupby(ranked, key=lambda hit: hit[1])]
    return sorted(groups, key=lambda g: -len(g)) if body["sort_option"] == "clip_count" else groups


def _page(call: Call, search: Document, number: int) -> dict[str, Any]:
    limit, items = search["page_limit"], search["items"]
    part = items[(number - 1) * limit : number * limit]
    info = {
        "limit_per_page": limit,
        "total_results": len(items),
        "page_expires_at": search["expires_at"],
    }
    if search["grouped"]:
        info["total_inner_matches"] = sum(map(len, items))
    if number > 1:
        info["prev_page_token"] = f"{search['_id']}-{number - 1}"
    if number * limit < len(items):
        info["next_page_token"] = f"{search['_id']}-{number + 1}"
    data = []
    for group in part:
        video = call.state.database.get(videos.COLLECTION, group[0][1])
        if video is None:  # deleted since the search
            continue
        more = {"user_metadata": video["user_metadata"]} if search["include_user_metadata"] else {}
        clips = [_clip(call, video, hit, search) | more for hit in group]
        data += [{"id": video["_id"], "clips": clips} | more] if search["grouped"] else clips
    return {"data": data, "page_info": info, "search_pool": search["pool"]}


def _clip(call: Call, video: Document, hit: Hit, search: Document) -> dict[str, Any]:
    score, video_id, number, rank = hit
    start, end = video["clips"][number]
    clip = {"video_id": video_id, "start": start, "end": end, "rank": rank}
    if search["adjustment"] is not None:
        confidence = scoring.confidence(score, search["adjustment"])
        clip |= {"score": score, "confidence": confidence}
    if search["thumbnails"]:
        expires = call.state.clock.now() + LIFE
        clip["thumbnail_url"] = call.origin + thumbnail_path(video_id, (start + end) / 2, expires)
    return clip


def _remove_expired(state: State) -> None:
    """Remove the searches whose tokens have expired."""
    now = timestamp(state.clock.now())
    for name in state.database.expired_ids(_COLLECTION, now):
        state.database.delete(_COLLECTION, name)


HANDLERS: Mapping[str, Handler] = {"search_create": create, "search_retrieve": retrieve}
