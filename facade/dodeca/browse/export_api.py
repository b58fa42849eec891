"""What the page takes along: clips of selected segments, and lists of them for other programs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dodeca._base.text import as_unicode, quote
from dodeca.browse.parsing import SegmentsRequest, parse_segments
from dodeca.browse.queries import QueryStore
from dodeca.browse.responses import in_thread, json_response, read_json
from dodeca.embeddings import Matches
from dodeca.errors import ConfigurationError, InvalidRequestError
from dodeca.library import Library

Write = Callable[[Matches, Path], Sequence[Path]]

_FORMATS: dict[str, tuple[str, Write]] = {
    "csv": ("text/csv", lambda matches, folder: [matches.to_csv(folder / "matches.csv")]),
    "srt": ("application/x-subrip", lambda matches, folder: matches.to_srt(folder)),
    "vtt": ("text/vtt", lambda matches, folder: matches.to_vtt(folder)),
    "edl": ("text/plain", lambda matches, folder: [matches.to_edl(folder / "matches.edl")]),
    "otio": (
        "application/json",
        lambda matches, folder: [matches.to_otio(folder / "matches.otio")],
    ),
}


class ExportAPI:
    """The part of the HTTP API that writes: clips into the folder `clips`, and downloads."""

    def __init__(self, library: Library, queries: QueryStore, clips: Path, scratch: Path) -> None:
        self._library = library
        self._queries = queries
        self._clips = clips
        self._scratch = scratch

    @property
    def routes(self) -> list[Route]:
        """The routes, by path."""
        return [
            Route("/api/clips", self.save_clips, methods=["POST"]),
            Route("/api/export", self.export, methods=["POST"]),
        ]

    async def save_clips(self, request: Request) -> Response:
        """`POST api/clips`: cut the selected segments, and say what files they became."""
        wanted = parse_segments(await read_json(request), "pad_sec", "merge")
        find = self._finder(wanted)

        def save() -> list[str]:
            try:
                saved = find().save_clips(self._clips, pad_sec=wanted.pad_sec, merge=wanted.merge)
            except OSError as exc:
                raise ConfigurationError(f"the clips cannot be saved: {exc}") from exc
            return [as_unicode(clip.path.name) for clip in saved]

        files = await in_thread(save)
        return json_response({"folder": as_unicode(self._clips.absolute()), "files": files})

    async def export(self, request: Request) -> Response:
        """`POST api/export`: the selected segments as a file; several files come as a ZIP."""
        wanted = parse_segments(await read_json(request), "format")
        if wanted.format not in _FORMATS:
            raise InvalidRequestError(
                f"format must be one of {', '.join(_FORMATS)}, got {quote(wanted.format)}"
            )
        media_type, write = _FORMATS[wanted.format]
        find = self._finder(wanted)

        def export() -> list[tuple[str, bytes]]:
            with TemporaryDirectory(dir=self._scratch) as folder:
                files = write(find(), Path(folder))
                return [(as_unicode(file.name), file.read_bytes()) for file in files]

        files = await in_thread(export)
        if len(files) == 1:
            content, name = files[0][1], f"matches.{wanted.format}"
        else:
            content, name, media_type = _zip(files), "matches.zip", "application/zip"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=media_type, headers=headers)

    def _finder(self, wanted: SegmentsRequest) -> Callable[[], Matches]:
        """What finds the selected matches; their query has to be known."""
        query = self._queries.get(wanted.query_id)
        return lambda: self._library.matches(wanted.segments, query)


def _zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()
