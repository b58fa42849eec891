"""What the head of a response says."""

import pickle

import pytest

from dodeca import ResponseInfo
from dodeca.types import RateLimit

HEADERS = {
    "X-Request-Id": "r1",
    "x-ratelimit-dimensions": "Duration,Request",
    "x-ratelimit-request-limit": "50",
    "x-ratelimit-request-remaining": "49",
    "x-ratelimit-duration-limit": "3600.5",
    "x-ratelimit-duration-remaining": "soon",
    "x-ratelimit-text-tokens-remaining": "0",
    "x-ratelimit-text-tokens-reset": "12",
    "x-ratelimit-limit": "7",
    "ETag": "a",
}
INFO = ResponseInfo(200, HEADERS, 1.5)


def test_names_of_headers_ignore_case() -> None:
    assert INFO.headers["etag"] == INFO.headers["ETAG"] == "a"
    assert "X-RATELIMIT-REQUEST-LIMIT" in INFO.headers
    assert "x-none" not in INFO.headers
    assert dict(INFO.headers) == {name.lower(): value for name, value in HEADERS.items()}
    with pytest.raises(KeyError):
        INFO.headers["none"]


def test_rate_limits_are_numbers_of_every_kind_that_has_one() -> None:
    assert INFO.rate_limits == {
        "request": RateLimit(50, 49),
        "duration": RateLimit(3600.5),
        "text-tokens": RateLimit(None, 0, 12),
    }
    assert ResponseInfo(200).rate_limits == {}


def test_the_id_is_that_of_any_gateway() -> None:
    assert (INFO.request_id, ResponseInfo(200).request_id) == ("r1", None)
    assert ResponseInfo(200, {"x-amzn-RequestId": "r2"}).request_id == "r2"


def test_it_is_a_value_whose_repr_shows_no_header() -> None:
    assert repr(INFO) == "ResponseInfo(status=200, elapsed=1.5)"
    assert "49" not in repr(INFO.headers)
    assert {INFO: 1}[pickle.loads(pickle.dumps(INFO))] == 1
    assert ResponseInfo(200, HEADERS | {"ETag": "b"}, 1.5) != INFO
