"""Search in embeddings: the parameters of `Embeddings.search`, and its matches."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base.dimensions import DEFAULT_DIMENSION
from dodeca._base.text import did_you_mean, quote
from dodeca.embeddings import cosine, ranking
from dodeca.embeddings.matches import Match, Matches
from dodeca.embeddings.time_ranges import rank_time_ranges
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, is_media

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings


def search(
    embeddings: Embeddings,
    query: Any,
    k: int,
    by: str | None,
    weights: Mapping[str, float] | None,
    min_score: float | None,
    client: Any,
) -> Matches:
    """See `Embeddings.search`."""
    least = ranking.check_min_score(min_score)
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InvalidRequestError(f"k must be at least 1, got {quote(k)}")
    if by not in (None, "row", "moment") or (by == "row" and weights is not None):
        raise InvalidRequestError(
            f"by must be 'row' or 'moment', and 'moment' with weights, got {quote(by)}"
            f"{did_you_mean(by, ('row', 'moment'))}"
        )
    text = query if isinstance(query, str) else None
    embed = None if client is None else embed_of(client)
    ranking.check_one_model(embeddings)
    if not len(embeddings):
        return Matches(query=text)
    is_ranked = ranking.comparable_rows(embeddings.embedding_scope)
    shares = None
    if by == "moment" or weights is not None:
        shares = ranking.check_weights(embeddings.embedding_option[is_ranked], weights)
    if embed is not None and (isinstance(query, str) or is_media(query)):
        query = embed_query(embed, query, embeddings)
    ranking.check_models(embeddings, query, stacklevel=4)
    vector = cosine.unit_vector(ranking.one_vector(query, embeddings.dimension)[0])
    scores = cosine.approximate(embeddings.vectors, embeddings._row_scales, vector)
    scores[~is_ranked] = -np.inf
    exact = functools.partial(cosine.exact, embeddings.vectors, query=vector)
    margin = cosine.margin(embeddings.dimension)
    if shares is None:
        found = ranking.rank(scores, k, exact, margin)
    else:
        found = rank_time_ranges(embeddings, scores, k, shares, exact, margin)
    return Matches(
        (Match(embeddings[at.row], at.score, at.scores) for at in found if at.score >= least),
        query=text,
    )


def embed_of(client: Any) -> Any:
    """The methods of a client that embed.

    Raises:
        InvalidRequestError: it has none, or those that must be awaited.
    """
    embed = getattr(client, "embed", None)
    text = getattr(embed, "text", None)
    if not callable(text) or inspect.iscoroutinefunction(text):
        raise InvalidRequestError(
            f"client must be a Client, got {type(client).__name__}; with an AsyncClient, search "
            "with what `await client.embed.text(...)` or another of its methods returns"
        )
    return embed


def embed_query(embed: Any, query: Any, rows: Embeddings) -> Embeddings:
    """One vector of a text or media, by `client.embed`, in the space of the rows."""
    same: dict[str, Any] = {} if rows.model_name is None else {"model_name": rows.model_name}
    if rows.dimension != DEFAULT_DIMENSION:  # for which marengo3.0 cannot be asked
        same["embedding_dimension"] = rows.dimension
    found: Embeddings
    if isinstance(query, str):
        found = embed.text(query, **same)
    elif (media := Media.of(query)).kind in (None, "image"):
        found = embed.image(media, **same)
    else:  # in one vector, where `audio`, `video` and `document` return many
        found = embed.multi_input(media=[media], **same)
    return found
