"""Assets: `/assets`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from dodeca._async.block import AsyncBlock
from dodeca._async.job import AsyncJob, AsyncRunningJobs
from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.multipart_uploads import AsyncMultipartUploads
from dodeca._async.transport import AsyncTransport
from dodeca._base.async_concurrency import AsyncShield
from dodeca._base.html import Methods
from dodeca._base.lazy import cached_property
from dodeca._base.text import format_size, quote
from dodeca._calls import library_requests, params
from dodeca._calls.bodies import file_field, source_url
from dodeca._calls.operation import or_unset, request
from dodeca._calls.polling import ASSET, JobState, check_timeout
from dodeca._calls.progress import upload_progress
from dodeca._calls.upload_plan import Progress
from dodeca.errors import DodecaError, InvalidMediaError, NotFoundError
from dodeca.media import MIB, Media, MediaLike
from dodeca.results import Asset
from dodeca_api import models
from dodeca_api.api.assets import assets_create, assets_delete, assets_list, assets_retrieve
from dodeca_api.models.asset_type_filter import ASSET_TYPE_FILTER_VALUES

DIRECT_BYTES = 200 * MIB
_PAGE_LIMIT = 50


class AsyncAssets(Methods):
    """Uploads files that other calls then use by id."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def multipart_uploads(self) -> AsyncMultipartUploads:
        """Upload files in chunks, step by step (`/assets/multipart-uploads`).

        >>> client.assets.multipart_uploads.list()
        <Pages of Upload from page 1; iterate them>
        """
        return AsyncMultipartUploads(self._transport)

    async def upload(
        self,
        media: MediaLike,
        *,
        filename: str | None = None,
        user_metadata: Mapping[str, Any] | None = None,
        enable_hls: bool | None = None,
        enable_thumbnail: bool | None = None,
        upload_id: str | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        progress: bool = False,
    ) -> AsyncJob[Asset]:
        """Upload a file of any size, or register a URL.

        A file of up to 200 MB is sent in one call (`POST /assets`), a larger one in chunks
        (`POST /assets/multipart-uploads`): in parallel, read directly from the file, each retried
        on its own. `on_progress` is called with a `Progress` after each chunk; `progress` shows a
        bar (extra `progress`). To resume an interrupted upload within 24 hours, pass the
        `upload_id` of its last `Progress` with the same file; it is empty for a file sent in one
        call. The storage that receives the chunks does not get the API key. `job.wait()` returns
        the asset once it is ready.

        >>> job = await client.assets.upload("colours.mp4")
        >>> (await job.wait()).status
        'ready'

        Raises:
            InvalidMediaError: there is no such file, or it is not the file of `upload_id`.
            APIError: the service or the storage returned an error status.
            OutcomeUnknownError: it is unknown whether the asset was created.
        """
        source = Media.of(media)
        options: dict[str, Any] = {
            "filename": filename,
            "user_metadata": user_metadata,
            "enable_hls": enable_hls,
            "enable_thumbnail": enable_thumbnail,
        }
        name = source.filename or source  # a whole path would leave no room for the bar
        with upload_progress(name, source.size, on_progress, progress) as report_progress:
            if upload_id is None and (source.size or 0) <= DIRECT_BYTES:
                job = await self.create(source, **options)
                if report_progress is not None and source.is_local:
                    report_progress(Progress.complete(job.id, source.size or 0))
                return job
            if not source.is_local:
                raise InvalidMediaError(f"uploads in chunks need a local file, got {quote(source)}")
            asset_id = await self.multipart_uploads._send(
                source, **options, upload_id=upload_id, on_progress=report_progress
            )
        return self._job(JobState(asset_id, "processing"))

    def temporary(
        self, media: MediaLike, *, timeout: float = 3600.0
    ) -> AbstractAsyncContextManager[Asset]:
        """Upload a file or register a URL as an asset that is deleted at the end of a `with` block.

        `upload` sends the media (`POST /assets`), and the block starts once the asset is ready,
        after at most `timeout` seconds. The asset is deleted however the block ends, also by an
        error or a cancellation; an error of the block is raised even if the deletion fails, with a
        note that says so. An asset that the block has deleted is no error.

        >>> from dodeca import Media
        >>> async with client.assets.temporary("colours.mp4") as asset:
        ...     await client.embed.video(Media.asset(asset.id))
        <Embeddings 10 x 512, audio+visual, asset+clip>

        Raises:
            InvalidMediaError: there is no such file, or it is an asset already.
            JobFailed: the service could not make the asset ready.
            WaitTimeout: it was not ready in time.
            BadRequestError: an index uses the asset at the end of the block (409).
            APIError: the service returned another error status.
        """
        check_timeout(timeout)
        return AsyncBlock(
            "a temporary asset", self._temporary(_new_source("temporary", media), timeout)
        )

    async def create(
        self,
        media: MediaLike,
        *,
        filename: str | None = None,
        user_metadata: Mapping[str, Any] | None = None,
        enable_hls: bool | None = None,
        enable_thumbnail: bool | None = None,
    ) -> AsyncJob[Asset]:
        """Upload a file of up to 200 MB, or register a URL of up to 4 GB (`POST /assets`).

        `filename` has 1 to 255 characters and defaults to the name of the file or URL.
        `enable_hls` and `enable_thumbnail` create an HLS stream and a thumbnail. `job.wait()`
        returns the asset once it is ready; `job.latest` is the response to this call. The client
        adds an entry `dodeca_marker` to `user_metadata`, to find the asset if the response is
        lost.

        >>> job = await client.assets.create("purple.jpg", user_metadata={"topic": "colours"})
        >>> (await job.wait()).user_metadata["topic"]
        'colours'

        Raises:
            InvalidMediaError: there is no such file, it has more than 200 MB, or is an asset.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the asset was created.
        """
        source = _new_source("create", media)
        if (source.size or 0) > DIRECT_BYTES:
            raise InvalidMediaError(
                f"assets.create accepts files of up to {format_size(DIRECT_BYTES)}, {source} has "
                f"{format_size(source.size or 0)}; use assets.upload"
            )
        marked = params.with_marker(user_metadata)
        body = models.AssetCreateRequest(
            method="direct" if source.is_local else "url",
            file=file_field(source),
            url=source_url(source),
            filename=params.file_name(filename),
            enable_hls=params.flag("enable_hls", enable_hls),
            enable_thumbnail=params.flag("enable_thumbnail", enable_thumbnail),
            user_metadata=params.metadata_text(marked),
        )
        call = request(assets_create, body=body)
        started = self._transport.clock.wall()

        async def find() -> Asset | None:
            return await find_marked(self, params.MARKER, marked[params.MARKER], started)

        asset = await self._transport.result(Asset, call, find=find)
        return self._job(JobState(asset.id, asset.status or "processing", asset))

    def list(
        self,
        *,
        asset_ids: Sequence[str] | None = None,
        asset_types: Sequence[str] | None = None,
        filename: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> AsyncPages[Asset]:
        """List the assets, newest first, page by page (`GET /assets`).

        `asset_types` is any of "image", "video", "audio" and "document"; `filename` matches a
        part of the name. Iteration runs from `page` to the last page; `page_limit` is at most 50.

        >>> [asset.filename async for asset in client.assets.list(filename="colours.mp4")][0]
        'colours.mp4'

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        ids = None if asset_ids is None else params.strings("asset_ids", asset_ids)
        return paginate(
            self._transport,
            Asset,
            page,
            page_limit,
            lambda number: request(
                assets_list,
                asset_ids=or_unset(ids),
                asset_types=params.choices("asset_types", asset_types, ASSET_TYPE_FILTER_VALUES),
                filename=params.optional("filename", filename),
                page=number,
                page_limit=page_limit,
            ),
        )

    async def retrieve(self, asset_id: str) -> Asset:
        """Get an asset (`GET /assets/{asset_id}`).

        >>> (await client.assets.retrieve(asset.id)).filename
        'colours.mp4'

        Raises:
            NotFoundError: there is no such asset.
            APIError: the service returned another error status.
        """
        return await self._transport.result(Asset, request(assets_retrieve, asset_id))

    async def job(self, asset_id: str) -> AsyncJob[Asset]:
        """Get the job that makes an asset ready, started by any process.

        The job polls with `GET /assets/{asset_id}`.

        >>> job = await client.assets.job(asset.id)
        >>> job.status
        'ready'

        Raises:
            NotFoundError: there is no such asset.
            APIError: the service returned another error status.
        """
        return self._job(await self._poll(asset_id))

    async def delete(self, asset_id: str, *, force: bool | None = None) -> None:
        """Delete an asset permanently (`DELETE /assets/{asset_id}`).

        `force=True` deletes it even if an index uses it.

        >>> job = await client.assets.create("purple.jpg")
        >>> await client.assets.delete((await job.wait()).id)

        Raises:
            BadRequestError: an index uses it (409).
            NotFoundError: there is no such asset.
        """
        call = request(assets_delete, asset_id, force=params.flag("force", force))
        await self._transport.send(call)

    @asynccontextmanager
    async def _temporary(self, media: Media, timeout: float) -> AsyncIterator[Asset]:
        job = await self.upload(media)
        try:
            yield await job.wait(timeout=timeout)
        except BaseException as error:
            try:
                await self._remove(job.id)
            except DodecaError as failure:
                error.add_note(f"the temporary asset {job.id} was not deleted: {failure}")
            raise
        await self._remove(job.id)

    async def _remove(self, asset_id: str) -> None:
        """Delete an asset, even in a task that is being cancelled; it may not exist."""
        async with AsyncShield():
            try:
                await self.delete(asset_id)
            except NotFoundError:
                return

    async def _poll(self, asset_id: str) -> JobState[Asset]:
        asset = await self.retrieve(asset_id)
        reason = asset.error.message if asset.error else None
        return JobState(asset_id, asset.status or "", asset, reason, extra=asset.extra)

    def _job(self, state: JobState[Asset]) -> AsyncJob[Asset]:
        async def still_running(ids: Set[str]) -> Set[str]:
            # Assets can be listed by id, but not by status.
            processing: set[str] = set()
            ordered = sorted(ids)
            for start in range(0, len(ordered), _PAGE_LIMIT):
                some = ordered[start : start + _PAGE_LIMIT]
                async for asset in self.list(asset_ids=some, page_limit=_PAGE_LIMIT):
                    if asset.status and not ASSET.has_ended(asset.status):
                        processing.add(asset.id)
            return processing

        jobs = AsyncRunningJobs(("assets", id(self._transport)), still_running)
        return AsyncJob(ASSET, self._poll, state, self._transport.clock, jobs)


def _new_source(method: str, media: MediaLike) -> Media:
    """Media that are no asset yet.

    Raises:
        InvalidMediaError: they are one, or no media.
    """
    source = Media.of(media)
    if source.asset_id is not None:
        raise InvalidMediaError(f"assets.{method} needs a file or a URL, got {quote(source)}")
    return source


async def find_marked(assets: AsyncAssets, key: str, marker: str, since: float) -> Asset | None:
    """The asset with a marker in its user metadata, if one was created after a Unix time."""
    async for asset in assets.list(page_limit=_PAGE_LIMIT):
        if (asset.user_metadata or {}).get(key) == marker:
            return asset
        if not library_requests.created_since(asset.created_at, since):
            return None  # the list is newest first
    return None
