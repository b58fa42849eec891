# From tests/_async/test_wire_text.py by scripts/unasync.py; edit that one.
"""Texts of the retired operations on the wire; `test_stream` has those that arrive in pieces."""

from collections.abc import Callable
from typing import Any

import pytest

from dodeca import Client
from dodeca.errors import InvalidRequestError
from dodeca.results import Analysis, Chapter, Gist, Highlight, Summary, Usage
from tests._sync.wire import NOVEL, Call, play
from tests.scripted import Script

SCHEMA = {
    "type": "json_schema",
    "json_schema": {"type": "object", "properties": {"title": {"type": "string"}}},
}
USAGE = {"output_tokens": 12, "input_tokens": 34, **NOVEL}
USED = Usage(12, 34, extra=NOVEL)

SUMMARY = {"video_id": "v1", "type": "summary"}
CALLS = [
    Call(
        call=lambda client: client.gist("v1", ["title", "topic"]),
        sends="POST /gist",
        json={"video_id": "v1", "types": ["title", "topic"]},
        answer={
            "id": "g1",
            "title": "Dog",
            "topics": ["pets"],
            "hashtags": ["#dog"],
            "usage": USAGE,
            **NOVEL,
        },
        finds=Gist("g1", "Dog", ["pets"], ["#dog"], USED, extra=NOVEL),
    ),
    Call(
        call=lambda client: client.generate("v1", "What happens?", temperature=0.2),
        sends="POST /generate",
        json={
            "video_id": "v1",
            "prompt": "What happens?",
            "temperature": 0.2,
            "stream": False,
        },
        answer={"id": "g1", "data": "A dog.", "usage": USAGE, **NOVEL},
        finds=Analysis("g1", "A dog.", usage=USED, extra=NOVEL),
    ),
    Call(
        call=lambda client: client.summarize("v1", "summary", prompt="For a vet", temperature=0.2),
        sends="POST /summarize",
        json=SUMMARY | {"prompt": "For a vet", "temperature": 0.2},
        answer={"summarize_type": "summary", "id": "g1", "summary": "A dog.", **NOVEL},
        finds=Summary("g1", "summary", "A dog.", extra=NOVEL),
    ),
    Call(
        call=lambda client: client.summarize("v1", "chapter"),
        sends="POST /summarize",
        json={"video_id": "v1", "type": "chapter"},
        answer={
            "summarize_type": "chapter",
            "chapters": [
                {
                    "chapter_number": 0,
                    "start": 0,
                    "end": 9,
                    "start_sec": 0.0,
                    "end_sec": 9.5,
                    "chapter_title": "Dog",
                    "chapter_summary": "It walks.",
                }
            ],
            "usage": USAGE,
        },
        finds=Summary(
            summarize_type="chapter",
            chapters=[Chapter(0, 0.0, 9.5, "Dog", "It walks.", extra={"start": 0, "end": 9})],
            usage=USED,
        ),
    ),
    Call(
        call=lambda client: client.summarize(
            "v1", "highlight", max_tokens=4096, response_format=SCHEMA
        ),
        sends="POST /summarize",
        json={
            "video_id": "v1",
            "type": "highlight",
            "max_tokens": 4096,
            "response_format": SCHEMA,
        },
        answer={
            "summarize_type": "highlight",
            "highlights": [{"start_sec": 1, "end_sec": 2, "highlight": "A bark", **NOVEL}],
        },
        finds=Summary(
            summarize_type="highlight",
            highlights=[Highlight(1, 2, "A bark", extra=NOVEL)],
        ),
    ),
    # The answers of the vendor's samples leave `summarize_type` out.
    Call(
        call=lambda client: client.summarize("v1", "summary"),
        sends="POST /summarize",
        json=SUMMARY,
        answer={"id": "g1", "summary": "A dog.", "usage": USAGE, **NOVEL},
        finds=Summary("g1", None, "A dog.", usage=USED, extra=NOVEL),
    ),
    Call(
        call=lambda client: client.summarize("v1", "chapter"),
        sends="POST /summarize",
        json={"video_id": "v1", "type": "chapter"},
        answer={"id": "g1", "chapters": [{"chapter_number": 0, "start_sec": 0.5, **NOVEL}]},
        finds=Summary("g1", chapters=[Chapter(0, 0.5, extra=NOVEL)]),
    ),
    Call(
        call=lambda client: client.summarize("v1", "highlight"),
        sends="POST /summarize",
        json={"video_id": "v1", "type": "highlight"},
        answer={"summarize_type": "haiku", "highlights": [{"highlight": "A bark"}]},
        finds=Summary(summarize_type="haiku", highlights=[Highlight(highlight="A bark")]),
    ),
]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_texts_on_the_wire(call: Call) -> None:
    play(call)


BAD: list[Callable[[Client], Any]] = [
    lambda client: client.gist("v1", []),
    lambda client: client.gist("v1", ["titel"]),
    lambda client: client.generate("v1", ""),
    lambda client: client.generate("", "?"),
    lambda client: client.summarize("v1", "sumary"),
    lambda client: client.summarize("v1", "summary", max_tokens=0),
]


@pytest.mark.parametrize("call", BAD)
def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[Client], Any],
) -> None:
    with Client("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            call(client)
