"""Every documented error code can be provoked, and a response 429 is as documented."""

import httpx
import pytest

from dodeca.emulator import Emulator, faults
from dodeca.emulator.errors import EMPTY_429, TEXTS_ON_DEMAND
from dodeca.emulator.faults import fault_from_header

from .conftest import client

_TEXT = """
parameter_invalid parameter_not_provided parameter_unknown resource_not_exist
api_key_invalid tags_not_allowed api_upgrade_required index_option_cannot_be_changed
index_engine_cannot_be_changed index_name_already_exists video_resolution_too_low
video_resolution_too_high video_resolution_invalid_aspect_ratio video_duration_too_short
video_duration_too_long video_file_broken task_cannot_be_deleted usage_limit_exceeded
video_filesize_too_large search_option_not_supported
search_option_combination_not_supported search_filter_invalid search_page_token_expired
index_not_supported_for_search token_limit_exceeded index_not_supported_for_generate
"""
DOCUMENTED = _TEXT.split()
REQUESTS = {"search_create": "/search", "gist_create": "/gist"} | {
    "summarize_create": "/summarize",
    "generate_create": "/generate",
}


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_fault_carries_a_code(in_process: httpx.Client, code: str) -> None:
    flat = in_process.get("/indexes", headers={faults.HEADER: f"400; code={code}"})
    assert (flat.status_code, flat.json()["code"]) == (400, code)
    expected = TEXTS_ON_DEMAND.get(code, "This fault was requested.")
    assert flat.json()["message"] == expected
    nested = in_process.post("/embed-v2", json={}, headers={faults.HEADER: f"400; code={code}"})
    assert nested.json()["error"]["code"] == code


@pytest.mark.parametrize("wrong", ["delay; code=a", "429; body=no; code=a", "400; code=a b"])
def test_a_code_belongs_to_a_status(wrong: str) -> None:
    with pytest.raises(ValueError, match="code"):
        fault_from_header(wrong)


def test_a_code_replaces_the_page_of_a_proxy(emulator: Emulator) -> None:
    with client(emulator) as http:
        response = http.post("/embed-v2", json={}, headers={faults.HEADER: "500; code=failed"})
    assert response.json()["error"]["code"] == "failed"


def test_429_has_no_body_where_that_is_documented(emulator: Emulator) -> None:
    assert REQUESTS.keys() == EMPTY_429
    with client(emulator) as http:
        for path in REQUESTS.values():
            plain = http.post(path, headers={faults.HEADER: "429; retry_after=3"})
            assert (plain.status_code, plain.content) == (429, b"")
            assert plain.headers["retry-after"] == "3"
            wanted = http.post(path, headers={faults.HEADER: "429; body=yes"})
            assert wanted.json()["code"] == "too_many_requests"
        assert http.get("/indexes", headers={faults.HEADER: "429"}).json()["code"]


def test_429_of_a_limit_has_no_body_where_that_is_documented() -> None:
    with Emulator(limits=["1/day"]) as emulator, client(emulator) as http:
        body = {"video_id": "a", "types": ["title"]}
        assert http.post("/gist", json=body).status_code == 404
        full = http.post("/gist", json=body)
        assert (full.status_code, full.content) == (429, b"")
        assert int(full.headers["retry-after"]) >= 1
