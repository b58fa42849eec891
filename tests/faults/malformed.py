"""Answers that are almost right: valid examples of every response, with something wrong in each."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import orjson

from scripts._examples import examples
from tests import contract
from tests._async import test_wire_complete as for_async
from tests._sync import test_wire_complete as for_sync
from tests.scripted import Server

NESTED = 100_000
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    1.5,
    "",
    "x",
    "\x00",
    "2026-13-45T99:99:99Z",
    "NaN",
    "\U0001f600" * 50,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": {}},
    {"embedding": None},
    ["x", 1, None, {"_id": 3}],
]
# What JSON libraries do not write, put into the text in place of a marker.
RAW: list[bytes] = [
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"1" * 5_000,
    b"-" + b"9" * 400 + b".5",
    b"[" * 70 + b"]" * 70,
    b"[" * NESTED,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b'"\\ud800"',
    b'"\xff\xfe"',
    b"undefined",
    b"'x'",
    b'{"a":1,"a":2}',
    b"01",
    b'"\x00"',
]
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}here"


def calls(kind: str) -> list[Any]:
    """One call of every operation and more, as the tests of the wire have them."""
    families = for_sync.FAMILIES if kind == "sync" else for_async.FAMILIES
    return [call for family in families for call in family.CALLS]


@cache
def valid(operation_id: str, status: int) -> list[Any]:
    """Valid answers, made from the document."""
    schema = contract.operations()[operation_id].answer(status)
    return examples(schema, contract.DOCUMENT["components"]["schemas"]) if schema else [None]


class MalformedResponses(Server):
    """Gives the answers that come before, and then always the same one."""

    def __init__(self) -> None:
        self.before: list[Any] = []
        self.status = 200
        self.body = b""
        self.asked = 0
        self.first: httpx.Request | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked <= len(self.before):
            return httpx.Response(200, json=self.before[self.asked - 1])
        if self.asked == len(self.before) + 1:
            self.first = request
        if self.asked > 12:  # lists whose pages never end
            return httpx.Response(404)
        return httpx.Response(self.status, content=self.body)

    def begin(self, call: Any, body: bytes) -> None:
        """Play the same call anew, with another answer."""
        self.before = [answer for _, answer in call.before]
        self.status, self.body, self.asked = call.status, body, 0


def bodies(rng: random.Random, answers: list[Any]) -> Iterator[bytes]:
    """Endlessly many answers, each with one to three things wrong."""
    while True:
        answer = copy.deepcopy(rng.choice(answers))
        raw: list[bytes] = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            answer = _spoiled(rng, answer, raw)
        text = orjson.dumps(answer)
        for piece in raw:
            text = text.replace(orjson.dumps(_MARK), piece, 1)
        yield rng.choice(_TEXTS)(rng, text) if rng.random() < 0.4 else text


def _spoiled(rng: random.Random, answer: Any, raw: list[bytes]) -> Any:
    """The answer with something at a random place changed, added or taken away."""
    places = list(_places(answer))
    if not places:
        return rng.choice(ODD)
    holder, key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key] = _MARK
            raw.append(rng.choice(RAW))
        case 2 if isinstance(holder, dict):
            holder[rng.choice(["novel", "_id", "data", "page_info", ""])] = rng.choice(ODD)
        case 3:
            holder[key] = [holder[key]]
        case 4:
            holder[key] = str(holder[key])
        case _:
            holder[key] = copy.deepcopy(rng.choice(ODD))
    return answer


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything inside a value, by what holds it and where."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _cut(rng: random.Random, text: bytes) -> bytes:
    return text[: rng.randrange(len(text) + 1)]


def _flipped(rng: random.Random, text: bytes) -> bytes:
    place = rng.randrange(len(text) + 1)
    return text[:place] + bytes([rng.randrange(256)]) + text[place + 1 :]


def _inserted(rng: random.Random, text: bytes) -> bytes:
    place = rng.randrange(len(text) + 1)
    return (
        text[:place] + rng.choice([b"\xef\xbb\xbf", b"\x00", b",", b"]", b"}", b"{"]) + text[place:]
    )


def _instead(rng: random.Random, _: bytes) -> bytes:
    return rng.choice(
        [
            b"",
            b"null",
            b"[]",
            b'"ok"',
            b"0",
            b"<html></html>",
            b"\xff\xfe{\x00}\x00",
            rng.randbytes(40),
        ]
    )


def _wrapped(rng: random.Random, text: bytes) -> bytes:
    around = rng.choice(
        [(b"[", b"]"), (b'{"data":', b"}"), (b"\n", b"\n{}"), (b"\xef\xbb\xbf", b"")]
    )
    return around[0] + text + around[1]


def _latin(_: random.Random, text: bytes) -> bytes:
    return text.replace(b"e", "é".encode("latin-1"))


_TEXTS: list[Callable[[random.Random, bytes], bytes]] = [
    _cut,
    _flipped,
    _inserted,
    _instead,
    _wrapped,
    _latin,
]
