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
def client(media: Path) -> Iterator[Client]:
    with (
        Emulator(media=media) as emulator,
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
