# From tests/_async/test_emulated.py by scripts/unasync.py; edit that one.
"""The whole line, facade over emulator, on real files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dodeca import Client, Embeddings, Media, errors, segmentation
from dodeca.emulator import samples


@pytest.fixture(scope="module")
def folder(sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, and files that the service refuses or splits."""
    folder = tmp_path_factory.mktemp("media")
    shutil.copytree(sample_files, folder, dirs_exist_ok=True)
    samples.video(folder / "long.mp4", [samples.Scene("green", 12, tone=440)], fps=10)
    samples.image(folder / "small.png", "red", (100, 100))
    samples.audio(folder / "eleven.flac", [samples.Tone(660)])
    (folder / "broken.mp4").write_bytes(b"mp4?")
    return folder


def test_five_seconds_over_twelve(folder: Path) -> None:
    with Client.emulated() as client:
        film = client.embed.video(
            folder / "long.mp4",
            segmentation=segmentation.fixed(5),
            embedding_option=["visual"],
            embedding_scope=["clip"],
        )
    assert [(s.start_sec, s.end_sec) for s in film] == [(0, 5), (5, 10), (10, 12)]
    assert film.vectors.shape == (3, 512)
    assert film.metadata is not None
    assert film.metadata.clip_length == 5
    assert film.metadata.duration == pytest.approx(12, abs=0.05)


def test_dynamic_segments_end_at_the_cuts(folder: Path) -> None:
    with Client.emulated() as client:
        film = client.embed.video(
            folder / "colours.mp4",
            segmentation=segmentation.dynamic(4),
            embedding_option=["visual"],
            embedding_scope=["clip"],
        )
    ends = [segment.end_sec for segment in film]
    assert ends == pytest.approx([5, 9, 15, 20], abs=0.041)
    lengths = np.diff([0.0, *[end or 0.0 for end in ends]])
    assert (lengths[:-1] >= 4).all()


def test_what_is_searched_is_found(folder: Path) -> None:
    with Client.emulated() as client:
        film = client.embed.video(folder / "colours.mp4", segmentation=segmentation.dynamic(4))
        red = client.embed.text("red")
        sound = client.embed.audio(folder / "tones.wav", segmentation=segmentation.fixed(6))
        loud = client.embed.text("a loud high tone")
        picture = client.embed.image(folder / "purple.jpg")
        both = client.embed.text_image("purple", folder / "purple.jpg")
    assert film.filter(option="visual").search(red, k=1)[0].segment.start_sec == 0
    ranking = [match.segment.start_sec for match in sound.search(loud, k=3)]
    assert ranking.index(0) < ranking.index(6)
    assert picture.search(both)[0].score > 0.5


Call = Callable[[Client, Path], object]
FAULTS: list[tuple[Call, type[errors.DodecaError], str]] = [
    (
        lambda client, folder: client.embed.video(folder / "broken.mp4"),
        errors.BadRequestError,
        "video_file_broken",
    ),
    (
        lambda client, folder: client.embed.image(folder / "small.png"),
        errors.InvalidMediaError,
        "100x100",
    ),
    (
        lambda client, folder: client.embed.audio(folder / "eleven.flac", via="sync"),
        errors.InvalidMediaError,
        "10 minutes",
    ),
    (
        lambda client, folder: client.embed.video(
            Media(source_url="https://host/a.mp4", asset_id="65a000000000000000000000")
        ),
        errors.InvalidMediaError,
        "exactly one",
    ),
    (
        lambda client, folder: client.embed.video(folder / "missing.mp4"),
        errors.InvalidMediaError,
        "missing.mp4",
    ),
    (
        lambda client, folder: client.embed.video(Media.asset("65a000000000000000000000")),
        errors.NotFoundError,
        "resource_not_exist",
    ),
    (
        lambda client, folder: client.embed.video("https://elsewhere.example/a.mp4"),
        errors.BadRequestError,
        "parameter_invalid",
    ),
    (
        lambda client, folder: client.embed.tasks.retrieve("65a000000000000000000000"),
        errors.NotFoundError,
        "resource_not_exist",
    ),
]


@pytest.mark.parametrize(("call", "kind", "word"), FAULTS)
def test_each_fault_is_its_typed_error(
    call: Call, kind: type[errors.DodecaError], word: str, folder: Path
) -> None:
    with Client.emulated() as client:
        with pytest.raises(kind) as caught:
            call(client, folder)
    assert word in str(caught.value)


def test_eleven_minutes_become_a_task_by_themselves(folder: Path) -> None:
    with Client.emulated() as client:
        sound = client.embed.audio(folder / "eleven.flac", segmentation=segmentation.fixed(10))
        tasks = [task for task in client.embed.tasks.list()]
    assert isinstance(sound, Embeddings)
    assert len(sound.filter(scope="clip")) == pytest.approx(66, abs=1)
    assert [task.status for task in tasks] == ["ready"]


def test_a_task_is_picked_up_again_by_its_id(folder: Path) -> None:
    with Client.emulated() as client:
        job = client.embed.tasks.video(folder / "colours.mp4")
        assert job.status == "processing"
        again = client.embed.tasks.retrieve(job.id).wait()
        direct = client.embed.video(folder / "colours.mp4", via="sync")
    assert again.vectors.tobytes() == direct.vectors.tobytes()


def test_an_uploaded_asset_is_embedded_like_the_file(folder: Path) -> None:
    with Client.emulated() as client:
        asset = client.assets.upload(folder / "colours.mp4").wait()
        by_id = client.embed.video(Media.asset(asset.id))
        by_file = client.embed.video(folder / "colours.mp4")
    assert by_id.vectors.tobytes() == by_file.vectors.tobytes()


def test_a_media_folder_stands_for_urls(folder: Path) -> None:
    with Client.emulated(media=folder) as client:
        found = client.embed.image("https://anywhere.example/pictures/purple.jpg")
    assert len(found) == 1


def test_options_that_no_emulator_has_are_refused(tmp_path: Path) -> None:
    no_database = tmp_path / "text"
    no_database.write_text("no database")
    for options in (
        {"db": tmp_path / "missing" / "state"},
        {"db": tmp_path},
        {"db": no_database},
        {"media": tmp_path / "missing"},
        {"pace": "never"},
        {"colour": "red"},
    ):
        with pytest.raises(errors.ConfigurationError, match=f"db=|{next(iter(options))}"):
            Client.emulated(**options)
