# From facade/dodeca/_async/resources/indexed_assets.py by scripts/unasync.py; edit that one.
"""The assets of an index: `/indexes/{index_id}/indexed-assets`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dodeca._base.html import Methods
from dodeca._calls import library_requests, params
from dodeca._calls.operation import request
from dodeca._calls.params import RangeFilter
from dodeca._calls.polling import INDEXED_ASSET, JobState
from dodeca._sync.job import Job, running_jobs
from dodeca._sync.pages import Pages, paginate
from dodeca._sync.transport import Transport
from dodeca.results import IndexedAsset
from dodeca_api import models
from dodeca_api.api.indexed_assets import (
    indexed_assets_create,
    indexed_assets_delete,
    indexed_assets_list,
    indexed_assets_retrieve,
    indexed_assets_update,
)
from dodeca_api.models.indexed_asset_status_filter import INDEXED_ASSET_STATUS_FILTER_VALUES
from dodeca_api.models.video_embedding_option import VIDEO_EMBEDDING_OPTION_VALUES


class IndexedAssets(Methods):
    """Adds assets to an index, and manages them there."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        index_id: str,
        asset_id: str,
        *,
        enable_video_stream: bool | None = None,
        user_metadata: Mapping[str, Any] | None = None,
    ) -> Job[IndexedAsset]:
        """Add an asset to an index (`POST /indexes/{index_id}/indexed-assets`).

        The asset must be ready. `enable_video_stream` creates an HLS stream (the service's default
        is false). `job.wait()` returns the indexed asset once it can be searched.

        >>> job = client.indexes.assets.create(draft.id, asset.id)
        >>> job.wait().status
        'ready'

        Raises:
            NotFoundError: there is no such index or asset.
            APIError: the service returned another error status.
            OutcomeUnknownError: it is unknown whether the asset was added.
        """
        body = models.IndexedAssetCreateRequest(
            asset_id=params.string("asset_id", asset_id),
            enable_video_stream=params.flag("enable_video_stream", enable_video_stream),
            user_metadata=params.user_metadata(user_metadata),
        )
        call = request(indexed_assets_create, index_id, body=body)
        started = self._transport.clock.wall()

        def find() -> IndexedAsset | None:
            for asset in self.list(index_id, page_limit=50):
                is_new = library_requests.created_since(asset.created_at, started)
                if asset.asset_id == asset_id and is_new:
                    return asset
            return None

        created = self._transport.result(IndexedAsset, call, find=find)
        return self._job(index_id, JobState(created.id, "pending", created))

    def job(self, index_id: str, indexed_asset_id: str) -> Job[IndexedAsset]:
        """Get the job that indexes an asset, started by any process.

        The job polls with `GET /indexes/{index_id}/indexed-assets/{indexed_asset_id}`.

        >>> job = client.indexes.assets.job(index.id, video.id)
        >>> job.status
        'ready'

        Raises:
            NotFoundError: there is no such indexed asset.
            APIError: the service returned another error status.
        """
        return self._job(index_id, JobState(indexed_asset_id, "pending")).refresh()

    def list(
        self,
        index_id: str,
        *,
        status: Sequence[str] | None = None,
        filename: str | None = None,
        duration: RangeFilter | None = None,
        fps: RangeFilter | None = None,
        width: RangeFilter | None = None,
        height: RangeFilter | None = None,
        size: RangeFilter | None = None,
        created_at: datetime | str | None = None,
        updated_at: datetime | str | None = None,
        user_metadata: Mapping[str, str | float | bool] | None = None,
        sort_by: str | None = None,
        sort_option: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> Pages[IndexedAsset]:
        """List the assets of an index, newest first (`GET /indexes/{index_id}/indexed-assets`).

        `status` is any of "validating", "pending", "queued", "indexing", "ready" and "failed";
        the other filters are those of `client.indexes.videos.list`.

        >>> [indexed.id == video.id for indexed in client.indexes.assets.list(index.id)]
        [True]

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        filters = library_requests.filters(
            filename=filename,
            duration=duration,
            fps=fps,
            width=width,
            height=height,
            size=size,
            created_at=created_at,
            updated_at=updated_at,
            user_metadata=user_metadata,
            sort_by=sort_by,
            sort_option=sort_option,
        )
        statuses = params.choices("status", status, INDEXED_ASSET_STATUS_FILTER_VALUES)
        return paginate(
            self._transport,
            IndexedAsset,
            page,
            page_limit,
            lambda number: request(
                indexed_assets_list,
                index_id,
                status=statuses,
                page=number,
                page_limit=page_limit,
                **filters,
            ),
        )

    def retrieve(
        self,
        index_id: str,
        indexed_asset_id: str,
        *,
        embedding_option: Sequence[str] | None = None,
        transcription: bool | None = None,
    ) -> IndexedAsset:
        """Get an asset of an index (`GET /indexes/{index_id}/indexed-assets/{indexed_asset_id}`).

        `embedding_option` ("visual", "audio", "transcription", or "visual-text" for Marengo 2.7)
        includes those vectors, `transcription=True` the transcript.

        >>> client.indexes.assets.retrieve(index.id, video.id).status
        'ready'

        Raises:
            NotFoundError: there is no such indexed asset.
            APIError: the service returned another error status.
        """
        call = request(
            indexed_assets_retrieve,
            index_id,
            indexed_asset_id,
            embedding_option=params.choices(
                "embedding_option", embedding_option, VIDEO_EMBEDDING_OPTION_VALUES
            ),
            transcription=params.flag("transcription", transcription),
        )
        return self._transport.fetch(
            call, partial(library_requests.read_with_embeddings, IndexedAsset)
        )

    def update(
        self, index_id: str, indexed_asset_id: str, *, user_metadata: Mapping[str, Any]
    ) -> None:
        """Set some metadata (`PATCH /indexes/{index_id}/indexed-assets/{indexed_asset_id}`).

        Other keys are unchanged; None removes a key.

        >>> client.indexes.assets.update(index.id, video.id, user_metadata={"season": 3})
        >>> client.indexes.assets.retrieve(index.id, video.id).user_metadata
        {'season': 3}

        Raises:
            InvalidRequestError: metadata cannot hold a value.
            APIError: the service returned an error status.
        """
        body = models.UserMetadataUpdate(user_metadata=params.user_metadata(user_metadata))
        call = request(indexed_assets_update, index_id, indexed_asset_id, body=body)
        self._transport.send(call)

    def delete(self, index_id: str, indexed_asset_id: str) -> None:
        """Remove an asset (`DELETE /indexes/{index_id}/indexed-assets/{indexed_asset_id}`).

        This does not delete the asset itself.

        >>> job = client.indexes.assets.create(draft.id, asset.id)
        >>> client.indexes.assets.delete(draft.id, job.wait().id)

        Raises:
            NotFoundError: there is no such indexed asset.
            APIError: the service returned another error status.
        """
        self._transport.send(request(indexed_assets_delete, index_id, indexed_asset_id))

    def _job(self, index_id: str, state: JobState[IndexedAsset]) -> Job[IndexedAsset]:
        def poll(indexed_asset_id: str) -> JobState[IndexedAsset]:
            asset = self.retrieve(index_id, indexed_asset_id)
            reason = library_requests.failure_reason(asset.extra.get("error"))
            status = library_requests.job_status(asset.status)
            return JobState(indexed_asset_id, status, asset, reason, extra=asset.extra)

        running = running_jobs(
            ("indexed_assets", id(self._transport), index_id),
            lambda: self.list(index_id, status=INDEXED_ASSET.running, page_limit=50),
        )
        return Job(INDEXED_ASSET, poll, state, self._transport.clock, running)
