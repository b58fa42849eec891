"""Rows of digits to rows of float32: by pysimdjson, else orjson, and the standard library where
these refuse. Each number is `np.float32(float(text))` to the bit.
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
except ImportError:  # it is an extra, and has no wheels for the newest Pythons
    simdjson = cast(Any, None)

if TYPE_CHECKING:
    from numpy.typing import NDArray

Parser = Callable[[list[bytes]], "NDArray[np.float64]"]

_NEGATIVE_ZERO = re.compile(rb"-0[,\] \t\r\n]")
MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,  # simdjson's for large integers; RecursionError is one, too
    TypeError,
    ValueError,
    struct.error,
)


class Rows:
    """The vectors: one growing matrix."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._data = bytearray()
        self._width: int | None = None
        self.count = 0

    def add(self, texts: list[bytes]) -> None:
        """Take `[1.0,...]`, several times; each number is `np.float32(float(text))` to the bit.

        Raises:
            InvalidResponseError: one is no list of finite numbers, or of another length.
        """
        if not texts:
            return
        try:
            wide = self._parser(texts)
        except MALFORMED:
            wide = _strictly(texts)
        with np.errstate(over="ignore", invalid="ignore"):
            narrow = wide.astype(np.float32)
            if np.count_nonzero(narrow == 0):
                narrow = _with_signs(wide, texts).astype(np.float32)
            is_finite = math.isfinite(narrow.sum()) or np.isfinite(narrow).all()
        if not is_finite:
            raise InvalidResponseError("a vector of the response has a number beyond float32")
        if not narrow.shape[1]:
            raise InvalidResponseError("a vector of the response is empty")
        if self._width not in (None, narrow.shape[1]):
            raise InvalidResponseError(
                f"the vectors of the response have {self._width} and {narrow.shape[1]} numbers"
            )
        self._width = narrow.shape[1]
        self._data += narrow.data
        self.count += len(texts)

    def matrix(self) -> NDArray[np.float32]:
        """All rows, read-only as long as nothing is added."""
        return np.ndarray((self.count, self._width or 0), np.float32, buffer=self._data)


def new_parser() -> Parser:
    """The fastest parser there is, for the vectors of one response."""
    return orjson_parser if simdjson is None else simdjson_parser()


def simdjson_parser() -> Parser:
    """Its buffer is used again for each row, and not shared between threads."""
    parser: Any = simdjson.Parser()

    def parse(texts: list[bytes]) -> NDArray[np.float64]:
        rows = [parser.parse(text).as_buffer(of_type="d") for text in texts]
        _check_equal({row.size for row in rows})
        return np.frombuffer(b"".join(rows)).reshape(len(rows), -1)

    return parse


def orjson_parser(texts: list[bytes]) -> NDArray[np.float64]:
    """One row of Python floats at a time, which are gone with the next."""
    return _packed(texts, map(orjson.loads, texts))


def json_parser(texts: list[bytes]) -> NDArray[np.float64]:
    """The standard library's parser; it takes all numbers that JSON has, of any length."""
    return _packed(texts, (_DECODER.decode(text.decode("ascii")) for text in texts))


def _packed(texts: list[bytes], rows: Iterable[list[float]]) -> NDArray[np.float64]:
    if any(b"t" in text or b"f" in text for text in texts):
        raise ValueError("true and false are no numbers")
    rows = iter(rows)
    first = next(rows)
    pack = struct.Struct(f"{len(first)}d").pack
    packed = b"".join([pack(*first), *(pack(*row) for row in rows)])
    return np.ndarray((len(texts), len(first)), np.float64, buffer=packed)


def _strictly(texts: list[bytes]) -> NDArray[np.float64]:
    try:
        return json_parser(texts)
    except MALFORMED as exc:
        raise InvalidResponseError(
            f"a vector of the response is no list of finite numbers, or of another length: {exc}"
        ) from exc


def _with_signs(wide: NDArray[np.float64], texts: list[bytes]) -> NDArray[np.float64]:
    """JSON parsers take "-0" for an integer, which has no sign."""
    signed = [row for row, text in enumerate(texts) if _NEGATIVE_ZERO.search(text)]
    if signed:
        wide = wide.copy()
        for row in signed:
            wide[row] = json_parser([texts[row]])
    return wide


def _check_equal(lengths: set[int]) -> None:
    if len(lengths) != 1:
        raise ValueError(f"{sorted(lengths)} numbers")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_refuse)
