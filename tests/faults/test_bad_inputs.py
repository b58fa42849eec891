"""Bad values are refused by every public function before anything is sent."""

from __future__ import annotations

import inspect
import random
import socket
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import AsyncClient, Client, segmentation, webhooks
from dodeca._calls.operation import request
from dodeca.batch import Batch
from dodeca.errors import DodecaError, InvalidRequestError
from dodeca.media import Media
from dodeca_api.api.indexes import indexes_retrieve
from tests.depth import depth
from tests.faults.bad_inputs import (
    LONG_VALUES,
    NOT_IDS,
    NOT_MEDIA,
    NOT_NUMBERS,
    cases,
    functions,
    required_values,
)
from tests.faults.both import CLIENTS
from tests.scripted import Server

pytestmark = pytest.mark.anyio

COUNT = depth(2_500, deep=10_000, soak=500_000)  # of each kind of client
SLOW_SEC = 0.05


def named(value: object) -> str:
    """A name that is the same in every process."""
    return "an object" if type(value) is object else repr(value)


class Network(BaseException):
    """Somebody used the network."""


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise Network

    for name in ("connect", "connect_ex", "send", "sendall", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)


class Nobody(Server):
    """Counts what reaches it."""

    asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(400)


# Beside the bad value there may be a word that is not known here; it alone would be sent.
@pytest.mark.filterwarnings("ignore::dodeca.errors.UnknownValueWarning")
@CLIENTS
async def test_every_function_refuses_bad_values_before_anything_is_sent(
    kind: type[Client] | type[AsyncClient], no_network: None
) -> None:
    server = Nobody()
    client = kind("key", transport=server)
    source = cases(functions(client), random.Random(53))
    ended: Counter[str] = Counter()
    problems: dict[str, str] = {}
    slow = 0
    for _ in range(COUNT):
        function, name, values = next(source)
        sent, began = server.asked, time.thread_time()
        try:
            found = function.call(**values)
            if inspect.isawaitable(found):
                await found
            problem = "is accepted"
        except DodecaError as error:
            ended[type(error).__name__] += 1
            problem = "" if server.asked == sent else "is sent"
        except Exception as error:
            problem = f"ends in {error!r:.120}"
        if time.thread_time() - began > SLOW_SEC:
            slow += 1
        if problem:
            problems.setdefault(f"{function} {name}", f"{values[name]!r:.60} {problem}")
    print(dict(ended))
    assert problems == {}
    assert slow <= COUNT / 1_000  # the collector of garbage comes by now and then
    assert ended["InvalidRequestError"] + ended["InvalidMediaError"] == COUNT


@pytest.mark.filterwarnings("ignore::dodeca.errors.UnknownValueWarning")
def test_an_error_quotes_little_of_a_long_value(no_network: None) -> None:
    """Half a megabyte of base64 in the place of a path is not repeated in messages and logs."""
    client = Client("key", transport=Nobody())
    lengths: dict[str, int] = {}
    for function in functions(client):
        for name in function.parameters:
            for value in LONG_VALUES:
                try:
                    found = function.call(**{**required_values(function), name: value})
                except DodecaError as error:
                    found = [error]
                for error in found if isinstance(found, Batch | list) else []:
                    if isinstance(error, DodecaError):
                        key = f"{function}.{name}"
                        lengths[key] = max(lengths.get(key, 0), len(str(error)))
    assert len(lengths) > 100
    assert {key: length for key, length in lengths.items() if length > 1_000} == {}


@pytest.mark.parametrize("bad", NOT_MEDIA, ids=named)
def test_media(bad: Any, no_network: None) -> None:
    with pytest.raises(InvalidRequestError):
        Media.of(bad)


@pytest.mark.parametrize("bad", [3, "x", None, [], object()], ids=named)
def test_media_from_memory(bad: Any) -> None:
    with pytest.raises(InvalidRequestError):
        Media.data(bad)
    with pytest.raises(InvalidRequestError):
        Media.data(b"x", filename=bad if bad not in ("x", None) else 3)


@pytest.mark.parametrize("bad", [*NOT_NUMBERS, 1.9, 10.5, None], ids=named)
def test_segmentation(bad: Any) -> None:
    for make in (segmentation.fixed, segmentation.dynamic):
        with pytest.raises(InvalidRequestError):
            make(bad)


@given(st.text() | st.binary() | st.integers() | st.none() | st.sampled_from(NOT_IDS))
def test_an_id_is_a_path_segment_of_its_own_or_refused(value: Any) -> None:
    try:
        path = request(indexes_retrieve, value).path
    except InvalidRequestError:
        return
    assert isinstance(value, str)
    segment = path.removeprefix("/indexes/")
    assert httpx.URL("https://host/v1.3" + path).raw_path.decode() == "/v1.3/indexes/" + segment
    assert "/" not in segment
    assert segment.lower().replace("%2e", ".") not in ("", ".", "..")


@pytest.mark.parametrize("bad", NOT_IDS, ids=named)
def test_ids_that_would_lead_elsewhere(bad: Any) -> None:
    with pytest.raises(InvalidRequestError, match="an id"):
        request(indexes_retrieve, bad)


@given(st.from_type(type).flatmap(st.from_type) | st.text())
def test_webhooks_take_no_offence(value: Any) -> None:
    for arguments in ((value, "t=1", "s"), (b"{}", value, "s"), (b"{}", "t=1", value)):
        with pytest.raises(DodecaError):
            webhooks.verify(*arguments)
