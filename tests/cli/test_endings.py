"""How commands end: exit status, errors in one line, and earlier results kept."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dodeca import Embeddings
from dodeca._base.text import printable
from dodeca.cli import app
from dodeca.emulator import Emulator
from dodeca.emulator.server import serving

from .conftest import CANARY, Run, Server

DODECA = Path(sys.executable).parent / "dodeca"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["embd"], "Did you mean 'embed'?"),
        (["embed"], "Missing argument"),
        (["embed", "--nope"], "No such option: --nope"),
        (["embed", "a.mp4", "--via", "pigeon"], "'pigeon' is not one of"),
        (["embed", "a.mp4", "--timeout", "-1"], "-1.0 is not in the range"),
        (["tasks", "wait", "x", "--timeout", "-1"], "-1.0 is not in the range"),
        (["embed", "a.mp4", "--segmentation", "fixed:1"], "from 2 to 10, got 1"),
        (["embed", "a.mp4", "--segmentation", "cut"], "must be fixed:SECONDS or dynamic:SECONDS"),
        (["embed", "a.mp4", "--segmentation", "fixed"], "must be fixed:SECONDS or dynamic:SECONDS"),
        (["embed", "a.mp4", "--segmentation", "fixed:x"], "must be fixed:SECONDS or dynamic:"),
        (["search", "red", "x.parquet", "--weight", "visual"], "--weight is MODALITY=NUMBER"),
        (["search", "red", "--index", "x", "--merge"], "are for Parquet files"),
        (["embed", "a.mp4", "-o", "/nowhere/x.parquet"], "there is no folder /nowhere"),
        (["report", "a.mp4", "x", "-o", "/nowhere/x.html"], "there is no folder /nowhere"),
        (["report", "a.mp4", *(["x"] * 10)], "1 to 9 queries, got 10"),
        (["report", "https://x.example/a.mp4", "x"], "a local video or audio file"),
        (["search", "red"], "name either Parquet files or --index"),
        (["upload", "a", "b", "--resume", "x"], "--resume needs exactly one file"),
        (["check", "--for", "fun", "a.mp4"], "'fun' is not one of"),
        (["--emulated", "--base-url", "https://x.example", "index", "list"], "exclude each other"),
    ],
)
def test_a_wrong_command_line_is_status_2_and_one_line(
    dodeca: Run, words: list[str], said: str
) -> None:
    done = dodeca(*words)
    assert done.status == 2
    assert done.out == ""
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("dodeca: ")
    assert "--help)" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--emulated", "embed", "missing.mp4"], "missing.mp4"),
        (["--emulated", "embed", "https://user:pass@host/x.mp4"], "a user name or password"),
        (["--emulated", "--emulator-db", "/nowhere/x.db", "index", "list"], "unable to open"),
        (["--emulated", "search", "red", "nothing.parquet"], "no such file: nothing.parquet"),
        (["--emulated", "embed", "."], ". is a folder; use `dodeca run`"),
        (
            ["--emulated", "embed", "--as", "text", "x", "--end", "4"],
            "for video and audio, not for text",
        ),
        (["--base-url", "http://127.0.0.1:9/v1.3", "index", "list"], "127.0.0.1:9: "),
        (["--base-url", "http://api.example/v1.3", "index", "list"], "plain http"),
        (["--emulated", "tasks", "show", "x"], "no task 'x'"),
    ],
)
def test_an_error_is_status_1_and_one_line(dodeca: Run, words: list[str], said: str) -> None:
    done = dodeca(*words)
    assert done.status == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("dodeca: ")
    assert said in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["embed", "missing.mp4"], "No such file or directory"),
        (["embed", "0f4b7abc4cb0cac042e812be"], "For the id of an uploaded asset use asset:ID"),
        (["embed", "s3://bucket/x.mp4"], "its content on stdin as `-`"),
        (["--base-url", "http://api.example/v1.3", "index", "list"], "is plain http"),
        (["embed", "photo.gif"], "ffmpeg -i INPUT -frames:v 1 OUTPUT.png"),
        (["run", "films.csv", "-o", "library"], "No such file"),
    ],
)
def test_errors_say_what_to_type_in_a_shell(
    dodeca: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "photo.gif").write_bytes(b"GIF89a")
    (tmp_path / "films.csv").write_text("path\nmissing.mp4\n")
    done = dodeca(*words) if words[0] == "--base-url" else dodeca("--emulated", *words)
    assert said in done.err + done.out
    assert not re.search(r"\(\.\.\.\)|Media\.|\w=\.\.\.", done.err + done.out)


def test_clip_options_are_not_for_images(dodeca: Run, media: Path) -> None:
    done = dodeca("--emulated", "embed", media / "red.jpg", "--segmentation", "fixed:4")
    assert (done.status, "for video and audio, not for images" in done.err) == (1, True)


def test_names_in_brackets_are_shown_as_they_are(
    dodeca: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    videos = [tmp_path / "holiday [best].mp4", tmp_path / "[" / "b].mp4"]
    videos[1].parent.mkdir()
    for video in videos:
        video.write_bytes(b"no video")
    done = dodeca("--emulated", "run", *videos, "-o", tmp_path / "library")
    assert done.status == 3
    assert all(str(video) in done.out for video in videos)


def test_no_command_is_help(dodeca: Run) -> None:
    for words in ([], ["index"]):
        done = dodeca(*words)
        assert (done.status, done.err) == (2, "")
        assert "Usage: dodeca" in done.out


def test_without_a_key_the_error_says_what_to_do(
    dodeca: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWELVELABS_API_KEY")
    done = dodeca("index", "list")
    assert done.status == 1
    assert done.err == (
        "dodeca: no API key: set TWELVELABS_API_KEY; `dodeca --emulated` needs none\n"
    )


def test_an_error_of_the_api_is_one_line(server: Server, media: Path) -> None:
    on_server = server(faults=[{"fault": "401", "times": None}])
    done = on_server("embed", media / "red.jpg", media / "tiny.png")
    assert done.status == 1
    assert done.err.startswith("dodeca: [401")
    assert len(done.err.splitlines()) == 1


def test_a_rate_limit_is_status_75_and_says_when(
    server: Server, media: Path, tmp_path: Path
) -> None:
    fault = {"fault": "429", "times": None, "retry_after": 7200, "skip": 1}
    on_server = server(faults=[fault])
    target = tmp_path / "vectors.parquet"
    words = ("embed", media / "red.jpg", media / "red.jpg", media / "red.jpg", "-o", target)
    done = on_server(*words)
    assert done.status == 75
    assert "try again in 7200 s" in done.err
    assert len(Embeddings.load(target)) == 1


def test_some_of_several_inputs_failing_is_status_3(
    dodeca: Run, media: Path, tmp_path: Path
) -> None:
    target = tmp_path / "vectors.parquet"
    files = [media / name for name in ("red.jpg", "broken.mp4", "tiny.png", "tones.wav")]
    done = dodeca("--emulated", "embed", *files, "-o", target)
    assert done.status == 3
    assert Embeddings.load(target).source_id.distinct() == [str(files[0]), str(files[3])]
    lines = done.err.splitlines()
    assert lines[0].startswith(f"dodeca: {files[1]}: ")
    assert lines[1].startswith(f"dodeca: {files[2]}: ")
    assert "2 of 4 failed" in lines[2]


def test_quiet_leaves_errors_but_no_notes(dodeca: Run, media: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.parquet"
    done = dodeca("--emulated", "-q", "embed", media / "red.jpg", "-o", target)
    assert (done.status, done.out, done.err) == (0, f"{target}\n", "")
    done = dodeca("--emulated", "-q", "embed", media / "tiny.png")
    assert "128x128" in done.err


def test_control_characters_are_not_printed(dodeca: Run, tmp_path: Path) -> None:
    name = "\x1b]0;owned\x07 [red]\udcff.mp4"
    done = dodeca("--emulated", "embed", tmp_path / name)
    assert done.status == 1
    (tmp_path / name).write_bytes(b"nothing")
    checked = dodeca("check", tmp_path / name)
    for text in (done.err, checked.out, checked.err):
        assert "\x1b" not in text
        assert "\x07" not in text
    assert "[red]" in checked.out
    assert printable("a\x1b[31mb\n\udcff") == "a\ufffd[31mb\ufffd\ufffd"
    assert dodeca("--json", "check", tmp_path / name).records[0]["refused"] is False


def test_a_character_that_the_terminal_cannot_show_becomes_a_question_mark(
    monkeypatch: pytest.MonkeyPatch, media: Path, tmp_path: Path
) -> None:
    streams = {name: io.TextIOWrapper(io.BytesIO(), "ascii") for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    found, missing = tmp_path / "größe.mp4", tmp_path / "länge.mp4"
    found.write_bytes((media / "clip.mp4").read_bytes())
    statuses = []
    for words in (["check", found], ["--emulated", "embed", missing]):
        monkeypatch.setattr(sys, "argv", ["dodeca", *map(str, words)])
        statuses.append(app.execute())
    assert statuses == [0, 1]
    shown = {name: stream.buffer.getvalue().decode() for name, stream in streams.items()}
    assert "gr??e.mp4" in shown["stdout"]
    assert "l?nge.mp4" in shown["stderr"]


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run([DODECA, *map(str, words)], capture_output=True, text=True, env=env)


def test_help_loads_next_to_nothing() -> None:
    code = (
        "import sys; sys.argv = ['dodeca', '--help']\n"
        "from dodeca.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code)\n"
        "heavy = {'numpy', 'httpx', 'anyio', 'av', 'dodeca_api', 'attrs', 'orjson'}\n"
        "heavy |= {'dodeca.errors', 'rich.console', 'dodeca.cli.commands.embed'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["0", "[]"]


def test_completion_knows_commands_options_and_choices() -> None:
    def complete(words: str) -> list[str]:
        asked = {"_DODECA_COMPLETE": "complete_bash", "COMP_WORDS": words}
        return run(COMP_CWORD=str(len(words.split(" ")) - 1), **asked).stdout.split()

    assert complete("dodeca em") == ["embed", "emulator"]
    assert complete("dodeca embed --seg") == ["--segmentation"]
    assert complete("dodeca check --for emb") == ["embed", "embed-task"]
    within = [
        "bash",
        "-c",
        '"$0" --show-completion; exit $?',
        str(DODECA),
    ]  # the shell is detected from the parent process
    shown = subprocess.run(within, capture_output=True, text=True, check=True)
    assert "complete_bash" in shown.stdout


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
def test_an_interrupt_is_status_130_without_a_traceback(media: Path, again: bool) -> None:
    with Emulator(pace="realtime:100") as emulator, serving(emulator) as url:
        env = {**os.environ, "TWELVELABS_API_KEY": CANARY}
        index = subprocess.run(
            [DODECA, "-q", "--base-url", url, "index", "create", "films"],
            capture_output=True,
            text=True,
            env=env,
            check=True,
        ).stdout.strip()
        command = [DODECA, "--base-url", url, "index", "add", index, media / "clip.mp4"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
        deadline = time.monotonic() + 20
        while not any(entry.operation == "tasks_retrieve" for entry in emulator.access_log.last):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        while again and process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.001)
        _, said = process.communicate(timeout=20)
    # An interrupt at the very end ends the interpreter by the signal; shells show 130, too.
    assert process.returncode in ((130, -signal.SIGINT) if again else (130,))
    assert said.strip() == ""


def test_a_closed_pipe_prints_no_error(media: Path) -> None:
    command = f"'{DODECA}' --emulated --json embed '{media / 'clip.mp4'}' | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert len(done.stdout) == 10
    assert done.stderr == ""


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['typer'] = None; sys.argv = ['dodeca']\n"
        "from dodeca.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "pip install 'dodeca[cli]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_emulator_is_served_to_any_client() -> None:
    process = subprocess.Popen(
        [DODECA, "emulator", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().split()[-1]
        done = run("--json", "--base-url", url, "index", "create", "films", TWELVELABS_API_KEY="x")
        assert json.loads(done.stdout)["index_name"] == "films"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_nothing_is_embedded_that_cannot_be_written(
    server: Server, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    on_server = server(faults=[{"fault": "500", "times": None}])  # any request would fail
    done = on_server("embed", media / "red.jpg", "-o", tmp_path / "x.parquet")
    assert done.status == 1
    assert "pip install 'dodeca[data]'" in done.err


@pytest.mark.parametrize(("command", "queries"), [("embed", []), ("report", ["blue"])])
def test_an_input_is_never_overwritten(
    dodeca: Run, media: Path, tmp_path: Path, command: str, queries: list[str]
) -> None:
    own, link = tmp_path / "own.mp4", tmp_path / "link.mp4"
    own.write_bytes(before := (media / "clip.mp4").read_bytes())
    link.symlink_to(own)
    for target in (own, link):
        done = dodeca("--emulated", command, own, *queries, "-o", target)
        assert (done.status, own.read_bytes()) == (2, before)
        assert "would overwrite the input" in done.err
        assert link.is_symlink()


@pytest.mark.parametrize(("command", "queries"), [("embed", []), ("report", ["blue"])])
def test_an_output_that_cannot_be_a_file_is_rejected_before_anything_is_sent(
    server: Server,
    media: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    queries: list[str],
) -> None:
    on_server = server(faults=[{"fault": "500", "times": None}])
    words = (command, media / "clip.mp4", *queries)
    done = on_server(*words, "-o", tmp_path)
    assert (done.status, "is a folder" in done.err) == (2, True)
    monkeypatch.setattr(os, "access", lambda *_: False)
    done = on_server(*words, "-o", tmp_path / "x.out")
    assert (done.status, "cannot be written to" in done.err) == (2, True)
