"""The metadata of a library's rows, as columns to filter by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
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


@attrs.frozen(eq=False)
class _Column:
    """Distinct values, and for each row the position of its own; -1 where it has none."""

    codes: NDArray[np.int32]
    values: Sequence[Any]
    positions: Mapping[Any, int]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> _Column:
        """The column of the values of all rows."""
        held = [value if isinstance(value, str | int | float) else None for value in rows]
        # NaN, as pandas writes what is missing, differs from itself.
        distinct = [value for value in dict.fromkeys(held) if value is not None and value == value]
        positions: dict[Any, int] = {value: code for code, value in enumerate(distinct)}
        codes = [positions.get(value, -1) for value in held]
        return cls(np.array(codes, np.int32), distinct, positions)


class MetadataColumns:
    """The columns of strings, numbers and booleans that the rows of a dataset have of their own."""

    def __init__(self, rows: Collection[Mapping[str, Any]]) -> None:
        names = dict.fromkeys(name for row in rows for name in row if name not in _NOT_METADATA)
        columns = {name: _Column.of([row.get(name) for row in rows]) for name in names}
        self._columns = {name: column for name, column in columns.items() if column.positions}

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
        column = self._columns[name]
        return np.asarray(column.codes == column.positions.get(value, len(column.positions)))


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers before texts."""
    return isinstance(value, str), value
