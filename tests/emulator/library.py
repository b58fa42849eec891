"""Indexes with videos in them, as a client makes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import numpy as np
import orjson

from dodeca.emulator.clock import timestamp
from dodeca.emulator.database import Segments, Vectors, new_id
from dodeca.emulator.handlers import videos
from dodeca.emulator.rules.models import model_of
from dodeca.emulator.state import State

MARENGO = {"model_name": "marengo3.0", "model_options": ["visual", "audio"]}
OLDER = {"model_name": "marengo2.7", "model_options": ["visual", "audio"]}
PEGASUS = {"model_name": "pegasus1.2", "model_options": ["visual", "audio"]}


def index(http: httpx.Client, name: str = "films", *models: dict[str, Any], **more: Any) -> str:
    """Create an index and return its id."""
    body = {"index_name": name, "models": list(models) or [MARENGO], **more}
    response = http.post("/indexes", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["_id"])


def task(http: httpx.Client, index_id: str, name: str, **fields: Any) -> dict[str, str]:
    """Create a task for a file of the media folder; return the ids of the task and its video."""
    url = f"https://example.org/{name}"
    given = {"index_id": index_id, "video_url": url, **fields}
    if "user_metadata" in given:
        given["user_metadata"] = orjson.dumps(given["user_metadata"]).decode()
    response = http.post("/tasks", files={key: (None, text) for key, text in given.items()})
    assert response.status_code == 200, response.text
    created: dict[str, str] = response.json()
    return created


def video(http: httpx.Client, index_id: str, name: str, **fields: Any) -> str:
    """Index a file of the media folder; return the id of the video, which is ready."""
    created = task(http, index_id, name, **fields)
    assert http.get(f"/tasks/{created['_id']}").json()["status"] == "ready"
    return created["video_id"]


def listed(http: httpx.Client, path: str, field: str = "filename") -> list[str]:
    """Return one field of the items of a list, looked for in `system_metadata` too."""
    response = http.get(path)
    assert response.status_code == 200, response.text
    return [item.get(field, item.get("system_metadata", {}).get(field)) for item in data(response)]


def data(response: httpx.Response) -> Sequence[dict[str, Any]]:
    items: list[dict[str, Any]] = response.json()["data"]
    return items


def planted(
    state: State,
    index_id: str,
    vectors: Mapping[str, Vectors],
    *,
    number: int = 0,
    status: str = "ready",
    **metadata: Any,
) -> str:
    """Add a video with clips of six seconds and these vectors by option; return its id.

    It is added as a task adds it, but that nothing is decoded: libraries of thousands take seconds.
    """
    index = state.database.get("indexes", index_id)
    assert index is not None
    now, video_id = timestamp(state.clock.now()), new_id()
    count = len(next(iter(vectors.values())))
    clips = [(6.0 * clip, 6.0 * clip + 6.0) for clip in range(count)]
    document = {
        "_id": video_id,
        "index_id": index_id,
        "status": videos.STAGES[0],
        "stages": list(videos.STAGES),
        "created_at": now,
        "updated_at": now,
        "indexed_at": None,
        "changed_at": None,
        "polls": 0,
        "duration": 6.0 * count,
        "system_metadata": {
            "filename": f"{number}.mp4",
            "video_title": str(number),
            "duration": 6.0 * count,
            "fps": 25.0,
            "width": 640,
            "height": 360,
            "size": 1000 + number,
            "model_names": [model["model_name"] for model in index["models"]],
        },
        "user_metadata": metadata,
        "stream": False,
        "model": model_of(index, "marengo"),
        "media": None,
        "task_id": new_id(),
    }
    task = {"_id": document["task_id"], "video_id": video_id, "index_id": index_id}
    about = {"clips": clips, "embedded": list(vectors)}
    with state.database.transaction():
        state.database.insert(videos.COLLECTION, document)
        state.database.insert(videos.TASKS, task | {"created_at": now})
        if status == "ready":
            segments = Segments(np.concatenate(list(vectors.values())), about)
            state.database.update(
                videos.COLLECTION, video_id, status="ready", indexed_at=now, segments=segments
            )
    return video_id
