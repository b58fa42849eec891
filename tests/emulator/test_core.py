import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, exchange
from dodeca.emulator.state import Call, Reply

from .conftest import KEY, client

Read = Callable[[httpx.Response], tuple[int, str, str]]
TEXT = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "red"}}


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "  "}])
def test_a_key_is_needed(emulator: Emulator, error_of: Read, headers: dict[str, str]) -> None:
    http = httpx.Client(transport=EmulatorTransport(emulator), base_url="http://x/v1.3")
    status, code, message = error_of(http.post("/embed-v2", json=TEXT, headers=headers))
    assert (status, code) == (401, "api_key_invalid")
    assert message == (
        "API Key is either invalid or expired. Please check your API key or generate a new one "
        "from the dashboard and try again."
    )


def test_only_the_given_key_is_taken_when_there_is_one() -> None:
    with Emulator(api_key="právo") as emulator, client(emulator) as http:
        key = {"x-api-key": "právo".encode()}
        assert http.post("/embed-v2", json=TEXT, headers=key).status_code == 200
        assert http.post("/embed-v2", json=TEXT).status_code == 401


def test_the_error_of_a_missing_key_is_flat(emulator: Emulator) -> None:
    http = httpx.Client(transport=EmulatorTransport(emulator), base_url="http://x/v1.3")
    assert http.post("/embed-v2", json=TEXT).json().keys() == {"code", "message"}


def test_unknown_paths_and_methods(in_process: httpx.Client, error_of: Read) -> None:
    assert error_of(in_process.get("/nothing"))[:2] == (404, "endpoint_not_exist")
    response = in_process.put("/embed-v2/tasks", json={})
    assert error_of(response)[:2] == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET, POST"


def test_another_version_is_told_to_upgrade(emulator: Emulator, error_of: Read) -> None:
    http = httpx.Client(transport=EmulatorTransport(emulator), headers=KEY)
    status, code, message = error_of(http.get("http://x/v1.2/embed-v2/tasks"))
    assert (status, code) == (400, "api_upgrade_required")
    assert message == (
        "This endpoint is supported starting with version `1.3`. Your version is `1.2`."
    )


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"input_type=text", "application/x-www-form-urlencoded"),
        (b"--x--", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
    ],
)
def test_a_body_that_is_not_the_expected_json(
    in_process: httpx.Client, error_of: Read, content: bytes, content_type: str
) -> None:
    headers = {"content-type": content_type}
    response = in_process.post("/embed-v2", content=content, headers=headers)
    status, code, message = error_of(response)
    assert (status, code) == (400, "parameter_invalid")
    assert message.startswith("The request contains some invalid parameters.")
    assert response.json().keys() == {"error"}


def test_an_empty_body(in_process: httpx.Client, error_of: Read) -> None:
    assert error_of(in_process.post("/embed-v2"))[:2] == (400, "parameter_not_provided")


def test_json_without_a_content_type_is_taken(in_process: httpx.Client) -> None:
    response = in_process.post("/embed-v2", content=orjson.dumps(TEXT))
    assert response.status_code == 200


def test_a_body_beyond_the_limit(
    in_process: httpx.Client, error_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dodeca.emulator.requests.bodies.MAX_JSON", 1000)
    body = TEXT | {"text": {"input_text": "x" * 1000}}
    assert error_of(in_process.post("/embed-v2", json=body))[:2] == (413, "request_too_large")


def test_a_fault_of_the_emulator_stays_inside(
    in_process: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(call: Call) -> Reply:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(exchange, "HANDLERS", {**exchange.HANDLERS, "embed_v2_create": broken})
    with caplog.at_level(logging.ERROR):
        response = in_process.post("/embed-v2", json=TEXT)
    assert response.status_code == 500
    assert response.json() == {
        "error": {"code": "internal_server_error", "message": "Internal server error."}
    }
    assert "secret detail" in caplog.text
    assert response.headers["x-request-id"] in caplog.text


def test_a_handler_may_response_in_pieces(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first piece arrives while the second one is not made yet."""
    may_go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b'{"data": '
        assert may_go_on.wait(10)
        yield b"[]}"

    handlers = {**exchange.HANDLERS, "embed_v2_create": lambda call: (200, pieces())}
    monkeypatch.setattr(exchange, "HANDLERS", handlers)
    http.event_hooks = {}
    with http.stream("POST", "/embed-v2", json=TEXT) as response:
        arriving = response.iter_raw()
        assert next(arriving) == b'{"data": '
        may_go_on.set()
        assert b"".join(arriving) == b"[]}"


def test_request_ids_differ(in_process: httpx.Client) -> None:
    responses = [in_process.get("/embed-v2/tasks") for _ in range(3)]
    assert len({response.headers["x-request-id"] for response in responses}) == 3


def test_many_threads_at_once(emulator: Emulator) -> None:
    responses: list[Any] = []

    def work() -> None:
        with client(emulator) as http:
            responses.extend(http.post("/embed-v2", json=TEXT).content for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(responses) == 80
    assert len(set(responses)) == 1


def test_a_media_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="nowhere"):
        Emulator(media=tmp_path / "nowhere")


def test_a_pace_in_words_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="a pace is"):
        Emulator(pace="fast")
