"""The rows of embeddings: a sequence of segments, held as columns."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, overload

import attrs
import numpy as np

from dodeca._base.response_info import HasResponse, evolve, with_response
from dodeca._base.text import quote
from dodeca._serializable import NUMBERS, Serializable
from dodeca.embeddings import columns, cosine, display, ranking
from dodeca.embeddings.labels import Labels
from dodeca.embeddings.matches import Segment
from dodeca.embeddings.time_ranges import TimeRanges
from dodeca.embeddings.values import Values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.results import EmbeddingMetadata, EmbeddingUsage


_NO_FIELDS: Mapping[str, Any] = {}


def _no_labels(rows: Any) -> Labels:
    return Labels.same(None, len(rows.vectors))


def _extra_column(rows: Iterable[Mapping[str, Any]]) -> Values[Mapping[str, Any]]:
    """The rows without fields share one object: there may be millions."""
    if isinstance(rows, Values):
        return rows
    return Values.of(row or _NO_FIELDS for row in rows)


def _id_column(ids: Iterable[str] | None) -> Values[str] | None:
    return None if ids is None else Values.of(ids)


@attrs.frozen(eq=False, repr=False)
class SegmentSequence(HasResponse, Serializable):
    """The columns of `Embeddings`, and how rows are selected."""

    vectors: NDArray[np.float32] = attrs.field(metadata=NUMBERS)
    embedding_option: Labels
    embedding_scope: Labels
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    extra: Values[Mapping[str, Any]] = attrs.field(converter=_extra_column)
    metadata: EmbeddingMetadata | None = None
    _model: Labels | str | None = attrs.field(default=None, alias="model_name")  # of all rows
    source_id: Labels = attrs.field(
        default=attrs.Factory(_no_labels, takes_self=True), kw_only=True
    )
    source: Labels = attrs.field(default=attrs.Factory(_no_labels, takes_self=True), kw_only=True)
    ids: Values[str] | None = attrs.field(default=None, kw_only=True, converter=_id_column)
    usage: EmbeddingUsage | None = attrs.field(default=None, kw_only=True)
    response_extra: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    uncertainty: NDArray[np.float32] | None = attrs.field(
        default=None, kw_only=True, metadata=NUMBERS
    )

    def __attrs_post_init__(self) -> None:
        with_response(self, None)  # a missing slot is looked for ten times as long as a set one

    @property
    def model_name(self) -> str | None:
        """The model of the vectors; None if it is not known, or if `models` has several.

        >>> client.embed.text("red").model_name
        'marengo3.0'
        """
        names = self._model_names()
        return names[0] if len(names) == 1 else None

    @property
    def models(self) -> Labels:
        """The model of each row: a column of labels.

        >>> client.embed.video("colours.mp4").models.distinct()
        ['marengo3.0']
        """
        held = self._model
        return held if isinstance(held, Labels) else Labels.same(held, len(self))

    @property
    def dimension(self) -> int:
        """The number of floats in each vector.

        >>> client.embed.text("red").dimension
        512
        """
        return int(self.vectors.shape[1])

    @property
    def truncated(self) -> bool | None:
        """Whether the model read only a part of the input; None if the service does not say.

        >>> client.embed.text("red").truncated or False
        False
        """
        return None if self.usage is None else self.usage.truncated

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> Iterator[Segment]:
        return map(self._segment, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice | NDArray[Any] | Sequence[int]) -> Self: ...
    def __getitem__(self, index: Any) -> Segment | Self:
        if isinstance(index, bool | np.bool_):
            raise TypeError(
                f"an index must be a number, a slice, a mask or an array, got {quote(index)}"
            )
        if isinstance(index, int | np.integer):
            return self._segment(range(len(self))[int(index)])
        return self._select(index if isinstance(index, slice) else np.arange(len(self))[index])

    def filter(
        self,
        *,
        option: str | Sequence[str] | None = None,
        scope: str | Sequence[str] | None = None,
        source_id: str | Sequence[str] | None = None,
        model_name: str | Sequence[str] | None = None,
    ) -> Self:
        """Select rows by `embedding_option`, `embedding_scope`, `source_id` and model.

        Each takes a string or a list of strings.

        >>> client.embed.video("colours.mp4").filter(option="audio", scope="asset")
        <Embeddings 1 x 512, audio, asset>

        Raises:
            InvalidRequestError: an option or a scope that neither the API documents nor a row has,
                or a `source_id` or a model that no row has.
        """
        keep = np.ones(len(self), dtype=np.bool_)
        for name, column, wanted, known in (
            ("option", self.embedding_option, option, ranking.OPTIONS),
            ("scope", self.embedding_scope, scope, ranking.SCOPES),
            ("source_id", self.source_id, source_id, ()),
            ("model_name", self.models, model_name, ()),
        ):
            if wanted is not None:
                keep &= column.any_of(ranking.check_labels(name, wanted, column, known))
        return self._select(_slice_if_adjacent(np.flatnonzero(keep)))

    def __getstate__(self) -> dict[str, Any]:
        return attrs.asdict(self, recurse=False)

    def __setstate__(self, state: Any) -> None:
        # Through the constructor: earlier pickles have neither `source` nor `ids`.
        fields = dict(state if isinstance(state, dict) else state[1])
        if "_model" in fields:
            fields["model_name"] = fields.pop("_model")
        for column in fields.values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)  # which is not pickled
        self.__init__(**fields)  # type: ignore[misc]

    def _segment(self, row: int) -> Segment:
        return Segment(**columns.row(self, row))

    def _model_names(self) -> list[str]:
        """The models that some row is known to be of."""
        found = self._model.distinct() if isinstance(self._model, Labels) else [self._model]
        return [name for name in found if name is not None]

    def _model_of(self, row: int) -> str | None:
        return self._model[row] if isinstance(self._model, Labels) else self._model

    @functools.cached_property
    def _row_scales(self) -> cosine.RowScales:
        """Made by the first search, for all that follow; not in pickles and copies."""
        return cosine.row_scales(self.vectors)

    @functools.cached_property
    def _time_ranges(self) -> TimeRanges:
        """Made by the first search by moment, for all that follow; not in pickles and copies."""
        return TimeRanges.of(self)

    def _select(self, rows: slice | NDArray[np.intp]) -> Self:
        return evolve(self, **columns.select(self, rows))

    def __repr__(self) -> str:
        return display.text(self)

    def _repr_html_(self) -> str:
        return display.table(self)


def _slice_if_adjacent(rows: NDArray[np.intp]) -> slice | NDArray[np.intp]:
    """Rising numbers of rows as a slice, which copies nothing, if none is missing between them."""
    is_slice = len(rows) and rows[-1] - rows[0] == len(rows) - 1
    return slice(int(rows[0]), int(rows[-1]) + 1) if is_slice else rows
