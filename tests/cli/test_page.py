"""The page about the command: its examples print what it shows, its JSON fields are there."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import typer

from dodeca.cli.app import app
from dodeca.results import Analysis, Asset, Index, Video

from .conftest import Run

PAGE = Path(__file__).parents[2] / "facade" / "docs" / "guide" / "command-line.md"
TEXT = PAGE.read_text("utf-8")
# What differs from run to run: ids and times of creation.
VARYING = re.compile(r"\b[0-9a-f]{24}\b|\b\d{4}-\d\d-\d\d \d\d:\d\d\b")
COLOURS = re.compile("\x1b\\[[0-9;]*m")
SCORE = re.compile(r"\b\d\.\d{3,4}\b")  # its last digit is the audio encoder's
PIPE = " | cat"
ASSIGNMENT = re.compile(r"(\w+)=\$\((.*)\)")


def leaves(command: Any, *words: str) -> Iterator[str]:
    """The words of each command that is no group."""
    if not hasattr(command, "commands"):
        yield " ".join(words)
        return
    for name, inner in command.commands.items():
        yield from leaves(inner, *words, name)


COMMANDS = list(leaves(typer.main.get_command(app)))


def tidy(output: str) -> list[str]:
    plain = COLOURS.sub("", output)
    lines = (VARYING.sub("<…>", line).rstrip() for line in plain.splitlines())
    return [line for line in lines if line]


def is_like(printed: str, shown: str) -> bool:
    """Whether a line is what the page shows; a page may end a long one with "…"."""
    if shown.endswith("…"):
        return printed.startswith(shown[:-1])
    scores = [[float(score) for score in SCORE.findall(line)] for line in (printed, shown)]
    return scores[0] == pytest.approx(scores[1], abs=0.002) and (
        SCORE.sub("<score>", printed) == SCORE.sub("<score>", shown)
    )


@pytest.fixture
def folder(sample_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(sample_files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_the_examples_print_what_the_page_shows(
    dodeca: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = "".join(re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
    _, *commands = re.split(r"^\$ ", examples, flags=re.MULTILINE)
    assert len(commands) > 10
    variables: dict[str, str] = {}
    for command in commands:
        line, _, shown = command.partition("\n")
        monkeypatch.setenv("FORCE_COLOR", "" if line.endswith(PIPE) else "1")
        line = line.removesuffix(PIPE)
        assigned = ASSIGNMENT.fullmatch(line)
        words = shlex.split(assigned[2] if assigned else line)
        assert words[0] == "dodeca"
        done = dodeca(*(variables.get(word, word) for word in words[1:]))
        if assigned:
            variables[f"${assigned[1]}"] = done.out.strip()
            continue
        printed, expected = tidy(done.out + done.err), tidy(shown)
        assert len(printed) == len(expected), line
        assert all(map(is_like, printed, expected)), line


def test_the_json_fields_are_those_of_the_page(on_emulator: Run, folder: Path) -> None:
    (table,) = re.findall(r"^\| command \| fields \|\n(.*?)\n\n", TEXT, re.MULTILINE | re.DOTALL)
    documented = {
        row.split("|")[1].strip(): set(re.findall(r"`(\w+)`", row.split("|")[2]))
        for row in table.splitlines()[1:]
    }
    (folder / "broken.mp4").write_bytes(b"no video")
    on_emulator("embed", "colours.mp4", "-o", "vectors.parquet")
    index = on_emulator("-q", "index", "create", "films").out.strip()
    asset = on_emulator("-q", "upload", "purple.jpg").out.strip()
    commands = {
        "`embed`, for each vector": ["embed", "purple.jpg"],
        "`search`, for each match": ["search", "red", "vectors.parquet"],
        "`cut`, for each clip": ["cut", "red", "vectors.parquet", "-k", "1"],
        "`index add`, for each video": ["index", "add", index, "colours.mp4"],
        "`search --index`": ["search", "red", "--index", index],
        "`index delete`, `assets delete`": ["assets", "delete", asset],
        "`report`": ["report", "colours.mp4", "red"],
        "`check`, for each file": ["check", "purple.jpg"],
        "`run --dry-run`": ["run", "--dry-run", "tones.wav", "-o", "library"],
        "`run`, first for each failure": ["run", "broken.mp4", "-o", "library"],
        "`tasks`, for each task": ["tasks", "list"],
    }
    found = {
        name: {field for record in on_emulator("--json", *words).records[:1] for field in record}
        for name, words in commands.items()
    }
    (end,) = on_emulator("--json", "run", "tones.wav", "-o", "other").records
    found["`run`, at the end"] = set(end)
    tasks = "`tasks`, for each task"  # each kind has some of the fields
    assert found[tasks] < documented[tasks]
    of_api = {
        "`analyze`": (Analysis, ["analyze", "colours.mp4", "What is it?"]),
        "`upload`, `assets list`": (Asset, ["upload", "purple.jpg"]),
        "`index create`, `index get-or-create`, `index list`, `index show`": (
            Index,
            ["index", "show", index],
        ),
        "`index videos`": (Video, ["index", "videos", index]),
    }
    for name, (cls, words) in of_api.items():
        (record,) = on_emulator("--json", *words).records
        assert {"id"} < record.keys() <= documented[name]
        found[name] = {field.name for field in attrs.fields(cls)} - {"extra"}
    browse = "`browse`, when the page is served"  # tests/browse starts the server
    assert found | {name: documented[name] for name in (tasks, browse)} == documented
    commands_of_page = " ".join(documented).replace(
        "`tasks`", "`tasks list` `tasks show` `tasks wait`"
    )
    silent = {name for name in COMMANDS if f"`{name}" not in commands_of_page}
    assert silent == {"emulator", "mcp"}  # servers
