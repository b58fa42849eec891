"""Indexes: `/indexes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

import attrs

from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.indexed_assets import AsyncIndexedAssets
from dodeca._async.resources.videos import AsyncVideos
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._calls import library_requests, params
from dodeca._calls.dates import timestamp
from dodeca._calls.operation import request
from dodeca.errors import InvalidRequestError
from dodeca.results import Index, IndexModel, of
from dodeca_api import models
from dodeca_api.api.indexes import (
    indexes_create,
    indexes_delete,
    indexes_list,
    indexes_retrieve,
    indexes_update,
)
from dodeca_api.models.index_model_option import INDEX_MODEL_OPTION_VALUES
from dodeca_api.models.model_family import MODEL_FAMILY_VALUES
from dodeca_api.models.sort_by import SORT_BY_VALUES
from dodeca_api.models.sort_order import SORT_ORDER_VALUES
from dodeca_api.types import UNSET, Unset

_ADDONS: tuple[Literal["thumbnail"]] = ("thumbnail",)


class AsyncIndexes(Methods):
    """Indexes: videos that are searched or described together, by the same models."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @cached_property
    def videos(self) -> AsyncVideos:
        """The videos of an index (`/indexes/{index_id}/videos`).

        >>> [video.system_metadata.duration async for video in client.indexes.videos.list(index.id)]
        [20.0]
        """
        return AsyncVideos(self._transport)

    @cached_property
    def assets(self) -> AsyncIndexedAssets:
        """The assets of an index (`/indexes/{index_id}/indexed-assets`).

        >>> [found.status async for found in client.indexes.assets.list(index.id)]
        ['ready']
        """
        return AsyncIndexedAssets(self._transport)

    async def create(
        self,
        index_name: str,
        models: Mapping[str, Sequence[str]],
        *,
        addons: Sequence[str] | None = None,
    ) -> Index:
        """Create an index (`POST /indexes`).

        `models` maps one or two model names to what each looks at, any of "visual" and "audio":
        `{"marengo3.0": ["visual", "audio"]}`. `addons` may be `["thumbnail"]`. Names are unique,
        and neither models nor add-ons can be changed later. The result holds the id and what was
        asked for.

        >>> index = await client.indexes.create("clips", {"marengo3.0": ["visual", "audio"]})
        >>> index.models[0].model_name
        'marengo3.0'

        Raises:
            InvalidRequestError: no model, more than two, or an option that is not known.
            BadRequestError: the name is taken (`index_name_already_exists`), or another refusal.
            OutcomeUnknownError: whether the index was created cannot be told.
        """
        name = params.string("index_name", index_name)
        body = _create_body(name, models, addons)
        call = request(indexes_create, body=body)
        begun = self._transport.clock.wall()

        async def find() -> Index | None:
            async for index in self.list(index_name=name):
                if index.index_name == name and library_requests.is_new(index.created_at, begun):
                    return index
            return None

        created = await self._transport.fetch(
            call, lambda response: of(Index, call.parse(response)), find=find
        )
        chosen = [IndexModel(model.model_name, model.model_options) for model in body.models]
        return attrs.evolve(created, index_name=name, models=chosen, addons=addons)

    def list(
        self,
        *,
        index_name: str | None = None,
        model_options: Sequence[str] | None = None,
        model_family: str | None = None,
        created_at: datetime | str | None = None,
        updated_at: datetime | str | None = None,
        sort_by: str | None = None,
        sort_option: str | None = None,
        page: int = 1,
        page_limit: int = 10,
    ) -> AsyncPages[Index]:
        """The indexes, newest first, page by page (`GET /indexes`).

        `model_options` is any of "visual" and "audio", `model_family` "marengo" or "pegasus".
        `created_at` and `updated_at` keep what is as new as that or newer. `sort_by` is
        "created_at" or "updated_at", `sort_option` "asc" or "desc". Iteration starts at `page`
        and follows to the last one; `page_limit`, at most 50, is the size of a page.

        >>> [index.index_name async for index in client.indexes.list(index_name="films")]
        ['films']

        Raises:
            InvalidRequestError: a filter that the API does not know, or one out of bounds.
        """
        return paginate(
            self._transport,
            Index,
            page,
            page_limit,
            lambda number: request(
                indexes_list,
                index_name=params.optional("index_name", index_name),
                model_options=_joined(model_options),
                model_family=params.choice("model_family", model_family, MODEL_FAMILY_VALUES),
                created_at=timestamp("created_at", created_at),
                updated_at=timestamp("updated_at", updated_at),
                sort_by=params.choice("sort_by", sort_by, SORT_BY_VALUES),
                sort_option=params.choice("sort_option", sort_option, SORT_ORDER_VALUES),
                page=number,
                page_limit=page_limit,
            ),
        )

    async def retrieve(self, index_id: str) -> Index:
        """One index (`GET /indexes/{index_id}`).

        >>> (await client.indexes.retrieve(index.id)).total_duration
        20.0

        Raises:
            NotFoundError: there is no such index.
            APIError: the service answered with another error status.
        """
        return of(Index, await self._transport.send(request(indexes_retrieve, index_id)))

    async def update(self, index_id: str, *, index_name: str) -> None:
        """Give an index another name; nothing else can be changed (`PUT /indexes/{index_id}`).

        >>> await client.indexes.update(draft.id, index_name="final")
        >>> (await client.indexes.retrieve(draft.id)).index_name
        'final'

        Raises:
            InvalidRequestError: an empty name.
            APIError: the service answered with an error status.
        """
        body = models.IndexUpdateRequest(index_name=params.string("index_name", index_name))
        await self._transport.send(request(indexes_update, index_id, body=body))

    async def delete(self, index_id: str) -> None:
        """Delete an index and all of its videos, for good (`DELETE /indexes/{index_id}`).

        >>> await client.indexes.delete(draft.id)

        Raises:
            NotFoundError: there is no such index.
            APIError: the service answered with another error status.
        """
        await self._transport.send(request(indexes_delete, index_id))


def _create_body(
    name: str, chosen: Mapping[str, Sequence[str]], addons: Sequence[str] | None
) -> models.IndexCreateRequest:
    if not isinstance(chosen, Mapping) or not 1 <= len(chosen) <= 2:
        raise InvalidRequestError(
            f"models maps one or two model names to their options, got {chosen!r}"
        )
    wanted = []
    for model_name, options in chosen.items():
        known = params.choices(f"models[{model_name!r}]", options, INDEX_MODEL_OPTION_VALUES)
        wanted.append(
            models.IndexModelRequest(
                model_name=params.string("a model name", model_name),
                model_options=[] if isinstance(known, Unset) else known,
            )
        )
    return models.IndexCreateRequest(
        index_name=name,
        models=wanted,
        addons=params.choices("addons", addons, _ADDONS),
    )


def _joined(options: Sequence[str] | None) -> str | Unset:
    """The list takes its options as one text with commas."""
    known = params.choices("model_options", options, INDEX_MODEL_OPTION_VALUES)
    return UNSET if isinstance(known, Unset) else ",".join(known)
