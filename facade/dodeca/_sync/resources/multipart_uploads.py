# From facade/dodeca/_async/resources/multipart_uploads.py by scripts/unasync.py; edit that one.
"""Uploads in chunks: `/assets/multipart-uploads`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dodeca._base.concurrency import Lock, run_bounded
from dodeca._base.html import Methods
from dodeca._base.text import quote
from dodeca._calls import params
from dodeca._calls.bodies import file_name, range_body
from dodeca._calls.operation import Request, request
from dodeca._calls.upload_plan import ChunkRange, Progress, UploadPlan
from dodeca._sync.pages import Pages, paginate
from dodeca._sync.storage import Storage
from dodeca._sync.transport import Transport
from dodeca.errors import APIError, InvalidRequestError, InvalidResponseError
from dodeca.media import GIB, Media
from dodeca.results import Chunk, ChunkReport, Page, Upload, UploadUrl
from dodeca_api import models
from dodeca_api.api.multipart_uploads import (
    multipart_uploads_create,
    multipart_uploads_list,
    multipart_uploads_presigned_urls,
    multipart_uploads_report_chunks,
    multipart_uploads_status,
)
from dodeca_api.models.multipart_upload_type import MULTIPART_UPLOAD_TYPE_VALUES
from dodeca_api.types import Unset

WORKERS = 8
_CHUNKS_PER_CALL = 50
_URL_ATTEMPTS = 3

_CHUNK = "a completed chunk"


class MultipartUploads(Methods):
    """Uploads files in chunks, step by step; `client.assets.upload` does all steps itself."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        filename: str,
        type: str,
        total_size: int,
        *,
        user_metadata: Mapping[str, Any] | None = None,
        enable_hls: bool | None = None,
        enable_thumbnail: bool | None = None,
    ) -> Upload:
        """Open a session for a file of up to 10 GB (`POST /assets/multipart-uploads`).

        `type` is "video", "audio" or "image"; `total_size` is in bytes. The result has the chunk
        size, and URLs for the first chunks that expire after one hour. The session expires after
        24 hours.

        >>> upload = client.assets.multipart_uploads.create("big.mp4", "video", 300_000_000)
        >>> upload.total_chunks == -(-300_000_000 // upload.chunk_size)
        True

        Raises:
            InvalidRequestError: a parameter is out of bounds.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the session was opened.
        """
        type_ = params.choice("type", params.string("type", type), MULTIPART_UPLOAD_TYPE_VALUES)
        name = params.file_name(params.string("filename", filename))
        size = params.integer("total_size", total_size, 1, documented=10 * GIB)
        assert not isinstance(type_, Unset)
        assert not isinstance(name, Unset)
        assert not isinstance(size, Unset)
        body = models.MultipartUploadCreateRequest(
            filename=name,
            type_=type_,
            total_size=size,
            enable_hls=params.flag("enable_hls", enable_hls),
            enable_thumbnail=params.flag("enable_thumbnail", enable_thumbnail),
            user_metadata=params.user_metadata(user_metadata),
        )
        call = request(multipart_uploads_create, body=body)
        return self._transport.result(Upload, call)

    def list(self, *, page: int = 1, page_limit: int = 10) -> Pages[Upload]:
        """List the incomplete sessions (`GET /assets/multipart-uploads`).

        >>> [upload.status for upload in client.assets.multipart_uploads.list()][:1]
        ['active']

        Raises:
            InvalidRequestError: `page` or `page_limit` is below 1.
        """
        return paginate(
            self._transport,
            Upload,
            page,
            page_limit,
            lambda number: request(multipart_uploads_list, page=number, page_limit=page_limit),
        )

    def status(self, upload_id: str, *, page: int = 1, page_limit: int = 50) -> Pages[Chunk]:
        """List the chunks of a session (`GET /assets/multipart-uploads/{upload_id}`).

        The `extra` of each page describes the session: `status` is "active", "completed",
        "failed" or "expired"; `chunks_completed`, `chunks_failed` and `chunks_pending` are counts.

        >>> upload = client.assets.multipart_uploads.create("big.mp4", "video", 300_000_000)
        >>> chunks = client.assets.multipart_uploads.status(upload.upload_id)
        >>> [chunk.index for chunk in chunks][:2]
        [1, 2]

        Raises:
            InvalidRequestError: `page` or `page_limit` is below 1.
        """
        params.page_limit(page, page_limit)

        def call(number: int) -> Request:
            return request(multipart_uploads_status, upload_id, page=number, page_limit=page_limit)

        call(page)  # check the id now, not at the first iteration

        def fetch(number: int) -> Page[Chunk]:
            return self._transport.page(Chunk, call(number), items="uploaded_chunks")

        return Pages(fetch, page)

    def presigned_urls(self, upload_id: str, start: int, count: int) -> Page[UploadUrl]:
        """Get upload URLs (`POST /assets/multipart-uploads/{upload_id}/presigned-urls`).

        The URLs are for `count` chunks, at most 50, from chunk number `start` on (the first is 1),
        and expire after one hour. The one page has all of them.

        >>> upload = client.assets.multipart_uploads.create("big.mp4", "video", 300_000_000)
        >>> urls = client.assets.multipart_uploads.presigned_urls(upload.upload_id, 1, 2)
        >>> [url.chunk_index for url in urls]
        [1, 2]

        Raises:
            InvalidRequestError: `start` or `count` is out of bounds.
            APIError: the service returned an error status.
        """
        params.integer("start", start, 1)
        params.integer("count", count, 1, documented=_CHUNKS_PER_CALL)
        body = models.PresignedUrlsRequest(start=start, count=count)
        call = request(multipart_uploads_presigned_urls, upload_id, body=body)
        return self._transport.page(UploadUrl, call, items="upload_urls", is_whole=True)

    def report_chunks(
        self, upload_id: str, completed_chunks: Sequence[Mapping[str, Any]]
    ) -> ChunkReport:
        """Report uploaded chunks (`POST /assets/multipart-uploads/{upload_id}`).

        Each of at most 50 chunks is
        `{"chunk_index": 1, "proof": etag, "proof_type": "etag", "chunk_size": bytes}`.

        >>> upload = client.assets.multipart_uploads.create("big.mp4", "video", 300_000_000)
        >>> chunk = {"chunk_index": 1, "proof": "an ETag", "proof_type": "etag", "chunk_size": 5}
        >>> client.assets.multipart_uploads.report_chunks(upload.upload_id, [chunk])
        Traceback (most recent call last):
        dodeca.errors.BadRequestError: [400 parameter_invalid] ... Chunk 1 has not been received...

        Raises:
            InvalidRequestError: there is no chunk, or a malformed one.
            APIError: the service returned an error status.
        """
        reported = params.as_list("completed_chunks", completed_chunks)
        number = "the number of completed_chunks"
        params.integer(number, len(reported), 1, documented=_CHUNKS_PER_CALL)
        chunks = [
            params.parse_model(_CHUNK, models.CompletedChunk, params.mapping(_CHUNK, chunk))
            for chunk in reported
        ]
        body = models.ChunkReportRequest(
            completed_chunks=[chunk for chunk in chunks if not isinstance(chunk, Unset)]
        )
        call = request(multipart_uploads_report_chunks, upload_id, body=body)
        return self._transport.result(ChunkReport, call)

    def _send(
        self,
        media: Media,
        *,
        filename: str | None,
        user_metadata: Mapping[str, Any] | None,
        enable_hls: bool | None,
        enable_thumbnail: bool | None,
        upload_id: str | None,
        on_progress: Callable[[Progress], object] | None,
    ) -> str:
        """Start an upload or resume one, send all missing chunks, and return the asset's id."""
        if upload_id is None:
            session = self.create(
                filename or file_name(media),
                _asset_type(media),
                media.size or 0,
                user_metadata=user_metadata,
                enable_hls=enable_hls,
                enable_thumbnail=enable_thumbnail,
            )
            done: set[int] = set()
        else:
            session = self._unfinished(upload_id)
            chunks = self.status(upload_id)
            done = {chunk.index or 0 for chunk in chunks if chunk.status == "completed"}
        plan = _plan(media, session)
        with Storage(self._transport) as storage:
            sender = _ChunkSender(self, storage, media, plan, session, done, on_progress)
            run_bounded(sender.send, plan.missing(frozenset(done)), WORKERS)
        return sender.asset_id

    def _unfinished(self, upload_id: str) -> Upload:
        for session in self.list(page_limit=50):
            if session.upload_id == upload_id:
                return session
        raise InvalidRequestError(
            f"there is no unfinished upload {quote(upload_id)}: it is complete, older than 24 "
            "hours, or belongs to another API key"
        )


class _ChunkSender:
    """Sends the chunks of one upload; keeps its progress and unused URLs."""

    def __init__(
        self,
        uploads: MultipartUploads,
        storage: Storage,
        media: Media,
        plan: UploadPlan,
        session: Upload,
        done: set[int],
        on_progress: Callable[[Progress], object] | None,
    ) -> None:
        self.asset_id = plan.asset_id
        self._uploads = uploads
        self._storage = storage
        self._media = media
        self._plan = plan
        self._headers = dict(session.upload_headers or {})
        self._urls = {url.chunk_index: url.url for url in session.upload_urls or []}
        self._done = done
        self._on_progress = on_progress
        self._lock = Lock()

    def send(self, chunk: ChunkRange) -> None:
        """Send a chunk to storage, and report it to the service."""
        report = self._uploads.report_chunks(
            self._plan.upload_id,
            [
                {
                    "chunk_index": chunk.index,
                    "proof": self._put(chunk),
                    "proof_type": "etag",
                    "chunk_size": chunk.size,
                }
            ],
        )
        with self._lock:
            self.asset_id = report.asset_id or self.asset_id
            self._done.add(chunk.index)
            if self._on_progress is not None:
                self._on_progress(self._plan.progress(self._done))

    def _put(self, chunk: ChunkRange) -> str:
        """Send a chunk, with a new URL whenever the old one has expired, and return its ETag."""
        body = range_body(self._media, chunk.offset, chunk.size)
        for attempt in range(1, _URL_ATTEMPTS):
            try:
                url = self._url(chunk.index, renew=attempt > 1)
                return self._storage.put(url, self._headers, body)
            except APIError as error:
                if error.status != 403:
                    raise
        return self._storage.put(self._url(chunk.index, renew=True), self._headers, body)

    def _url(self, index: int, *, renew: bool) -> str:
        with self._lock:
            url = None if renew else self._urls.pop(index, None)
            if url is None:
                left = self._plan.total_chunks - index + 1
                count = 1 if renew else min(_CHUNKS_PER_CALL, left)
                for new in self._uploads.presigned_urls(self._plan.upload_id, index, count):
                    self._urls[new.chunk_index] = new.url
                url = self._urls.pop(index, None)
        if not url:
            raise InvalidResponseError(f"the service returned no URL for chunk {index}")
        return url


def _asset_type(media: Media) -> str:
    """The type of an upload session: the kind of the media; all others are documents."""
    kind = media.mime_type.partition("/")[0]
    return kind if kind in MULTIPART_UPLOAD_TYPE_VALUES else "document"


def _plan(media: Media, session: Upload) -> UploadPlan:
    """The service sets the chunk size; a new session does not return the size of the file."""
    if not session.upload_id or not session.chunk_size:
        raise InvalidResponseError(
            f"the upload session has no id or no chunk size: {quote(session)}"
        )
    return UploadPlan.for_session(
        media,
        upload_id=session.upload_id,
        asset_id=session.asset_id or "",
        chunk_size=session.chunk_size,
        total_bytes=session.total_size or media.size or 0,
    )
