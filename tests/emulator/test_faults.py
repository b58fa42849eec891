import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, Fault, access_log, faults, serving
from dodeca.emulator.__main__ import main
from dodeca.emulator.faults import fault_from_header, fault_from_mapping, faults_from_file

from .conftest import KEY, client

Read = Callable[[httpx.Response], tuple[int, str, str]]
TEXT = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "red"}}


@pytest.fixture(params=["in process", "server"])
def http(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client that does not check the answers, as some are broken on purpose."""
    transport, url = EmulatorTransport(emulator), "http://x/v1.3"
    if request.param == "in process":
        with httpx.Client(transport=transport, base_url=url, headers=KEY) as http:
            yield http
    else:
        with serving(emulator) as url, httpx.Client(base_url=url, timeout=60, headers=KEY) as http:
            yield http


def embed(http: httpx.Client, wrong: str | None = None) -> httpx.Response:
    return http.post("/embed-v2", json=TEXT, headers={faults.HEADER: wrong} if wrong else {})


def upload(http: httpx.Client, wrong: str | None = None) -> httpx.Response:
    return http.post(
        "/assets",
        data={"method": "direct"},
        files={"file": ("a.bin", b"abc")},
        headers={faults.HEADER: wrong} if wrong else {},
    )


def until_broken(response: httpx.Response) -> bytes:
    """What arrives of a body before the connection ends too early."""
    received = b""
    try:
        for piece in response.iter_raw():
            received += piece
    except httpx.RemoteProtocolError:
        return received
    raise AssertionError("the body is whole")


# -- each kind, through each transport ------------------------------------------------------------


def test_too_many_requests(http: httpx.Client, error_of: Read) -> None:
    response = embed(http, "429; retry_after=7")
    assert error_of(response)[:2] == (429, "too_many_requests")
    assert response.headers["retry-after"] == "7"
    assert "error" in response.json()  # in the form of the operation
    flat = http.get("/indexes", headers={faults.HEADER: "429"})
    assert flat.json()["code"] == "too_many_requests"
    assert "retry-after" not in flat.headers


def test_errors_without_a_body_and_pages_of_proxies(http: httpx.Client) -> None:
    empty = embed(http, "429; body=no; retry_after=1")
    assert (empty.status_code, empty.content, empty.headers["retry-after"]) == (429, b"", "1")
    for status in (500, 502, 520):
        page = embed(http, str(status))
        assert page.status_code == status
        assert page.headers["content-type"].startswith("text/html")
        assert f"<h1>{status} " in page.text
        assert page.headers["x-request-id"]
    assert embed(http, "404").json()["error"]["code"] == "emulated_fault"


def test_a_response_that_comes_late(http: httpx.Client) -> None:
    assert embed(http, "delay; seconds=0.3").status_code == 200
    http.timeout = httpx.Timeout(5, read=0.2)
    with pytest.raises(httpx.ReadTimeout):
        embed(http, "delay; seconds=1")


def test_a_body_that_drips(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(faults, "_sleep", lambda seconds, timeout: pauses.append(seconds))
    headers = {faults.HEADER: "drip; seconds=0.01; bytes=400"}
    with http.stream("POST", "/embed-v2", json=TEXT, headers=headers) as response:
        body = response.read()
    assert pauses == [0.01] * -(-len(body) // 400)
    assert orjson.loads(body) == embed(http).json()


def test_a_body_that_is_cut_off(http: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        embed(http, "cut; bytes=100")
    headers = {faults.HEADER: "cut; bytes=100"}
    with http.stream("POST", "/embed-v2", json=TEXT, headers=headers) as response:
        received = until_broken(response)
    assert len(received) == 100
    assert int(response.headers["content-length"]) > 100
    assert embed(http).status_code == 200


def test_a_stream_that_is_cut_off(http: httpx.Client) -> None:
    body = {"video": {"type": "url", "url": "https://example.org/clip.mp4"}, "prompt": "a"}
    headers = {faults.HEADER: "cut; bytes=150"}
    with http.stream("POST", "/analyze", json=body, headers=headers) as response:
        received = until_broken(response)
    assert len(received) == 150
    assert b"stream_start" in received
    assert b"stream_end" not in received


def test_a_reset_before_and_after_the_work(emulator: Emulator, http: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError):
        upload(http, "reset")
    assert http.get("/assets").json()["data"] == []
    with pytest.raises(httpx.ReadError):
        upload(http, "lost")
    (asset,) = http.get("/assets").json()["data"]
    (entry,) = emulator.ledger.entries()
    assert (entry["operationId"], entry["id"]) == ("assets_create", asset["_id"])


@pytest.mark.anyio
async def test_faults_reach_async_clients(emulator: Emulator) -> None:
    transport = EmulatorTransport(emulator)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x/v1.3", headers=KEY, timeout=0.2
    ) as http:
        for wrong, error in (
            ("reset", httpx.ReadError),
            ("cut; bytes=10", httpx.RemoteProtocolError),
            ("delay; seconds=1", httpx.ReadTimeout),
            ("drip; seconds=1", httpx.ReadTimeout),
        ):
            with pytest.raises(error):
                await http.post("/embed-v2", json=TEXT, headers={faults.HEADER: wrong})


def test_the_server_says_nothing_of_connections_it_broke(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(emulator) as url, httpx.Client(base_url=url, timeout=60, headers=KEY) as http:
        for wrong in ("reset", "lost", "cut; bytes=1"):
            with pytest.raises(httpx.TransportError):
                embed(http, wrong)
        assert embed(http).status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


# -- plans -----------------------------------------------------------------------------------


def test_a_plan_befalls_the_requests_it_names(media: Path) -> None:
    plan = [
        {"fault": 429, "operation": "embed_v2_create", "skip": 1, "times": 2},
        Fault("500", operation="assets_list", times=None),
    ]
    with Emulator(media=media, faults=plan) as emulator, client(emulator) as http:
        assert [embed(http).status_code for _ in range(5)] == [200, 429, 429, 200, 200]
    transport = EmulatorTransport(Emulator(faults=plan))
    with httpx.Client(transport=transport, base_url="http://x/v1.3", headers=KEY) as http:
        assert [http.get("/assets").status_code for _ in range(3)] == [500, 500, 500]
        assert http.get("/indexes").status_code == 200
        transport.emulator.close()


def test_faults_follow_one_another() -> None:
    with Emulator(faults=[{"fault": 503}, {"fault": 429}]) as emulator:
        transport = EmulatorTransport(emulator)
        with httpx.Client(transport=transport, base_url="http://x/v1.3", headers=KEY) as http:
            assert [embed(http).status_code for _ in range(3)] == [503, 429, 200]


def test_a_plan_from_a_file(tmp_path: Path) -> None:
    yaml = tmp_path / "faults.yaml"
    yaml.write_text("- fault: 429\n  retry_after: 2\n- fault: drip\n  seconds: 0.5\n")
    expected = [Fault("429", retry_after="2"), Fault("drip", seconds=0.5)]
    assert faults_from_file(yaml) == expected
    json = tmp_path / "faults.json"
    json.write_bytes(orjson.dumps([{"fault": 429, "retry_after": 2}]))
    assert faults_from_file(json) == expected[:1]


def test_the_command_takes_a_plan_and_writes_the_access_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "faults.json"
    plan.write_bytes(orjson.dumps([{"fault": 429}]))
    statuses: list[int] = []

    def visit(_: float) -> None:
        """Stands in for the sleep of the command, which is then interrupted."""
        url = capsys.readouterr().out.split()[-1]
        statuses.extend(
            httpx.get(f"{url}/assets", headers=KEY, timeout=60).status_code for _ in range(2)
        )
        raise KeyboardInterrupt

    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("dodeca._base.asgi_server.time.sleep", visit)
    monkeypatch.setattr(access_log.log, "handlers", [])
    monkeypatch.setattr(access_log.log, "level", logging.NOTSET)
    assert main(["--port=0", f"--faults={plan}", "--access-log"]) == 0
    assert statuses == [429, 200]
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["status"] for line in lines] == statuses


@pytest.mark.parametrize("text", ["a: b", "- a", "[", "'"])
def test_a_file_that_holds_no_faults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(text)
    with pytest.raises(ValueError):
        faults_from_file(file)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"fault": "explode"},
        {"fault": 200},
        {"fault": "²00"},
        {"fault": 429, "when": "now"},
        {"fault": 429, "times": -1},
        {"fault": 429, "times": "two"},
        {"fault": 429, "skip": None},
        {"fault": 429, "body": "maybe"},
        {"fault": "delay", "seconds": -1},
        {"fault": "delay", "seconds": float("nan")},
        {"fault": "delay", "seconds": "long"},
        {"fault": "drip", "bytes": 0},
    ],
)
def test_what_is_no_fault(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        fault_from_mapping(given)


def test_headers_are_read_and_bad_ones_refused(in_process: httpx.Client, error_of: Read) -> None:
    assert fault_from_header("429") == Fault("429")
    assert fault_from_header("429; retry_after=1;body=no") == Fault(
        "429", retry_after="1", body=False
    )
    assert fault_from_header("drip; seconds=0.5; bytes=2") == Fault("drip", seconds=0.5, bytes=2)
    for text in ("boom", "429; later", "cut; bytes=x", "delay; seconds=x", ""):
        status, code, message = error_of(
            in_process.post("/embed-v2", json=TEXT, headers={faults.HEADER: text})
        )
        assert (status, code) == (400, "parameter_invalid")
        assert "`x-dodeca-fault`" in message


# -- the ledger and the log ------------------------------------------------------------------


def test_the_ledger_tells_what_was_created(emulator: Emulator, http: httpx.Client) -> None:
    assert emulator.ledger.entries() == []
    embed(http)  # creates nothing that stays
    asset = upload(http).json()["_id"]
    upload(http, "429")
    models = [{"model_name": "pegasus1.2", "model_options": ["visual"]}]
    index = http.post("/indexes", json={"index_name": "a", "models": models}).json()["_id"]
    body = {"video": {"type": "url", "url": "https://example.org/clip.mp4"}, "prompt": "a"}
    for _ in range(2):
        response = http.post("/analyze/tasks", json=body, headers={"Idempotency-Key": "a"})
    entries = emulator.ledger.entries()
    assert [(entry["operationId"], entry["id"]) for entry in entries] == [
        ("assets_create", asset),
        ("indexes_create", index),
        ("analyze_tasks_create", response.json()["task_id"]),
    ]
    assert all(entry["time"].endswith("Z") for entry in entries)


def test_the_ledger_outlives_a_restart(tmp_path: Path) -> None:
    db = tmp_path / "emulator.db"
    with Emulator(db=db) as emulator, client(emulator) as http:
        asset = upload(http).json()["_id"]
    with Emulator(db=db) as emulator:
        assert [entry["id"] for entry in emulator.ledger.entries()] == [asset]


def test_each_request_is_a_line_of_the_access_log(
    emulator: Emulator, http: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "dodeca.emulator.access_log"):
        embed(http)
        http.get("/nowhere?a=b")
        with pytest.raises(httpx.ReadError):
            embed(http, "reset")
    lines = [orjson.loads(r.message) for r in caplog.records if r.name.endswith(".access_log")]
    shown = [(e["method"], e["path"], e["operation"], e["status"]) for e in lines]
    assert shown == [
        ("POST", "/v1.3/embed-v2", "embed_v2_create", 200),
        ("GET", "/v1.3/nowhere?a=b", None, 404),
        ("POST", "/v1.3/embed-v2", "embed_v2_create", None),
    ]
    assert all(line["ms"] >= 0 and line["request_id"] and line["time"] for line in lines)
    assert [access.path for access in emulator.access_log.last] == [line["path"] for line in lines]
