"""300 MB in chunks: constant memory, and after a kill only what is missing."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca import Client
from dodeca.emulator import Emulator
from dodeca.emulator.server import serving

MIB = 1024 * 1024
SIZE = 300 * MIB
CHUNK = 16 * MIB

UPLOAD = """
import json, resource, sys
from dodeca import Client

url, path, upload_id = sys.argv[1], sys.argv[2], sys.argv[3] or None
client = Client("key", base_url=url)
client.embed.text("so that all is loaded")
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def tell(progress):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {"upload_id": progress.upload_id, "asset_id": progress.asset_id,
            "sent": progress.sent_chunks, "total": progress.total_chunks, "extra_kb": peak - idle}
    print(json.dumps(told), flush=True)

print(client.assets.upload(path, upload_id=upload_id, on_progress=tell).id, flush=True)
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sparse file with something at its ends and in its middle."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with path.open("wb") as out:
        for offset in (0, SIZE // 2, SIZE - 4):
            out.seek(offset)
            out.write(b"film")
    return path


@pytest.fixture
def emulator() -> Iterator[tuple[Emulator, str]]:
    with Emulator(chunk_size=CHUNK) as emulator, serving(emulator) as url:
        yield emulator, url


def start(url: str, path: Path, upload_id: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", UPLOAD, url, str(path), upload_id]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stored(emulator: Emulator, asset_id: str) -> Path:
    asset = emulator.state.database.get("assets", asset_id)
    assert asset is not None
    return emulator.state.database.media_path(asset["media"])


def test_a_large_file_is_sent_in_little_memory(film: Path, emulator: tuple[Emulator, str]) -> None:
    service, url = emulator
    process = start(url, film)
    *steps, asset_id = process.communicate()[0].splitlines()
    assert process.returncode == 0
    told = [json.loads(step) for step in steps]
    assert [step["sent"] for step in told] == list(range(1, 20))
    assert max(step["extra_kb"] for step in told) < 64 * 1024
    assert sha256(stored(service, asset_id)) == sha256(film)


def test_after_a_kill_only_what_is_missing_is_sent(
    film: Path, emulator: tuple[Emulator, str]
) -> None:
    service, url = emulator
    process = start(url, film)
    assert process.stdout is not None
    step: dict[str, int | str] = {}
    for line in process.stdout:
        step = json.loads(line)
        if step["sent"] == 8:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    upload_id, seen = str(step["upload_id"]), []
    with Client("key", base_url=url) as client:
        had = [
            c for c in client.assets.multipart_uploads.status(upload_id) if c.status == "completed"
        ]
        job = client.assets.upload(film, upload_id=upload_id, on_progress=seen.append)
    assert 8 <= len(had) < 19
    assert len(seen) == 19 - len(had)
    assert job.id == step["asset_id"]
    assert sha256(stored(service, job.id)) == sha256(film)
