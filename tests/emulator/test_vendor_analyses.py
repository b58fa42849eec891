"""The vendor's own package on the emulator: every method for analyses in the background."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import twelvelabs as vendor
from twelvelabs import TwelveLabs
from twelvelabs.analyze_async.batches.client import BatchesClient
from twelvelabs.analyze_async.tasks.client import TasksClient
from twelvelabs.core.api_error import ApiError

from dodeca.emulator import ByCount, Emulator, serving

Client = Any
PROMPT = vendor.BatchPrompt(input_text="What happens in it?")
USED: set[str] = set()


@pytest.fixture(scope="module")
def client(media: Path) -> Iterator[Client]:
    """A client of a server whose tasks end at their second poll."""
    with (
        Emulator(media=media, pace=ByCount(2)) as emulator,
        serving(emulator) as url,
        httpx.Client(timeout=60) as http,
    ):
        yield TwelveLabs(api_key="x", base_url=url, httpx_client=http)


@pytest.fixture(scope="module")
def video(client: Client, media: Path) -> vendor.BatchVideoContext:
    with (media / "silent.mp4").open("rb") as file:
        asset = client.assets.create(method="direct", file=file)
    while client.assets.retrieve(asset.id).status != "ready":
        pass
    return vendor.BatchVideoContext(type="asset_id", asset_id=asset.id)


def use(resource: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method, and note that it was called."""
    USED.add(f"{type(resource).__name__}.{name}")
    return getattr(resource, name)(*args, **kwargs)


def start(client: Client, *requests: vendor.BatchItemRequest) -> Any:
    return use(
        client.analyze_async.batches,
        "create",
        model_name="pegasus1.5",
        analysis_mode="general",
        requests=requests,
        defaults=vendor.BatchDefaults(prompt=PROMPT, max_tokens=512),
    )


def follow_a_batch(client: Client, video: vendor.BatchVideoContext) -> None:
    batches = client.analyze_async.batches
    requests = [
        vendor.BatchItemRequest(video=video, custom_id="one", end_time=3),
        vendor.BatchItemRequest(video=video, custom_id="two", prompt=PROMPT, temperature=0.0),
    ]
    created = start(client, *requests)
    assert (created.status, created.total_items) == ("pending", 2)
    assert [item.custom_id for item in created.items] == ["one", "two"]
    first = use(batches, "retrieve", created.batch_id)
    assert (first.status, first.queued_items) == ("pending", 2)
    while (second := batches.retrieve(created.batch_id)).status != "completed":
        pass
    assert second.ready_items == 2
    assert second.completed_at >= second.created_at
    results = list(use(batches, "results", created.batch_id))
    assert [(line.custom_id, line.status) for line in results] == [
        ("one", "ready"),
        ("two", "ready"),
    ]
    assert results[0].data.data.startswith("[dodeca emulator]")
    assert not results[0].model_extra
    listed = use(batches, "list", status=["completed", "canceled"], analysis_mode="general")
    assert [batch.batch_id for batch in listed] == [created.batch_id]
    use(batches, "delete", created.batch_id)
    with pytest.raises(ApiError) as caught:
        batches.retrieve(created.batch_id)
    assert caught.value.status_code == 404
    assert caught.value.body["error"]["code"] == "resource_not_exist"


def cancel_a_batch(client: Client, video: vendor.BatchVideoContext) -> None:
    batches = client.analyze_async.batches
    created = start(client, vendor.BatchItemRequest(video=video))
    with pytest.raises(ApiError) as caught:
        batches.delete(created.batch_id)
    assert caught.value.body["error"]["code"] == "batch_not_terminal"
    assert use(batches, "cancel", created.batch_id).status == "canceling"
    assert batches.retrieve(created.batch_id).status == "canceled"
    (line,) = batches.results(created.batch_id)
    assert (line.status, line.custom_id, line.data) == ("canceled", None, None)


def follow_tasks(client: Client, video: vendor.BatchVideoContext) -> None:
    tasks = client.analyze_async.tasks
    source = vendor.VideoContext_AssetId(asset_id=video.asset_id)
    made = [use(tasks, "create", video=source, prompt="What?", custom_id=name) for name in "ab"]
    assert use(tasks, "cancel", made[0].task_id).status == "canceled"
    assert use(tasks, "retrieve", made[0].task_id).status == "canceled"
    listed = use(tasks, "list", status="canceled").data
    assert [task.custom_id for task in listed] == ["a", None]
    while (found := tasks.retrieve(made[1].task_id)).status != "ready":
        pass
    assert found.result.finish_reason == "stop"
    with pytest.raises(ApiError) as caught:
        tasks.cancel(made[1].task_id)
    assert caught.value.status_code == 409
    use(tasks, "delete", made[1].task_id)


def test_every_method_works(client: Client, video: vendor.BatchVideoContext) -> None:
    follow_a_batch(client, video)
    cancel_a_batch(client, video)
    follow_tasks(client, video)
    methods = {
        f"{resource.__name__}.{name}"
        for resource in (BatchesClient, TasksClient)
        for name, member in inspect.getmembers(resource, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods == USED
