"""The inputs of a bulk run: each is accepted, or rejected with a message that names it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dodeca import Client, Media
from dodeca.bulk.database import done_keys
from dodeca.bulk.inputs import EmbedOptions, items, row_item
from dodeca.emulator import samples
from dodeca.errors import InvalidRequestError


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as found:
        yield found


def sources(inputs: Any) -> list[str]:
    return [Path(item.source).name for item in items(inputs, EmbedOptions())]


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"text": "a", "number": 2**63}, "integers in metadata must fit into 64 bits, 'number'"),
        ({"text": "a", "number": -(2**63) - 1}, "'number' does not"),
        ({"text": "a", "note": "\ud800"}, "'note' is not valid Unicode"),
        ({"text": "a", "\ud800": 1}, "a name of metadata' is not valid Unicode"),
        ({"text": "\ud800"}, "'text' is not valid Unicode"),
        ({"url": "https://example.com/\ud800.png"}, "'url' is not valid Unicode"),
        ({"text": "a", 5: 1}, "names of metadata must be strings, got 5"),
    ],
)
def test_metadata_that_cannot_be_stored_are_rejected(
    client: Client, tmp_path: Path, row: dict[Any, Any], match: str
) -> None:
    with pytest.raises(InvalidRequestError, match=match):
        client.embed.run([row], out=tmp_path / "out")
    fits = [{"text": "a", "number": 2**63 - 1}, {"text": "b", "number": -(2**63)}]
    assert client.embed.run(fits, out=tmp_path / "out").done == 2


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ("path;title\na.mp4;A\n", r"got the columns 'path;title'; a CSV file has commas"),
        ("path\ttitle\na.mp4\tA\n", r"got the columns 'path\\ttitle'; a CSV file has commas"),
        ("file,title\na.mp4,A\n", r"got the columns 'file', 'title'$"),
        ("path,title\n,A\n", r"row 0 of films.csv must have exactly one of .*, got 'title'$"),
        ("path,url\na.mp4,https://x.example/a.mp4\n", r"got 'path', 'url'$"),
    ],
)
def test_a_manifest_without_a_source_names_its_columns(
    tmp_path: Path, table: str, match: str
) -> None:
    manifest = tmp_path / "films.csv"
    manifest.write_text(table)
    with pytest.raises(InvalidRequestError, match=match):
        sources(manifest)


def test_a_parquet_manifest_without_a_source_names_its_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    manifest = tmp_path / "films.parquet"
    parquet.write_table(pa.table({"file": ["a.mp4"], "title": ["A"]}), manifest)
    with pytest.raises(InvalidRequestError, match=r"got the columns 'file', 'title'$"):
        sources(manifest)
    with pytest.raises(InvalidRequestError, match=r"got 'note'$"):
        sources([{"note": "a"}])


def test_a_name_that_is_not_utf_8_fails_alone(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    samples.image(folder / "red.png", "red", (200, 200))
    Path(os.fsdecode(os.fsencode(folder) + b"/f\xff.png")).write_bytes(b"")
    run = client.embed.run(folder, out=tmp_path / "out")
    assert (run.done, run.failed) == (1, 1)
    assert [Path(failure.source).name for failure in run.failures] == [r"f\udcff.png"]


@pytest.mark.parametrize("inputs", ["", " ", [""]])
def test_an_empty_path_is_not_the_working_folder(inputs: Any) -> None:
    with pytest.raises(InvalidRequestError, match="non-empty string"):
        sources(inputs)


@pytest.mark.parametrize("out", ["", None])
def test_out_must_have_a_name(client: Client, out: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"out must be a folder, or end in \.lance"):
        client.embed.run([{"text": "a"}], out=out)


def test_progress_must_be_callable(client: Client, tmp_path: Path) -> None:
    wrong: Any = "yes"
    with pytest.raises(InvalidRequestError, match="progress"):
        client.embed.run([{"text": "a"}], out=tmp_path / "out", progress=wrong)
    assert not list(tmp_path.iterdir())


def test_a_list_may_have_all_that_can_be_passed_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.png", "in/c.png", "in/d.txt"):
        (tmp_path / name).touch()
    (tmp_path / "list.csv").write_text("path\ne.png\n")
    given = [tmp_path / "in", f"{tmp_path}/?.png", tmp_path / "list.csv", "gone.png", "*.gone"]
    assert sources(given) == ["c.png", "a.png", "b.png", "e.png", "gone.png", "*.gone"]


def test_an_image_is_an_image_wherever_it_comes_from(tmp_path: Path) -> None:
    file = samples.image(tmp_path / "red.png", "red")
    given = [file, "https://example.com/red.png?x=1", Media.data(b"x", filename="red.png")]
    options = EmbedOptions(start_sec=1.0, embedding_option=("visual",))
    found = list(items([{"media": Media.of(each)} for each in given], options))
    assert [item.kind for item in found] == ["image"] * 3
    assert [item.options for item in found] == [EmbedOptions()] * 3


def test_a_table_in_memory_must_be_passed_as_rows() -> None:
    import pandas as pd
    import polars as pl

    frame = pd.DataFrame({"text": ["a"]})
    for table in (frame, pl.DataFrame({"text": ["a"]})):
        with pytest.raises(InvalidRequestError, match=r'\.to_dict\("records"\)'):
            sources(table)
    assert sources(frame.to_dict("records")) == ["a"]


@pytest.mark.parametrize(
    "content", ["path\ncafé.png\n".encode("latin-1"), b"path\n" + b"a" * 2**18]
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(InvalidRequestError, match=r"cannot read list\.csv"):
        sources(tmp_path / "list.csv")


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InvalidRequestError, match=r"cannot read the folder .*closed"):
        sources(tmp_path)


def test_an_empty_journal_has_no_done_inputs(tmp_path: Path) -> None:
    """A kill between creating the file and its tables leaves it so."""
    (tmp_path / "journal.sqlite").touch()
    assert done_keys(tmp_path / "journal.sqlite") == frozenset()


@pytest.mark.parametrize(
    "missing",
    [None, float("nan"), np.float32("nan"), np.datetime64("NaT", "ns"), Decimal("nan")],
    ids=str,
)
def test_a_missing_value_is_absent(missing: Any) -> None:
    row = {"text": "a", "path": missing, "segmentation": missing, "score": missing}
    found = row_item(row, EmbedOptions(), "the row")
    assert (found.source, dict(found.metadata)) == ("a", {"score": None})


def test_the_missing_values_of_pandas_are_absent() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {
            "text": ["a", None],
            "path": [None, "b.png"],
            "start_sec": [float("nan"), 1.0],
            "day": [pandas.NaT, pandas.Timestamp("2026-01-02")],
            "year": pandas.array([pandas.NA, 1999], dtype="Int64"),
        }
    )
    first, second = items(table.to_dict("records"), EmbedOptions())
    assert (first.source, dict(first.metadata)) == ("a", {"day": None, "year": None})
    assert dict(second.metadata) == {"day": "2026-01-02T00:00:00", "year": 1999}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "text,note,text\na,b,c\n", "a.csv has more than one column 'text'"),
        ("a.csv", "text,note\n", "a.csv has no rows"),
        ("a.csv", "", "a.csv has no rows"),
        ("notes/a.txt", "no medium", "there is no image, audio or video file in"),
    ],
)
def test_inputs_that_say_nothing_are_rejected(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    named = path if path.suffix == ".csv" else path.parent
    with pytest.raises(InvalidRequestError, match=re.escape(reason)):
        list(items(named, EmbedOptions()))


def test_a_parquet_table_with_a_column_twice_is_rejected(tmp_path: Path) -> None:
    table = pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(InvalidRequestError, match="more than one column 'text'"):
        list(items(tmp_path / "a.parquet", EmbedOptions()))


def test_open_files_and_images_in_memory_are_inputs(client: Client, tmp_path: Path) -> None:
    samples.image(tmp_path / "red.png", "red")
    content = (tmp_path / "red.png").read_bytes()
    blue = Image.new("RGB", (128, 128), "blue")
    with (tmp_path / "red.png").open("rb") as stream:
        inputs = [stream, blue, {"media": io.BytesIO(content), "input_type": "image", "place": 2}]
        run = client.embed.run(inputs, out=tmp_path / "out")
    assert (run.done, run.failed) == (3, 0)
    again = [Media.data(content, filename="red.png"), blue]
    assert client.embed.run(again, out=tmp_path / "out").skipped == 2
    assert client.embed.run(blue, out=tmp_path / "one").done == 1
    assert client.embed.run(io.BytesIO(content), out=tmp_path / "nameless").done == 1


def test_objects_that_are_no_media_are_rejected_by_name(tmp_path: Path) -> None:
    for bad in (np.zeros(3), b"bytes", 3):
        with pytest.raises(InvalidRequestError, match=f"input 0 must .* got {type(bad).__name__}"):
            sources([bad])
        with pytest.raises(InvalidRequestError, match=f"row: media must .* {type(bad).__name__}"):
            row_item({"media": bad}, EmbedOptions(), "row")
    with pytest.raises(InvalidRequestError, match="binary mode"):
        sources([io.StringIO("text")])


def test_file_urls_and_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERPROFILE", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    path = samples.image(tmp_path / "a b.png", "red")
    manifest = tmp_path / "table.csv"
    manifest.write_text(f"path\n~/a b.png\n{path.as_uri()}\n")
    url = path.as_uri()
    for inputs in (url, "~/a b.png", [url], "~/*.png", manifest, {"path": url}):
        found = {item.source for item in items(inputs, EmbedOptions())}
        assert found == {str(path)}, inputs
    with pytest.raises(InvalidRequestError, match="a file of another machine"):
        sources("file://host/a.png")


@pytest.mark.parametrize("source", ["s3://bucket/a.mp4", "data:image/png;base64,x"])
def test_other_schemes_say_what_to_do(source: str) -> None:
    for inputs in (source, [source], {"path": source}):
        with pytest.raises(InvalidRequestError, match="an https URL"):
            sources(inputs)


def test_the_output_may_be_in_the_home_folder(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USERPROFILE", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    run = client.embed.run([{"text": "red"}], out="~/library")
    assert run.vectors == tmp_path / "library" / "vectors"
