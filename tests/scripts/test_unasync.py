import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST = "WORDS = [\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is derived, and of the script."""
    (tmp_path / "scripts").mkdir()
    for name in ("pyproject.toml", "scripts/__init__.py", "scripts/unasync.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    for tree in ("facade/dodeca/_async", "facade/dodeca/_sync", "tests/_async", "tests/_sync"):
        shutil.copytree(ROOT / tree, tmp_path / tree, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.unasync", "--check"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_twin_that_was_edited_is_named(copy: Path) -> None:
    assert check(copy).returncode == 0
    twin = copy / "facade/dodeca/_sync/client.py"
    twin.write_text(twin.read_text() + "\nx = 1\n")
    (copy / "tests/_sync/test_stray.py").touch()
    done = check(copy)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "facade/dodeca/_sync/client.py is not what its source gives",
        "tests/_sync/test_stray.py has no source",
    ]


def test_a_rule_that_never_matches_is_an_error(copy: Path) -> None:
    script = copy / "scripts/unasync.py"
    text = script.read_text()
    assert FIRST in text
    script.write_text(text.replace(FIRST, FIRST + '    (r"\\bAsynchronous\\w+", ""),\n'))
    done = check(copy)
    assert done.returncode == 1
    assert r"no source matches \bAsynchronous\w+" in done.stderr
