"""`dodeca browse` as a process: what it prints, what it serves, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from dodeca.cli import app
from tests.depth import depth

DODECA = Path(sys.executable).with_name("dodeca")


@pytest.mark.skipif(os.name == "nt", reason="a process of its own has no Ctrl-C on Windows")
@pytest.mark.parametrize(
    ("options", "how"),
    [((), signal.SIGINT), *depth([], deep=[(("--json",), signal.SIGTERM), (("-q",), None)])],
)
def test_the_page_is_served_until_it_is_ended(
    dataset: Path, tmp_path: Path, options: tuple[str, ...], how: signal.Signals | None
) -> None:
    process = subprocess.Popen(
        [DODECA, "--emulated", *options, "browse", str(dataset), "--clips", "cut here"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with process:
        assert process.stdout
        line = process.stdout.readline()
        if "--json" in options:
            record = json.loads(line)
            assert record["name"] == "library"
            url = record["url"]
        else:
            url = line.strip()
        found = httpx.get(f"{url}api/library", timeout=60)
        assert found.json()["name"] == "library"
        assert found.json()["clips_folder"] == str(tmp_path / "cut here")
        assert httpx.get(url, timeout=60).headers["content-type"].startswith("text/html")
        process.send_signal(how or signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    token = httpx.URL(url).path.strip("/")
    assert token not in errors  # of this machine's logs
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []  # what it made is gone, and no clip was saved


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        ([], 2, "name either a library or, with --index, an index"),
        (["library", "--index", "some"], 2, "either a library or"),
        (["nowhere"], 1, "nowhere"),
        (["--index", "0123456789abcdef01234567"], 1, "404"),
        (["library", "--port", "65536"], 2, "65536"),
    ],
)
def test_what_cannot_be_opened(
    dataset: Path,
    words: list[str],
    status: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(dataset.parent)
    monkeypatch.setattr(sys, "argv", ["dodeca", "--emulated", "browse", *words])
    assert app.execute() == status
    assert reason in capfd.readouterr().err


def test_a_port_that_is_taken(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["dodeca", "--emulated", "browse", str(dataset), "--port", port]
        monkeypatch.setattr(sys, "argv", words)
        assert app.execute() == 1
    assert f"cannot be served on port {port}" in capfd.readouterr().err
