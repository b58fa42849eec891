"""Media for the page: files with ranges, transcoded ranges, thumbnails and waveforms."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import attrs
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dodeca._base.text import as_unicode, quote
from dodeca.browse.cache import Cache
from dodeca.browse.guard import MEDIA_POLICY
from dodeca.browse.parsing import parse_time
from dodeca.browse.playback import local_format, playback, transcoded_range
from dodeca.browse.responses import cancelled, in_thread, json_response
from dodeca.errors import InvalidMediaError, NotFoundError
from dodeca.library import Library, LocalFile, Source
from dodeca.video.clips import CONTAINERS, cut
from dodeca.video.media_range import TimeRange
from dodeca.video.probe import BrokenMedia
from dodeca.video.waveform import waveform

_DECODERS = max(2, os.cpu_count() or 2)
"""How many thumbnails and waveforms are made at once: each takes a core, and some memory."""

_TRANSCODERS = 2
"""How many ranges are transcoded at once; thumbnails do not wait for them."""

_THUMBNAIL_BYTES = 64 << 20
_TRANSCODED_BYTES = 1 << 30
_WAVEFORMS = 256
_HEADERS = {
    "cache-control": "private, max-age=3600",  # the token in the address is new each time
    "content-security-policy": MEDIA_POLICY,
}


class MediaAPI:
    """The part of the HTTP API that sends media, of the library's own sources alone.

    Transcoded ranges are kept in the folder `scratch`.
    """

    def __init__(self, library: Library, sources: Mapping[str, Source], scratch: Path) -> None:
        self._library = library
        self._sources = sources
        self._scratch = scratch
        self._decoders = anyio.CapacityLimiter(_DECODERS)
        self._transcoders = anyio.CapacityLimiter(_TRANSCODERS)
        self._thumbnails: Cache[tuple[str, float | None], bytes] = Cache(
            lambda key: self._thumbnail(*key), max_size=_THUMBNAIL_BYTES, size_of=len
        )
        self._transcoded: Cache[tuple[str, float, float], Path] = Cache(
            lambda key: self._transcode(*key),
            max_size=_TRANSCODED_BYTES,
            size_of=lambda path: path.stat().st_size,
            discard=_remove,
        )
        self._waveforms: Cache[str, dict[str, Any]] = Cache(
            self._waveform, max_size=_WAVEFORMS, size_of=lambda _: 1
        )

    @property
    def routes(self) -> list[Route]:
        """The routes, by path."""
        return [
            Route("/api/playback", self.playback),
            Route("/media/{source_id}", self.media),
            Route("/transcoded/{source_id}", self.transcoded),
            Route("/thumbnails/{source_id}", self.thumbnail),
            Route("/waveform/{source_id}", self.waveform),
        ]

    async def playback(self, request: Request) -> Response:
        """`GET api/playback`: how a range of a source is played."""
        source = self._source(request.query_params.get("source", ""))
        start, end = _time_range(request)
        library = self._library
        found = await in_thread(lambda: playback(source, library.playable(source.id), start, end))
        return json_response(attrs.asdict(found))

    async def media(self, request: Request) -> Response:
        """`GET media/ID`: a file that browsers play, or the range of it that they ask for."""
        source = self._source(request.path_params["source_id"])

        def find() -> tuple[Path, str]:
            path = self._local_path(source)
            mime_type = local_format(source, path).mime_type
            if mime_type is None:
                raise InvalidMediaError(f"browsers cannot play {as_unicode(source.name)}")
            return path.resolve(), mime_type

        path, mime_type = await in_thread(find)
        return FileResponse(path, media_type=mime_type, headers=_HEADERS)

    async def transcoded(self, request: Request) -> Response:
        """`GET transcoded/ID`: a range of a file, as MP4."""
        source = self._source(request.path_params["source_id"])
        key = (source.id, *transcoded_range(*_time_range(request)))
        path = await self._cached(request, self._transcoders, self._transcoded, key)
        return FileResponse(path, media_type=_CLIP_TYPES[path.suffix], headers=_HEADERS)

    async def thumbnail(self, request: Request) -> Response:
        """`GET thumbnails/ID`: a JPEG of a source, at a time of a video."""
        source = self._source(request.path_params["source_id"])
        at = parse_time(request.query_params.get("at"), "at")
        content = await self._cached(request, self._decoders, self._thumbnails, (source.id, at))
        return Response(content, media_type="image/jpeg", headers=_HEADERS)

    async def waveform(self, request: Request) -> Response:
        """`GET waveform/ID`: how loud a source is over time."""
        source = self._source(request.path_params["source_id"])
        return json_response(
            await self._cached(request, self._decoders, self._waveforms, source.id)
        )

    async def _cached(
        self, request: Request, limit: anyio.CapacityLimiter, cache: Cache[Any, Any], key: Any
    ) -> Any:
        """What a cache has or makes, unless the browser has gone away while it waited."""
        async with limit:
            if await request.is_disconnected():
                raise cancelled()
            return await cache.get(key)

    def _source(self, identity: str) -> Source:
        found = self._sources.get(identity)
        if found is None:
            raise NotFoundError(404, message=f"the library has no source {quote(identity)}")
        return found

    def _local_path(self, source: Source) -> Path:
        found = self._library.playable(source.id)
        if not isinstance(found, LocalFile):
            raise InvalidMediaError(f"{as_unicode(source.name)} is no file on this machine")
        return found.path

    def _thumbnail(self, source_id: str, at: float | None) -> bytes:
        source, found = self._sources[source_id], self._library.playable(source_id)
        if isinstance(found, LocalFile):
            local_format(source, found.path)
        return self._library.thumbnail(source_id, at)

    def _transcode(self, source_id: str, start: float, end: float) -> Path:
        source = self._sources[source_id]
        path = self._local_path(source)
        suffix = ".m4a" if local_format(source, path).kind == "audio" else ".mp4"
        target = self._scratch / f"{secrets.token_hex(8)}{suffix}"
        try:
            with target.open("xb") as stream:
                cut(path, stream, TimeRange(start, end), CONTAINERS[suffix])
        except BrokenMedia as exc:
            _remove(target)
            raise InvalidMediaError(
                f"{as_unicode(source.name)} cannot be played from {start:.1f} to {end:.1f} s: {exc}"
            ) from exc
        return target

    def _waveform(self, source_id: str) -> dict[str, Any]:
        source = self._sources[source_id]
        path = self._local_path(source)
        local_format(source, path)
        try:
            found = waveform(path)
        except BrokenMedia as exc:
            raise InvalidMediaError(f"{as_unicode(source.name)} has no waveform: {exc}") from exc
        peaks = [round(float(peak), 3) for peak in found.peaks]
        return {"peaks": peaks, "duration_sec": found.duration_sec}


_CLIP_TYPES = {".mp4": "video/mp4", ".m4a": "audio/mp4"}


def _time_range(request: Request) -> tuple[float | None, float | None]:
    values = request.query_params
    return parse_time(values.get("start"), "start"), parse_time(values.get("end"), "end")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # Windows keeps a file that is being sent; it goes with its folder
        return
