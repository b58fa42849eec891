"""Progress: callbacks and bars, the same way wherever a call takes long."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from dodeca.emulator import samples
from dodeca.errors import ConfigurationError, InvalidRequestError
from dodeca.media import MIB
from dodeca.types import Progress
from tests.seams import upload_in_chunks_from


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenes = [samples.Scene("red", 4)]
    return samples.video(tmp_path_factory.mktemp("media") / "red.mp4", scenes, fps=5)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


def test_an_upload_in_one_call_is_told_once(client: Client, film: Path) -> None:
    seen: list[Progress] = []
    job = client.assets.upload(film, on_progress=seen.append)
    assert seen == [Progress.complete(job.id, film.stat().st_size)]
    assert (seen[0].sent_bytes, seen[0].total_bytes) == (film.stat().st_size,) * 2


def test_an_upload_in_chunks_is_told_and_drawn(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    upload_in_chunks_from(monkeypatch, 4 * MIB)
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(12 * MIB)
    seen: list[Progress] = []
    client.assets.upload(large, on_progress=seen.append, progress=True)
    assert [at.sent_chunks for at in seen] == list(range(1, seen[0].total_chunks + 1))
    assert seen[-1].sent_bytes == 12 * MIB
    shown = capsys.readouterr().err
    assert "uploading large.mp4" in shown
    assert "12.6M/12.6M" in shown


def test_a_wait_is_told_and_drawn(client: Client, film: Path, capsys: Any) -> None:
    index = client.indexes.create("films", {"marengo3.0": ["visual"]})
    seen: list[str] = []
    job = client.tasks.create(index.id, film)
    job.wait(on_progress=lambda at: seen.append(at.status), progress=True)
    assert seen[-1] == "ready"
    assert f"waiting for job {job.id}" in capsys.readouterr().err


def test_embedding_tells_of_its_job(client: Client, film: Path, capsys: Any) -> None:
    seen: list[str] = []
    found = client.embed.video(
        film, via="task", on_progress=lambda at: seen.append(at.status), progress=True
    )
    assert seen[-1] == "ready"
    assert len(found)
    assert re.search(r"waiting for job [\w-]+, ready \[", capsys.readouterr().err)


def test_many_jobs_are_counted(client: Client, film: Path, capsys: Any) -> None:
    jobs = [client.embed.tasks.video(film) for _ in range(2)]
    assert len(list(client.wait_all(jobs, progress=True))) == 2
    assert "2/2" in capsys.readouterr().err


def test_nothing_is_drawn_that_nobody_asked_for(client: Client, film: Path, capsys: Any) -> None:
    client.assets.upload(film).wait()
    list(client.wait_all([client.embed.tasks.video(film)]))
    assert capsys.readouterr().err == ""


def test_bars_without_tqdm_name_the_extra(
    client: Client, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    job = client.embed.tasks.video(film)
    calls: list[Callable[[], Any]] = [
        lambda: client.assets.upload(film, progress=True),
        lambda: job.wait(progress=True),
        lambda: list(client.wait_all([job], progress=True)),
    ]
    for call in calls:
        with pytest.raises(ConfigurationError, match=r"pip install 'dodeca\[progress\]'"):
            call()


def test_the_model_is_known_to_the_job_that_it_was_given_to(client: Client, film: Path) -> None:
    job = client.embed.tasks.video(film)
    by_task, by_call = job.wait(), client.embed.video(film)
    again = client.embed.tasks.retrieve(job.id, model_name="marengo3.0").wait()
    ids = [[row["id"] for row in found.records("red.mp4")] for found in (by_task, by_call, again)]
    assert ids[0] == ids[1] == ids[2]
    assert client.embed.tasks.retrieve(job.id).wait().model_name is None


@pytest.mark.parametrize("on_progress", [3, "print", []])
def test_what_cannot_be_called_is_refused_before_anything_is_sent(
    client: Client, film: Path, on_progress: Any
) -> None:
    for call in (
        lambda: client.assets.upload(film, on_progress=on_progress),
        lambda: client.embed.video(film, via="task", on_progress=on_progress),
        lambda: client.embed.video(film, on_progress=on_progress),
    ):
        with pytest.raises(InvalidRequestError, match="on_progress"):
            call()
    assert not list(client.assets.list())
    assert not list(client.embed.tasks.list())
