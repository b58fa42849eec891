# From tests/_async/test_workflows.py by scripts/unasync.py; edit that one.
"""The typical workflows of the API's reference, each in at most ten lines of the facade."""

from pathlib import Path

from dodeca import Client


def test_search(sample_files: Path) -> None:
    with Client.emulated() as client:
        index = client.indexes.create("films", {"marengo3.0": ["visual", "audio"]})
        task = client.tasks.create(index.id, sample_files / "colours.mp4").wait()
        results = client.search(index.id, "something red", search_options=["visual"])
        hits = [hit for hit in results]
    assert hits[0].video_id == task.video_id
    assert hits[0].rank == 1
    assert hits[0].start == 0


def test_generate_text_from_videos(sample_files: Path) -> None:
    with Client.emulated() as client:
        index = client.indexes.create("films", {"pegasus1.2": ["visual", "audio"]})
        task = client.tasks.create(index.id, sample_files / "colours.mp4").wait()
        summary = client.summarize(task.video_id, "chapter")
        answer = client.generate(task.video_id, "What colours are there?")
        with client.analyze.stream("Describe it", video_id=task.video_id) as events:
            text = events.text()
    assert summary.chapters
    assert "red" in (answer.data or "")
    assert text


def test_create_text_image_and_audio_embeddings(sample_files: Path) -> None:
    with Client.emulated() as client:
        text = client.embed.text("a purple picture")
        image = client.embed.image(sample_files / "purple.jpg")
        audio = client.embed.audio(sample_files / "tones.wav")
    assert len(image.search(text)) == 1
    assert audio.vectors.shape[1] == 512


def test_create_video_embeddings(sample_files: Path) -> None:
    with Client.emulated() as client:
        job = client.embed.tasks.video(sample_files / "colours.mp4")
        film = job.wait(timeout=60)
    assert film.vectors.shape == (len(film), 512)
    assert {segment.embedding_scope for segment in film} == {"clip", "asset"}
