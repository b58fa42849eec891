"""Indexes: `/indexes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from dodeca._async.pages import AsyncPages, paginate
from dodeca._async.resources.indexed_assets import AsyncIndexedAssets
from dodeca._async.resources.videos import AsyncVideos
from dodeca._async.transport import AsyncTransport
from dodeca._base.html import Methods
from dodeca._base.lazy import cached_property
from dodeca._base.response_info import evolve
from dodeca._base.text import quote
from dodeca._calls import library_requests, params, retired
from dodeca._calls.dates import timestamp
from dodeca._calls.operation import request
from dodeca.errors import BadRequestError, IndexMismatchError, InvalidRequestError
from dodeca.results import Index, IndexModel
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

_NAME_EXISTS = "index_name_already_exists"
_ADDONS: tuple[Literal["thumbnail"]] = ("thumbnail",)


class AsyncIndexes(Methods):
    """Manages indexes: sets of videos that the same models search and analyze."""

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

        >>> [indexed.status async for indexed in client.indexes.assets.list(index.id)]
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

        `models` maps one or two model names to their modalities, any of "visual" and "audio":
        `{"marengo3.0": ["visual", "audio"]}`. `addons` may be `["thumbnail"]`. Index names are
        unique; models and add-ons cannot be changed later. The result holds the id and the
        parameters of the request.

        >>> index = await client.indexes.create("clips", {"marengo3.0": ["visual", "audio"]})
        >>> index.models[0].model_name
        'marengo3.0'

        Raises:
            InvalidRequestError: there is no model, or an option is misspelt.
            BadRequestError: the name exists (`index_name_already_exists`), or another error.
            OutcomeUnknownError: it is unknown whether the index was created.
        """
        name = params.string("index_name", index_name)
        body = _create_body(name, models, addons)
        call = request(indexes_create, body=body)
        started = self._transport.clock.wall()

        async def find() -> Index | None:
            return await self._find(name, started)

        created = await self._transport.result(Index, call, find=find)
        index_models = [IndexModel(model.model_name, model.model_options) for model in body.models]
        return evolve(created, index_name=name, models=index_models, addons=addons)

    async def get_or_create(
        self,
        index_name: str,
        models: Mapping[str, Sequence[str]],
        *,
        addons: Sequence[str] | None = None,
    ) -> Index:
        """Get the index of this name, or create it if there is none.

        The parameters are those of `create`; without `addons`, an existing index may have any.
        The client lists the indexes of this name (`GET /indexes`), and creates one if there is
        none (`POST /indexes`). If another process creates it meanwhile, both get that index.

        >>> first = await client.indexes.get_or_create("trailers", {"marengo3.0": ["visual"]})
        >>> again = await client.indexes.get_or_create("trailers", {"marengo3.0": ["visual"]})
        >>> again.id == first.id
        True

        Raises:
            InvalidRequestError: there is no model, more than two, or an unknown option.
            IndexMismatchError: the index exists with other models or add-ons; names them.
            APIError: the service returned an error status.
            OutcomeUnknownError: it is unknown whether the index was created.
        """
        name = params.string("index_name", index_name)
        wanted = _create_body(name, models, addons)
        found = await self._find(name)
        if found is None:
            try:
                return await self.create(name, models, addons=addons)
            except BadRequestError as exc:
                if exc.code != _NAME_EXISTS or (found := await self._find(name)) is None:
                    raise
        difference = library_requests.index_difference(found, wanted, addons)
        if difference is not None:
            raise IndexMismatchError(name, found.id, difference)
        return found

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
        """List the indexes, newest first, page by page (`GET /indexes`).

        `model_options` is any of "visual" and "audio", `model_family` "marengo" or "pegasus".
        `created_at` and `updated_at` select that time or later. `sort_by` is "created_at" or
        "updated_at", `sort_option` "asc" or "desc". Iteration runs from `page` to the last page;
        `page_limit`, at most 50, is the size of a page.

        >>> [index.index_name async for index in client.indexes.list(index_name="films")]
        ['films']

        Raises:
            InvalidRequestError: a filter is misspelt or out of bounds.
        """
        return paginate(
            self._transport,
            Index,
            page,
            page_limit,
            lambda number: request(
                indexes_list,
                index_name=params.optional("index_name", index_name),
                model_options=_comma_separated(model_options),
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
        """Get an index (`GET /indexes/{index_id}`).

        >>> (await client.indexes.retrieve(index.id)).total_duration
        20.0

        Raises:
            NotFoundError: there is no such index.
            APIError: the service returned another error status.
        """
        return await self._transport.result(Index, request(indexes_retrieve, index_id))

    async def update(self, index_id: str, *, index_name: str) -> None:
        """Rename an index; nothing else can be changed (`PUT /indexes/{index_id}`).

        >>> await client.indexes.update(draft.id, index_name="final")
        >>> (await client.indexes.retrieve(draft.id)).index_name
        'final'

        Raises:
            InvalidRequestError: the name is empty.
            APIError: the service returned an error status.
        """
        body = models.IndexUpdateRequest(index_name=params.string("index_name", index_name))
        await self._transport.send(request(indexes_update, index_id, body=body))

    async def delete(self, index_id: str) -> None:
        """Delete an index and all of its videos permanently (`DELETE /indexes/{index_id}`).

        >>> await client.indexes.delete(draft.id)

        Raises:
            NotFoundError: there is no such index.
            APIError: the service returned another error status.
        """
        await self._transport.send(request(indexes_delete, index_id))

    async def _find(self, name: str, since: float | None = None) -> Index | None:
        """The index of exactly this name, if it was created after a Unix time."""
        async for index in self.list(index_name=name):
            is_new = since is None or library_requests.created_since(index.created_at, since)
            if index.index_name == name and is_new:
                return index
        return None


def _create_body(
    name: str, model_options: Mapping[str, Sequence[str]], addons: Sequence[str] | None
) -> models.IndexCreateRequest:
    if not isinstance(model_options, Mapping) or not model_options:
        raise InvalidRequestError(
            f"models must map one or two model names to their options, got {quote(model_options)}"
        )
    params.integer("the number of models", len(model_options), documented=2)
    requests = []
    for model_name, options in model_options.items():
        retired.warn_of_model(model_name)
        checked = params.choices(f"models[{quote(model_name)}]", options, INDEX_MODEL_OPTION_VALUES)
        requests.append(
            models.IndexModelRequest(
                model_name=params.string("a model name", model_name),
                model_options=[] if isinstance(checked, Unset) else checked,
            )
        )
    return models.IndexCreateRequest(
        index_name=name,
        models=requests,
        addons=params.choices("addons", addons, _ADDONS),
    )


def _comma_separated(options: Sequence[str] | None) -> str | Unset:
    checked = params.choices("model_options", options, INDEX_MODEL_OPTION_VALUES)
    return UNSET if isinstance(checked, Unset) else ",".join(checked)
