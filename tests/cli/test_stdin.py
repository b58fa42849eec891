"""What `-` stands for: the text or the media on stdin."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dodeca import Client, Embeddings

from .conftest import Run

Stdin = Callable[[bytes], None]


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Stdin:
    """`stdin(content)` makes these bytes the stdin of the next command."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def test_a_text_on_stdin_is_embedded(dodeca: Run, stdin: Stdin, tmp_path: Path) -> None:
    with Client.emulated() as client:
        expected = client.embed.text("a red cär")[0].vector
    stdin("a red cär\n".encode())
    (record,) = dodeca("--emulated", "--json", "embed", "--as", "text", "-").records
    assert record["source"] == "a red cär"
    assert record["embedding"] == pytest.approx(expected.tolist())
    target = tmp_path / "x.parquet"
    stdin(b"blue")
    assert dodeca("--emulated", "embed", "--as", "text", "-", "red", "-o", target).status == 0
    assert Embeddings.load(target).source_id.distinct() == ["blue", "red"]
    stdin(b"red")
    found = dodeca("--emulated", "--json", "search", "-", target).records
    assert found[0]["source"] == "red"


def test_media_on_stdin_are_sent(on_emulator: Run, media: Path, stdin: Stdin) -> None:
    image = (media / "red.jpg").read_bytes()
    stdin(image)
    (record,) = on_emulator("--json", "embed", "--as", "image", "-").records
    assert record["source"] == "-"
    stdin(image)
    assert on_emulator("--json", "upload", "-").records[0]["size"] == len(image)
    stdin((media / "clip.mp4").read_bytes())
    assert "red" in on_emulator("analyze", "-", "What colours are there?").out
    stdin(b"What colours are there?")
    assert "red" in on_emulator("analyze", media / "clip.mp4", "-").out


@pytest.mark.parametrize(
    ("words", "content", "said"),
    [
        (["embed", "-"], b"x", "--as says what stdin holds"),
        (["embed", "--as", "text", "-"], b"", "stdin is empty"),
        (["embed", "--as", "text", "-"], b" \n", "stdin is empty"),
        (["embed", "--as", "text", "-"], b"\xff\xfe", "stdin is not UTF-8"),
        (["embed", "--as", "text", "-", "-"], b"x", "`-` can be given once"),
        (["analyze", "-", "-"], b"x", "`-` can be given once"),
        (["report", "-", "red"], b"x", "a local video or audio file"),
    ],
)
def test_what_stdin_cannot_be_is_refused(
    dodeca: Run, stdin: Stdin, words: list[str], content: bytes, said: str
) -> None:
    stdin(content)
    done = dodeca("--emulated", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_schema_gives_json(dodeca: Run, media: Path, tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"colours": {"type": "string"}}}
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    words = ("--emulated", "analyze", media / "clip.mp4", "What colours?", "--schema")
    assert json.loads(dodeca(*words, file).out).keys() == {"colours"}
    (analysis,) = dodeca("--json", *words, file).records
    assert json.loads(analysis["data"]).keys() == {"colours"}
    file.write_text("[1]")
    done = dodeca(*words, file)
    assert (done.status, "a JSON object, got [1]" in done.err) == (2, True)
    file.write_text("{")
    assert dodeca(*words, file).status == 2
    missing = dodeca(*words, tmp_path / "missing.json")
    assert (missing.status, "missing.json" in missing.err) == (2, True)


def test_a_model_is_the_one_of_all_requests(dodeca: Run, media: Path, tmp_path: Path) -> None:
    words = ("--emulated", "--json", "embed", "--model")
    record = dodeca(*words, "marengo3.0", media / "red.jpg").records[0]
    assert record["model_name"] == "marengo3.0"
    for source in (["--as", "text", "red"], [media / "red.jpg"], [media / "clip.mp4"]):
        done = dodeca(*words, "marengo9.9", *source)
        assert (done.status, "marengo9.9" in done.err or "model" in done.err) == (1, True)
    done = dodeca(
        *("--emulated", "report", media / "clip.mp4", "red", "--model", "marengo9.9"),
        *("-o", tmp_path / "x.html"),
    )
    assert (done.status, "model" in done.err) == (1, True)
