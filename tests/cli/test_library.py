"""The commands for what the service keeps: indexes, their videos, and assets."""

import re
from pathlib import Path

import pytest

from .conftest import Run


def test_an_index_is_shown_and_deleted(on_emulator: Run, media: Path) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    added = on_emulator("--json", "index", "add", index, media / "clip.mp4").records
    (shown,) = on_emulator("--json", "index", "show", index).records
    assert (shown["id"], shown["index_name"], shown["video_count"]) == (index, "films", 1)
    assert "films" in on_emulator("index", "show", index).out
    (video,) = on_emulator("--json", "index", "videos", index).records
    assert (video["id"], video["system_metadata"]["filename"]) == (added[0]["id"], "clip.mp4")
    listed = on_emulator("index", "videos", index).out
    assert added[0]["id"] in listed
    assert "clip.mp4" in listed
    missing = "0" * 24
    done = on_emulator("index", "delete", missing, index)
    assert (done.status, done.out) == (3, f"{index}\tdeleted\n")
    assert missing in done.err
    assert on_emulator("--json", "index", "list").records == []
    assert on_emulator("index", "show", index).status == 1


def test_an_index_is_created_once(on_emulator: Run) -> None:
    first = on_emulator("-q", "index", "get-or-create", "films")
    again = on_emulator("index", "get-or-create", "films")
    assert again.out == f"{first.out.strip()}\tfilms\n"
    assert len(on_emulator("--json", "index", "list").records) == 1
    other = on_emulator("index", "get-or-create", "films", "--option", "visual")
    assert other.status == 1
    assert "choose another name" in other.err


def test_an_index_is_named_by_its_id_or_its_name(on_emulator: Run, media: Path) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    on_emulator("index", "create", "films 2")
    (video,) = on_emulator("--json", "index", "add", "films", media / "clip.mp4").records
    assert video["index_id"] == index
    assert on_emulator("-q", "index", "show", "films").out.strip() == index
    assert on_emulator("-q", "index", "videos", "films").out.strip() == video["id"]
    assert on_emulator("-q", "search", "red", "--index", "films").out.strip() == video["id"]
    assert on_emulator("index", "delete", "films").out == f"{index}\tdeleted\n"
    missing = on_emulator("index", "show", "films")
    assert (missing.status, "`films`" in missing.err) == (1, True)
    assert [each["index_name"] for each in on_emulator("--json", "index", "list").records] == [
        "films 2"
    ]


def test_what_is_uploaded_has_its_name(on_emulator: Run, media: Path) -> None:
    id_, status, name = on_emulator("upload", media / "red.jpg").out.rstrip("\n").split("\t")
    assert (id_[:6], status, name) == ("asset:", "ready", "red.jpg")


def test_assets_are_listed_and_deleted(on_emulator: Run, media: Path) -> None:
    ids = [
        on_emulator("-q", "upload", media / name).out.strip() for name in ("red.jpg", "clip.mp4")
    ]
    assert {asset["id"] for asset in on_emulator("--json", "assets", "list").records} == {*ids}
    listed = on_emulator("assets", "list").out
    assert "red.jpg" in listed
    assert ids[0] in listed
    deleted = on_emulator("--json", "assets", "delete", f"asset:{ids[0]}").records
    assert deleted == [{"id": ids[0], "status": "deleted"}]
    assert on_emulator("-q", "assets", "delete", ids[1]).out == f"{ids[1]}\n"
    assert on_emulator("--json", "assets", "list").records == []


def test_an_asset_of_an_index_needs_force(on_emulator: Run, media: Path) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    asset = on_emulator("-q", "upload", media / "clip.mp4").out.strip()
    on_emulator("index", "add", index, f"asset:{asset}")
    assert on_emulator("assets", "delete", asset).status == 1
    assert on_emulator("assets", "delete", asset, "--force").status == 0


def test_search_of_an_index_names_files_and_has_no_empty_columns(
    on_emulator: Run, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    (video,) = on_emulator("--json", "index", "add", index, media / "clip.mp4").records
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("NO_COLOR", "1")
    found = on_emulator("search", "red", "--index", index).out
    heading = re.sub("\x1b\\[[0-9;]*m", "", found.splitlines()[0])
    assert heading.split() == ["#", "source", "time", "video"]
    assert "clip.mp4" in found
    assert video["id"] in found
    record = on_emulator("--json", "search", "red", "--index", index).records[0]
    assert (record["source"], record["filename"]) == (video["id"], "clip.mp4")


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "list", "--limit", 60),
        ("assets", "list"),
        ("index", "list"),
        ("index", "videos", "INDEX"),
        ("search", "red", "--index", "INDEX", "-k", 60),
        ("search", "red", "--index", "INDEX", "--option", "audio", "-k", 51),
    ],
    ids=lambda words: " ".join(map(str, words)),
)
def test_a_list_is_fetched_in_pages_of_50(on_emulator: Run, words: tuple[object, ...]) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    done = on_emulator("-q", *(index if word == "INDEX" else word for word in words))
    assert (done.status, done.err) == (0, "")
