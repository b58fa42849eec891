"""A mock that other tools make of the document answers every call of the client."""

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from dodeca import AsyncClient
from dodeca.errors import ResponseFormatError
from scripts._documents import OPENAPI
from tests._async import test_wire_embed_v2
from tests._async.test_wire_complete import FAMILIES
from tests._async.wire import everything
from tests.depth import DEEP
from tests.requirement import missing

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not DEEP, reason="starts a server of npm: part of make test-deep"),
]

PRISM = "@stoplight/prism-cli@5.14.2"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The URL of a mock of the document."""
    if shutil.which("npx") is None:
        missing("DODECA_PRISM", "Prism needs npx, which comes with Node")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = ["npx", "--yes", PRISM, "mock", "--port", port, str(OPENAPI)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if "listening" in line:
                break
        else:
            missing("DODECA_PRISM", "Prism did not start: " + "".join(said)[-2_000:])
        reader = threading.Thread(target=said.extend, args=(process.stdout,))
        reader.start()
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()
    reader.join()
    process.stdout.close()


class Negotiating(httpx.AsyncHTTPTransport):
    """Asks for a stream by its media type, as a mock does not look into bodies."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if request.url.path in ("/analyze", "/generate") and orjson.loads(body).get("stream", True):
            request.headers["accept"] = "application/x-ndjson"
        return await super().handle_async_request(request)


async def test_every_call_works_against_a_mock(mock: str) -> None:
    calls: list[tuple[str, Any, Any]] = [
        (call.sends, call.call, call.options) for family in FAMILIES for call in family.CALLS
    ]
    calls += [(str(payload), call, {}) for call, payload in test_wire_embed_v2.PAYLOADS]
    failed = []
    for sends, call, options in calls:
        async with AsyncClient("key", base_url=mock, transport=Negotiating(), **options) as client:
            try:
                found = call(client)
                await (everything(found) if hasattr(found, "pages") else found)
            except ResponseFormatError:
                pass  # the example is a text, whatever format was asked for
            except Exception as exc:
                failed.append(f"{sends}: {exc!r}")
    assert failed == [], "\n".join(failed)
    assert len(calls) > 100
