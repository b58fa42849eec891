"""Jobs that people come with, each in at most five lines."""

import inspect
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client, Embeddings, Media, segmentation
from dodeca.emulator import samples
from tests.lazy import Lazy

lancedb = Lazy("lancedb")
Told = Callable[..., None]


@pytest.fixture(scope="module")
def folder(sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(sample_files, tmp_path_factory.mktemp("media") / "samples")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    with Client.emulated(media=folder) as made:
        yield made


def quickstart(client: Client, folder: Path, show: Told) -> None:
    asset = client.assets.upload(folder / "colours.mp4").wait()
    job = client.embed.tasks.video(Media.asset(asset.id), embedding_scope=["clip"])
    for clip in job.wait():
        show(clip.start_sec, clip.end_sec, clip.vector[:5])


def folder_to_parquet(client: Client, folder: Path, show: Told) -> None:
    found = {path.name: client.embed.video(path) for path in folder.glob("*.mp4")}
    show(Embeddings.concat(found).to_parquet(folder / "library.parquet"))


def text_over_parquet(client: Client, folder: Path, show: Told) -> None:
    library = Embeddings.load(folder / "library.parquet")
    for clip, score in library.search(client.embed.text("something blue"), k=3):
        show(clip.source_id, clip.start_sec, score)


def into_lancedb(client: Client, folder: Path, show: Told) -> None:
    rows = client.embed.video(folder / "colours.mp4").records(source_id="colours.mp4")
    table = lancedb.connect(folder / "lance").create_table("clips", rows, mode="overwrite")
    nearest = table.search(client.embed.text("something green").to_numpy()[0])
    show(nearest.distance_type("cosine").limit(1).to_list()[0]["start_sec"])


def image_over_video(client: Client, folder: Path, show: Told) -> None:
    film = client.embed.video(folder / "colours.mp4", segmentation=segmentation.dynamic(4))
    query = client.embed.image(samples.image(folder / "blue.png", "blue"))
    show(film.search(query, k=1)[0].segment.start_sec)


def modalities_together(client: Client, folder: Path, show: Told) -> None:
    film = client.embed.video(folder / "colours.mp4", segmentation=segmentation.dynamic(4))
    query = client.embed.text("red with a low tone")
    for clip, score in film.search(query, k=3, weights={"visual": 0.7, "audio": 0.3}):
        show(clip.start_sec, clip.end_sec, score)


JOBS: list[tuple[Callable[..., None], Callable[[list[Any]], bool]]] = [
    (quickstart, lambda told: len(told) >= 8 and told[0][0] == 0 and len(told[0][2]) == 5),
    (folder_to_parquet, lambda told: len(Embeddings.load(told[0][0])) >= 8),
    (text_over_parquet, lambda told: told[0][0] == "colours.mp4" and len(told) == 3),
    (into_lancedb, lambda told: 6 <= told[0][0] <= 12),
    (image_over_video, lambda told: told == [(5.0,)]),
    (modalities_together, lambda told: told[0][:2] == (0.0, 5.0) and len(told) == 3),
]


@pytest.mark.parametrize(("job", "is_right"), JOBS, ids=[job.__name__ for job, _ in JOBS])
def test_a_job(
    job: Callable[..., None], is_right: Callable[[list[Any]], bool], client: Client, folder: Path
) -> None:
    source = inspect.getsource(job).split(") -> None:\n")[1].splitlines()
    assert len(source) <= 5
    if job is text_over_parquet:
        folder_to_parquet(client, folder, lambda *_: None)
    told: list[Any] = []
    job(client, folder, lambda *words: told.append(words))
    assert is_right(told), told
