"""Vectors, read while the response arrives: rows of float32, and no Python object for each float.

A response with vectors is nearly all digits. The sink finds the rows in the bytes and leaves a
number in place of each, so that what remains is a small JSON document. A row begins where the name
of the vectors stands in quotes, followed by a colon and a bracket; within a JSON string the quotes
would be escaped, so that no text can look like a row.

Long lists are read while they pass, too: a stretch of whole objects becomes columns, and again a
number stands in for it. Where `[objects]` is a JSON list, exchanging the objects for one number
changes nothing about whether the rest is JSON, as long as the number turns up in a list.
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

from dodeca._calls.floats import MALFORMED, Parser, Rows, new_parser
from dodeca._calls.operation import RawResponse, is_deep
from dodeca.embeddings.labels import Labels
from dodeca.errors import InvalidResponseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 128 * 1024  # bytes of which the rows are parsed at a time: a millisecond
_LONGEST = 512 * 1024  # bytes of one row: 16,384 floats, however long they are written
_MOST = 32 * 1024 * 1024  # bytes of what remains
_STRETCH = 32 * 1024  # bytes of objects that become columns at a time
_GAP = re.compile(rb"[ \t\r\n]*(:?)[ \t\r\n]*")
_BETWEEN = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_BACKSLASH, _BRACKET = b"\\["
_NAN, _NONE = float("nan"), type(None)
_NOTHING: Mapping[str, Any] = {}


@attrs.frozen
class Names:
    """What a form of the API calls the fields of a segment."""

    vector: str
    start_sec: str
    end_sec: str


V1 = Names("float", "start_offset_sec", "end_offset_sec")
V2 = Names("embedding", "start_sec", "end_sec")


@attrs.frozen(eq=False)
class Columns:
    """The segments of a list: `vectors` is float32 of shape (n, d), the others have n entries."""

    vectors: NDArray[np.float32]
    embedding_option: Labels
    embedding_scope: Labels
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    extra: tuple[Mapping[str, Any], ...]


class VectorSink:
    """Takes a response piece by piece, and keeps its vectors apart from the rest."""

    def __init__(self, names: Names = V2, parser: Parser | None = None) -> None:
        self._names = names
        self._key = f'"{names.vector}"'.encode()
        self._rows = Rows(parser or new_parser())
        self._found: list[bytes] = []  # rows that are not parsed yet
        self._passed = 0  # bytes since some were
        self._row: list[bytes] = []  # the beginning of one that goes on in the next piece
        self._held = b""  # the last bytes, which may be the beginning of its name
        self._rest = bytearray()  # the response, with numbers in place of its vectors
        self._condensed = 0  # up to here with numbers in place of its objects, too
        self._can_condense = True
        self._stretches: list[_Segments] = []
        self._words: tuple[dict[Any, int], dict[Any, int]] = {}, {}
        self.redact: Callable[[bytes], bytes] = bytes

    def feed(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            InvalidResponseError: a vector that is no list of finite numbers, or has another length.
        """
        self._passed += len(piece)
        start = 0
        if self._row:
            start = piece.find(b"]") + 1
            self._row.append(piece[:start] if start else piece)
            _check_length(sum(map(len, self._row)))
            if not start:
                return
            self._rest += b"[%d]" % (self._rows.count + len(self._found))
            self._found.append(b"".join(self._row))
            self._row = []
        elif self._held:
            piece = self._held + piece
        self._held = self._scan(piece, start)
        if self._passed > _BATCH:
            self._parse()
        if len(self._rest) > _MOST:
            raise InvalidResponseError(
                f"the response has {_MOST} bytes and more beside its vectors"
            )
        if self._can_condense and len(self._rest) - self._condensed > _STRETCH:
            self._can_condense = self._condense()

    def rest(self) -> Any:
        """What the response holds beside its vectors, once all of it was fed.

        The lists of segments in it are for `columns`.

        Raises:
            InvalidResponseError: the response is not JSON, or nested too deep.
        """
        self._parse()
        return RawResponse(
            200, {}, self.redact(b"".join((self._rest, self._held, *self._row)))
        ).json()

    def columns(self, *lists: Any) -> list[Columns]:
        """The columns of the lists in the rest; together they hold all vectors of the response.

        Raises:
            InvalidResponseError: a segment without a vector, or a vector without a segment.
        """
        try:
            found = [self._segments(items) for items in lists]
            used = [row for segments in found for row in segments.rows]
            if sorted(used) != list(range(self._rows.count)):
                raise LookupError(f"{self._rows.count} vectors for {len(used)} segments")
            return [segments.columns(self._rows.matrix()) for segments in found]
        except MALFORMED as exc:
            raise InvalidResponseError(f"the response has no list of embeddings: {exc!r}") from exc

    def _scan(self, text: bytes, kept: int) -> bytes:
        """Move what is clear to the rest, from `kept` on; give back what is not."""
        key, rest, found = self._key, self._rest, self._found
        number = self._rows.count + len(found)
        place = text.find(key, kept)
        while place >= 0:
            after = place + len(key)
            if place > kept and text[place - 1] == _BACKSLASH:  # the quote is part of a string
                place = text.find(key, after)
                continue
            begin = after + 1
            if not text.startswith(b":[", after):
                gap = _GAP.match(text, after)
                assert gap is not None  # it matches nothing, too
                begin = gap.end()
                if begin == len(text):
                    rest += text[kept:place]
                    return key + gap[1]
                if not gap[1] or text[begin] != _BRACKET:
                    place = text.find(key, after)
                    continue
            end = text.find(b"]", begin) + 1
            if not end:
                rest += text[kept:begin]
                self._row = [text[begin:]]
                return b""
            _check_length(end - begin)
            rest += b"%b[%d]" % (text[kept:begin], number)
            found.append(text[begin:end])
            number += 1
            kept = end
            place = text.find(key, kept)
        # One byte before all that may become a name: it tells whether its quote is escaped.
        quote = text.rfind(b'"', max(kept, len(text) - len(key)))
        end = quote if quote >= 0 and key.startswith(text[quote:]) else len(text)
        end = max(kept, end - 1)
        rest += text[kept:end]
        return text[end:]

    def _parse(self) -> None:
        """Make numbers of the rows that were found."""
        self._rows.add(self._found)
        self._found, self._passed = [], 0

    def _condense(self) -> bool:
        """Make columns of the whole objects at the end of the rest, if they are segments."""
        rest = self._rest
        begin = self._condensed
        if not self._stretches:
            first = _BETWEEN.search(rest, begin)
            begin = first.end() if first else len(rest)
        last = _last_between(rest, begin)
        if last is None:
            return False
        text = bytes(rest[begin : last.start() + 1])
        try:
            stretch = self._segments(orjson.loads(b"[%b]" % text))
        except MALFORMED:
            return False
        rest[begin : last.end()] = mark = b"%d," % len(self._stretches)
        self._condensed = begin + len(mark)
        self._stretches.append(stretch)
        return True

    def _segments(self, items: Iterable[Any]) -> _Segments:
        """Columns of a list of objects and of numbers that stand for stretches of them."""
        segments = _Segments(self._names, *self._words)
        items = list(items)
        if int not in map(type, items):
            segments.add(items)
            return segments
        for stands_in, run in itertools.groupby(items, lambda item: isinstance(item, int)):
            if stands_in:
                for number in run:
                    segments.extend(self._stretches[number])
            else:
                segments.add(list(run))
        return segments


def take(response: RawResponse, *places: tuple[str, ...]) -> tuple[list[Columns], RawResponse]:
    """The columns of the lists at these places, and the response without them, for its parser.

    Raises:
        InvalidResponseError: the body is not JSON, or its lists are not lists of segments.
    """
    sink: VectorSink = response.sink
    body = sink.rest()
    found = sink.columns(*[_emptied(body, *place) for place in places])
    return found, RawResponse(response.status_code, response.headers, b"", value=body)


def _emptied(value: Any, *names: str) -> Any:
    for name in names[:-1]:
        value = value.get(name) if isinstance(value, dict) else value
        if value is None:
            return ()
    if not isinstance(value, dict):
        raise InvalidResponseError(f"the response has no {names[-1]}: {value!r:.80}")
    items = value.get(names[-1]) or ()
    value[names[-1]] = []
    return items


def _last_between(text: bytearray, begin: int) -> re.Match[bytes] | None:
    """Where the last whole object ends and another begins."""
    end = len(text)
    while (end := text.rfind(b"}", begin, end)) >= 0:
        if found := _BETWEEN.match(text, end):
            return found
    return None


def _check_length(size: int) -> None:
    if size > _LONGEST:
        raise InvalidResponseError(f"a vector of the response has more than {_LONGEST} bytes")


class _Segments:
    """The columns of a list under construction; each object in it has the number of its vector."""

    def __init__(self, names: Names, options: dict[Any, int], scopes: dict[Any, int]) -> None:
        self._names = names
        self._words = options, scopes
        self._options, self._scopes = array("h"), array("h")
        self._start, self._end = array("d"), array("d")
        self._extra: list[Mapping[str, Any]] = []
        self.rows = array("q")

    def add(self, items: list[dict[str, Any]]) -> None:
        """Take objects apart, column by column."""
        options, scopes = self._words
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
        self._extra += [_known(item) if item else _NOTHING for item in items]
        if any(items) and is_deep(items):
            raise ValueError("nested too deep")

    def extend(self, more: _Segments) -> None:
        self.rows += more.rows
        self._options += more._options
        self._scopes += more._scopes
        self._start += more._start
        self._end += more._end
        self._extra += more._extra

    def columns(self, matrix: NDArray[np.float32]) -> Columns:
        rows = self.rows.tolist()
        first = rows[0] if rows else 0
        if rows == list(range(first, first + len(rows))):
            vectors = matrix[first : first + len(rows)]  # no copy
        else:
            vectors = matrix[rows]
        start, end = np.array(self._start), np.array(self._end)
        for column in (vectors, start, end):
            column.setflags(write=False)
        return Columns(
            vectors,
            _labels(self._options, self._words[0]),
            _labels(self._scopes, self._words[1]),
            start,
            end,
            tuple(self._extra),
        )


def _known(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}


def _labels(codes: array[int], places: Mapping[Any, int]) -> Labels:
    if not {str, _NONE}.issuperset(map(type, places)):
        raise TypeError(f"words, got {list(places)!r:.80}")
    words = tuple(places)
    if len(words) == 1:
        return Labels.same(words[0], len(codes))
    return Labels(np.array(codes, dtype=np.int16), words)
