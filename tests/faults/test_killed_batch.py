"""kill -9 of a program that analyzes many videos as one batch: the same lines go on with it."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client, Media
from dodeca.emulator import samples
from dodeca.errors import JobFailed
from tests.bulk.library import server
from tests.depth import DEEP

REQUESTS = 1_000
DEFAULTS = {"prompt": "What happens in it?"}
LIMIT_SEC = 300.0

PROGRAM = """
import sys
from dodeca import Client
from tests.faults.test_killed_batch import DEFAULTS, wanted

client = Client("key", base_url=sys.argv[1])
requests = wanted(sys.argv[2], sys.argv[3])
batches = client.analyze.batches
job = batches.find(requests) or batches.create(requests, defaults=DEFAULTS)
job.wait()
"""


def wanted(video: str, image: str) -> list[dict[str, Any]]:
    """Requests about a video, of which every third is about an image instead and fails."""
    return [
        {"video": Media.asset(video if number % 3 else image), "custom_id": f"request-{number}"}
        for number in range(REQUESTS)
    ]


def kill_during(url: str, assets: tuple[str, str], client: Client) -> None:
    """Run the program, and kill it once the service has its batch."""
    command = [sys.executable, "-c", PROGRAM, url, *assets]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + LIMIT_SEC
        while process.poll() is None and not list(client.analyze.batches.list()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()


@pytest.mark.skipif(not DEEP, reason="a thousand analyses: part of make test-deep")
def test_a_killed_program_goes_on_with_its_batch(tmp_path: Path) -> None:
    scenes = [samples.Scene("red", 1), samples.Scene("blue", 1)]
    samples.video(tmp_path / "clip.mp4", scenes, size=(360, 360), fps=2)
    samples.image(tmp_path / "still.png", "purple", (128, 128))
    # Analyses of two seconds of video take two seconds, so most kills hit a batch that runs.
    with server(tmp_path, "--pace", "realtime:1") as url, Client("key", base_url=url) as client:
        files = (tmp_path / "clip.mp4", tmp_path / "still.png")
        video, image = (client.assets.upload(file).wait().id for file in files)
        for _ in range(2):
            kill_during(url, (video, image), client)
        requests, batches = wanted(video, image), client.analyze.batches
        (only,) = batches.list()
        job = batches.find(requests)
        assert job is not None
        assert job.id == only.id
        assert job.wait(timeout=500).status == "completed"
        results = batches.results(job.id)
        assert {item.custom_id for item in results} == {each["custom_id"] for each in requests}
        for item in results:
            if item.status == "ready":
                assert item.result().finish_reason == "stop"
            else:
                with pytest.raises(JobFailed, match="asset_unavailable"):
                    item.result()
        again = results.remaining(requests)
        assert again == requests[::3]
        mended = [{**request, "video": Media.asset(video)} for request in again]
        second = batches.create(mended, defaults=DEFAULTS)
        assert second.wait(timeout=500).ready_items == len(again)
        assert batches.results(second.id).remaining(mended) == []
