"""`/search`: the clips of an index that match a text, images, or both."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pybase64

from ..clock import timestamp
from ..database import Document, new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from ..inference import scoring
from ..inference.indexing import dimensions
from ..inference.ranking import Ranking, rank
from ..inference.vectors import Vector
from ..inference.vocabulary import count_tokens
from ..rules import limits, search_filter
from ..rules.models import model_of
from ..rules.urls import MediaSource, open_url
from ..state import Call, Handler, Reply, State
from ..thumbnail_urls import thumbnail_path
from ..vector_index import Clips, IndexedVideo
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
    tests = search_filter.parse(body.get("filter"))
    query = _query(call, body, model["model_name"])
    videos.refresh_index(state, index["_id"])
    clips = state.vectors.clips(index["_id"])
    is_scored = model["model_name"] == "marengo2.7"
    search = {
        "_id": new_id(),
        "index_id": index["_id"],
        "expires_at": timestamp(state.clock.now() + LIFE),
        "page_limit": body["page_limit"],
        "options": list(dict.fromkeys(body["search_options"])),
        "require_all": body["operator"] == "and",
        "is_grouped": body["group_by"] == "video",
        "by_count": body["sort_option"] == "clip_count",
        "adjustment": body["adjust_confidence_level"] if is_scored else None,
        "threshold": body["threshold"] if is_scored else "none",
        "include_user_metadata": body["include_user_metadata"],
        "has_thumbnails": "thumbnail" in index["addons"],
        "pool": {
            "total_count": int(clips.is_alive.sum()),
            "total_duration": round(clips.duration, 3),
            "index_id": index["_id"],
        },
    }
    found = _Found.of(search, clips, _selected(clips, tests), query)
    search |= {"total": len(found), "inner": len(found.ranking.rows)}
    with state.database.transaction():
        _remove_expired(state)
        if search["total"] > search["page_limit"]:
            kept = {"query": _encode(query), "videos": _encode_videos(clips, found.selected)}
            state.database.insert(_COLLECTION, search | kept)
    return 200, _page(call, search, found, 1)


def retrieve(call: Call) -> Reply:
    """Handle `GET /search/{page_token}`."""
    state, token = call.state, call.params["page_token"]
    search_id, _, number = token.partition("-")
    search = state.database.get(_COLLECTION, search_id)
    pages = -(-search["total"] // search["page_limit"]) if search else 0
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
    clips = state.vectors.clips(search["index_id"])
    query = np.frombuffer(pybase64.b64decode(search["query"]), "<f4")
    found = _Found.of(search, clips, _decode_videos(clips, search["videos"]), query)
    return 200, _page(call, search, found, int(number))


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


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search finds. It is found again for each page, rather than kept."""

    clips: Clips
    selected: npt.NDArray[np.bool_]
    """The videos that were searched."""
    ranking: Ranking
    owner: npt.NDArray[np.int32]
    """The video of each clip in the ranking."""
    groups: npt.NDArray[np.int64] | None
    """The videos in their order, when the clips are grouped by them."""

    @classmethod
    def of(
        cls, search: Document, clips: Clips, selected: npt.NDArray[np.bool_], query: Vector
    ) -> _Found:
        """Search the selected videos."""
        ranking = rank(
            clips,
            selected,
            query,
            search["options"],
            require_all=search["require_all"],
            least=scoring.least_score(search["threshold"], search["adjustment"]),
        )
        owner, groups = clips.owner[ranking.rows], None
        if search["is_grouped"]:
            groups = ranking.videos(owner, by_count=search["by_count"])
        return cls(clips, selected, ranking, owner, groups)

    def __len__(self) -> int:
        """Return how many items all pages have."""
        return len(self.ranking.rows if self.groups is None else self.groups)

    def items(self, start: int, stop: int) -> list[tuple[IndexedVideo, list[int]]]:
        """Return the videos of items, each with the places of its clips in the ranking."""
        owner, known = self.owner, self.clips.videos
        if self.groups is None:
            return [(known[owner[i]], [i]) for i in range(start, min(stop, len(owner)))]
        return [(known[v], np.flatnonzero(owner == v).tolist()) for v in self.groups[start:stop]]


def _selected(clips: Clips, tests: Mapping[str, search_filter.ValueTest]) -> npt.NDArray[np.bool_]:
    """Return which videos to search: those that are there and pass the filter."""
    selected = clips.is_alive
    for name, test in tests.items():
        values = clips.column(name, search_filter.value_of)
        selected = selected & np.fromiter(map(test, values), np.bool_, len(values))
    return selected


def _encode_videos(clips: Clips, selected: npt.NDArray[np.bool_]) -> str:
    """Return which videos were searched, in about a bit for each."""
    chosen = np.zeros(clips.seqs.max(initial=0) + 1, bool)
    chosen[clips.seqs[selected]] = True
    packer = zlib.compressobj(level=1, memLevel=1)
    packed = packer.compress(np.packbits(chosen).tobytes()) + packer.flush()
    return pybase64.b64encode_as_string(packed)


def _decode_videos(clips: Clips, text: str) -> npt.NDArray[np.bool_]:
    """Return which videos were searched, whatever came and went since then."""
    packed = zlib.decompress(pybase64.b64decode(text))
    chosen = np.unpackbits(np.frombuffer(packed, np.uint8)).astype(bool)
    known = clips.seqs < len(chosen)
    found: npt.NDArray[np.bool_] = known & chosen[np.where(known, clips.seqs, 0)]
    return found


def _encode(query: Vector) -> str:
    return pybase64.b64encode_as_string(query.astype("<f4").tobytes())


def _page(call: Call, search: Document, found: _Found, number: int) -> dict[str, Any]:
    limit, total = search["page_limit"], search["total"]
    info = {
        "limit_per_page": limit,
        "total_results": total,
        "page_expires_at": search["expires_at"],
    }
    if search["is_grouped"]:
        info["total_inner_matches"] = search["inner"]
    if number > 1:
        info["prev_page_token"] = f"{search['_id']}-{number - 1}"
    if number * limit < total:
        info["next_page_token"] = f"{search['_id']}-{number + 1}"
    data: list[dict[str, Any]] = []
    for video, places in found.items((number - 1) * limit, number * limit):
        if video.document is None:  # deleted since the search
            continue
        custom = video.document["user_metadata"]
        more = {"user_metadata": custom} if search["include_user_metadata"] else {}
        clips = [_clip(call, video, found, place, search) | more for place in places]
        data += [{"id": video.id, "clips": clips} | more] if search["is_grouped"] else clips
    return {"data": data, "page_info": info, "search_pool": search["pool"]}


def _clip(
    call: Call, video: IndexedVideo, found: _Found, place: int, search: Document
) -> dict[str, Any]:
    row = found.ranking.rows[place]
    start, end = found.clips.times[row].tolist()
    clip = {"video_id": video.id, "start": start, "end": end, "rank": place + 1}
    if search["adjustment"] is not None:
        score = float(found.ranking.scores[row])
        clip |= {"score": score, "confidence": scoring.confidence(score, search["adjustment"])}
    if search["has_thumbnails"]:
        expires = call.state.clock.now() + LIFE
        clip["thumbnail_url"] = call.origin + thumbnail_path(video.id, (start + end) / 2, expires)
    return clip


def _remove_expired(state: State) -> None:
    """Remove the searches whose tokens have expired, and vectors that only those needed."""
    now = state.clock.now()
    expired = ("expires_at <= ?", (timestamp(now),))
    for search in state.database.find(_COLLECTION, expired):
        state.database.delete(_COLLECTION, search["_id"])
    state.vectors.purge(("removed_at <= ?", (timestamp(now - LIFE),)))


HANDLERS: Mapping[str, Handler] = {"search_create": create, "search_retrieve": retrieve}
