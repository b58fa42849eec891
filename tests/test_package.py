"""What a user installs: a wheel that works from anywhere, and types that say something."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import pages

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DEEP = os.environ.get("DODECA_DEEP") == "1"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_two_packages_and_their_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"dodeca", "dodeca_api", wheel.name[: -len("-py3-none-any.whl")] + ".dist-info"}
    assert {"dodeca/py.typed", "dodeca_api/py.typed", "dodeca_api/openapi.json"} <= set(names)


def environment(folder: Path, *names: str) -> Path:
    """A fresh environment in `folder` with the packages of these names; returns its Python."""
    uv, python = BIN / "uv", folder / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", sys.executable, folder, cwd=folder.parent)
    pins = ("--constraints", ROOT / "requirements.lock")
    run(uv, "pip", "install", "--quiet", "--python", python, *pins, *names, cwd=folder.parent)
    return python


def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "env", f"{wheel}[emulator]")
    code = (
        "import dodeca; client = dodeca.Client.emulated();"
        "print(client.embed.text('red').vectors.shape, dodeca.__file__); client.close()"
    )
    shown = run(python, "-c", code, cwd=tmp_path)
    assert shown.startswith("(1, 512)")
    assert str(tmp_path / "env") in shown


@pytest.mark.parametrize(
    "page", pages.PROGRAMS if DEEP else [pages.README], ids=lambda page: page.stem
)
def test_the_install_line_of_a_page_is_enough_for_it(
    page: Path, wheel: Path, tmp_path: Path
) -> None:
    names = [
        f"{wheel}{name.removeprefix('.')}" if name.startswith(".") else name
        for name in pages.requirements(page)
    ]
    python = environment(tmp_path / "env", *names)
    folder = tmp_path / "empty"
    folder.mkdir()
    assert not pages.differences(page, run(python, "-c", pages.program(page), cwd=folder))
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    for command in pages.commands(page):
        run("bash", "-c", command, cwd=folder, PATH=path)


USER_SCRIPT = """
from dodeca import AsyncClient, Client, Media, segmentation

client = Client("key")
reveal_type(client.embed.text("x"))
reveal_type(client.embed.tasks.video(Media.asset("1")).wait())
reveal_type(client.embed.video("a.mp4", segmentation=segmentation.fixed(5)).vectors)
reveal_type([hit.score for hit in client.search("i", "x", search_options=["visual"])])
reveal_type(client.tasks.retrieve("t").wait().video_id)

async def main() -> None:
    reveal_type(await AsyncClient("key").embed.text("x"))
"""
REVEALED = [
    "Embeddings",
    "Embeddings",
    "ndarray",
    "list[float | None]",
    "str | None",
    "Embeddings",
]


@pytest.mark.parametrize(
    "checker",
    [
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"],
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable],
    ],
    ids=["mypy", "pyright"],
)
def test_types_reach_a_user_s_script(checker: list[str], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(USER_SCRIPT)
    shown = run(*checker, script, cwd=tmp_path).replace("builtins.", "")
    revealed = [line for line in shown.splitlines() if "evealed type" in line or "Type of" in line]
    assert len(revealed) == len(REVEALED)
    for line, expected in zip(revealed, REVEALED, strict=True):
        assert expected in line
        assert "Unset" not in line


def test_the_vendor_s_package_works_beside_ours() -> None:
    code = (
        "import dodeca, twelvelabs;"
        "client = dodeca.Client.emulated(); vendor = twelvelabs.TwelveLabs(api_key='key');"
        "print(len(client.embed.text('red')), type(vendor).__name__); client.close()"
    )
    assert run(sys.executable, "-c", code, cwd=ROOT) == "1 TwelveLabs\n"
