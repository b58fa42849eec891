"""Indexes with videos in them, as a client makes them."""

from collections.abc import Sequence
from typing import Any

import httpx
import orjson

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
