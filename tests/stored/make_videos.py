"""Write an emulator's library of videos: `python -m tests.stored.make_videos FOLDER`.

`expected.json` holds what the version that wrote it answered. Made once for each format of the
database that stores videos in another way, and kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from dodeca.emulator import Emulator, EmulatorTransport, VirtualClock, samples

MARENGO = {"model_name": "marengo3.0", "model_options": ["visual", "audio"]}
NAMES = ("two.mp4", "silent.mp4", "removed.mp4")


def main(folder: Path) -> None:
    """Write it."""
    media = folder / "media"
    media.mkdir(parents=True)
    scene, small = samples.Scene, {"size": (360, 360), "fps": 2}
    samples.video(media / NAMES[0], [scene("red", 4, tone=220), scene("blue", 4)], **small)
    samples.video(media / NAMES[1], [scene("red", 4)], sound=False, **small)
    samples.video(media / NAMES[2], [scene("green", 4)], sound=False, **small)
    with Emulator(db=folder / "emulator.sqlite", media=media, clock=VirtualClock()) as emulator:
        http = client(emulator)
        body = {"index_name": "stored", "models": [MARENGO]}
        index_id = http.post("/indexes", json=body).json()["_id"]
        for number, name in enumerate(NAMES):
            fields = {"index_id": index_id, "video_url": f"https://example.com/{name}"}
            fields["user_metadata"] = json.dumps({"number": number})
            form = {key: (None, text) for key, text in fields.items()}
            task = http.post("/tasks", files=form).json()
            http.get(f"/tasks/{task['_id']}")
        http.delete(f"/indexes/{index_id}/videos/{task['video_id']}")
        source = {"media_source": {"url": f"https://example.com/{NAMES[0]}"}}
        embed = {"input_type": "video", "model_name": "marengo3.0", "video": source}
        task_id = http.post("/embed-v2/tasks", json=embed).json()["_id"]
        expected = answers(http, index_id, task_id)
    ids = {"index": index_id, "task": task_id}
    (folder / "expected.json").write_text(json.dumps(ids | {"answers": expected}) + "\n")
    for path in media.iterdir():
        path.unlink()
    media.rmdir()


def client(emulator: Emulator) -> httpx.Client:
    """Return a client of an emulator."""
    transport = EmulatorTransport(emulator)
    headers = {"x-api-key": "any"}
    return httpx.Client(transport=transport, base_url="https://x.test/v1.3", headers=headers)


def answers(http: httpx.Client, index_id: str, task_id: str) -> dict[str, Any]:
    """Return what an emulator answers about its library."""
    index = f"/indexes/{index_id}"
    paths = ("/indexes", index, f"{index}/videos", f"{index}/indexed-assets", "/tasks")
    paths += ("/embed-v2/tasks", f"/embed-v2/tasks/{task_id}", "/emulator/ledger")
    found = {path: http.get(path).json() for path in paths}
    for video in found[f"{index}/videos"]["data"]:
        path = f"{index}/videos/{video['_id']}?embedding_option=visual&embedding_option=audio"
        found[path] = http.get(path).json()
    for operator in ("or", "and"):
        form = {"index_id": index_id, "query_text": "red", "operator": operator}
        fields = [(name, (None, text)) for name, text in form.items()]
        fields += [("search_options", (None, option)) for option in ("visual", "audio")]
        found[f"search {operator}"] = http.post("/search", files=fields).json()
        found[f"search {operator}"]["page_info"].pop("page_expires_at")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
