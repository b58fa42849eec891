"""Parse vectors while the response arrives: rows of float32, without a Python object per float.

Nearly all of such a response is digits. The sink finds the rows in the bytes and replaces each by
a number, so that the remainder is a small JSON document. A row begins where the name of the vector
field stands in quotes, followed by a colon and a bracket; within a JSON string the quotes would be
escaped, so that no text can be mistaken for a row.

Long lists of segments are parsed as they arrive, too: a run of complete objects becomes columns,
and is replaced by a number. If `[objects]` is a JSON list, this does not change whether the
remainder is valid JSON, as long as the number is in a list.
"""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base.text import quote
from dodeca._calls.floats import PARSE_ERRORS, MatrixBuilder, Parser, new_parser
from dodeca._calls.operation import RawResponse, is_too_deep
from dodeca.embeddings.labels import Labels
from dodeca.errors import InvalidResponseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARSE_BYTES = 128 * 1024  # after so many bytes, rows are parsed, which takes a millisecond
_MAX_ROW_BYTES = 512 * 1024  # of one row: 16,384 floats, however long they are written
_MAX_REMAINDER_BYTES = 32 * 1024 * 1024
_CONDENSE_BYTES = 32 * 1024  # of objects, which then become columns
_COLON = re.compile(rb"[ \t\r\n]*(:?)[ \t\r\n]*")
_OBJECT_SEPARATOR = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_BACKSLASH, _BRACKET = b"\\["
_NAN, _NONE = float("nan"), type(None)
_NO_FIELDS: Mapping[str, Any] = {}


@attrs.frozen
class FieldNames:
    """The names of the fields of a segment, which differ between the embedding APIs."""

    vector: str
    start_sec: str
    end_sec: str


V1 = FieldNames("float", "start_offset_sec", "end_offset_sec")
V2 = FieldNames("embedding", "start_sec", "end_sec")


@attrs.frozen(eq=False)
class SegmentColumns:
    """The segments of a list, as columns of length n; `vectors` is float32 of shape (n, d)."""

    vectors: NDArray[np.float32]
    embedding_option: Labels
    embedding_scope: Labels
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    extra: tuple[Mapping[str, Any], ...]


class VectorSink:
    """Consumes a response piece by piece, and separates its vectors from the remainder."""

    def __init__(self, names: FieldNames = V2, parser: Parser | None = None) -> None:
        self._names = names
        self._key = f'"{names.vector}"'.encode()
        self._rows = MatrixBuilder(parser or new_parser())
        self._unparsed_rows: list[bytes] = []
        self._unparsed_bytes = 0  # bytes since rows were last parsed
        self._partial_row: list[bytes] = []  # the beginning of a row that the next piece continues
        self._tail = b""  # the last bytes, which may be the beginning of a field name
        self._remainder = bytearray()  # the response, with numbers instead of its vectors
        self._condensed_to = 0  # up to here, with numbers instead of its objects, too
        self._can_condense = True
        self._condensed_lists: list[_ColumnBuilder] = []
        self._categories: tuple[dict[Any, int], dict[Any, int]] = {}, {}
        self.redact: Callable[[bytes], bytes] = bytes

    def feed(self, piece: bytes) -> None:
        """Consume the next bytes.

        Raises:
            InvalidResponseError: a vector that is not a list of finite numbers, or of another
                length; or too many bytes beside the vectors.
        """
        self._unparsed_bytes += len(piece)
        start = 0
        if self._partial_row:
            start = piece.find(b"]") + 1
            self._partial_row.append(piece[:start] if start else piece)
            _check_row_size(sum(map(len, self._partial_row)))
            if not start:
                return
            self._remainder += b"[%d]" % (self._rows.count + len(self._unparsed_rows))
            self._unparsed_rows.append(b"".join(self._partial_row))
            self._partial_row = []
        elif self._tail:
            piece = self._tail + piece
        self._tail = self._scan(piece, start)
        if self._unparsed_bytes > _PARSE_BYTES:
            self._parse()
        if len(self._remainder) > _MAX_REMAINDER_BYTES:
            raise InvalidResponseError(
                f"the response has more than {_MAX_REMAINDER_BYTES} bytes beside its vectors"
            )
        if self._can_condense and len(self._remainder) - self._condensed_to > _CONDENSE_BYTES:
            self._can_condense = self._condense()

    def remainder(self) -> Any:
        """The JSON of the response without its vectors, after all bytes were fed.

        Pass the lists of segments in it to `columns`.

        Raises:
            InvalidResponseError: the response is not JSON, or nested too deep.
        """
        self._parse()
        return RawResponse(
            200, {}, self.redact(b"".join((self._remainder, self._tail, *self._partial_row)))
        ).json()

    def columns(self, *lists: Any) -> list[SegmentColumns]:
        """The columns of lists in the remainder; together they must hold all vectors.

        Raises:
            InvalidResponseError: a segment without a vector, or a vector without a segment.
        """
        try:
            found = [self._segments(items) for items in lists]
            used = [row for segments in found for row in segments.rows]
            if sorted(used) != list(range(self._rows.count)):
                raise LookupError(f"{self._rows.count} vectors for {len(used)} segments")
            return [segments.columns(self._rows.matrix()) for segments in found]
        except PARSE_ERRORS as exc:
            raise InvalidResponseError(
                f"the response has no list of embeddings: {quote(exc)}"
            ) from exc

    def _scan(self, text: bytes, kept: int) -> bytes:
        """Move text from `kept` on to the remainder; return the end, if it may begin a row."""
        key, remainder, found = self._key, self._remainder, self._unparsed_rows
        number = self._rows.count + len(found)
        place = text.find(key, kept)
        while place >= 0:
            after = place + len(key)
            if place > kept and text[place - 1] == _BACKSLASH:  # the quote is part of a string
                place = text.find(key, after)
                continue
            begin = after + 1
            if not text.startswith(b":[", after):
                gap = _COLON.match(text, after)
                assert gap is not None  # it can match the empty string
                begin = gap.end()
                if begin == len(text):
                    remainder += text[kept:place]
                    return key + gap[1]
                if not gap[1] or text[begin] != _BRACKET:
                    place = text.find(key, after)
                    continue
            end = text.find(b"]", begin) + 1
            if not end:
                remainder += text[kept:begin]
                self._partial_row = [text[begin:]]
                return b""
            _check_row_size(end - begin)
            remainder += b"%b[%d]" % (text[kept:begin], number)
            found.append(text[begin:end])
            number += 1
            kept = end
            place = text.find(key, kept)
        # Keep the byte before a possible name, too: it shows whether the quote is escaped.
        quote = text.rfind(b'"', max(kept, len(text) - len(key)))
        end = quote if quote >= 0 and key.startswith(text[quote:]) else len(text)
        end = max(kept, end - 1)
        remainder += text[kept:end]
        return text[end:]

    def _parse(self) -> None:
        """Parse the rows that were found."""
        self._rows.add(self._unparsed_rows)
        self._unparsed_rows, self._unparsed_bytes = [], 0

    def _condense(self) -> bool:
        """Replace complete objects at the end of the remainder by columns, if they are segments."""
        remainder = self._remainder
        begin = self._condensed_to
        if not self._condensed_lists:
            first = _OBJECT_SEPARATOR.search(remainder, begin)
            begin = first.end() if first else len(remainder)
        last = _last_separator(remainder, begin)
        if last is None:
            return False
        text = bytes(remainder[begin : last.start() + 1])
        try:
            run = self._segments(orjson.loads(b"[%b]" % text))
        except PARSE_ERRORS:
            return False
        remainder[begin : last.end()] = mark = b"%d," % len(self._condensed_lists)
        self._condensed_to = begin + len(mark)
        self._condensed_lists.append(run)
        return True

    def _segments(self, items: Iterable[Any]) -> _ColumnBuilder:
        """The columns of a list of objects, and of numbers that replace runs of objects."""
        segments = _ColumnBuilder(self._names, *self._categories)
        items = list(items)
        if int not in map(type, items):
            segments.add(items)
            return segments
        for is_replaced, run in itertools.groupby(items, lambda item: isinstance(item, int)):
            if is_replaced:
                for number in run:
                    segments.extend(self._condensed_lists[number])
            else:
                segments.add(list(run))
        return segments


def extract_vectors(
    response: RawResponse, *paths: tuple[str, ...]
) -> tuple[list[SegmentColumns], RawResponse]:
    """The columns of the lists at these paths, and the response without them, for its parser.

    Raises:
        InvalidResponseError: the body is not JSON, or a path does not lead to segments.
    """
    sink: VectorSink = response.sink
    body = sink.remainder()
    found = sink.columns(*[_pop_list(body, *path) for path in paths])
    return found, attrs.evolve(response, content=b"", sink=None, value=body)


def _pop_list(value: Any, *names: str) -> Any:
    for name in names[:-1]:
        value = value.get(name) if isinstance(value, dict) else value
        if value is None:
            return ()
    if not isinstance(value, dict):
        raise InvalidResponseError(f"the response has no {names[-1]}: {quote(value)}")
    items = value.get(names[-1]) or ()
    value[names[-1]] = []
    return items


def _last_separator(text: bytearray, begin: int) -> re.Match[bytes] | None:
    """The separator after the last complete object that another one follows."""
    end = len(text)
    while (end := text.rfind(b"}", begin, end)) >= 0:
        if found := _OBJECT_SEPARATOR.match(text, end):
            return found
    return None


def _check_row_size(size: int) -> None:
    if size > _MAX_ROW_BYTES:
        raise InvalidResponseError(f"a vector of the response has more than {_MAX_ROW_BYTES} bytes")


class _ColumnBuilder:
    """Builds the columns of a list; each object in it has the number of its vector."""

    def __init__(self, names: FieldNames, options: dict[Any, int], scopes: dict[Any, int]) -> None:
        self._names = names
        self._categories = options, scopes
        self._options, self._scopes = array("h"), array("h")
        self._start, self._end = array("d"), array("d")
        self._extra: list[Mapping[str, Any]] = []
        self.rows = array("q")

    def add(self, items: list[dict[str, Any]]) -> None:
        """Append objects, column by column."""
        options, scopes = self._categories
        vector, start, end = self._names.vector, self._names.start_sec, self._names.end_sec
        self.rows.extend([row for (row,) in [item.pop(vector, None) for item in items]])
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

    def extend(self, more: _ColumnBuilder) -> None:
        self.rows += more.rows
        self._options += more._options
        self._scopes += more._scopes
        self._start += more._start
        self._end += more._end
        self._extra += more._extra

    def columns(self, matrix: NDArray[np.float32]) -> SegmentColumns:
        rows = self.rows.tolist()
        first = rows[0] if rows else 0
        if rows == list(range(first, first + len(rows))):
            vectors = matrix[first : first + len(rows)]  # no copy
        else:
            vectors = matrix[rows]
        start, end = np.array(self._start), np.array(self._end)
        for column in (vectors, start, end):
            column.setflags(write=False)
        return SegmentColumns(
            vectors,
            _labels(self._options, self._categories[0]),
            _labels(self._scopes, self._categories[1]),
            start,
            end,
            tuple(self._extra),
        )


def _without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _labels(codes: array[int], places: Mapping[Any, int]) -> Labels:
    if not {str, _NONE}.issuperset(map(type, places)):
        raise TypeError(f"options and scopes must be strings, got {quote(list(places))}")
    categories = tuple(places)
    if len(categories) == 1:
        return Labels.same(categories[0], len(codes))
    return Labels(np.array(codes, dtype=np.int16), categories)
