"""Parse JSON arrays of numbers into float32, by pysimdjson or else orjson.

The standard library parses what these reject. Each number is exactly `np.float32(float(text))`.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np
import orjson

from dodeca.errors import InvalidResponseError

try:
    import simdjson
except ImportError:  # an optional extra, without wheels for the newest Pythons
    simdjson = cast(Any, None)

if TYPE_CHECKING:
    from numpy.typing import NDArray

Parser = Callable[[list[bytes]], "NDArray[np.float64]"]

_NEGATIVE_ZERO = re.compile(rb"-0[,\] \t\r\n]")
PARSE_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,  # from simdjson for large integers; includes RecursionError
    TypeError,
    ValueError,
    struct.error,
)


class MatrixBuilder:
    """Collects rows of one length into a float32 matrix; `name` is that of their field."""

    def __init__(self, name: str, parser: Parser) -> None:
        self._name = name
        self._parser = parser
        self._data = bytearray()
        self._width: int | None = None
        self.count = 0

    def add(self, texts: list[bytes]) -> None:
        """Append rows, each a JSON array such as `[1.0,...]`.

        Raises:
            InvalidResponseError: a row is not a list of finite numbers, or has another length.
        """
        if not texts:
            return
        try:
            wide = self._parser(texts)
        except PARSE_ERRORS:
            wide = _parse_strictly(texts, self._name)
        with np.errstate(over="ignore", invalid="ignore"):
            narrow = wide.astype(np.float32)
            if np.count_nonzero(narrow == 0):
                narrow = _restore_signs(wide, texts).astype(np.float32)
            is_finite = math.isfinite(narrow.sum()) or np.isfinite(narrow).all()
        if not is_finite:
            raise InvalidResponseError(
                f"a row of {self._name} in the response has a number too large for float32"
            )
        if not narrow.shape[1]:
            raise InvalidResponseError(f"a row of {self._name} in the response is empty")
        if self._width not in (None, narrow.shape[1]):
            raise InvalidResponseError(
                f"rows of {self._name} in the response have {self._width} and {narrow.shape[1]} "
                "numbers"
            )
        self._width = narrow.shape[1]
        self._data += narrow.data
        self.count += len(texts)

    def matrix(self) -> NDArray[np.float32]:
        """All rows, without a copy; add no rows while it is in use."""
        return np.ndarray((self.count, self._width or 0), np.float32, buffer=self._data)


def new_parser() -> Parser:
    """The fastest parser that is installed, for the vectors of one response."""
    return orjson_parser if simdjson is None else simdjson_parser()


def simdjson_parser() -> Parser:
    """A parser by pysimdjson; its buffer is reused for each row, so use it in one thread only."""
    parser: Any = simdjson.Parser()

    def parse(texts: list[bytes]) -> NDArray[np.float64]:
        rows = [parser.parse(text).as_buffer(of_type="d") for text in texts]
        _check_same_length({row.size for row in rows})
        return np.frombuffer(b"".join(rows)).reshape(len(rows), -1)

    return parse


def orjson_parser(texts: list[bytes]) -> NDArray[np.float64]:
    """A parser by orjson; it holds one row of Python floats at a time."""
    return _pack_rows(texts, map(orjson.loads, texts))


def json_parser(texts: list[bytes]) -> NDArray[np.float64]:
    """A parser by the standard library; it accepts JSON numbers of any length."""
    return _pack_rows(texts, (_DECODER.decode(text.decode("ascii")) for text in texts))


def _pack_rows(texts: list[bytes], rows: Iterable[list[float]]) -> NDArray[np.float64]:
    if any(b"t" in text or b"f" in text for text in texts):
        raise ValueError("true and false are not numbers")
    rows = iter(rows)
    first = next(rows)
    pack = struct.Struct(f"{len(first)}d").pack
    packed = b"".join([pack(*first), *(pack(*row) for row in rows)])
    return np.ndarray((len(texts), len(first)), np.float64, buffer=packed)


def _parse_strictly(texts: list[bytes], name: str) -> NDArray[np.float64]:
    try:
        return json_parser(texts)
    except PARSE_ERRORS as exc:
        raise InvalidResponseError(
            f"a row of {name} in the response is not a list of finite numbers, or of another "
            f"length: {exc}"
        ) from exc


def _restore_signs(wide: NDArray[np.float64], texts: list[bytes]) -> NDArray[np.float64]:
    """Parse rows with "-0" again: the fast parsers read it as an integer, which has no sign."""
    signed = [row for row, text in enumerate(texts) if _NEGATIVE_ZERO.search(text)]
    if signed:
        wide = wide.copy()
        for row in signed:
            wide[row] = json_parser([texts[row]])
    return wide


def _check_same_length(lengths: set[int]) -> None:
    if len(lengths) != 1:
        raise ValueError(f"{sorted(lengths)} numbers")


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_reject_constant)
