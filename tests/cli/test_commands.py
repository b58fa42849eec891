"""What each command does, on the emulator."""

import json
import shutil
from pathlib import Path

import pytest

from dodeca import Client, Embeddings
from tests.emulator.videos import BLUE, RED, encode_video, flat
from tests.media.files import padded

from .conftest import Run, Server


def test_embed_prints_a_row_for_each_segment(dodeca: Run, media: Path) -> None:
    done = dodeca("--emulated", "embed", media / "clip.mp4", "--segmentation", "fixed:4")
    assert done.status == 0
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [row[3] for row in rows].count("visual") == 3
    assert [len(json.loads(row[5])) for row in rows] == [512] * 6
    assert done.err == ""


def test_embed_in_json_has_the_vectors_of_the_client(dodeca: Run, media: Path) -> None:
    done = dodeca("--emulated", "--json", "embed", media / "clip.mp4", media / "red.jpg")
    with Client.emulated() as client:
        video = client.embed.video(media / "clip.mp4")
        image = client.embed.image(media / "red.jpg")
    records = done.records
    assert len(records) == len(video) + 1
    for record, segment in zip(records, [*video, *image], strict=True):
        assert record["embedding"] == pytest.approx(segment.vector.tolist())
        assert record["start_sec"] == segment.start_sec
        assert record["embedding_option"] == segment.embedding_option


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["--as", "text", "a red car", "blue"], [(None, None)] * 2),
        (["--option", "visual", "--scope", "asset", "clip.mp4"], [("visual", "asset")]),
        (["--scope", "clip", "--start", "0", "--end", "4", "clip.mp4"], None),
        (["--via", "task", "--scope", "clip", "tones.wav"], [("audio", "clip")]),
        (["--segmentation", "fixed:2", "--scope", "clip", "tones.wav"], [("audio", "clip")] * 3),
    ],
)
def test_options_of_embed(
    dodeca: Run,
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    rows: list[tuple[str, str]] | None,
) -> None:
    monkeypatch.chdir(media)
    found = dodeca("--emulated", "--json", "embed", *words).records
    if rows is not None:
        assert [(r["embedding_option"], r["embedding_scope"]) for r in found] == rows
    else:
        assert {r["end_sec"] for r in found} == {4}


def test_embed_writes_parquet_that_search_reads(dodeca: Run, media: Path, tmp_path: Path) -> None:
    target = tmp_path / "vectors.parquet"
    files = [media / name for name in ("clip.mp4", "tones.wav", "red.jpg")]
    done = dodeca("--emulated", "embed", *files, "-o", target)
    assert done.status == 0
    assert done.out == ""
    assert "vectors of 3 sources" in done.err
    stored = Embeddings.load(target)
    assert stored.source_id.distinct() == [str(path) for path in files]
    found = dodeca("--emulated", "--json", "search", "a red car", target, "-k", 2).records
    assert {Path(match["source"]).name for match in found} == {"red.jpg", "clip.mp4"}
    by_image = dodeca("--emulated", "--json", "search", "--as", "image", media / "red.jpg", target)
    assert by_image.records[0]["score"] > 0.9
    loud = dodeca("--emulated", "--json", "search", "a tone", target, "--option", "audio").records
    assert {match["embedding_option"] for match in loud} == {"audio"}
    smell = dodeca("--emulated", "search", "a tone", target, "--option", "smell")
    assert (smell.status, "'smell'" in smell.err) == (1, True)
    dataset = tmp_path / "library"
    (dataset / "vectors").mkdir(parents=True)
    target.rename(dataset / "vectors" / "part-00000.parquet")
    (dataset / "errors.parquet").write_bytes(b"other columns")
    target = dataset
    shown = dodeca("--emulated", "search", "a red car", target)
    assert shown.out.startswith("1\t")
    words = ("--weight", "visual=0.7", "--weight", "audio=0.3", "--merge")
    fused = dodeca("--emulated", "--json", "search", "a red car", target, *words).records
    clip = next(match for match in fused if match["source"].endswith("clip.mp4"))
    assert (clip["start_sec"], clip["end_sec"]) == (0, 4)  # the other one is blue
    assert clip["scores"].keys() == {"visual", "audio"}
    shown = f"visual {clip['scores']['visual']:.2f}"
    assert shown in dodeca("--emulated", "search", "a red car", target, *words).out


def test_a_video_of_unknown_length_becomes_a_task(dodeca: Run, tmp_path: Path) -> None:
    path, target = tmp_path / "long.mkv", tmp_path / "x.parquet"
    frames = [flat(RED, 360, 360), flat(BLUE, 360, 360)]
    encode_video(path, frames, fps=1, times=[0, 609])
    assert dodeca("--emulated", "embed", path, "--via", "sync", "-o", target).status == 1
    assert dodeca("--emulated", "embed", path, "--scope", "asset", "-o", target).status == 0
    assert Embeddings.load(target).end_sec.max() > 600


def test_search_embeds_the_query_with_the_model_of_the_files(dodeca: Run, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.parquet"
    item = {"embedding": [1.0] * 512, "embedding_option": None}
    Embeddings.from_items([item], model_name="marengo9.9").to_parquet(vectors)
    done = dodeca("--emulated", "search", "red", vectors)
    assert done.status == 1
    assert "model" in done.err  # the emulator has no such model
    other = dodeca("--emulated", "search", "red", vectors, "--model", "marengo3.0")
    assert (other.status, "marengo9.9" in other.err) == (2, True)


def test_search_leaves_out_what_scores_less(dodeca: Run, media: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.parquet"
    dodeca("--emulated", "embed", media / "clip.mp4", "-o", vectors)
    found = dodeca("--emulated", "--json", "search", "red", vectors, "--min-score", "0.5").records
    assert found
    assert all(match["score"] >= 0.5 for match in found)
    assert dodeca("--emulated", "search", "red", vectors, "--filter", "{}").status == 2


def test_search_filters_an_index(on_emulator: Run, media: Path) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    on_emulator("index", "add", index, media / "clip.mp4")
    words = ("--json", "search", "red", "--index", index, "--filter")
    assert on_emulator(*words, '{"duration": {"gte": 5}}').records
    assert on_emulator(*words, '{"duration": {"gte": 50}}').records == []
    assert on_emulator(*words, "duration").status == 2


def test_an_index_from_its_creation_to_a_search(on_emulator: Run, media: Path) -> None:
    index = on_emulator("-q", "index", "create", "films").out.strip()
    added = on_emulator("--json", "index", "add", index, media / "clip.mp4").records
    assert added[0]["status"] == "ready"
    (listed,) = on_emulator("--json", "index", "list").records
    assert (listed["id"], listed["video_count"]) == (index, 1)
    assert "films" in on_emulator("index", "list").out
    found = on_emulator("--json", "search", "red", "--index", index).records
    assert {match["source"] for match in found} == {added[0]["id"]}
    assert "clip.mp4\t0.0\t" in on_emulator("search", "red", "--index", index).out
    asset = on_emulator("-q", "upload", media / "clip.mp4").out.strip()
    again = on_emulator("index", "add", index, f"asset:{asset}")
    assert again.status == 0, again.err
    assert on_emulator("--json", "index", "list").records[0]["video_count"] == 2


def test_tasks_are_listed_shown_and_waited_for(server: Server, media: Path) -> None:
    on_server = server(pace="3")
    index = on_server("-q", "index", "create", "films").out.strip()
    on_server("index", "add", "--no-wait", index, media / "clip.mp4")
    (task,) = on_server("--json", "tasks", "list").records
    assert (task["kind"], task["filename"]) == ("index", "clip.mp4")
    shown = on_server("tasks", "show", task["id"])
    assert task["id"] in shown.out
    assert "ready" not in shown.out
    waited = on_server("--json", "tasks", "wait", task["id"]).records
    assert (waited[0]["id"], waited[0]["status"]) == (task["id"], "ready")
    assert "ready" in on_server("tasks", "list", "--kind", "index").out
    missing = on_server("tasks", "show", "0" * 24)
    assert missing.status == 1
    assert missing.err == f"dodeca: no task '{'0' * 24}' among those of any kind\n"


def test_other_commands_use_uploaded_assets(on_emulator: Run, media: Path) -> None:
    (asset,) = on_emulator("--json", "upload", media / "clip.mp4").records
    assert (asset["status"], asset["filename"]) == ("ready", "clip.mp4")
    found = on_emulator("--json", "embed", f"asset:{asset['id']}", "--scope", "asset").records
    assert len(found) == 2
    text = on_emulator("analyze", f"asset:{asset['id']}", "What colours are there?")
    assert "red" in text.out


def test_analyze_streams_text_or_prints_the_whole_response(dodeca: Run, media: Path) -> None:
    done = dodeca("--emulated", "analyze", media / "clip.mp4", "What colours are there?")
    assert done.status == 0
    (analysis,) = dodeca(
        "--emulated", "--json", "analyze", media / "clip.mp4", "What colours are there?"
    ).records
    assert done.out == analysis["data"] + "\n"
    assert analysis["finish_reason"] == "stop"


def test_report_writes_a_page_and_prints_what_is_in_it(
    dodeca: Run, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "r.html"
    assert dodeca("--emulated", "report", media / "red.jpg", "red", "-o", page).status == 2
    done = dodeca("--emulated", "report", media / "clip.mp4", "red", "a tone", "-o", page)
    assert done.status == 0
    assert "clip.mp4 is embedded in the page" in done.err
    assert page.read_text("utf-8").count('class="query q') == 2
    monkeypatch.setattr("dodeca.report.EMBEDDED_BYTES", 10)
    done = dodeca("--emulated", "report", media / "clip.mp4", "red", "-o", page)
    assert "too large to embed" in done.err
    (record,) = dodeca(
        "--emulated", "--json", "report", media / "clip.mp4", "red", "-o", page
    ).records
    assert record["is_self_contained"] is False
    newest = (
        "--emulated",
        "report",
        media / "clip.mp4",
        "red",
        "--model",
        "marengo3.5",
        "-o",
        page,
    )
    assert dodeca(*newest).status == 0  # segments, not one vector of the whole


def test_the_report_of_a_library_has_all_its_files_and_embeds_the_queries_alone(
    server: Server, media: Path, tmp_path: Path
) -> None:
    folder, page = tmp_path / "media", tmp_path / "r.html"
    folder.mkdir()
    for name in ("clip.mp4", "red.jpg"):
        shutil.copy(media / name, folder)
    shutil.copy(media / "clip.mp4", folder / "other.mp4")
    library = tmp_path / "library"
    assert server()("run", folder, "-o", library).status == 0
    third = {"fault": "400", "operation": "embed_v2_create", "skip": 2, "times": None}
    on_server = server(faults=[third])
    done = on_server("--json", "report", library, "red", "blue", "-o", page)
    (record,) = done.records
    assert (record["files"], record["is_self_contained"]) == (2, True)
    assert page.read_text("utf-8").count("<video") == 2
    assert on_server("report", library, "red", "-o", page).status == 1  # now it is the third
    done = server()("report", library, "red", "-o", page)
    assert "2 files are embedded in the page" in done.err
    for words, message in {
        ("--segmentation", "fixed:6"): "--segmentation is for a file",
        ("--model", "marengo3.5"): "the vectors are of marengo3.0",
    }.items():
        done = on_server("report", library, "red", *words, "-o", page)
        assert (done.status, message in done.err) == (2, True)
    (folder / "other.mp4").unlink()
    done = server()("report", library, "red", "-o", page)
    assert "Left out, as there is no such file any more: " in done.err
    assert "1 file is embedded in the page" in done.err
    (folder / "clip.mp4").unlink()
    done = server()("report", library, "red", "-o", page)
    assert done.status == 1
    assert ".mp4': No such file" in done.err


def test_a_second_file_of_a_report_is_no_query(dodeca: Run, media: Path, tmp_path: Path) -> None:
    words = ("report", media / "clip.mp4", media / "red.jpg", "-o", tmp_path / "r.html")
    done = dodeca("--base-url", "http://127.0.0.1:9", *words)
    assert done.status == 2
    assert "red.jpg is a file, not a query" in done.err


def test_a_large_file_is_uploaded_first(dodeca: Run, media: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    padded(lambda path: shutil.copy(media / "clip.mp4", path), (36 << 20) + 1)(path)
    done = dodeca("--emulated", "--json", "embed", path)
    assert {record["end_sec"] for record in done.records} == {4, 8}, done.err


def test_an_interrupted_upload_says_how_to_resume(
    server: Server, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dodeca._sync.resources.assets.DIRECT_BYTES", 1000)
    refused = {"fault": "403", "operation": "multipart_uploads_report_chunks", "skip": 2}
    on_server = server(chunk_size=16_000, faults=[refused])
    done = on_server("upload", media / "clip.mp4")
    assert done.status == 1
    words = done.err.splitlines()[0].split()
    assert words[:2] == ["dodeca:", str(media / "clip.mp4")]
    assert done.err.splitlines()[-1].startswith("dodeca: [403")
    upload_id = words[words.index("--resume") + 1].rstrip(",")
    again = on_server("--json", "upload", media / "clip.mp4", "--resume", upload_id)
    assert again.records[0]["size"] == (media / "clip.mp4").stat().st_size
