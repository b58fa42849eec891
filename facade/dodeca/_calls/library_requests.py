"""What the resources of a library share: filters of their lists, vectors in videos. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from dodeca._calls import params
from dodeca._calls.dates import timestamp
from dodeca._calls.params import Span
from dodeca.errors import InvalidRequestError
from dodeca.results import IndexedAsset, Video, of
from dodeca_api import models
from dodeca_api.models.sort_by import SORT_BY_VALUES
from dodeca_api.models.sort_order import SORT_ORDER_VALUES
from dodeca_api.types import UNSET, Unset

# Fields of user metadata are query parameters of their own, beside these.
_OWN_FILTERS = frozenset(
    {
        *("page", "page_limit", "sort_by", "sort_option", "status", "filename", "duration"),
        *("fps", "width", "height", "size", "created_at", "updated_at"),
    }
)

V = TypeVar("V", Video, IndexedAsset)

_SKEW_SEC = 60.0


def is_new(created_at: datetime | None, begun: float) -> bool:
    """Whether something may have come from a request that was begun at this Unix time.

    The clocks of both sides may differ by a minute.
    """
    if created_at is None:
        return True
    moment = created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)
    return moment.timestamp() > begun - _SKEW_SEC


def seconds_between(begin: Any, end: Any) -> float | None:
    """How long something takes, where the service gave two dates in order; None otherwise."""
    if not (isinstance(begin, datetime) and isinstance(end, datetime)):
        return None
    seconds = (end - begin).total_seconds()
    return seconds if seconds > 0 else None


def reason(error: Any) -> str | None:
    """Why a job failed, from the error that the service gave it, if any."""
    message = error.get("message") if isinstance(error, Mapping) else error
    return None if message is None else str(message)


def filters(
    *,
    filename: str | None,
    duration: Span | None,
    fps: Span | None,
    width: Span | None,
    height: Span | None,
    size: Span | None,
    created_at: datetime | str | None,
    updated_at: datetime | str | None,
    user_metadata: Mapping[str, str | float | bool] | None,
    sort_by: str | None,
    sort_option: str | None,
) -> dict[str, Any]:
    """The filters that lists of videos and of indexed assets have in common.

    Raises:
        InvalidRequestError: a filter that the API does not know, or one out of bounds.
    """
    return {
        "filename": params.optional("filename", filename),
        **params.span("duration", duration),
        **params.span("fps", fps),
        **params.span("width", width),
        **params.span("height", height),
        **params.span("size", size),
        "created_at": timestamp("created_at", created_at),
        "updated_at": timestamp("updated_at", updated_at),
        "user_metadata": _metadata_filter(user_metadata),
        "sort_by": params.choice("sort_by", sort_by, SORT_BY_VALUES),
        "sort_option": params.choice("sort_option", sort_option, SORT_ORDER_VALUES),
    }


def with_embedding(cls: type[V], model: Any) -> V:
    """A video or indexed asset whose vectors, if it brings any, are `Embeddings`."""
    found = of(cls, model)
    wire: Any = found.embedding
    if wire is None:
        return found
    from dodeca.embeddings import Embeddings

    segments = (wire.get("video_embedding") or {}).get("segments") or []
    vectors = Embeddings.from_segments(segments, model_name=wire.get("model_name"))
    return attrs.evolve(found, embedding=vectors)


def _metadata_filter(
    values: Mapping[str, str | float | bool] | None,
) -> models.UserMetadataFilter | Unset:
    if values is None:
        return UNSET
    for key, value in params.mapping("user_metadata", values).items():
        if key.partition("[")[0] in _OWN_FILTERS:
            raise InvalidRequestError(f"{key!r} is a filter of its own, user_metadata cannot be it")
        if not isinstance(value, str | int | float):
            raise InvalidRequestError(
                "user_metadata filters by strings, numbers and booleans, "
                f"got {value!r} under {key!r}"
            )
        if isinstance(value, str):
            params.string(f"user_metadata[{key!r}]", value)
        elif not isinstance(value, bool):
            params.number(f"user_metadata[{key!r}]", value)
    return models.UserMetadataFilter.from_dict(values)
