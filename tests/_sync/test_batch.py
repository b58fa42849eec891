# From tests/_async/test_batch.py by scripts/unasync.py; edit that one.
"""Many texts and pictures at a time: order, errors by item, and the pace of the service."""

import httpx
import numpy as np
import orjson
import pytest

from dodeca import Client, Media
from dodeca.batch import Batch
from dodeca.errors import (
    InvalidMediaError,
    InvalidRequestError,
    InvalidResponseError,
    RateLimitError,
    ServerError,
)
from tests.scripted import PNG, Server
from tests.seams import FakeClock, on_clock


class Numbers(Server):
    """Responds to a text with the number in it; to the first so many requests with 429."""

    def __init__(self, *, refuse: int = 0, retry_after: str = "1") -> None:
        self.refuse = refuse
        self.retry_after = retry_after
        self.texts: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = orjson.loads(request.content)
        text = body["text"]["input_text"] if "text" in body else "7"
        self.texts.append(text)
        if len(self.texts) <= self.refuse:
            return httpx.Response(429, headers={"retry-after": self.retry_after})
        if text == "bad":
            return httpx.Response(400, json={"code": "text_bad", "message": "no"})
        if text == "broken":
            return httpx.Response(500)
        return httpx.Response(200, json={"data": [{"embedding": [float(text), 1.0]}]})


def client_of(server: Server, clock: FakeClock | None = None) -> Client:
    # Each waiting call moves the clock of all: none of them may come to another's deadline.
    return on_clock(Client("key", transport=server, timeout=1e6), clock)


def test_the_order_is_kept() -> None:
    with client_of(Numbers()) as client:
        batch = client.embed.texts((str(n) for n in range(200)), concurrency=8)
        assert isinstance(batch, Batch)
        assert batch.vectors.dtype == np.float32
        assert batch.vectors[:, 0].tolist() == list(range(200))
        assert (len(batch), batch.errors) == (200, {})
        assert repr(batch) == "<Batch of 200, 0 of them errors>"


def test_an_error_belongs_to_its_item() -> None:
    with client_of(Numbers()) as client:
        batch = client.embed.texts(["1", "", "bad", "broken", "5"])
    assert list(batch.errors) == [1, 2, 3]
    assert isinstance(batch[1], InvalidRequestError)
    assert str(batch[2]) == "[400 text_bad] no"
    assert isinstance(batch[3], ServerError)
    assert [found.vectors[0, 0] for found in batch[::4]] == [1.0, 5.0]  # type: ignore[union-attr]
    with pytest.raises(InvalidRequestError, match="non-empty string"):
        batch.vectors  # noqa: B018


def test_what_is_refused_for_a_while_is_sent_again() -> None:
    server, clock = Numbers(refuse=4, retry_after="30"), FakeClock()
    with client_of(server, clock) as client:
        batch = client.embed.texts([str(n) for n in range(20)], concurrency=4)
        assert batch.vectors[:, 0].tolist() == list(range(20))
        assert clock.now >= 30
    assert len(server.texts) == 24


def test_a_quota_that_is_gone_is_not_waited_for() -> None:
    server, clock = Numbers(refuse=100, retry_after="36000"), FakeClock()
    with client_of(server, clock) as client:
        batch = client.embed.texts(["1", "2", "3"])
    assert clock.now < 60
    assert [type(found) for found in batch] == [RateLimitError] * 3
    assert batch[0].resume_at is not None  # type: ignore[union-attr]


def test_pictures() -> None:
    with client_of(Numbers()) as client:
        small = PNG.replace(b"\0\0\0\x80", b"\0\0\0\x10")
        batch = client.embed.images([Media.data(PNG), Media.data(small), Media.data(PNG)])
    assert [type(batch.errors[n]) for n in batch.errors] == [InvalidMediaError]
    assert [found.vectors[0, 0] for found in batch[::2]] == [7.0, 7.0]  # type: ignore[union-attr]


def test_nothing_is_a_batch_too() -> None:
    with client_of(Numbers()) as client:
        batch = client.embed.texts([])
    assert (len(batch), batch.vectors.shape) == (0, (0, 0))


@pytest.mark.parametrize("concurrency", [0, 257, -1])
def test_concurrency_is_bounded(concurrency: int) -> None:
    with client_of(Numbers()) as client:
        with pytest.raises(InvalidRequestError, match="concurrency must be a number from 1 to 256"):
            client.embed.texts(["1"], concurrency=concurrency)


def test_calls_share_a_limiter() -> None:
    clock = FakeClock()
    with client_of(Numbers(refuse=1), clock) as client:
        client.embed.texts(["1", "2"])
        before = clock.now
        client.embed.texts(["3"])
    assert clock.now > before, "what the first call learnt does not slow down the second"


@pytest.mark.parametrize("count", [0, 2])
def test_a_text_has_one_vector_or_an_error(count: int) -> None:
    class Uneven(Numbers):
        def answer(self, request: httpx.Request) -> httpx.Response:
            is_two = orjson.loads(request.content)["text"]["input_text"] == "two"
            data = [{"embedding": [1.0, 2.0]}] * (count if is_two else 1)
            return httpx.Response(200, json={"data": data})

    with client_of(Uneven(), FakeClock()) as client:
        found = client.embed.texts(["one", "two", "three"])
    assert list(found.errors) == [1]
    assert isinstance(found.errors[1], InvalidResponseError)


@pytest.mark.parametrize(
    ("lengths", "odd"), [([512, 256, 512], [1]), ([256, 512, 512], [0]), ([256, 512], [1])]
)
def test_the_vectors_of_a_batch_have_one_length(lengths: list[int], odd: list[int]) -> None:
    class Uneven(Numbers):
        def answer(self, request: httpx.Request) -> httpx.Response:
            length = int(orjson.loads(request.content)["text"]["input_text"])
            return httpx.Response(200, json={"data": [{"embedding": [1.0] * length}]})

    with client_of(Uneven(), FakeClock()) as client:
        found = client.embed.texts(map(str, lengths))
    assert list(found.errors) == odd
    assert isinstance(found.errors[odd[0]], InvalidResponseError)
    assert "256" in str(found.errors[odd[0]])
    with pytest.raises(InvalidResponseError, match="512"):
        found.vectors  # noqa: B018
