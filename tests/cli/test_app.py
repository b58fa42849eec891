"""The command, as a shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

from dodeca.emulator import samples

DODECA = Path(sys.executable).parent / "dodeca"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DODECA, *map(str, words)], capture_output=True, text=True)


def test_a_text_becomes_one_json_line() -> None:
    done = run("embed", "--emulated", "--json", "--text", "a red car")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["embedding"]) == 512


def test_files_are_told_apart_by_their_names(tmp_path: Path) -> None:
    video, sound, picture = samples.write_all(tmp_path)
    assert "visual" in run("embed", "--emulated", video).stdout
    assert "visual" not in run("embed", "--emulated", sound).stdout
    assert len(run("embed", "--emulated", "--json", picture).stdout.splitlines()) == 1


def test_an_error_is_one_line_and_an_exit_status() -> None:
    done = run("embed", "--emulated", "missing.mp4")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "missing.mp4" in done.stderr
    assert "Traceback" not in done.stderr
