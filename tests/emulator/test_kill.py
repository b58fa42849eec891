"""kill -9 in the middle of uploads: what was acknowledged is there, nothing half-made shows up."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dodeca.emulator import samples

KEY = {"x-api-key": "anything"}
UPLOADS = 100


@contextmanager
def server(db: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The emulator as a process of its own; provides the process and its base URL."""
    command = [sys.executable, "-m", "dodeca.emulator", "--port", "0", "--db", str(db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            yield process, url
        finally:
            process.kill()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "red.png"
    return samples.image(path, "red", (64, 64)).read_bytes()


def content(image: bytes, number: int) -> bytes:
    """An image of its own for each upload; decoders ignore what follows the last block."""
    return image + f"image {number} ".encode() * 10_000


def upload(http: httpx.Client, url: str, image: bytes, number: int) -> str | None:
    """The id of an acknowledged upload; None when the server was killed meanwhile."""
    file = (f"{number}.png", content(image, number), "image/png")
    try:
        response = http.post(f"{url}/assets", data={"method": "direct"}, files={"file": file})
    except httpx.HTTPError:
        return None
    assert response.status_code == 201
    return str(response.json()["_id"])


def assets(http: httpx.Client, url: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    pages = 1
    while pages <= -(-UPLOADS // 50):
        params = {"page": pages, "page_limit": 50}
        data = http.get(f"{url}/assets", params=params).json()["data"]
        found |= {asset["_id"]: asset for asset in data}
        pages += 1
    return found


@pytest.mark.parametrize("kill_after", [5, 40])
def test_what_was_acknowledged_survives(tmp_path: Path, image: bytes, kill_after: int) -> None:
    db = tmp_path / "emulator.db"
    acknowledged: list[str] = []
    http = httpx.Client(headers=KEY, timeout=60)
    with http, server(db) as (process, url), ThreadPoolExecutor(8) as pool:
        for done in pool.map(lambda n: upload(http, url, image, n), range(UPLOADS)):
            if done is not None:
                acknowledged.append(done)
            if len(acknowledged) == kill_after:
                os.kill(process.pid, signal.SIGKILL)
    assert kill_after <= len(acknowledged) < UPLOADS

    with httpx.Client(headers=KEY, timeout=60) as http, server(db) as (_, url):
        found = assets(http, url)
    assert set(acknowledged) <= set(found)
    sizes = {f"{n}.png": len(content(image, n)) for n in range(UPLOADS)}
    assert all(asset["size"] == sizes[str(asset["filename"])] for asset in found.values())
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and ".db" not in path.suffix]
    assert len(kept) <= len(found) + 1
