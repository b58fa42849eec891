"""The vendor's own package, pointed at the emulator: what it sends is taken, what it gets is read.

Its package is a dependency of the tests only.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from twelvelabs import TwelveLabs
from twelvelabs.core.api_error import ApiError
from twelvelabs.indexes import IndexesCreateRequestModelsItem

from dodeca.emulator import Emulator, serving

Client = Any
MARENGO = IndexesCreateRequestModelsItem(model_name="marengo3.0", model_options=["visual", "audio"])


@pytest.fixture(scope="module")
def client(media: Path) -> Iterator[Client]:
    with (
        Emulator(media=media, chunk_size=40_000) as emulator,
        serving(emulator) as url,
        httpx.Client(timeout=60) as http,
    ):
        yield TwelveLabs(api_key="x", base_url=url, httpx_client=http)


@pytest.fixture(scope="module")
def filled(client: Client, media: Path) -> str:
    """An index with two videos, one from a task by URL and one uploaded with it."""
    created = client.indexes.create(index_name="filled", models=[MARENGO])
    with (media / "silent.mp4").open("rb") as file:
        first = client.tasks.create(index_id=created.id, video_file=file)
    second = client.tasks.create(
        index_id=created.id,
        video_url="https://example.org/clip.mp4",
        user_metadata='{"category": "news"}',
    )
    for task in (first, second):
        done = client.tasks.wait_for_done(task.id, sleep_interval=0.01)
        assert (done.status, done.video_id) == ("ready", task.video_id)
    return str(created.id)


def test_indexes(client: Client) -> None:
    created = client.indexes.create(index_name="mine", models=[MARENGO], addons=["thumbnail"])
    found = client.indexes.retrieve(created.id)
    assert (found.index_name, found.video_count) == ("mine", 0)
    assert found.models[0].model_name == "marengo3.0"
    client.indexes.update(created.id, index_name="yours")
    names = [index.index_name for index in client.indexes.list(page_limit=1)]
    assert "yours" in names
    client.indexes.delete(created.id)
    with pytest.raises(ApiError) as caught:
        client.indexes.retrieve(created.id)
    assert caught.value.status_code == 404


def test_assets_and_indexed_assets(client: Client, media: Path) -> None:
    index = client.indexes.create(index_name="assets", models=[MARENGO])
    with (media / "silent.mp4").open("rb") as file:
        asset = client.assets.create(method="direct", file=file, filename="mine.mp4")
    assert client.assets.retrieve(asset.id).status == "ready"
    assert asset.id in [found.id for found in client.assets.list()]
    created = client.indexes.indexed_assets.create(index.id, asset_id=asset.id)
    found = client.indexes.indexed_assets.retrieve(
        index.id, created.id, embedding_option=["visual"], transcription=True
    )
    assert (found.status, found.asset_id) == ("ready", asset.id)
    (segment,) = found.embedding.video_embedding.segments
    assert len(segment.float_) == 512
    client.indexes.indexed_assets.update(index.id, created.id, user_metadata={"a": "b"})
    assert client.indexes.indexed_assets.retrieve(index.id, created.id).user_metadata == {"a": "b"}
    listed = client.indexes.indexed_assets.list(index.id, status=["ready", "failed"])
    assert [item.system_metadata.filename for item in listed] == ["mine.mp4"]
    client.indexes.indexed_assets.delete(index.id, created.id)
    client.assets.delete(asset.id)


def test_tasks(client: Client, filled: str) -> None:
    tasks = list(client.tasks.list(index_id=filled, status=["ready"], page_limit=1))
    assert {task.system_metadata.filename for task in tasks} == {"clip.mp4", "silent.mp4"}
    with pytest.raises(ApiError) as caught:
        client.tasks.delete(tasks[0].id)
    assert caught.value.body["code"] == "task_cannot_be_deleted"


def test_videos(client: Client, filled: str) -> None:
    videos = client.indexes.videos
    (clip,) = videos.list(filled, duration={"gte": 6}, user_metadata={"category": "news"})
    assert clip.system_metadata.filename == "clip.mp4"
    found = videos.retrieve(filled, clip.id, embedding_option=["visual", "audio"])
    assert len(found.embedding.video_embedding.segments) == 6
    videos.update(filled, clip.id, user_metadata={"rating": 5})
    assert videos.retrieve(filled, clip.id).user_metadata == {"category": "news", "rating": 5}


def test_search_with_pages(client: Client, filled: str, media: Path) -> None:
    items = list(
        client.search.query(
            index_id=filled, search_options=["visual"], query_text="blue", page_limit=1
        )
    )
    assert [item.rank for item in items] == [1, 2, 3, 4]
    assert items[0].start == 5.0
    with (media / "purple.jpg").open("rb") as file:
        pager = client.search.query(
            index_id=filled,
            search_options=["visual", "audio"],
            query_media_type="image",
            query_media_file=file,
            group_by="video",
            operator="or",
            include_user_metadata=True,
        )
    assert {len(item.clips) for item in pager} == {1, 3}


def test_upload_in_chunks(client: Client, media: Path, tmp_path: Path) -> None:
    """The package leaves its own copies of the chunks beside the file while it works."""
    file = tmp_path / "clip.mp4"
    file.write_bytes((media / "clip.mp4").read_bytes())
    seen: list[Callable[..., Any]] = []
    result = client.multipart_upload.upload_file(file, batch_size=2, progress_callback=seen.append)
    assert len(seen) > 1
    assert result.asset_url.endswith(f"/v1.3/assets/{result.asset_id}")
    asset = client.assets.retrieve(result.asset_id)
    assert (asset.status, asset.duration) == ("ready", 12.0)
