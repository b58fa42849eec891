"""The page "From a folder to clips": its commands do what it says, one after the other."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import httpx
import pytest

from tests.browse.four_commands import commands, make_folder
from tests.depth import DEEP

DODECA = Path(sys.executable).parent / "dodeca"


def dodeca(*words: str, folder: Path) -> list[dict[str, object]]:
    """What a command prints as JSON lines."""
    command = [DODECA, "--emulated", "--json", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def search_on_the_page(words: list[str], folder: Path) -> list[str]:
    """The best results on the page of `dodeca browse`, by the names of their sources."""
    command = [DODECA, "--emulated", "--json", *words]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout
            url = json.loads(process.stdout.readline())["url"]
            with httpx.Client(base_url=url, timeout=60) as page:
                assert "<html" in page.get("").text
                sources = page.get("api/library").json()["sources"]
                names = {source["id"]: source["name"] for source in sources}
                body = {"query": {"text": "a blue sky"}, "limit": 5}
                found = page.post("api/search", json=body).json()
                address = next(hit["thumbnail"] for hit in found["hits"] if hit["thumbnail"])
                assert page.get(address).headers["content-type"] == "image/jpeg"
        finally:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    return [names[hit["source_id"]] for hit in found["hits"]]


@pytest.mark.skipif(not DEEP, reason="four processes, and encoding: part of make test-deep")
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal")
def test_four_commands_lead_from_a_folder_to_clips(tmp_path: Path) -> None:
    make_folder(tmp_path / "videos")
    found = commands()
    assert list(found) == ["check", "run", "browse", "cut"]

    checked = dodeca(*found["check"], folder=tmp_path)
    assert len(checked) == 7
    assert not any(each["refused"] for each in checked)

    *failures, run = dodeca(*found["run"], folder=tmp_path)
    assert (failures, run["done"], run["failed"]) == ([], 7, 0)

    best = search_on_the_page(found["browse"], tmp_path)
    assert {"coast-dawn.mp4", "lake-dawn.mp4", "harbour-night.mp4"} <= set(best)
    assert (tmp_path / "library" / "queries.sqlite").is_file()

    clips = dodeca(*found["cut"], folder=tmp_path)
    assert len(clips) == 4
    for clip in clips:
        with av.open(tmp_path / str(clip["file"])) as container:
            assert container.streams.video
            assert container.streams.audio
            seconds = float(clip["end_sec"]) - float(clip["start_sec"])  # type: ignore[arg-type]
            assert (container.duration or 0) / av.time_base == pytest.approx(seconds, abs=0.3)
    assert (tmp_path / "clips.png").read_bytes().startswith(b"\x89PNG")
