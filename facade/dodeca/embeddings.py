"""Embeddings: the vectors of one text, picture, sound or film, as columns.

A long video has thousands of segments of 512 floats. They are held as one float32 matrix and a
few columns beside it; a `Segment` is made when somebody looks at one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import attrs
import numpy as np

from dodeca._labels import Labels
from dodeca.errors import InvalidRequestError, InvalidResponseError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from dodeca._vectors import Columns
    from dodeca.results import EmbeddingMetadata

_COLUMNS = frozenset({"embedding", "embedding_option", "embedding_scope", "start_sec", "end_sec"})

_V1_NAMES = {
    "float": "embedding",
    "start_offset_sec": "start_sec",
    "end_offset_sec": "end_sec",
}


@attrs.frozen(eq=False)
class Segment:
    """One row: a vector, what it was made from, and when.

    `vector` is float32 of shape (d,); `start_sec` and `end_sec` are seconds from the start of the
    media, None for text and images. `embedding_option` is "visual", "audio", "transcription" or
    a newer word of the service, `embedding_scope` "clip" or "asset"; None for text and images.
    """

    vector: NDArray[np.float32] = attrs.field(repr=lambda v: f"<{v.size} floats>")
    embedding_option: str | None = None
    embedding_scope: str | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)


class Match(NamedTuple):
    """A segment and its cosine similarity to the query, from -1 to 1."""

    segment: Segment
    score: float


@attrs.frozen(eq=False, repr=False)
class Embeddings:
    """The vectors of one media item: a sequence of `Segment`s over columns.

    `vectors` is float32 of shape (n, d), d = 512 for marengo3.0. `embedding_option` and
    `embedding_scope` are sequences of words, held as small integers. `start_sec` and `end_sec` are
    float64 of shape (n,), NaN where there is no time. An integer index or iteration gives a
    `Segment`; a slice, a mask or an array of indices gives `Embeddings`.
    """

    vectors: NDArray[np.float32]
    embedding_option: Labels
    embedding_scope: Labels
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    extra: tuple[Mapping[str, Any], ...]
    metadata: EmbeddingMetadata | None = None
    model_name: str | None = None

    @classmethod
    def from_items(
        cls,
        items: Sequence[Mapping[str, Any]],
        *,
        metadata: EmbeddingMetadata | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Columns from the `data` list of an answer.

        Raises:
            InvalidResponseError: vectors of different lengths, or values that are no numbers.
        """
        try:
            vectors = np.array([item["embedding"] for item in items], dtype=np.float32)
            start_sec, end_sec = _times(items, "start_sec"), _times(items, "end_sec")
        except (KeyError, TypeError, ValueError) as exc:
            raise InvalidResponseError(f"the vectors of the answer are malformed: {exc}") from exc
        if not len(items):
            vectors = vectors.reshape(0, 0)
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise InvalidResponseError("the vectors of the answer are not lists of finite numbers")
        for column in (vectors, start_sec, end_sec):
            column.setflags(write=False)
        return cls(
            vectors=vectors,
            embedding_option=Labels.of(item.get("embedding_option") for item in items),
            embedding_scope=Labels.of(item.get("embedding_scope") for item in items),
            start_sec=start_sec,
            end_sec=end_sec,
            extra=tuple(
                {k: v for k, v in item.items() if k not in _COLUMNS and v is not None}
                for item in items
            ),
            metadata=metadata,
            model_name=model_name,
        )

    @classmethod
    def from_columns(
        cls,
        columns: Columns,
        *,
        metadata: EmbeddingMetadata | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """What was read from an answer as it arrived."""
        return cls(
            vectors=columns.vectors,
            embedding_option=columns.embedding_option,
            embedding_scope=columns.embedding_scope,
            start_sec=columns.start_sec,
            end_sec=columns.end_sec,
            extra=columns.extra,
            metadata=metadata,
            model_name=model_name,
        )

    @classmethod
    def from_segments(
        cls,
        segments: Sequence[Mapping[str, Any]],
        *,
        metadata: EmbeddingMetadata | None = None,
        model_name: str | None = None,
    ) -> Embeddings:
        """Columns from the segments of the API's first embedding form, which names them otherwise.

        Raises:
            InvalidResponseError: vectors of different lengths, or values that are no numbers.
        """
        items = [{_V1_NAMES.get(k, k): v for k, v in item.items()} for item in segments]
        return cls.from_items(items, metadata=metadata, model_name=model_name)

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> Iterator[Segment]:
        return map(self._segment, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any] | Sequence[int]) -> Embeddings: ...
    def __getitem__(self, index: Any) -> Segment | Embeddings:
        if isinstance(index, int | np.integer):
            return self._segment(range(len(self))[int(index)])
        return self._take(np.arange(len(self))[index])

    def filter(self, *, option: str | None = None, scope: str | None = None) -> Embeddings:
        """The rows of one `embedding_option`, one `embedding_scope`, or both."""
        keep = np.ones(len(self), dtype=np.bool_)
        if option is not None:
            keep &= self.embedding_option.is_(option)
        if scope is not None:
            keep &= self.embedding_scope.is_(scope)
        return self._take(np.flatnonzero(keep))

    def search(self, query: Embeddings | NDArray[Any] | Sequence[float], k: int = 5) -> list[Match]:
        """The `k` rows nearest to `query` by cosine similarity, best first.

        Where clips and the whole asset were both embedded, only the clips are ranked, since their
        scores do not compare; `filter(scope="asset")` first ranks the others.

        Raises:
            InvalidRequestError: `query` is not one vector of the same length, or `k` is below 1.
        """
        if k < 1:
            raise InvalidRequestError(f"k is at least 1, got {k}")
        rows = self.filter(scope="clip") if "clip" in self.embedding_scope else self
        if not len(rows):
            return []
        scores = _unit(rows.vectors) @ _unit(_one_vector(query, rows.vectors.shape[1]))[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return [Match(rows[int(row)], float(scores[row])) for row in best]

    def plot(self, query: Embeddings, *, title: str | None = None) -> Figure:
        """A picture of how well each moment matches a query: see `dodeca.plots.plot`.

        Raises:
            InvalidRequestError: no segments with times, or a query that is not one vector.
            ConfigurationError: the extra `plot` is not installed.
        """
        from dodeca import plots

        return plots.plot(self, query, title=title)

    def plot_self(self, *, title: str | None = None) -> Figure:
        """A picture of how alike the moments are to each other: see `dodeca.plots.plot_self`.

        Raises:
            InvalidRequestError: no segments with times.
            ConfigurationError: the extra `plot` is not installed.
        """
        from dodeca import plots

        return plots.plot_self(self, title=title)

    def _segment(self, row: int) -> Segment:
        return Segment(
            vector=self.vectors[row],
            embedding_option=self.embedding_option[row],
            embedding_scope=self.embedding_scope[row],
            start_sec=_or_none(self.start_sec[row]),
            end_sec=_or_none(self.end_sec[row]),
            extra=self.extra[row],
        )

    def _take(self, rows: NDArray[np.intp]) -> Embeddings:
        return attrs.evolve(
            self,
            vectors=self.vectors[rows],
            embedding_option=self.embedding_option[rows],
            embedding_scope=self.embedding_scope[rows],
            start_sec=self.start_sec[rows],
            end_sec=self.end_sec[rows],
            extra=tuple(self.extra[row] for row in rows),
        )

    def __repr__(self) -> str:
        kinds = sorted(filter(None, self.embedding_option.distinct()))
        scopes = sorted(filter(None, self.embedding_scope.distinct()))
        parts = [" x ".join(map(str, self.vectors.shape)), "+".join(kinds), "+".join(scopes)]
        return f"<Embeddings {', '.join(part for part in parts if part)}>"


def _times(items: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array(
        [np.nan if item.get(name) is None else item[name] for item in items], dtype=np.float64
    )


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _one_vector(query: Any, length: int) -> NDArray[np.float32]:
    values = query.vectors if isinstance(query, Embeddings) else query
    vector = np.asarray(values, dtype=np.float32)
    if vector.size != length or vector.ndim > 2:
        raise InvalidRequestError(
            f"the query is one vector of {length} floats, got shape {vector.shape}"
        )
    return vector.reshape(1, length)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float64)  # where the squares of very small floats are not zero
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return (wide / np.where(norms == 0, 1, norms)).astype(np.float32)
