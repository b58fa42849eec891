"""The metadata of a library's rows, as columns to filter by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base.text import cut, did_you_mean, quote
from dodeca.embeddings.export import LOCATION_FIELDS
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRANSCRIPTS = ("transcription", "transcript")
MAX_VALUES = 500
"""Of a column whose values are listed."""
_NOT_METADATA = frozenset({"input_id", *TRANSCRIPTS, *LOCATION_FIELDS})


class _Column:
    """Distinct values, and for each row the position of its own; -1 where it has none."""

    def __init__(self, count: int) -> None:
        self.codes: NDArray[np.int32] = np.full(count, -1, np.int32)
        self.values: list[Any] = []
        self._positions: dict[tuple[bool, Any], int] = {}

    def add(self, row: int, value: Any) -> None:
        key = isinstance(value, bool), value  # True and 1 are equal, and not the same
        code = self._positions.get(key)
        if code is None:
            code = self._positions[key] = len(self.values)
            self.values.append(value)
        self.codes[row] = code

    def rows_with(self, value: Any) -> NDArray[np.bool_]:
        code = self._positions.get((isinstance(value, bool), value), len(self.values))
        return np.asarray(self.codes == code)


class MetadataColumns:
    """The columns of strings, numbers and booleans that the rows of a dataset have of their own."""

    def __init__(self, rows: Collection[Mapping[str, Any]]) -> None:
        self._columns: dict[str, _Column] = {}
        for number, row in enumerate(rows):
            for name, value in row.items():
                if name in _NOT_METADATA or not isinstance(value, str | int | float):
                    continue
                if value != value:  # NaN, as pandas writes what is missing
                    continue
                if name not in self._columns:
                    self._columns[name] = _Column(len(rows))
                self._columns[name].add(number, value)

    @property
    def values(self) -> dict[str, list[Any]]:
        """The distinct values of each column, sorted; none of a column with more than 500."""
        return {
            name: sorted(column.values, key=_order) if len(column.values) <= MAX_VALUES else []
            for name, column in sorted(self._columns.items())
        }

    def of_row(self, row: int) -> dict[str, Any]:
        """The metadata of a row."""
        codes = {name: int(column.codes[row]) for name, column in self._columns.items()}
        return {name: self._columns[name].values[code] for name, code in codes.items() if code >= 0}

    def rows_with(self, name: str, value: Any) -> NDArray[np.bool_]:
        """A mask of the rows that have a value in a column.

        Raises:
            InvalidRequestError: a column that no row has, or a value that no column can have.
        """
        if name not in self._columns:
            known = cut(", ".join(self._columns) or "no columns", 200)
            raise InvalidRequestError(
                f"metadata must be by {known}, got {quote(name)}{did_you_mean(name, self._columns)}"
            )
        if not isinstance(value, str | int | float):
            raise InvalidRequestError(
                f"the value of {quote(name)} must be a string, a number or a boolean, "
                f"got {quote(value)}"
            )
        return self._columns[name].rows_with(value)


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers before texts."""
    return isinstance(value, str), value
