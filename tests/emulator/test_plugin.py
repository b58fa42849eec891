import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dodeca import emulator

ROOT = Path(__file__).parents[2]
TESTS = """
import httpx
import pytest

from dodeca.emulator import EmulatorTransport

KEY = {"x-api-key": "any"}


def test_in_this_process(dodeca_emulator):
    transport = EmulatorTransport(dodeca_emulator)
    with httpx.Client(transport=transport, base_url="http://x/v1.3", headers=KEY) as http:
        before = http.post("/assets", data={"method": "direct"}, files={"file": ("a", b"a")}).json()
        dodeca_emulator.clock.advance(60)
        after = http.post("/assets", data={"method": "direct"}, files={"file": ("a", b"a")}).json()
    assert (before["created_at"], after["created_at"]) == (
        "2025-01-01T00:00:00.000Z",
        "2025-01-01T00:01:00.000Z",
    )


def test_behind_an_address(dodeca_emulator, dodeca_emulator_url):
    assert httpx.get(dodeca_emulator_url + "/assets", headers=KEY, timeout=60).json()["data"] == []
    assert dodeca_emulator.access_log.last[-1].operation == "assets_list"


class TestOptions:
    @pytest.fixture
    def dodeca_emulator_options(self, tmp_path):
        return {"media": tmp_path, "faults": [{"fault": 429}]}

    def test_come_from_a_fixture(self, dodeca_emulator, dodeca_emulator_url):
        statuses = [
            httpx.get(dodeca_emulator_url + "/assets", headers=KEY, timeout=60).status_code
            for _ in "ab"
        ]
        assert statuses == [429, 200]
"""


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        # The plugin is named here, so that the test does not depend on how it is installed.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_fixtures_serve_the_tests_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "test_project.py").write_text(TESTS)
    done = python(
        *("-m", "pytest", "-q", "-W", "error", "-p", "dodeca.emulator.pytest_plugin"), cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_tests_of_the_page_on_testing_run(tmp_path: Path) -> None:
    page = (ROOT / "facade/docs/guide/testing.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_app.py").write_text("".join(shown))
    done = python(
        *("-m", "pytest", "-q", "-W", "error", "-p", "dodeca.emulator.pytest_plugin"), cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_without_the_extra_the_fixture_names_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import sys\nsys.modules['jsonschema_rs'] = None\n")
    (tmp_path / "test_project.py").write_text("def test_it(dodeca_emulator): ...\n")
    done = python("-m", "pytest", "-q", "-p", "dodeca.emulator.pytest_plugin", cwd=tmp_path)
    assert "this fixture needs the extra `emulator`: pip install" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_plugin_loads_nothing_of_the_emulator(tmp_path: Path) -> None:
    code = "import dodeca.emulator.pytest_plugin, sys; print(*sys.modules)"
    loaded = python("-c", code, cwd=tmp_path).stdout.split()
    assert "dodeca.emulator.pytest_plugin" in loaded
    assert not {"av", "numpy", "httpx", "uvicorn", "dodeca.emulator.core"}.intersection(loaded)


def test_public_names_are_there_and_no_others() -> None:
    assert all(getattr(emulator, name) for name in emulator.__all__)
    assert set(emulator._MODULES) == set(emulator.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Simulator'"):
        emulator.Simulator  # noqa: B018
