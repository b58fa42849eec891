"""Lines and events out of pieces that were cut anywhere."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca._http import event_stream
from dodeca._http.event_stream import EventParser, LineSplitter, ServerSentEvent
from dodeca.errors import InvalidResponseError

BODIES = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bc", b"\xc2\x85", b""])).map(
    b"".join
)


def split(body: bytes, cuts: list[int], *, carriage_returns: bool) -> list[bytes]:
    splitter = LineSplitter(carriage_returns=carriage_returns)
    bounds = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = (body[start:end] for start, end in itertools.pairwise(bounds))
    lines = [line for piece in pieces for line in splitter.feed(piece)]
    return [*lines, splitter.finish()]


@given(body=BODIES, cuts=st.lists(st.integers(0, 40), max_size=8))
def test_lines_are_those_of_the_whole_body(body: bytes, cuts: list[int]) -> None:
    assert split(body, cuts, carriage_returns=False) == body.split(b"\n")
    assert split(body, cuts, carriage_returns=True) == re.split(rb"\r\n|\r|\n", body)


def events(*lines: bytes) -> list[ServerSentEvent]:
    parser = EventParser()
    return [event for line in lines if (event := parser.feed(line)) is not None]


TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=3), TEXT), max_size=4))
def test_events_are_read_as_they_were_written(written: list[tuple[str, list[str], str]]) -> None:
    lines: list[str] = [": hello"]
    for kind, data, id_ in written:
        lines += [f"event: {kind}", *(f"data: {line}" for line in data), f"id: {id_}", ": x", ""]
    assert events(*(line.encode() for line in lines)) == [
        ServerSentEvent(kind or "message", "\n".join(data), id_) for kind, data, id_ in written
    ]


def test_fields_are_read_as_the_standard_says() -> None:
    found = events(
        *(
            b"\xef\xbb\xbfdata:a",
            b"",
            b"",
            b"data",
            b"",
            b"data:  b",
            b"id: a\0b",
            b"retry: x",
            b"",
        ),
        *(b"id: 7", b"retry: 20", b"event: end", b"", b"", b": c", b"", b"data: c", b""),
        *(b"other: x", b"", b"data: late"),
    )
    assert found[:5] == [
        ServerSentEvent("message", "a"),
        ServerSentEvent("message", ""),
        ServerSentEvent("message", " b"),
        ServerSentEvent("end", "", "7", 20),
        ServerSentEvent("message", "c", "7"),
    ]
    assert "late" not in repr(found)


def test_what_is_no_utf_8_is_replaced() -> None:
    assert events(b"data: \xff", b"") == [ServerSentEvent(data="\ufffd")]


def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "CAP", 10)
    splitter = LineSplitter()
    assert splitter.feed(b"0123456789") == []
    with pytest.raises(InvalidResponseError, match="a line of the response has more than 10 B"):
        splitter.feed(b"0")
    assert LineSplitter().feed(b"0123\n" * 10) == [b"0123"] * 10
    with pytest.raises(InvalidResponseError, match="an event of the response has more than 10 B"):
        events(b"data: 1", b"data: 2")
