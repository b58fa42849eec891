"""Embedding tasks in lists."""

from pathlib import Path

from dodeca import Client
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from dodeca.results import EmbeddingMetadata
from tests.scripted import Script, reply


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


def test_tasks_of_images_and_documents_name_them_too() -> None:
    about = {"input_filename": "report.pdf", "document_embedding_option": ["text"]}
    tasks = [
        {"_id": "t1", "image_embedding": {"metadata": {"input_filename": "red.jpg"}}},
        {"_id": "t2", "document_embedding": {"metadata": about}},
    ]
    with Client("key", transport=Script(reply({"data": tasks}))) as client:
        image, document = client.embed.tasks.list()
    assert image.image_embedding is not None
    assert image.image_embedding.metadata == EmbeddingMetadata(input_filename="red.jpg")
    assert document.document_embedding is not None
    assert document.document_embedding.metadata == EmbeddingMetadata(
        input_filename="report.pdf", embedding_options=["text"]
    )
    assert (image.extra, document.extra) == ({}, {})
