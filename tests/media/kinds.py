"""Media of many kinds, as `kinds.yaml` lists them, made by ffmpeg and heif-enc when a test asks."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import yaml

from tests.requirement import missing

TOOLS = {"ffmpeg": "ffmpeg", "heif-enc": "libheif-examples"}
LIST = Path(__file__).with_name("kinds.yaml")
_VIDEO = "-f lavfi -i testsrc2=size=640x360:rate=10:duration=5"
_TONE = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=5"
_FFMPEG = 'ffmpeg() { command ffmpeg -nostdin -y -loglevel error "$@"; }\n'


@attrs.frozen
class Kind:
    """A kind of media: the file, the command that makes it, and what it is."""

    file: str
    command: str
    kind: str | None
    accepted: frozenset[str]
    reason: str | None = None

    @property
    def reads(self) -> list[str]:
        """The files of the list that the command reads."""
        words = re.findall(r"[\w.-]+", self.command)
        return [word for word in dict.fromkeys(words) if word in KINDS and word != self.file]


def _kinds() -> Iterator[Kind]:
    for group in yaml.load(LIST.read_text(encoding="utf-8"), yaml.CSafeLoader):
        for file, command in group["files"].items():
            accepted = frozenset(group["accepted"])
            yield Kind(file, command, group["kind"], accepted, group.get("reason"))


ALL = list(_kinds())
KINDS = {kind.file: kind for kind in ALL}


def missing_tools() -> str | None:
    """What has to be installed to make the files; None if nothing has."""
    packages = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
    return f"on Debian: apt-get install {' '.join(packages)}" if packages else None


def require_tools() -> None:
    """Skip the tests that make media where the tools are missing; fail where they must be there."""
    if reason := missing_tools():
        missing("DODECA_MEDIA", reason)


def make(file: str, folder: Path) -> Path:
    """Make a file of the list in a folder, unless it is there."""
    path, kind = folder / file, KINDS[file]
    if path.exists():
        return path
    for source in kind.reads:
        make(source, folder)
    command = f'set -e\n{_FFMPEG}OUT="{file}"\n{kind.command}'
    environment = os.environ | {"VIDEO": _VIDEO, "TONE": _TONE}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{kind.command}: {done.stderr}"
    assert path.exists(), f"{kind.command} made no {file}: {done.stderr}"
    return path
