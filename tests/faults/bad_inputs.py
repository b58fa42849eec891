"""Bad values for every public function, by what its parameters say they take."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from dodeca import AsyncClient, Client, Media, segmentation

NOT_TEXT: list[Any] = [
    3,
    1.5,
    b"x",
    True,
    {},
    object(),
    ["x"],
    "",
    "   ",
    "\ud800",
    bytearray(b"a"),
]
NOT_NUMBERS: list[Any] = ["1", math.nan, math.inf, -math.inf, [], True, b"1", object(), 1j]
NOT_FLAGS: list[Any] = ["true", "false", 0, 1, "yes", [], 0.0, object()]
NOT_MAPPINGS: list[Any] = ["x", 3, [1], object(), {3: "x"}, {"a": object()}, {"a": math.nan}]
NOT_LISTS: list[Any] = [3, 1.5, object(), [], [3], [None], [""], ["\ud800"], [["x"]], True, {}]
NOT_MEDIA: list[Any] = [
    3,
    b"bytes",
    "",
    "missing.mp4",
    "\x00",
    "\ud800",
    Path("/"),
    "ftp://host/a.mp4",
    "https://user:pw@host/a.mp4",
    "https://10.0.0.1/a.mp4",
    "https:///a.mp4",
    "https://host/a b",
    object(),
    [],
    {},
]
NOT_DATES: list[Any] = ["soon", "", 3, [], "2026-13-45", "9" * 400, object(), b"2026"]
NOT_IDS: list[Any] = [
    "",
    ".",
    "..",
    "%2e",
    "%2E%2e",
    " ",
    "a b",
    "a\n",
    "\x00",
    "x" * 257,
    3,
    b"i",
    {},
]
LONG = "x" * 100_000
LONG_VALUES: list[Any] = [
    LONG,
    LONG.encode(),
    [LONG],
    [f"https://{LONG} b"],
    {LONG: object()},
    {"a": object(), "b": LONG},
    {LONG: LONG},
    f"https://{LONG} b",
    f"https://user:pw@{LONG}",
    f"file://host/{LONG}",
]
NOT_SEGMENTS: list[Any] = ["fixed", 3, {}, object(), {"strategy": "fixed"}]
# These are fields of a body or a query, where any text is harmless.
BODY_IDS = {
    ("generate", "video_id"),
    ("gist", "video_id"),
    ("summarize", "video_id"),
    ("imports", "index_id"),
    ("indexes", "asset_id"),
}
UNCHECKED = {"on_progress", "progress", "timeout"}  # they are not sent
PATH_IDS = {
    "index_id",
    "asset_id",
    "video_id",
    "task_id",
    "upload_id",
    "integration_id",
    "indexed_asset_id",
    "page_token",
}
GOOD: dict[str, Any] = {
    "models": {"marengo3.0": ["visual"]},
    "segmentation": segmentation.fixed(6),
    "response_format": {"type": "json_schema", "json_schema": {"type": "object"}},
    "model_name": "marengo3.0",
    "type": "summary",
    "types": ["title"],
    "search_options": ["visual"],
    "query_text": "red",
    "prompt": "Say.",
    "video": Media.asset("v1"),
    "chunk_index": 1,
    "etag": "x",
    "proof": "x",
    "start": 1,
    "count": 1,
    "filename": "a.mp4",
    "total_size": 10,
}


@attrs.frozen
class Function:
    """A public function, and the parameters that it takes."""

    name: str
    call: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]

    def hint(self, name: str) -> str:
        """The annotation of a parameter, as it is written."""
        return str(self.parameters[name].annotation)

    def __repr__(self) -> str:
        return self.name


def functions(client: Client | AsyncClient) -> list[Function]:
    """Every public function of a client and of the classes that it leads to."""
    return [function for function in _functions(client, "") if function.parameters]


def _functions(owner: Any, path: str) -> Iterator[Function]:
    for name in sorted(dir(type(owner))):
        member = inspect.getattr_static(type(owner), name)
        if isinstance(member, cached_property) and not name.startswith("_"):
            yield from _functions(getattr(owner, name), f"{path}.{name}")
        elif (
            path
            and callable(member)
            and f"{path}.{name}" != ".embed.run"  # its own tests are in tests/bulk
            and (not name.startswith("_") or name == "__call__")
        ):
            call = getattr(owner, name)
            yield Function(f"{path}.{name}", call, dict(inspect.signature(call).parameters))


def bad_values(function: Function, name: str) -> list[Any]:
    """Values that a parameter surely does not take."""
    hint, kind = function.hint(name), function.parameters[name].kind
    if name in UNCHECKED:
        return []
    if name in PATH_IDS and kind is not inspect.Parameter.KEYWORD_ONLY:
        return NOT_TEXT if (function.name.split(".")[1], name) in BODY_IDS else NOT_IDS
    for start, values in (
        ("Iterable", [3, None, object(), "abc", b"abc", {}]),
        ("Sequence", NOT_LISTS),
        ("Mapping", NOT_MAPPINGS),
        ("MediaLike", NOT_MEDIA),
        ("datetime", NOT_DATES),
        ("RangeFilter", [*NOT_NUMBERS, {"x": 1}, {"gte": "1"}, {"gte": math.nan}, -1]),
        ("bool", NOT_FLAGS),
        ("int", NOT_NUMBERS),
        ("float", NOT_NUMBERS),
        ("Fixed", NOT_SEGMENTS),
        ("Segmentation", NOT_SEGMENTS),
        ("Via", ["fast", "", 3, []]),
        ("str", NOT_TEXT),
    ):
        if hint.startswith(start):
            return values
    return []


def good_value(function: Function, name: str) -> Any:
    """A value that a parameter may take."""
    if name in GOOD:
        return GOOD[name]
    hint = function.hint(name)
    if "Media" in hint and "Mapping" not in hint:
        return Media.asset("a1")
    for word, value in (
        ("Mapping", {"a": "b"}),
        ("Sequence", ["a"]),
        ("Iterable", ["a"]),
        ("datetime", datetime(2026, 1, 1)),
        ("bool", True),
        ("int", 2),
        ("float", 2.5),
        ("str", "abc"),
    ):
        if word in hint:
            return value
    return None


def required_values(function: Function) -> dict[str, Any]:
    """A value for each parameter that has to be given."""
    return {
        name: good_value(function, name)
        for name, parameter in function.parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def cases(functions: Sequence[Function], rng: random.Random) -> Iterator[tuple[Any, ...]]:
    """Endlessly many calls, with one value surely bad and others good, or bad as well."""
    pool = [
        (function, name, bad)
        for function in functions
        for name in function.parameters
        for bad in bad_values(function, name)
    ]
    while True:
        rng.shuffle(pool)
        for function, name, bad in pool:
            values = required_values(function)
            for other in function.parameters:
                if rng.random() < 0.2 and (odd := bad_values(function, other)):
                    values[other] = rng.choice(odd)
            values[name] = bad
            yield function, name, values
