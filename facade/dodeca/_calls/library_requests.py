"""Helpers of the resources for videos, assets and indexes: filters, dates, vectors. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from dodeca._base.response_info import evolve, with_response
from dodeca._base.text import quote
from dodeca._calls import params
from dodeca._calls.dates import timestamp
from dodeca._calls.params import RangeFilter
from dodeca.errors import InvalidRequestError
from dodeca.results import IndexedAsset, Video, build_result
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


def build_with_embeddings(cls: type[V], model: Any) -> V:
    """A video or indexed asset; its vectors, if it has any, become `Embeddings`."""
    found = build_result(cls, model)
    wire: Any = found.embedding
    if wire is None:
        return found
    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.labels import Labels

    rest = dict(wire)
    model_name, of_video = (
        rest.pop("model_name", None),
        dict(rest.pop("video_embedding", None) or {}),
    )
    vectors = Embeddings.from_segments(of_video.pop("segments", None) or [], model_name=model_name)
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
