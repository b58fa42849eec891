"""One matrix of float32 from Arrow arrays of lists, made beforehand and filled part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca.embeddings.export import require
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK_ROWS = 16_384  # are checked at once, without a mask as large as the matrix


class MatrixBuilder:
    """Collects the rows of Arrow arrays of lists; rows that are null become NaN.

    An array that holds all rows is not copied.
    """

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._filled = 0
        self._length = 0
        self._matrix: NDArray[np.float32] | None = None
        self.missing = 0
        """The number of rows that are null."""

    def set_type(self, arrow_type: Any) -> None:
        """Set the type of the arrays to come; that of no rows at all tells their length, too.

        Raises:
            InvalidRequestError: it is not a type of lists.
        """
        from pyarrow import types  # type: ignore[import-untyped]

        is_fixed = types.is_fixed_size_list(arrow_type)
        if not (is_fixed or types.is_list(arrow_type) or types.is_large_list(arrow_type)):
            raise InvalidRequestError(
                f"{self._name} must be a column of lists of numbers, got {arrow_type}"
            )
        if is_fixed and self._matrix is None:
            self._length = arrow_type.list_size

    def add(self, array: Any) -> None:
        """Add the rows of an array.

        Raises:
            InvalidRequestError: they are no lists of finite numbers, or of another length than the
                rows before.
        """
        from dodeca.embeddings import arrow

        rows = self._rows_of(array)
        if len(rows) == self._count and len(rows):
            self._matrix = rows
        elif len(rows):
            part = self._allocated(rows.shape[1])[self._filled : self._filled + len(array)]
            if array.null_count:
                part[:] = np.nan
                part[arrow.is_valid(array)] = rows
            else:
                part[:] = rows
        elif len(array):
            self._set_missing(len(array))
        self.missing += array.null_count
        self._filled += len(array)

    def add_missing(self, count: int) -> None:
        """Add rows that have no value."""
        self._set_missing(count)
        self.missing += count
        self._filled += count

    def finish(self, length: int | None = None) -> NDArray[np.float32]:
        """The matrix, of shape (count, length), read-only.

        Raises:
            InvalidRequestError: the rows are not of the length that is asked for.
        """
        if length is not None and self._matrix is not None and self._matrix.shape[1] != length:
            raise InvalidRequestError(
                f"{self._name} must have as many numbers as the vectors, {length}, got "
                f"{self._matrix.shape[1]}"
            )
        if self._matrix is None:
            found = self._length if length is None else length
            self._matrix = np.full((self._count, found), np.nan, np.float32)
        self._matrix.setflags(write=False)
        return self._matrix

    def _allocated(self, length: int) -> NDArray[np.float32]:
        if self._matrix is None:
            self._matrix = np.empty((self._count, length), np.float32)
            self._matrix[: self._filled] = np.nan
        return self._matrix

    def _set_missing(self, count: int) -> None:
        if self._matrix is not None:
            self._matrix[self._filled : self._filled + count] = np.nan

    def _rows_of(self, array: Any) -> NDArray[np.float32]:
        """The rows of an array that are not null."""
        from dodeca.embeddings import arrow

        values = array.drop_null()
        if len(values):
            self._check_length(values)
        flat = values.flatten()
        if str(flat.type) != "float":
            flat = flat.cast("float32", safe=False)
        rows = arrow.to_numpy(flat, np.nan).reshape(len(values), self._length)
        for start in range(0, len(rows), _BLOCK_ROWS):
            if not np.isfinite(rows[start : start + _BLOCK_ROWS]).all():
                raise InvalidRequestError(
                    f"{self._name} must hold finite numbers, and some of these are not"
                )
        return rows

    def _check_length(self, values: Any) -> None:
        """Check that the lists have one length, that of the lists before, and remember it."""
        compute = require("pyarrow.compute")
        if hasattr(values.type, "list_size"):
            lengths = {values.type.list_size}
        else:
            lengths = set(compute.unique(compute.list_value_length(values)).to_pylist())
        if self._matrix is not None:
            lengths.add(self._matrix.shape[1])
        if len(lengths) > 1:
            raise InvalidRequestError(
                f"every row must have a {self._name} of one length, got lengths "
                f"{sorted(lengths)}; select rows of one length, such as those of one model"
            )
        (self._length,) = lengths
