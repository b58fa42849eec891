"""Embedding tasks in lists."""

from pathlib import Path

from dodeca import Client
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene


def test_a_task_of_the_first_api_names_its_media_and_options(tmp_path: Path) -> None:
    samples.video(tmp_path / "red.mp4", [Scene("red", 6)])
    with Client.emulated() as client:
        client.embed_v1.tasks.create(
            tmp_path / "red.mp4", video_clip_length=3, video_embedding_scope=["clip"]
        ).wait()
        (task,) = client.embed_v1.tasks.list()
    assert task.video_embedding is not None
    metadata = task.video_embedding.metadata
    assert metadata is not None
    assert metadata.input_filename == "red.mp4"
    assert (metadata.clip_length, metadata.embedding_scopes) == (3, ["clip"])
    assert metadata.duration == 6.0
    assert metadata.embedding_options == ["visual-text", "audio"]
    assert "video_embedding" not in task.extra
