"""The segments of a response as columns, and the names of their fields."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from dodeca._base.json_depth import is_too_deep
from dodeca._base.text import quote
from dodeca.embeddings.labels import Labels
from dodeca.errors import InvalidResponseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAN, _NONE = float("nan"), type(None)
_NO_FIELDS: Mapping[str, Any] = {}
_NO_ROW = (-1,)  # in the place of the number of a row that a segment does not have


@attrs.frozen
class FieldNames:
    """The names of the fields of a segment, which differ between the embedding APIs."""

    vector: str
    start_sec: str
    end_sec: str
    uncertainty: str = "embedding_uncertainty"


V1 = FieldNames("float", "start_offset_sec", "end_offset_sec")
V2 = FieldNames("embedding", "start_sec", "end_sec")


@attrs.frozen(eq=False)
class SegmentColumns:
    """The segments of a list, as columns of length n; `vectors` is float32 of shape (n, d).

    `uncertainty` has the same shape, with NaN in rows without one; it is None if no row has one.
    """

    vectors: NDArray[np.float32]
    embedding_option: Labels
    embedding_scope: Labels
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    extra: tuple[Mapping[str, Any], ...]
    uncertainty: NDArray[np.float32] | None


class ColumnBuilder:
    """Builds the columns of a list; its objects have the numbers of rows instead of the rows."""

    def __init__(self, names: FieldNames, options: dict[Any, int], scopes: dict[Any, int]) -> None:
        self._names = names
        self._categories = options, scopes
        self._options, self._scopes = array("h"), array("h")
        self._start, self._end = array("d"), array("d")
        self._extra: list[Mapping[str, Any]] = []
        self.vectors = array("q")
        self.uncertainty = array("q")

    def add(self, items: list[dict[str, Any]]) -> None:
        """Append objects, column by column."""
        options, scopes = self._categories
        vector, start, end = self._names.vector, self._names.start_sec, self._names.end_sec
        uncertainty = self._names.uncertainty
        self.vectors.extend([row for (row,) in [item.pop(vector, None) for item in items]])
        rows = [item.pop(uncertainty, None) for item in items]
        self.uncertainty.extend([row for (row,) in [_NO_ROW if r is None else r for r in rows]])
        self._options.extend(
            [options.setdefault(item.pop("embedding_option", None), len(options)) for item in items]
        )
        self._scopes.extend(
            [scopes.setdefault(item.pop("embedding_scope", None), len(scopes)) for item in items]
        )
        self._start.extend(
            [_NAN if (sec := item.pop(start, None)) is None else sec for item in items]
        )
        self._end.extend([_NAN if (sec := item.pop(end, None)) is None else sec for item in items])
        self._extra += [_without_nulls(item) if item else _NO_FIELDS for item in items]
        if any(items) and is_too_deep(items):
            raise ValueError("nested too deep")

    def extend(self, more: ColumnBuilder) -> None:
        """Append the objects of another builder of the same response."""
        self.vectors += more.vectors
        self.uncertainty += more.uncertainty
        self._options += more._options
        self._scopes += more._scopes
        self._start += more._start
        self._end += more._end
        self._extra += more._extra

    def columns(
        self, vectors: NDArray[np.float32], uncertainty: NDArray[np.float32]
    ) -> SegmentColumns:
        """The columns, with the rows of these matrices.

        Raises:
            InvalidResponseError: the uncertainty has another length than the vectors.
        """
        start, end = np.array(self._start), np.array(self._end)
        columns = SegmentColumns(
            _rows(vectors, self.vectors),
            _labels(self._options, self._categories[0]),
            _labels(self._scopes, self._categories[1]),
            start,
            end,
            tuple(self._extra),
            _rows_with_gaps(uncertainty, self.uncertainty, vectors.shape[1]),
        )
        for column in (columns.vectors, start, end, columns.uncertainty):
            if column is not None:
                column.setflags(write=False)
        return columns


def _rows(matrix: NDArray[np.float32], numbers: array[int]) -> NDArray[np.float32]:
    """The rows with these numbers; without a copy if they follow each other."""
    rows = numbers.tolist()
    first = rows[0] if rows else 0
    if rows == list(range(first, first + len(rows))):
        return matrix[first : first + len(rows)]
    return matrix[rows]


def _rows_with_gaps(
    matrix: NDArray[np.float32], numbers: array[int], length: int
) -> NDArray[np.float32] | None:
    """The rows with these numbers, NaN where there is none; None if there is none at all."""
    if max(numbers, default=-1) < 0:
        return None
    if matrix.shape[1] != length:
        raise InvalidResponseError(
            f"the vectors of the response have {length} numbers, and their uncertainty "
            f"{matrix.shape[1]}"
        )
    if min(numbers) >= 0:
        return _rows(matrix, numbers)
    has_row = np.array(numbers) >= 0
    found = np.full((len(numbers), length), np.nan, np.float32)
    found[has_row] = matrix[np.array(numbers)[has_row]]
    return found


def _without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _labels(codes: array[int], places: Mapping[Any, int]) -> Labels:
    if not {str, _NONE}.issuperset(map(type, places)):
        raise TypeError(f"options and scopes must be strings, got {quote(list(places))}")
    categories = tuple(places)
    if len(categories) == 1:
        return Labels.same(categories[0], len(codes))
    return Labels(np.array(codes, dtype=np.int16), categories)
