import errno
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import httpx
import pytest

from dodeca._base.asgi_server import listen
from dodeca.emulator import Emulator, EmulatorTransport, exchange
from dodeca.emulator.__main__ import main
from dodeca.emulator.handlers import assets
from dodeca.emulator.server import serving
from dodeca.emulator.state import Call, Reply

from .conftest import KEY, client, conforms

TEXT = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": "red"}}
MEGABYTE = bytes(1024**2)


def test_both_transports_give_the_same_response(emulator: Emulator) -> None:
    with client(emulator) as inside, serving(emulator) as url:
        outside = httpx.post(f"{url}/embed-v2", json=TEXT, headers=KEY, timeout=60)
        assert inside.post("/embed-v2", json=TEXT).content == outside.content


@pytest.mark.anyio
async def test_one_transport_serves_async_clients_too(emulator: Emulator) -> None:
    async with httpx.AsyncClient(
        transport=EmulatorTransport(emulator), base_url="http://x/v1.3", headers=KEY
    ) as http:
        response = await http.post("/embed-v2", json=TEXT)
        assert response.status_code == 200
        conforms(response)


@pytest.mark.anyio
async def test_an_async_upload_is_streamed(emulator: Emulator) -> None:
    """Each piece is on disk before the next one is asked for."""
    incoming = emulator.state.database.incoming_path().parent
    sizes: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for _ in range(5):
            yield MEGABYTE
            sizes.append(sum(file.stat().st_size for file in incoming.iterdir()))
        yield b'\r\n--x\r\nContent-Disposition: form-data; name="method"\r\n\r\ndirect\r\n--x--'

    async with httpx.AsyncClient(
        transport=EmulatorTransport(emulator), base_url="http://x/v1.3", headers=KEY
    ) as http:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        response = await http.post("/assets", content=body(), headers=headers)
    assert response.status_code == 201
    assert [round(size / len(MEGABYTE)) for size in sizes] == [1, 2, 3, 4, 5]
    assert list(incoming.iterdir()) == []


@pytest.mark.anyio
async def test_a_cancelled_caller_does_not_wait(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_finish = threading.Event()
    time = "2025-01-01T00:00:00Z"
    monkeypatch.setattr(assets, "timestamp", lambda moment: may_finish.wait(10) and time)
    transport = EmulatorTransport(emulator)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x/v1.3", headers=KEY
    ) as http:
        with anyio.move_on_after(0.2) as scope:
            await http.post("/assets", data={"method": "direct"}, files={"file": ("a", b"abc")})
    assert scope.cancelled_caught
    may_finish.set()


def test_an_upload_that_breaks_off_leaves_nothing(emulator: Emulator) -> None:
    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        yield MEGABYTE
        raise OSError("the disk is gone")

    headers = {"content-type": "multipart/form-data; boundary=x"}
    with client(emulator) as http:
        request = http.build_request("POST", "/assets", content=body(), headers=headers)
        with pytest.raises(OSError, match="gone"):
            http.send(request)
    assert list(emulator.state.database.incoming_path().parent.iterdir()) == []


def test_a_client_that_hangs_up_leaves_nothing(emulator: Emulator) -> None:
    incoming = emulator.state.database.incoming_path().parent
    with serving(emulator) as url:
        port = httpx.URL(url).port
        assert port
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                b"POST /v1.3/assets HTTP/1.1\r\nHost: localhost\r\nx-api-key: x\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999999\r\n\r\n"
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
                + MEGABYTE
            )
            _until(lambda: any(incoming.iterdir()))
        _until(lambda: not any(incoming.iterdir()))
        assert httpx.post(f"{url}/embed-v2", json=TEXT, headers=KEY, timeout=60).status_code == 200


def test_an_early_error_reaches_a_client_that_is_still_sending(emulator: Emulator) -> None:
    with serving(emulator) as url:
        response = httpx.post(f"{url}/assets", content=MEGABYTE * 20, timeout=60)
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/a", "/a%0Ab", "/a//b", "/v1.3/embed-v2/tasks/a%0D%0Ab"])
def test_no_path_misses_the_core(emulator: Emulator, path: str) -> None:
    with serving(emulator) as url:
        response = httpx.get(httpx.URL(url).join(path), headers=KEY, timeout=60)
    assert response.status_code == 404
    assert response.headers["x-dodeca-emulator"]


def test_a_server_finds_a_free_port_and_gives_it_back(emulator: Emulator) -> None:
    with serving(emulator) as url:
        port = httpx.URL(url).port
        assert port
        with pytest.raises(OSError):
            listen("127.0.0.1", port)
    listener, again = listen("127.0.0.1", port)
    listener.close()
    assert url.startswith(again)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(
    tmp_path: Path, media: Path, how: signal.Signals
) -> None:
    db = tmp_path / "emulator.db"
    command = [
        sys.executable,
        "-m",
        "dodeca.emulator",
        "--port=0",
        f"--db={db}",
        f"--media={media}",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+/v1\.3", line)
        assert url
        video = {"media_source": {"url": "https://example.org/clip.mp4"}}
        body = {"input_type": "video", "model_name": "marengo3.0", "video": video}
        created = httpx.post(f"{url[0]}/embed-v2/tasks", json=body, headers=KEY, timeout=60)
        process.send_signal(how)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "", "")
    with Emulator(db=db) as emulator, client(emulator) as http:
        task = http.get(f"/embed-v2/tasks/{created.json()['_id']}").json()
    assert task["status"] == "ready"


def test_work_under_way_does_not_hold_up_the_end(emulator: Emulator) -> None:
    """The server is gone soon after the block, while its handler still works."""
    may_finish = threading.Event()
    begun = threading.Event()

    def endless(call: Call) -> Reply:
        begun.set()
        may_finish.wait(10)
        return 200, {"data": []}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "HANDLERS", {**exchange.HANDLERS, "embed_v2_create": endless})
        with serving(emulator) as url:
            calling = threading.Thread(
                target=lambda: httpx.post(f"{url}/embed-v2", json=TEXT, headers=KEY, timeout=60)
            )
            calling.start()
            assert begun.wait(60)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
        may_finish.set()
        calling.join()


def test_the_command_says_why_it_cannot_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert main(["--media", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
    listener, url = listen("127.0.0.1", 0)
    with listener:
        assert main(["--port", str(httpx.URL(url).port)]) == 1
    assert os.strerror(errno.EADDRINUSE) in capsys.readouterr().err


def _until(condition: object) -> None:
    assert callable(condition)
    pause = threading.Event()
    for _ in range(6000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came true")
