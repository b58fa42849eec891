"""Arrow arrays from Python values, built from their buffers.

`pyarrow.array` does the same, but imports pandas where that is installed: a second, and tens of
megabytes, in every process that writes a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

_NUMBERS = {"bool": np.bool_, "int32": np.int32, "int64": np.int64, "float64": np.float64}


def table(columns: Mapping[str, Any]) -> Any:
    """A table of arrays by name."""
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def type_of(type_name: str) -> Any:
    """The Arrow type of a column; one without a value so far ("null") is a column of strings."""
    return pa.type_for_alias("string" if type_name == "null" else type_name)


def array(type_name: str, values: Sequence[Any]) -> Any:
    """An array of strings or numbers; None is null."""
    is_valid = np.array([value is not None for value in values], dtype=np.bool_)
    if type_name in ("string", "null"):
        texts = [b"" if value is None else value.encode("utf-8", "replace") for value in values]
        offsets = np.zeros(len(texts) + 1, np.int32)
        np.cumsum([len(text) for text in texts], out=offsets[1:])
        buffers = [pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(pa.string(), len(texts), [_bits(is_valid), *buffers])
    numbers: Any = np.array(
        [0 if value is None else value for value in values], _NUMBERS[type_name]
    )
    content = _bits(numbers) if type_name == "bool" else pa.py_buffer(numbers)
    return pa.Array.from_buffers(
        pa.type_for_alias(type_name), len(values), [_bits(is_valid), content]
    )


def vectors(values: Any) -> Any:
    """An array of vectors of one length, from a float32 matrix."""
    count, length = values.shape
    content = pa.py_buffer(np.ascontiguousarray(values, np.float32))
    flat = pa.Array.from_buffers(pa.float32(), count * length, [None, content])
    return pa.FixedSizeListArray.from_arrays(flat, length)


def _bits(values: Any) -> Any:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
