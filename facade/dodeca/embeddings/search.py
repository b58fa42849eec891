"""Search in embeddings: the parameters of `Embeddings.search`, and its matches."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base.text import did_you_mean, quote
from dodeca.embeddings import ranking
from dodeca.embeddings.matches import Match, Matches
from dodeca.errors import InvalidRequestError

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
    if not isinstance(k, int | np.integer) or k < 1:
        raise InvalidRequestError(f"k must be at least 1, got {quote(k)}")
    if by not in (None, "row", "moment") or (by == "row" and weights is not None):
        raise InvalidRequestError(
            f"by must be 'row' or 'moment', and 'moment' with weights, got {quote(by)}"
            f"{did_you_mean(by, ('row', 'moment'))}"
        )
    embed_text = None if client is None else _text_method(client)
    kept = ranking.comparable_rows(embeddings)
    if not len(kept):
        return Matches()
    rows = embeddings if len(kept) == len(embeddings) else embeddings[kept]
    shares = None
    if by == "moment" or weights is not None:
        shares = ranking.check_weights(rows, weights)
    if isinstance(query, str) and embed_text is not None:
        query = embed_text(query, **_same_model(rows))
    ranking.check_models(rows, query, stacklevel=4)
    vector = ranking.one_vector(query, rows.vectors.shape[1])
    scores = ranking.cosines(rows.vectors, vector)[:, 0]
    if shares is None:
        found = ranking.rank(scores, k)
    else:
        found = ranking.rank_time_ranges(rows, scores, k, shares)
    return Matches(Match(rows[at.row], at.score, at.scores) for at in found if at.score >= least)


def _text_method(client: Any) -> Any:
    """The method of a client that embeds a text.

    Raises:
        InvalidRequestError: it has none, or one that must be awaited.
    """
    method = getattr(getattr(client, "embed", None), "text", None)
    if not callable(method) or inspect.iscoroutinefunction(method):
        raise InvalidRequestError(
            f"client must be a Client, got {type(client).__name__}; with an AsyncClient, search "
            "with `await client.embed.text(...)`"
        )
    return method


def _same_model(rows: Embeddings) -> dict[str, str]:
    return {} if rows.model_name is None else {"model_name": rows.model_name}
