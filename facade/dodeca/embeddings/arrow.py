"""Arrow arrays from values of Python and numpy and back, by their buffers.

`pyarrow.array`, `scalar` and `to_numpy` do the same, but import pandas where that is installed: a
second, and tens of megabytes, in every process that writes or reads a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = {"bool": np.bool_, "int32": np.int32, "int64": np.int64, "float64": np.float64}
_NUMPY_NAMES = {"halffloat": "float16", "float": "float32", "double": "float64"}
_MAX_STRING_BYTES = np.iinfo(np.int32).max  # of an array, whose offsets are int32


def table(columns: Mapping[str, Any]) -> Any:
    """A table of arrays by name."""
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def type_of(type_name: str) -> Any:
    """The Arrow type of a column; one without a value so far ("null") is a column of strings."""
    return pa.type_for_alias("string" if type_name == "null" else type_name)


def array(type_name: str, values: Sequence[Any], *, errors: str = "replace") -> Any:
    """An array of strings or numbers; None is null. `errors` is that of `str.encode`."""
    if type_name in ("string", "null"):
        return strings([None if v is None else v.encode("utf-8", errors) for v in values])
    is_valid = np.array([value is not None for value in values], dtype=np.bool_)
    filled = [0 if value is None else value for value in values]
    return numbers(np.array(filled, _NUMBERS[type_name]), is_valid)


def strings(texts: Sequence[bytes | None], max_bytes: int = _MAX_STRING_BYTES) -> Any:
    """An array of texts in UTF-8, or chunks of one where it would have too many bytes."""
    is_valid = np.array([text is not None for text in texts], dtype=np.bool_)
    content = [b"" if text is None else text for text in texts]
    ends = np.cumsum([len(text) for text in content], dtype=np.int64)
    if len(texts) > 1 and ends[-1] > max_bytes:
        middle = len(texts) // 2
        halves = [strings(half, max_bytes) for half in (texts[:middle], texts[middle:])]
        return pa.chunked_array(
            [chunk for half in halves for chunk in getattr(half, "chunks", [half])]
        )
    offsets = np.zeros(len(texts) + 1, np.int32)
    offsets[1:] = ends
    buffers = [_bits(is_valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(content))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def numbers(values: NDArray[Any], is_valid: NDArray[np.bool_]) -> Any:
    """An array of the numbers of a column, null where they are not valid."""
    is_bool = values.dtype == np.bool_
    content = _bits(values) if is_bool else pa.py_buffer(np.ascontiguousarray(values))
    buffers = [_bits(is_valid), content]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def vectors(values: NDArray[Any], is_valid: NDArray[np.bool_] | None = None) -> Any:
    """An array of vectors of one length from a matrix of float32, null where they are not valid."""
    count, length = values.shape
    content = pa.py_buffer(np.ascontiguousarray(values, np.float32))
    flat = pa.Array.from_buffers(pa.float32(), count * length, [None, content])
    return pa.Array.from_buffers(
        pa.list_(pa.float32(), length),
        count,
        [None if is_valid is None else _bits(is_valid)],
        children=[flat],
    )


def joined(column: Any) -> Any:
    """The chunks of a column as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.chunks else pa.nulls(0, column.type)


def to_numpy(numbers: Any, null: float) -> NDArray[Any]:
    """The numbers of an array, with `null` where it has none; copied only if it has not all."""
    name = str(numbers.type)
    dtype = np.dtype(_NUMPY_NAMES.get(name, name))
    if not len(numbers):
        return np.zeros(0, dtype)
    start, stop = numbers.offset, numbers.offset + len(numbers)
    found = np.frombuffer(numbers.buffers()[1], dtype, stop)[start:]
    return np.where(is_valid(numbers), found, dtype.type(null)) if numbers.null_count else found


def is_valid(array: Any) -> NDArray[np.bool_]:
    """A mask of the elements of an array that are not null."""
    bits = array.buffers()[0]
    if bits is None:
        return np.ones(len(array), np.bool_)
    start, stop = array.offset, array.offset + len(array)
    found = np.unpackbits(np.frombuffer(bits, np.uint8), count=stop, bitorder="little")
    return found[start:].astype(np.bool_)


def _bits(values: NDArray[np.bool_]) -> Any:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
