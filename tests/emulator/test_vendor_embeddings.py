"""The vendor's own package on the emulator: embeddings of both versions, and text."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import twelvelabs as vendor
from twelvelabs import TwelveLabs

from dodeca.emulator import Emulator, serving

Client = Any


@pytest.fixture(scope="module")
def client(newer_media: Path) -> Iterator[Client]:
    with (
        Emulator(media=newer_media) as emulator,
        serving(emulator) as url,
        httpx.Client(timeout=60) as http,
    ):
        yield TwelveLabs(api_key="x", base_url=url, httpx_client=http)


def sources(client: Client, path: Path) -> list[vendor.MediaSource]:
    """The same file by URL, as base64, and as an asset."""
    with path.open("rb") as file:
        asset = client.assets.create(method="direct", file=file)
    while client.assets.retrieve(asset.id).status != "ready":
        pass
    return [
        vendor.MediaSource(url=f"https://example.org/{path.name}"),
        vendor.MediaSource(base64_string=base64.b64encode(path.read_bytes()).decode()),
        vendor.MediaSource(asset_id=asset.id),
    ]


def create(client: Client, kind: str, **block: Any) -> list[list[float]]:
    response = client.embed.v_2.create(input_type=kind, model_name="marengo3.0", **block)
    vectors = [item.embedding for item in response.data]
    assert vectors
    assert all(len(vector) == 512 for vector in vectors)
    return vectors


def test_text(client: Client) -> None:
    create(client, "text", text=vendor.TextInputRequest(input_text="a red car"))


def test_images_and_text_with_images(client: Client, media: Path) -> None:
    found = sources(client, media / "purple.jpg")
    images = [
        create(client, "image", image=vendor.ImageInputRequest(media_source=source))
        for source in found
    ]
    assert images[0] == images[1] == images[2]
    for source in found:
        both = vendor.TextImageInputRequest(media_source=source, input_text="purple")
        create(client, "text_image", text_image=both)


def test_sounds(client: Client, media: Path) -> None:
    found = [
        create(client, "audio", audio=vendor.AudioInputRequest(media_source=source))
        for source in sources(client, media / "tones.wav")
    ]
    assert found[0] == found[1] == found[2]


def test_videos(client: Client, media: Path) -> None:
    found = [
        create(client, "video", video=vendor.VideoInputRequest(media_source=source))
        for source in sources(client, media / "clip.mp4")
    ]
    assert found[0] == found[1] == found[2]


def test_tasks(client: Client, media: Path) -> None:
    source = sources(client, media / "clip.mp4")[2]
    created = client.embed.v_2.tasks.create(
        input_type="video",
        model_name="marengo3.0",
        video=vendor.VideoInputRequest(media_source=source),
    )
    task = client.embed.v_2.tasks.retrieve(created.id)
    while task.status == "processing":
        task = client.embed.v_2.tasks.retrieve(created.id)
    assert task.status == "ready"
    assert all(len(item.embedding) == 512 for item in task.data)
    assert created.id in [listed.id for listed in client.embed.v_2.tasks.list()]


def finished(client: Client, **request: Any) -> Any:
    """Return the task of Marengo 3.5 for a request, at its end."""
    created = client.embed.v_2.tasks.create(model_name="marengo3.5", **request)
    assert created.metadata.embedding_dimension == request.get("embedding_dimension", 512)
    task = client.embed.v_2.tasks.retrieve(created.id)
    while task.status == "processing":
        task = client.embed.v_2.tasks.retrieve(created.id)
    assert task.status == "ready"
    assert not task.usage.truncated
    return task


def test_marengo_3_5_at_once(client: Client) -> None:
    coat = vendor.MultiInputMediaSource(
        name="coat", media_type="image", url="https://example.org/red.jpg"
    )
    whole = vendor.MultiInputRequest(input_text="like <@coat>, but blue", media_sources=[coat])
    answer = client.embed.v_2.create(
        input_type="multi_input",
        model_name="marengo3.5",
        embedding_dimension=256,
        multi_input=whole,
    )
    assert len(answer.data[0].embedding) == answer.metadata.embedding_dimension == 256
    assert answer.usage.input_tokens == {"image": 258, "text": 8}
    text = client.embed.v_2.create(
        input_type="multi_input",
        model_name="marengo3.5",
        embedding_uncertainty=True,
        multi_input=vendor.MultiInputRequest(input_text="a red car"),
    )
    assert len(text.data[0].embedding_uncertainty) == 512


def test_tasks_of_marengo_3_5(client: Client) -> None:
    video = vendor.AsyncVideoInputRequest(
        media_source=vendor.MediaSource(url="https://example.org/clip.mp4"),
        segmentation=vendor.AsyncTemporalSegmentation(
            temporal=vendor.TemporalSegmentation_Fixed(
                fixed=vendor.TemporalSegmentationFixedFixed(duration_sec=6)
            )
        ),
        embedding_option=["visual", "audio"],
        embedding_type=["fused_embedding"],
        embedding_scope=["local"],
        time_based_metadata=[vendor.TimeBasedMetadataEntry(start=0, end=1, text="a goal")],
    )
    task = finished(client, input_type="video", video=video)
    assert [(item.embedding_option, item.embedding_scope) for item in task.data] == [
        ("fused", "clip")
    ] * 2
    image = vendor.AsyncImageInputRequest(
        media_source=vendor.MediaSource(url="https://example.org/red.jpg")
    )
    assert len(finished(client, input_type="image", image=image).data) == 1
    spatial = vendor.DocumentSpatialSegmentation(strategy="quadrants")
    document = vendor.AsyncDocumentInputRequest(
        media_source=vendor.MediaSource(url="https://example.org/red.pdf"),
        segmentation=vendor.DocumentSegmentation(spatial=spatial),
    )
    task = finished(client, input_type="document", document=document, embedding_dimension=128)
    quadrants = [item.quadrant for item in task.data]
    assert quadrants.count(None) == 2
    assert len(quadrants) == 10
    assert {item.start_page_number for item in task.data} == {1, 2}
    listed = [*client.embed.v_2.tasks.list()]
    assert any(entry.document_embedding for entry in listed)
    assert any(entry.image_embedding for entry in listed)


def test_the_first_version(client: Client, media: Path) -> None:
    response = client.embed.create(model_name="Marengo-retrieval-2.7", text="a red car")
    assert len(response.text_embedding.segments[0].float_) == 1024
    with (media / "clip.mp4").open("rb") as file:
        task = client.embed.tasks.create(model_name="Marengo-retrieval-2.7", video_file=file)
    status = client.embed.tasks.wait_for_done(task.id, sleep_interval=0.01)
    assert status.status == "ready"
    found = client.embed.tasks.retrieve(task.id)
    assert all(len(segment.float_) == 1024 for segment in found.video_embedding.segments)


def test_text_about_a_video(client: Client, media: Path) -> None:
    asset_id = sources(client, media / "clip.mp4")[2].asset_id
    video = vendor.VideoContext_AssetId(asset_id=asset_id)
    whole = client.analyze(video=video, prompt="What colours are there?")
    assert "red" in whole.data
    pieces = [
        event.text
        for event in client.analyze_stream(video=video, prompt="What colours are there?")
        if event.event_type == "text_generation"
    ]
    assert "".join(pieces) == whole.data
