"""Parse vectors while the response arrives: rows of float32, without a Python object per float.

Nearly all of such a response is digits: of vectors, and of their uncertainty if that was asked for.
The sink finds the rows in the bytes and replaces each by a number, so that the remainder is a small
JSON document. A row begins where the name of its field stands in quotes, followed by a colon and a
bracket; within a JSON string the quotes would be escaped, so that no text can be mistaken for a
row.

Long lists of segments are parsed as they arrive, too: a run of complete objects becomes columns,
and is replaced by a number. If `[objects]` is a JSON list, this does not change whether the
remainder is valid JSON, as long as the number is in a list.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from dodeca._base.text import quote
from dodeca._calls.floats import PARSE_ERRORS, MatrixBuilder, Parser, new_parser
from dodeca._calls.operation import RawResponse
from dodeca._calls.segment_columns import V2, ColumnBuilder, FieldNames, SegmentColumns
from dodeca.errors import InvalidResponseError
from dodeca.results import json_object

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARSE_BYTES = 128 * 1024  # after so many bytes, rows are parsed, which takes a millisecond
_MAX_ROW_BYTES = 512 * 1024  # of one row: 16,384 floats, however long they are written
_MAX_REMAINDER_BYTES = 32 * 1024 * 1024
_CONDENSE_BYTES = 32 * 1024  # of objects, which then become columns
_COLON = re.compile(rb"[ \t\r\n]*(:?)[ \t\r\n]*")
_OBJECT_SEPARATOR = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_BACKSLASH, _BRACKET = b"\\["


class _Rows:
    """The rows of one field: found in the response, and parsed many at a time."""

    def __init__(self, name: str, parser: Parser) -> None:
        self.key = f'"{name}"'.encode()
        self.unparsed: list[bytes] = []
        self._parsed = MatrixBuilder(name, parser)

    @property
    def count(self) -> int:
        """How many were found."""
        return self._parsed.count + len(self.unparsed)

    def replace(self, row: bytes) -> bytes:
        """Keep a row; return what takes its place in the response: its number."""
        self.unparsed.append(row)
        return b"[%d]" % (self.count - 1)

    def parse(self) -> None:
        """Parse the rows that were found."""
        self._parsed.add(self.unparsed)
        self.unparsed = []

    def matrix(self, numbers: Iterable[int]) -> NDArray[np.float32]:
        """All rows, if these are their numbers.

        Raises:
            LookupError: some rows were not in segments, or segments name other rows.
        """
        used = sorted(numbers)
        if used != list(range(self.count)):
            raise LookupError(f"{self.count} rows of {self.key.decode()} for {len(used)} segments")
        return self._parsed.matrix()


class VectorSink:
    """Consumes a response piece by piece, and separates its vectors from the remainder."""

    def __init__(self, names: FieldNames = V2, parser: Parser | None = None) -> None:
        parser = parser or new_parser()
        self._names = names
        self._vectors = _Rows(names.vector, parser)
        self._uncertainty = _Rows(names.uncertainty, parser)
        self._fields = {rows.key: rows for rows in (self._vectors, self._uncertainty)}
        self._find_key = re.compile(b"|".join(self._fields)).search
        self._unparsed_bytes = 0  # bytes since rows were last parsed
        self._partial_row: list[bytes] = []  # the beginning of a row that the next piece continues
        self._partial_field = self._vectors  # the field of that row
        self._tail = b""  # the last bytes, which may be the beginning of a field name
        self._remainder = bytearray()  # the response, with numbers instead of its vectors
        self._condensed_to = 0  # up to here, with numbers instead of its objects, too
        self._can_condense = True
        self._condensed_lists: list[ColumnBuilder] = []
        self._categories: tuple[dict[Any, int], dict[Any, int]] = {}, {}
        self.redact: Callable[[bytes], bytes] = bytes

    def feed(self, piece: bytes) -> None:
        """Consume the next bytes.

        Raises:
            InvalidResponseError: a row that is not a list of finite numbers, or of another
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
            self._remainder += self._partial_field.replace(b"".join(self._partial_row))
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
            InvalidResponseError: a segment without a vector, or a row without a segment.
        """
        try:
            found = [self._segments(items) for items in lists]
            vectors = self._vectors.matrix(n for segments in found for n in segments.vectors)
            uncertainty = self._uncertainty.matrix(
                n for segments in found for n in segments.uncertainty if n >= 0
            )
            return [segments.columns(vectors, uncertainty) for segments in found]
        except PARSE_ERRORS as exc:
            raise InvalidResponseError(
                f"the response has no list of embeddings: {quote(exc)}"
            ) from exc

    def _scan(self, text: bytes, kept: int) -> bytes:
        """Move text from `kept` on to the remainder; return the end, if it may begin a row."""
        remainder, find_key = self._remainder, self._find_key
        found = find_key(text, kept)
        while found:
            place, after, key = found.start(), found.end(), found[0]
            if place > kept and text[place - 1] == _BACKSLASH:  # the quote is part of a string
                found = find_key(text, after)
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
                    found = find_key(text, after)
                    continue
            rows = self._fields[key]
            end = text.find(b"]", begin) + 1
            if not end:
                remainder += text[kept:begin]
                self._partial_row, self._partial_field = [text[begin:]], rows
                return b""
            _check_row_size(end - begin)
            remainder += text[kept:begin]
            remainder += rows.replace(text[begin:end])
            kept = end
            found = find_key(text, kept)
        # Keep the byte before a possible name, too: it shows whether the quote is escaped.
        quote = text.rfind(b'"', max(kept, len(text) - max(map(len, self._fields))))
        ending = text[quote:] if quote >= 0 else b""
        end = quote if ending and any(key.startswith(ending) for key in self._fields) else len(text)
        end = max(kept, end - 1)
        remainder += text[kept:end]
        return text[end:]

    def _parse(self) -> None:
        """Parse the rows that were found."""
        self._vectors.parse()
        self._uncertainty.parse()
        self._unparsed_bytes = 0

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

    def _segments(self, items: Iterable[Any]) -> ColumnBuilder:
        """The columns of a list of objects, and of numbers that replace runs of objects."""
        segments = ColumnBuilder(self._names, *self._categories)
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
) -> tuple[list[SegmentColumns], dict[str, Any]]:
    """The columns of the lists at these paths, and the JSON object around them.

    Raises:
        InvalidResponseError: the body is not JSON, or a path does not lead to segments.
    """
    sink: VectorSink = response.sink
    body = json_object(sink.remainder(), "vectors")
    found = sink.columns(*[_pop_list(body, *path) for path in paths])
    return found, body


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
