"""What a user installs: a wheel that works from anywhere, and types that say something."""

import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dodeca.emulator import Emulator, samples, serving
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


def test_the_wheel_holds_all_that_its_pages_load(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folder = ROOT / "facade/dodeca/browse/static"
    assets = [path for path in folder.rglob("*") if path.is_file()]
    assert len(assets) > 15
    for path in [*assets, *(ROOT / "facade/dodeca/report").glob("page.*")]:
        assert path.relative_to(ROOT / "facade").as_posix() in names
        # Modules and style sheets name each other by relative addresses.
        loaded = re.findall(r"(?:from |import\()\"(\./[^\"]+)\"", path.read_text())
        for other in loaded if path.parent == folder else []:
            assert (path.parent / other).exists(), other
    assert "dodeca/browse/static/vendor/hls.LICENSE" in names


def test_the_readme_of_the_wheel_stands_alone(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
    metadata = email.message_from_bytes(archive.read(name))
    readme = str(metadata.get_payload())
    assert re.findall(r"\]\((?!https://)", readme) == []
    assert "Two bar charts" not in readme
    assert "- Guide and reference; `make docs` builds them as a site\n" in readme
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_the_sdist_is_whole_and_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        assert not [member.name for member in archive if member.issym()]
        archive.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    for link in re.findall(r"\]\((?!https://)([^)#]*)", (source / "README.md").read_text()):
        assert (source / link).exists(), link
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    made = zipfile.ZipFile(next(tmp_path.glob("*.whl")))
    assert sorted(made.namelist()) == sorted(zipfile.ZipFile(wheel).namelist())


def test_the_package_names_the_versions_of_python_it_is_tested_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [c.rpartition(" ")[2] for c in project["project"]["classifiers"] if ":: 3." in c]
    assert named == ["3.11", "3.12", "3.13"]
    for requirement in project["build-system"]["requires"]:
        assert "<" in requirement, "a later major version may build something else"


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


# What each extra alone is for, against a server in another environment.
EXTRAS = {
    "emulator": """
from pathlib import Path
from dodeca.emulator.faults import faults_from_file
with dodeca.Client.emulated() as emulated:
    print(len(emulated.embed.text("red")))
Path("faults.yaml").write_text("- fault: 429")
print(len(faults_from_file(Path("faults.yaml"))))
""",
    "media": """
from pathlib import Path
from dodeca.video.probe import probe
from dodeca.video.thumbnails import thumbnail
print(len(thumbnail(Path("colours.mp4"), 3.0)))
print(probe(Path("colours.mp4")).duration)
print(len(client.embed.video("colours.mp4")))
""",
    "data": """
video = client.embed.video("colours.mp4")
video.to_parquet("colours.parquet")
print(len(dodeca.Embeddings.load("colours.parquet")), len(video.to_pandas()))
""",
    "plot": """
client.embed.video("colours.mp4").plot(client.embed.text("red")).savefig("plot.png")
""",
    "progress": """
client.assets.upload("colours.mp4", progress=True)
""",
    "speed": """
import simdjson
print(len(client.embed.video("colours.mp4")))
""",
    "langchain": """
from dodeca.langchain import DodecaEmbeddings
print(len(DodecaEmbeddings(client).embed_query("red")))
""",
    "bulk": """
assert client.embed.run("colours.mp4", out="library").done == 1
print(len(dodeca.Embeddings.load("library").to_pandas()))
""",
    "export": """
found = client.embed.video("colours.mp4").search("red", k=2, client=client)
print(found.to_srt("red.srt"), found.to_edl("red.edl"), found.to_otio("red.otio"))
""",
    "browse": """
import json, subprocess, sys
from pathlib import Path
import httpx
client.embed.run("colours.mp4", out="library")
command = [str(Path(sys.executable).with_name("dodeca")), "--base-url", url, "--json", "browse"]
with subprocess.Popen([*command, "library", "--no-open"], stdout=subprocess.PIPE) as process:
    page = json.loads(process.stdout.readline())["url"]
    print(httpx.get(page + "api/library").raise_for_status().json()["segments"])
    process.terminate()
""",
    "mcp": """
import asyncio, sys
from pathlib import Path
import mcp
client.embed.run("colours.mp4", out="library")
command = str(Path(sys.executable).with_name("dodeca"))
async def main():
    started = mcp.StdioServerParameters(
        command=command, args=["--base-url", url, "mcp", "library"],
        env={"TWELVELABS_API_KEY": "key"},
    )
    async with mcp.Client(mcp.stdio_client(started)) as agent:
        found = await agent.call_tool("search", {"text": "red", "limit": 2})
        assert len(found.structured_content["hits"]) == 2, found
asyncio.run(main())
""",
    "lance": """
assert client.embed.run("colours.mp4", out="library.lance").done == 1
""",
    "ray": """
assert client.embed.run("colours.mp4", out="library", engine="ray").done == 1
""",
    "cli": """
import subprocess, sys
from pathlib import Path
command = [str(Path(sys.executable).with_name("dodeca"))]
subprocess.run([*command, "--help"], check=True)
client.embed.run("colours.mp4", out="library")
subprocess.run([*command, "--base-url", url, "search", "red", "library"], check=True)
subprocess.run(
    [*command, "--base-url", url, "report", "colours.mp4", "red", "-o", "r.html"], check=True
)
""",
}


def test_every_extra_has_an_example() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert EXTRAS.keys() == project["optional-dependencies"].keys() - {"all"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Emulator() as emulator, serving(emulator) as address:
        yield address


@pytest.mark.skipif(not DEEP, reason="installs many packages; `make test-deep` does it")
@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_alone_is_enough_for_what_it_is_for(
    extra: str, wheel: Path, url: str, tmp_path: Path
) -> None:
    python = environment(tmp_path / "env", f"{wheel}[{extra}]")
    try_out(python, EXTRAS[extra], url, tmp_path)


def try_out(python: Path, code: str, url: str, folder: Path) -> None:
    """Run an example in a folder with samples; `client` is a client of the server at `url`."""
    samples.write_all(folder)
    start = f"import dodeca; url = {url!r}; client = dodeca.Client('key', base_url=url)\n"
    run(python, "-c", start + code + "\nclient.close()", cwd=folder, TWELVELABS_API_KEY="key")


USER_SCRIPT = """
import pydantic
from dodeca import AsyncClient, Client, Media, segmentation

class Scene(pydantic.BaseModel):
    title: str

client = Client("key")
reveal_type(client.embed.text("x"))
reveal_type(client.embed.tasks.video(Media.asset("1")).wait())
reveal_type(client.embed.video("a.mp4", segmentation=segmentation.fixed(5)).vectors)
reveal_type([hit.score for hit in client.search("i", "x", search_options=["visual"])])
reveal_type(client.tasks.retrieve("t").wait().video_id)
reveal_type(client.analyze("?", video="a.mp4").parsed)
reveal_type(client.analyze("?", video="a.mp4", response_format={"type": "object"}).parsed)
reveal_type(client.analyze("?", video="a.mp4", response_format=Scene).parsed)
reveal_type(client.analyze.stream("?", video="a.mp4", response_format=Scene).parsed)
reveal_type(client.analyze.tasks.create("?", video="a.mp4", response_format=Scene).wait())

async def main() -> None:
    reveal_type(await AsyncClient("key").embed.text("x"))
"""
REVEALED = [
    "Embeddings",
    "Embeddings",
    "ndarray",
    "list[float | None]",
    "str | None",
    "Any",
    "Any",
    "Scene",
    "Scene | None",
    "Scene]",
    "Embeddings",
]


@pytest.mark.skipif(not DEEP, reason="checks all of it twice; `make test-deep` does it")
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
