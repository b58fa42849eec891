"""What the page asks the library: its sources, hits, score timelines, and images to search with."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import imagesize
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dodeca._base.text import as_unicode
from dodeca.browse.parsing import parse_search
from dodeca.browse.playback import state_of
from dodeca.browse.queries import QueryStore
from dodeca.browse.responses import in_thread, json_response, read_body, read_json
from dodeca.errors import InvalidRequestError
from dodeca.library import Hit, Library, Query, Source

MAX_IMAGE_BYTES = 32 << 20


class SearchAPI:
    """The part of the HTTP API that searches a library."""

    def __init__(
        self,
        library: Library,
        sources: dict[str, Source],
        queries: QueryStore,
        clips_folder: str,
    ) -> None:
        self._library = library
        self._sources = sources
        self._queries = queries
        self._clips_folder = clips_folder

    @property
    def routes(self) -> list[Route]:
        """The routes, by path."""
        return [
            Route("/api/library", self.describe),
            Route("/api/search", self.search, methods=["POST"]),
            Route("/api/images", self.add_image, methods=["POST"]),
            Route("/api/timeline", self.timeline),
        ]

    async def describe(self, request: Request) -> Response:
        """`GET api/library`: the library as a whole."""
        library = self._library

        def describe() -> dict[str, Any]:
            sources = list(self._sources.values())
            counts = [each.segments for each in sources]
            return {
                "name": as_unicode(library.name),
                "model_name": library.model_name,
                "segments": None if None in counts else sum(filter(None, counts)),
                "sources": [_source(source) for source in sources],
                "modalities": list(library.modalities),
                "scopes": list(library.scopes),
                "metadata": {
                    name: list(values) for name, values in library.metadata_columns.items()
                },
                "queries": self._counts(),
                "clips_folder": self._clips_folder,
            }

        return json_response(await in_thread(describe))

    async def search(self, request: Request) -> Response:
        """`POST api/search`: the hits of a query, the best ones first."""
        wanted = parse_search(await read_json(request), self._image)

        def search() -> dict[str, Any]:
            hits = self._library.search(
                wanted.query, wanted.selection, offset=wanted.offset, limit=wanted.limit
            )
            # An index may have got videos since its sources were listed.
            self._sources.update({hit.source.id: hit.source for hit in hits.items})
            scale = self._library.scale(wanted.query)
            return {
                "hits": [_hit(hit) for hit in hits.items],
                "total": hits.total,
                "scale": {"low": scale.low, "high": scale.high},
                "queries": self._counts(),
            }

        result = await in_thread(search)
        return json_response({"query_id": self._queries.add(wanted.query), **result})

    async def add_image(self, request: Request) -> Response:
        """`POST api/images`: keep an image, so that searches can name it."""
        content = await read_body(request, MAX_IMAGE_BYTES)
        # A large file of many small parts takes seconds to read.
        if await in_thread(lambda: imagesize.get(io.BytesIO(content))) == (-1, -1):
            raise InvalidRequestError(f"this is no image that can be read ({len(content)} bytes)")
        return json_response({"image_id": self._queries.add(Query(image=content))})

    async def timeline(self, request: Request) -> Response:
        """`GET api/timeline`: the scores of a source over time."""
        source_id = request.query_params.get("source", "")
        query = self._queries.get(request.query_params.get("query_id", ""))

        def timeline() -> dict[str, Any]:
            timelines = self._library.timeline(source_id, query)
            ends = [float(each.end_sec.max()) for each in timelines if len(each.end_sec)]
            return {
                "duration_sec": max(ends, default=None),
                "timelines": [
                    {
                        "modality": each.modality,
                        "start_sec": each.start_sec,
                        "end_sec": each.end_sec,
                        "scores": each.scores,
                    }
                    for each in timelines
                ],
            }

        return json_response(await in_thread(timeline))

    def _image(self, identity: str) -> bytes:
        image = self._queries.get(identity).image
        if image is None:
            raise InvalidRequestError(f"{identity!r} is the id of a query, not of an image")
        return image

    def _counts(self) -> Mapping[str, int]:
        counts = self._library.queries
        return {"sent": counts.sent, "kept": counts.kept}


def _source(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": as_unicode(source.name),
        "location": as_unicode(source.location),
        "kind": source.kind,
        "duration_sec": source.duration_sec,
        "segments": source.segments,
        "state": state_of(source),
        "metadata": dict(source.metadata),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "segment_id": hit.segment_id,
        "source_id": hit.source.id,
        "start_sec": hit.start_sec,
        "end_sec": hit.end_sec,
        "modality": hit.modality,
        "score": hit.score,
        "scores": dict(hit.scores),
        "transcript": hit.transcript,
        "thumbnail": _thumbnail(hit),
    }


def _thumbnail(hit: Hit) -> str | None:
    """The address of a thumbnail from the middle of a segment; None where there is none."""
    source = hit.source
    if source.kind not in ("video", "image", None):
        return None
    if hit.thumbnail_url is None and state_of(source) != "local":
        return None
    address = f"thumbnails/{quote(source.id, safe='')}"
    if hit.start_sec is None or hit.end_sec is None:
        return address
    return f"{address}?{urlencode({'at': f'{(hit.start_sec + hit.end_sec) / 2:.2f}'})}"
