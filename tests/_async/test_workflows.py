"""The typical workflows of the API's reference, each in at most ten lines of the facade."""

from pathlib import Path

import pytest

from dodeca import AsyncClient

pytestmark = pytest.mark.anyio


async def test_search(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        index = await client.indexes.create("films", {"marengo3.0": ["visual", "audio"]})
        task = await (await client.tasks.create(index.id, sample_files / "colours.mp4")).wait()
        results = await client.search(index.id, "something red", search_options=["visual"])
        hits = [hit async for hit in results]
    assert hits[0].video_id == task.video_id
    assert hits[0].rank == 1
    assert hits[0].start == 0


async def test_generate_text_from_videos(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        index = await client.indexes.create("films", {"pegasus1.2": ["visual", "audio"]})
        task = await (await client.tasks.create(index.id, sample_files / "colours.mp4")).wait()
        summary = await client.summarize(task.video_id, "chapter")
        answer = await client.generate(task.video_id, "What colours are there?")
        async with client.analyze.stream("Describe it", video_id=task.video_id) as events:
            text = await events.text()
    assert summary.chapters
    assert "red" in (answer.data or "")
    assert text


async def test_create_text_image_and_audio_embeddings(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        text = await client.embed.text("a purple picture")
        image = await client.embed.image(sample_files / "purple.jpg")
        audio = await client.embed.audio(sample_files / "tones.wav")
    assert len(image.search(text)) == 1
    assert audio.vectors.shape[1] == 512


async def test_create_video_embeddings(sample_files: Path) -> None:
    async with AsyncClient.emulated() as client:
        job = await client.embed.tasks.video(sample_files / "colours.mp4")
        film = await job.wait(timeout=60)
    assert film.vectors.shape == (len(film), 512)
    assert {segment.embedding_scope for segment in film} == {"clip", "asset"}
