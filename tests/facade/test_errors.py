import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import errors
from dodeca.errors import APIError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (403, errors.AuthenticationError),
        (404, errors.NotFoundError),
        (410, errors.NotFoundError),
        (413, errors.BadRequestError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (520, errors.ServerError),
        (600, errors.ServerError),
    ],
)
def test_the_class_follows_the_status(status: int, kind: type[APIError]) -> None:
    assert type(APIError.from_response(status, {}, b"")) is kind


@pytest.mark.parametrize("nested", [False, True])
def test_both_body_forms_are_read(nested: bool) -> None:
    fields = {"code": "resource_not_exist", "message": "gone", "docs_url": "https://docs.example"}
    body = json.dumps({"error": fields} if nested else fields).encode()
    error = APIError.from_response(404, {"x-request-id": "1f3"}, body)
    assert str(error) == "[404 resource_not_exist] gone (request 1f3)"
    assert error.docs_url == "https://docs.example"


@given(status=st.integers(400, 999), body=st.binary(max_size=300))
def test_any_body_gives_an_error_with_a_message(status: int, body: bytes) -> None:
    error = APIError.from_response(status, {}, body)
    assert error.status == status
    assert error.message


def test_huge_bodies_are_cut() -> None:
    assert len(str(APIError.from_response(500, {}, b"x" * 5_000_000))) < 3_000


@pytest.mark.parametrize(
    "error",
    [
        APIError.from_response(429, {}, b'{"code": "too_many_requests"}', retry_after=2.0),
        APIError.from_response(
            429, {"x-ratelimit-remaining": "3"}, b"{}", retry_after=3.0, now=1.0
        ),
        errors.JobFailed("id1", "failed", "too short"),
        errors.WaitTimeout("id1", "processing", 3.0),
        errors.InvalidMediaError("no such file"),
    ],
)
def test_errors_survive_pickle_and_copy(error: errors.DodecaError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars_of(twin) == vars_of(error)


def vars_of(error: errors.DodecaError) -> dict[str, object]:
    names = getattr(type(error), "__attrs_attrs__", ())
    return {field.name: getattr(error, field.name) for field in names}
