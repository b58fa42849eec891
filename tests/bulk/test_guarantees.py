"""One writer at a time, failures by their codes, and unknown outcomes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dodeca import Client
from dodeca._sync.bulk_service import BulkService
from dodeca.bulk.inputs import EmbedOptions, items
from dodeca.bulk.journal import Journal
from dodeca.bulk.registration import register
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from dodeca.emulator import Emulator, EmulatorTransport, samples
from dodeca.errors import AuthenticationError, RunLockedError
from tests.bulk.library import ROOT, audio_files, rows, server

HOLD = """
import sys, threading
from dodeca import Client

def hold(run):
    print(run, flush=True)
    threading.Event().wait()

with Client("key", base_url=sys.argv[1]) as client:
    client.embed.run(sys.argv[2], out=sys.argv[3], progress=hold)
"""


def test_a_second_run_on_one_journal_is_refused_at_once(tmp_path: Path) -> None:
    inputs, out = audio_files(tmp_path / "in", 3), tmp_path / "out"
    with server(tmp_path) as url, Client("key", base_url=url) as client:
        command = [sys.executable, "-c", HOLD, url, str(inputs), str(out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as first:
            assert first.stdout
            try:
                first.stdout.readline()
                with pytest.raises(RunLockedError, match=r"another process is working on .*out"):
                    client.embed.run(inputs, out=out)
                assert first.poll() is None
            finally:
                first.kill()
        run = client.embed.run(inputs, out=out)
        assert (run.done + run.skipped, run.exit_code) == (3, 0)
        assert len(set(rows(out)["source"].to_pylist())) == 3


def test_failures_have_codes(tmp_path: Path) -> None:
    """Too short, low resolution, broken, a missing URL, over quota; the other inputs are done."""
    folder = tmp_path / "in"
    folder.mkdir()
    scene = [samples.Scene("red", 5.0)]
    samples.video(folder / "short.mp4", [samples.Scene("red", 2.0)])
    small = samples.video(folder / "small.mp4", scene, size=(320, 180))
    broken = folder / "broken.mp4"
    broken.write_bytes(b"not a video" * 100)
    fine = samples.video(folder / "fine.mp4", scene)
    long = samples.video(folder / "long.mp4", [samples.Scene("blue", 70.0)], sound=False, fps=2)
    inputs: list[Any] = [
        *({"path": str(path)} for path in (long, small, broken)),
        *({"url": f"https://example.com/{name}.mp4"} for name in ("missing", "short")),
        {"path": str(fine)},
        {"text": "the rest"},
    ]
    with Client.emulated(media=folder, limits=["1m/day"]) as client:
        client.embed.video(fine)  # five of sixty seconds are used
        run = client.embed.run(inputs, out=tmp_path / "out", concurrency=1)
        codes = {Path(one.source).name: (one.code, one.status) for one in run.failures}
        assert codes == {
            "long.mp4": ("too_many_requests", 429),
            "short.mp4": ("video_duration_too_short", 400),
            "small.mp4": ("media_invalid", None),
            "broken.mp4": ("video_file_broken", 400),
            "missing.mp4": ("parameter_invalid", 400),
        }
        assert (run.done, run.stopped, run.exit_code) == (2, "quota", 75)
        assert run.resume_at is not None
        table = pq.read_table(run.errors).to_pylist()
        assert {Path(row["source"]).name: (row["code"], row["status"]) for row in table} == codes
        assert set(rows(tmp_path / "out")["source"].to_pylist()) == {str(fine), "the rest"}


def test_a_quota_of_requests_stops_the_run_and_saves_it(tmp_path: Path) -> None:
    texts = [{"text": f"text {n}"} for n in range(30)]
    with Client.emulated(limits=["20/day"]) as client:
        run = client.embed.run(texts, out=tmp_path / "out", concurrency=4)
        assert (run.done, run.stopped, run.exit_code) == (20, "quota", 75)
        assert run.resume_at is not None
        assert {failure.code for failure in run.failures} == {"too_many_requests"}
    with Client.emulated() as client:
        run = client.embed.run(texts, out=tmp_path / "out")
        assert (run.done, run.skipped, run.exit_code, list(run.failures)) == (10, 20, 0, [])


def test_a_permanent_failure_is_retried_only_with_retry_failed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a video" * 100)
    with Client.emulated() as client:
        assert client._owned is not None
        asked = client._owned.access_log.last
        assert client.embed.run(broken, out=tmp_path / "out").failed == 1
        assert len(asked) == 1
        again = client.embed.run(broken, out=tmp_path / "out")
        assert (again.failed, again.exit_code, len(asked)) == (1, 3, 1)
        assert [failure.code for failure in again.failures] == ["video_file_broken"]
        client.embed.run(broken, out=tmp_path / "out", retry_failed=True)
        assert len(asked) == 2


def test_a_temporary_failure_is_retried_by_the_next_run(tmp_path: Path) -> None:
    faults = [{"fault": "503", "operation": "embed_v2_create", "times": 9, "retry_after": "0"}]
    with Client.emulated(faults=faults) as client:
        run = client.embed.run([{"text": "a"}], out=tmp_path / "out")
        assert [(one.code, one.retryable) for one in run.failures] == [("http_503", True)]
        assert run.exit_code == 3
        assert client.embed.run([{"text": "a"}], out=tmp_path / "out").exit_code == 0


def test_on_unknown_decides_about_an_unknown_task(tmp_path: Path) -> None:
    inputs = audio_files(tmp_path / "in", 2)
    faults = [{"fault": "lost", "operation": "embed_v2_tasks_create"}]
    with Client.emulated(faults=faults) as client:

        def tasks() -> int:
            return len(list(client.embed.tasks.list()))

        run = client.embed.run(inputs, out=tmp_path / "out", via="task", concurrency=1)
        assert (run.done, run.unknown, run.exit_code, tasks()) == (1, 1, 3, 2)
        assert [failure.code for failure in run.failures] == ["outcome_unknown"]
        again = client.embed.run(inputs, out=tmp_path / "out", via="task")
        assert (again.done, again.unknown, again.exit_code, tasks()) == (0, 1, 3, 2)
        last = client.embed.run(inputs, out=tmp_path / "out", via="task", on_unknown="resubmit")
        assert (last.done, last.unknown, last.orphaned_tasks, last.exit_code) == (1, 0, 1, 0)
        assert (tasks(), len(list(client.assets.list()))) == (3, 2)


def test_a_running_task_is_polled_by_the_next_run(tmp_path: Path) -> None:
    inputs = audio_files(tmp_path / "in", 1)
    with Client.emulated(pace="2") as client:
        assert client._owned is not None
        fault = {"fault": "500", "operation": "embed_v2_tasks_retrieve", "times": None}
        client._owned.faults.replace([fault])
        run = client.embed.run(inputs, out=tmp_path / "out", via="task")
        assert (run.failed, run.exit_code) == (1, 3)
        client._owned.faults.replace([])
        assert client.embed.run(inputs, out=tmp_path / "out", via="task").done == 1
        assert len(list(client.embed.tasks.list())) == 1


def test_a_lost_asset_is_found_by_its_marker(tmp_path: Path) -> None:
    inputs = audio_files(tmp_path / "in", 1)
    faults = [{"fault": "lost", "operation": "assets_create"}]
    with (
        Emulator(faults=faults) as emulator,
        Client("key", transport=EmulatorTransport(emulator), reconcile_after_sec=0.2) as client,
    ):
        assert client.embed.run(inputs, out=tmp_path / "out", via="task").exit_code == 0
        assert len(list(client.assets.list())) == 1


def test_a_wrong_key_ends_the_run(tmp_path: Path) -> None:
    with server(tmp_path, "--api-key", "right") as url:
        with (
            Client("wrong", base_url=url) as client,
            pytest.raises(AuthenticationError),
        ):
            client.embed.run([{"text": f"text {n}"} for n in range(100)], out=tmp_path / "out")
        with Client("right", base_url=url) as client:
            assert client.embed.run([{"text": "text 1"}], out=tmp_path / "out").done == 1


def test_the_next_inputs_are_found_without_a_full_scan(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    texts = [{"text": f"text {n}"} for n in range(2_000)]
    register(journal, items(texts, EmbedOptions()))
    steps: list[None] = []
    journal._file.db.set_progress_handler(lambda: steps.append(None), 1_000)
    found = journal.next_rows(1_000, 10, retry_failed=False, resubmit=False)
    journal._file.db.set_progress_handler(None, 0)
    journal.close()
    assert [row.seq for row in found] == [*range(1_001, 1_011)]
    assert len(steps) < 5


FAILING = {"fault": "503", "operation": "embed_v2_create", "times": 9, "retry_after": "0"}


def arrange(client: Client, *faults: dict[str, Any]) -> None:
    """Set the faults of the emulator."""
    assert client._owned is not None
    client._owned.faults.replace(faults)


def test_a_file_that_changed_again_after_a_failure_is_embedded(tmp_path: Path) -> None:
    image, out = tmp_path / "a.png", tmp_path / "out"
    with Client.emulated() as client:
        samples.image(image, "red", (200, 200))
        client.embed.run(image, out=out)
        arrange(client, FAILING)
        samples.image(image, "green", (210, 200))
        assert client.embed.run(image, out=out).failures[0].code == "http_503"
        assert len(rows(out)) == 0, "the vectors are those of another content"
        arrange(client)
        samples.image(image, "blue", (220, 200))
        assert client.embed.run(image, out=out).done == 1


def test_a_spooled_row_set_of_old_content_is_discarded(tmp_path: Path) -> None:
    image, out = tmp_path / "a.png", tmp_path / "out"

    def die(point: str) -> None:
        if point == "before the rename of part":
            raise OSError("no space left")

    with Client.emulated() as client:
        samples.image(image, "red", (200, 200))
        service = BulkService(client._transport)
        with pytest.raises(OSError, match="no space left"):
            embed_inputs(
                service, image, out, options=EmbedOptions(), settings=RunSettings(), hook=die
            )
        arrange(client, FAILING)
        samples.image(image, "blue", (210, 200))
        assert client.embed.run(image, out=out).failed == 1
        assert not list((out / "vectors").iterdir())


def links(client: Client, folder: Path, number: int) -> list[str]:
    """URLs of audio files, each of 4 seconds."""
    assert client._owned is not None
    client._owned.state.media_folder = audio_files(folder, number)
    return [f"https://example.com/{n:04d}.wav" for n in range(number)]


def test_steps_in_progress_are_recorded_when_the_progress_callback_fails(tmp_path: Path) -> None:
    reported: list[int] = []

    def fail(run: Any) -> None:
        reported.append(run.done)
        raise ValueError("no space to draw")

    with Client.emulated() as client:
        slow = {"fault": "delay", "operation": "embed_v2_tasks_create", "times": 2, "seconds": 0.5}
        arrange(client, slow)
        inputs = [{"text": "a"}, *links(client, tmp_path / "in", 2)]
        with pytest.raises(ValueError, match="no space to draw"):
            client.embed.run(inputs, out=tmp_path / "out", progress=fail)
        assert reported == [1]
        run = client.embed.run(inputs, out=tmp_path / "out")
        assert (run.skipped, run.done, run.unknown) == (1, 2, 0)
        assert len(list(client.embed.tasks.list())) == 2


def test_minutes_of_urls_count_once_they_are_known(tmp_path: Path) -> None:
    with Client.emulated() as client:
        inputs = links(client, tmp_path / "in", 12)
        run = client.embed.run(inputs, out=tmp_path / "out", max_minutes=0.1, concurrency=1)
        assert (run.stopped, run.exit_code) == ("max_minutes", 75)
        assert 0 < run.done < 12
        assert run.minutes == pytest.approx(run.done * 4 / 60, rel=0.05)
        none = client.embed.run(inputs[-1:], out=tmp_path / "out", max_minutes=0)
        assert (none.done, none.stopped) == (0, "max_minutes")


def test_the_table_of_errors_is_of_all_runs(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    with Client.emulated() as client:
        client.embed.run(broken, out=tmp_path / "out")
        run = client.embed.run([{"text": "a"}], out=tmp_path / "out")
        assert (list(run.failures), run.exit_code) == ([], 0)
        assert pq.read_table(run.errors)["source"].to_pylist() == [str(broken)]
        samples.image(broken, "red", (200, 200))
        client.embed.run(broken, out=tmp_path / "out")
        assert len(pq.read_table(run.errors)) == 0


def test_a_closed_journal_has_no_empty_pages(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    journal.spool(1, bytes(1_000_000))
    journal.commit()
    journal.unspool("a part", 1)
    journal.commit()
    journal.close()
    assert (tmp_path / "journal.sqlite").stat().st_size < 200_000


def test_old_rows_are_removed_from_a_part_in_one_rewrite(tmp_path: Path) -> None:
    images = [samples.image(tmp_path / f"{n}.png", "red", (200, 200)) for n in range(3)]
    points: list[str] = []
    with Client.emulated() as client:
        client.embed.run(images, out=tmp_path / "out")
        for image in images:
            image.write_bytes(b"not an image")
        service = BulkService(client._transport)
        for _ in range(2):  # the second time, nothing is left to remove
            embed_inputs(
                service,
                images,
                tmp_path / "out",
                options=EmbedOptions(),
                settings=RunSettings(),
                hook=points.append,
            )
    assert len(rows(tmp_path / "out")) == 0
    assert points.count("after the rename of part") == 1


def test_a_task_and_an_asset_that_the_service_lost_are_made_again(tmp_path: Path) -> None:
    inputs, out = audio_files(tmp_path / "in", 1), tmp_path / "out"
    with Client.emulated(pace="2") as client:
        arrange(client, {"fault": "500", "operation": "embed_v2_tasks_retrieve", "times": None})
        assert client.embed.run(inputs, out=out, via="task").failed == 1
    with Client.emulated() as other:
        run = other.embed.run(inputs, out=out, via="task")
        assert (run.done, run.exit_code) == (1, 0)
        assert len(list(other.assets.list())) == 1


@pytest.mark.parametrize("point", ["after the commit of an asset", "after upload"])
def test_the_asset_of_an_old_content_is_deleted(tmp_path: Path, point: str) -> None:
    inputs, out = audio_files(tmp_path / "in", 1), tmp_path / "out"
    settings = RunSettings(via="task", keep_assets=False, reconcile_after_sec=0.2)

    def die(reached: str) -> None:
        if reached == point:
            raise OSError("killed")

    with Client.emulated() as client:
        service = BulkService(client._transport)
        with pytest.raises(OSError, match="killed"):
            embed_inputs(service, inputs, out, options=EmbedOptions(), settings=settings, hook=die)
        assert len(list(client.assets.list())) == 1
        audio_files(inputs, 1, 5.0)
        run = embed_inputs(service, inputs, out, options=EmbedOptions(), settings=settings)
        assert (run.done, run.exit_code) == (1, 0)
        assert list(client.assets.list()) == []


@pytest.mark.parametrize(("via", "point"), [("task", "before upload"), ("sync", "before embed")])
def test_a_file_that_another_one_replaced_is_not_taken_for_it(
    tmp_path: Path, via: Any, point: str
) -> None:
    """The other file has the same size and the same mtime."""
    folder, out = audio_files(tmp_path / "in", 1), tmp_path / "out"
    path = next(folder.iterdir())
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes()[:-2] + b"\x12\x34")
    os.utime(other, ns=(1, path.stat().st_mtime_ns))

    def replace(reached: str) -> None:
        if reached == point and other.exists():
            other.replace(path)

    with Client.emulated() as client:
        service, settings = BulkService(client._transport), RunSettings(via=via)
        options = EmbedOptions()
        run = embed_inputs(service, path, out, options=options, settings=settings, hook=replace)
        assert [failure.code for failure in run.failures] == ["source_changed"]
        run = embed_inputs(service, path, out, options=options, settings=settings)
        assert (run.done, run.exit_code) == (1, 0)
        assert len(rows(out)) == len(client.embed.audio(path))
