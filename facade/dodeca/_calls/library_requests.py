"""Helpers of the resources for videos, assets and indexes: filters, dates, vectors. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from dodeca._base.response_info import evolve, with_response
from dodeca._base.text import quote
from dodeca._calls import params
from dodeca._calls.dates import timestamp
from dodeca._calls.operation import RawResponse
from dodeca._calls.params import RangeFilter
from dodeca.errors import InvalidRequestError, InvalidResponseError
from dodeca.results import (
    EmbeddingTask,
    Index,
    IndexedAsset,
    IndexModel,
    Video,
    build_result,
    json_list,
    json_object,
)
from dodeca_api import models
from dodeca_api.models.sort_by import SORT_BY_VALUES
from dodeca_api.models.sort_order import SORT_ORDER_VALUES
from dodeca_api.types import UNSET, Unset

# Fields of user metadata share the query with these parameters.
_OWN_FILTERS = frozenset(
    {
        *("page", "page_limit", "sort_by", "sort_option", "status", "filename", "duration"),
        *("fps", "width", "height", "size", "created_at", "updated_at"),
    }
)

# What the filter of a search selects by; all other fields are those of user metadata.
_SEARCH_PROPERTIES = ("id", "duration", "width", "height", "size", "filename")

V = TypeVar("V", Video, IndexedAsset)

_SKEW_SEC = 60.0
_MOST_HITS = 50  # of one page of a search


def created_since(created_at: datetime | None, started: float) -> bool:
    """Whether a resource may have been created by a request sent at this Unix time or later.

    The clocks of client and service may differ by a minute.
    """
    if created_at is None:
        return True
    aware = created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)
    return aware.timestamp() > started - _SKEW_SEC


def seconds_between(begin: Any, end: Any) -> float | None:
    """Seconds from one date to a later one; None unless both are dates, in this order."""
    if not (isinstance(begin, datetime) and isinstance(end, datetime)):
        return None
    seconds = (end - begin).total_seconds()
    return seconds if seconds > 0 else None


def failure_reason(error: Any) -> str | None:
    """The message of the error of a failed job, if it has one."""
    message = error.get("message") if isinstance(error, Mapping) else error
    return None if message is None else str(message)


def job_status(status: object) -> str:
    """The status in a response about a job.

    Raises:
        InvalidResponseError: there is none.
    """
    if not isinstance(status, str):
        raise InvalidResponseError(f"the status of a job is not a string: {quote(status)}")
    return status


def read_created_task(response: RawResponse) -> tuple[str, EmbeddingTask]:
    """The id of an embedding task that was created, and what the service says of it.

    Raises:
        InvalidResponseError: it has no id.
    """
    task = build_result(EmbeddingTask, response.json(), response.info)
    if task.id is None:
        raise InvalidResponseError("the response has an EmbeddingTask without id")
    return task.id, task


def filters(
    *,
    filename: str | None,
    duration: RangeFilter | None,
    fps: RangeFilter | None,
    width: RangeFilter | None,
    height: RangeFilter | None,
    size: RangeFilter | None,
    created_at: datetime | str | None,
    updated_at: datetime | str | None,
    user_metadata: Mapping[str, str | float | bool] | None,
    sort_by: str | None,
    sort_option: str | None,
) -> dict[str, Any]:
    """The filters of the lists of videos and of indexed assets.

    Raises:
        InvalidRequestError: an unknown or invalid filter.
    """
    return {
        "filename": params.optional("filename", filename),
        **params.range_filter("duration", duration),
        **params.range_filter("fps", fps),
        **params.range_filter("width", width),
        **params.range_filter("height", height),
        **params.range_filter("size", size),
        "created_at": timestamp("created_at", created_at),
        "updated_at": timestamp("updated_at", updated_at),
        "user_metadata": _metadata_filter(user_metadata),
        "sort_by": params.choice("sort_by", sort_by, SORT_BY_VALUES),
        "sort_option": params.choice("sort_option", sort_option, SORT_ORDER_VALUES),
    }


def page_limit(limit: int | None, page_limit: int | None) -> int | Unset:
    """The size of the pages of a search: as given, else as few pages as `limit` hits take.

    Pages of equal size hold no more hits than needed: 60 come as two pages of 30.

    Raises:
        InvalidRequestError: one of them is out of bounds.
    """
    params.integer("limit", limit, 1)
    if page_limit is not None or limit is None:
        return params.integer("page_limit", page_limit, 1, documented=_MOST_HITS)
    return -(-limit // -(-limit // _MOST_HITS))


def search_options(index: Index) -> list[str]:
    """All search options that an index supports: the options of its Marengo model.

    Since Marengo 3.0 spoken words are an option of their own, "transcription", of indexes with
    "audio", which has all other audio.

    Raises:
        InvalidRequestError: the index has no Marengo model, which searches need.
    """
    model = search_model(index)
    options = list(model.model_options or ())
    if "audio" in options and not (model.model_name or "").startswith("marengo2"):
        options.append("transcription")
    return options


def search_model(index: Index) -> IndexModel:
    """The model of an index that searches it.

    Raises:
        InvalidRequestError: the index has no Marengo model.
    """
    for model in index.models or ():
        if (model.model_name or "").startswith("marengo") and model.model_options:
            return model
    raise InvalidRequestError(
        f"index {quote(index.id)} has no Marengo model, which searches need: {quote(index.models)}"
    )


def index_difference(
    index: Index, wanted: models.IndexCreateRequest, addons: Sequence[str] | None
) -> str | None:
    """What an existing index has other than a create request wants; None if it is the same.

    The order of models and options says nothing; without `addons` any will do.
    """
    has = {model.model_name: sorted(model.model_options or ()) for model in index.models or ()}
    wants = {model.model_name: sorted(map(str, model.model_options)) for model in wanted.models}
    differences = []
    if has != wants:
        differences.append(f"models {quote(has)}, wanted {quote(wants)}")
    if addons is not None and set(index.addons or ()) != set(addons):
        differences.append(f"add-ons {quote(index.addons or [])}, wanted {quote(addons)}")
    return "; ".join(differences) or None


def warn_of_metadata_filter(fields: Mapping[str, Any] | None) -> None:
    """Warn, after a search without hits, of filter fields that the service does not check."""
    unchecked = [name for name in fields or {} if name not in _SEARCH_PROPERTIES]
    if unchecked:
        warnings.warn(
            f"the search found nothing, and its filter has {', '.join(unchecked)[:200]}: user "
            f"metadata, whose spelling is not checked (other fields: "
            f"{', '.join(_SEARCH_PROPERTIES)})",
            stacklevel=3,
        )


def read_with_embeddings(cls: type[V], response: RawResponse) -> V:
    """A video or indexed asset; its vectors, if it has any, become `Embeddings`."""
    found = build_result(cls, response.json(), response.info)
    wire: Any = found.embedding
    if wire is None:
        return found
    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.labels import Labels

    rest = dict(json_object(wire, "embedding"))
    model_name = rest.pop("model_name", None)
    of_video = dict(json_object(rest.pop("video_embedding", None) or {}, "video_embedding"))
    segments = json_list(of_video.pop("segments", None) or [], "segments")
    items = [json_object(segment, "segment") for segment in segments]
    vectors = Embeddings.from_segments(items, model_name=model_name)
    embedding = attrs.evolve(
        vectors,
        source=Labels.same(found.asset_id, len(vectors)),
        response_extra=rest | ({"video_embedding": of_video} if of_video else {}),
    )
    return evolve(found, embedding=with_response(embedding, found.response))


def _metadata_filter(
    values: Mapping[str, str | float | bool] | None,
) -> models.UserMetadataFilter | Unset:
    if values is None:
        return UNSET
    for key, value in params.mapping("user_metadata", values).items():
        if key.partition("[")[0] in _OWN_FILTERS:
            raise InvalidRequestError(
                f"{quote(key)} is the name of a filter, and cannot be a key of user_metadata"
            )
        if not isinstance(value, str | int | float):
            raise InvalidRequestError(
                "user_metadata filters by strings, numbers and booleans, "
                f"got {quote(value)} under {quote(key)}"
            )
        if isinstance(value, str):
            params.string(f"user_metadata[{quote(key)}]", value)
        elif not isinstance(value, bool):
            params.number(f"user_metadata[{quote(key)}]", value)
    return models.UserMetadataFilter.from_dict(values)
