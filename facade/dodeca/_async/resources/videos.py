"""The videos of an index: `/indexes/{index_id}/videos`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._calls import library_requests, params
from dodeca._calls.operation import request
from dodeca._calls.params import RangeFilter
from dodeca.results import Video
from dodeca_api import models
from dodeca_api.api.index_videos import (
    index_videos_delete,
    index_videos_list,
    index_videos_replace,
    index_videos_retrieve,
    index_videos_update,
)
from dodeca_api.models.video_embedding_option import VIDEO_EMBEDDING_OPTION_VALUES


class AsyncVideos(Methods):
    """The videos of an index whose indexing is complete."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    def list(
        self,
        index_id: str,
        *,
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
    ) -> AsyncPages[Video]:
        """List the videos of an index, newest first (`GET /indexes/{index_id}/videos`).

        `duration` (seconds), `fps`, `width`, `height` (pixels) and `size` (bytes) are an exact
        number, or bounds such as `{"gte": 10, "lte": 60}`. `user_metadata` selects the videos
        that have all of its values. `created_at` and `updated_at` select that time or later.
        `sort_by` is "created_at" or "updated_at", `sort_option` "asc" or "desc". Iteration runs
        from `page` to the last page; `page_limit` is at most 50.

        >>> videos = client.indexes.videos.list(index.id, duration={"gte": 10})
        >>> [video.system_metadata.filename async for video in videos]
        ['colours.mp4']

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
        return paginate(
            self._transport,
            Video,
            page,
            page_limit,
            lambda number: request(
                index_videos_list, index_id, page=number, page_limit=page_limit, **filters
            ),
        )

    async def retrieve(
        self,
        index_id: str,
        video_id: str,
        *,
        embedding_option: Sequence[str] | None = None,
        transcription: bool | None = None,
    ) -> Video:
        """Get a video (`GET /indexes/{index_id}/videos/{video_id}`).

        `embedding_option` ("visual", "audio", "transcription", or "visual-text" for Marengo 2.7)
        includes those vectors, `transcription=True` the transcript.

        >>> options = {"embedding_option": ["visual"]}
        >>> indexed = await client.indexes.videos.retrieve(index.id, video.id, **options)
        >>> indexed.embedding.embedding_option.distinct()
        ['visual']

        Raises:
            NotFoundError: there is no such video.
            APIError: the service returned another error status.
        """
        call = request(
            index_videos_retrieve,
            index_id,
            video_id,
            embedding_option=params.choices(
                "embedding_option", embedding_option, VIDEO_EMBEDDING_OPTION_VALUES
            ),
            transcription=params.flag("transcription", transcription),
        )
        return await self._transport.fetch(
            call, partial(library_requests.read_with_embeddings, Video)
        )

    async def update(
        self, index_id: str, video_id: str, *, user_metadata: Mapping[str, Any]
    ) -> None:
        """Set some of a video's metadata (`PATCH /indexes/{index_id}/videos/{video_id}`).

        Other keys are unchanged; None removes a key.

        >>> await client.indexes.videos.update(index.id, video.id, user_metadata={"season": 1})
        >>> (await client.indexes.videos.retrieve(index.id, video.id)).user_metadata
        {'season': 1}

        Raises:
            InvalidRequestError: metadata cannot hold a value.
            APIError: the service returned an error status.
        """
        body = models.UserMetadataUpdate(user_metadata=params.user_metadata(user_metadata))
        await self._transport.send(request(index_videos_update, index_id, video_id, body=body))

    async def replace(
        self, index_id: str, video_id: str, *, user_metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Replace all of a video's metadata (`PUT /indexes/{index_id}/videos/{video_id}`).

        The service has retired this operation; use `update`.

        >>> await client.indexes.videos.replace(index.id, video.id, user_metadata={"season": 2})
        >>> (await client.indexes.videos.retrieve(index.id, video.id)).user_metadata
        {'season': 2}

        Raises:
            InvalidRequestError: metadata cannot hold a value.
            APIError: the service returned an error status.
        """
        body = models.UserMetadataUpdate(user_metadata=params.user_metadata(user_metadata))
        await self._transport.send(request(index_videos_replace, index_id, video_id, body=body))

    async def delete(self, index_id: str, video_id: str) -> None:
        """Delete a video permanently (`DELETE /indexes/{index_id}/videos/{video_id}`).

        >>> job = await client.tasks.create(draft.id, "colours.mp4")
        >>> await client.indexes.videos.delete(draft.id, (await job.wait()).video_id)

        Raises:
            NotFoundError: there is no such video.
            APIError: the service returned another error status.
        """
        await self._transport.send(request(index_videos_delete, index_id, video_id))
