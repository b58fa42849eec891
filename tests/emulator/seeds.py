"""What exists in an emulator that generated requests are sent to."""

import base64
from collections.abc import Mapping
from pathlib import Path

import httpx

from dodeca.emulator import samples

SECONDS = 4  # the shortest that tasks take; every request decodes it anew
SPARE = 12  # things to delete


def media(folder: Path) -> Path:
    """Fill a folder with small files, which URLs then stand for by name."""
    scenes = [samples.Scene("red", 2, tone=220), samples.Scene("blue", SECONDS - 2)]
    samples.video(folder / "clip.mp4", scenes, size=(360, 360), fps=2)
    samples.audio(folder / "tones.mp3", [samples.Tone(SECONDS, 440)])
    samples.image(folder / "purple.jpg", "purple", (128, 128))
    samples.pdf(folder / "guide.pdf", ["one page", "another"])
    (folder / "notes.txt").write_text("One sentence. Another one. And a third.")
    # What the examples of the OpenAPI document name:
    samples.video(folder / "colours.mp4", scenes, size=(360, 360), fps=2)
    samples.audio(folder / "tones.wav", [samples.Tone(SECONDS, 440)])
    samples.image(folder / "purple.png", "purple", (128, 128))
    return folder


def plant(http: httpx.Client, folder: Path) -> Mapping[str, list[str]]:
    """Make things of every kind; return the values there are for each format of rules.yaml."""

    def made(method: str, path: str, **kwargs: object) -> str:
        response = http.request(method, path, **kwargs)  # type: ignore[arg-type]
        response.raise_for_status()
        return str(response.json()["_id"])

    def asset(name: str) -> str:
        form = {"method": "direct"}
        content = (folder / name).read_bytes()
        identity = made("POST", "/assets", data=form, files={"file": (name, content)})
        assert http.get(f"/assets/{identity}").json()["status"] == "ready"
        return identity

    def index(name: str) -> str:
        models = [
            {"model_name": model, "model_options": ["visual", "audio"]}
            for model in ("marengo3.0", "pegasus1.2")
        ]
        return made("POST", "/indexes", json={"index_name": name, "models": models})

    def task() -> str:
        form = {"index_id": main, "video_url": url("clip.mp4")}
        identity = made("POST", "/tasks", data=form, files={"video_file": ("", b"")})
        assert http.get(f"/tasks/{identity}").json()["status"] == "ready"
        return identity

    def video() -> str:
        return str(http.get(f"/tasks/{task()}").json()["video_id"])

    def finished(identity: str) -> str:
        found = http.get(f"/tasks/{identity}").json()["video_id"]
        http.delete(f"/indexes/{main}/videos/{found}").raise_for_status()
        return identity

    def analysis() -> str:
        source = {"type": "asset_id", "asset_id": clip}
        body = {"model_name": "pegasus1.5", "video": source, "prompt": "what"}
        return str(http.post("/analyze/tasks", json=body).raise_for_status().json()["task_id"])

    def canceled() -> str:
        identity = analysis()
        http.post(f"/analyze/tasks/{identity}/cancel").raise_for_status()
        return identity

    def batch() -> str:
        made = running_batch(http, clip)
        assert http.get(f"/analyze/batches/{made}").json()["status"] == "completed"
        return made

    def upload() -> str:
        body = {"filename": "long.mp4", "type": "video", "total_size": 40 * 1024**2}
        answer = http.post("/assets/multipart-uploads", json=body).raise_for_status().json()
        return str(answer["upload_id"])

    main = index("main")
    clip, still, sound = map(asset, ("clip.mp4", "purple.jpg", "tones.mp3"))
    videos = [video(), video()]
    return {
        "index-id": [main],
        "spare-index-id": [index(f"spare {number}") for number in range(SPARE)],
        "video-id": videos,
        # Both are videos of the index; deletions of one kind must not use up those of the other.
        "spare-video-id": [video() for _ in range(SPARE // 2)],
        "spare-indexed-asset-id": [video() for _ in range(SPARE // 2)],
        "task-id": [task()],
        "spare-task-id": [finished(task()) for _ in range(SPARE)],
        "video-asset": [clip],
        "image-asset": [still],
        "audio-asset": [sound],
        "text-asset": [asset("notes.txt")],
        "pdf-asset": [asset("guide.pdf")],
        "spare-asset": [asset("purple.jpg") for _ in range(SPARE)],
        "upload-id": [upload() for _ in range(3)],
        "page-token": [search_token(http, main)],
        "analyze-task-id": [analysis()],
        "spare-analyze-task-id": [analysis() for _ in range(SPARE)],
        "canceled-analyze-task-id": [canceled()],
        "batch-id": [batch()],
        "spare-batch-id": [batch() for _ in range(SPARE)],
        "embed-v2-task-id": [
            made(
                "POST",
                "/embed-v2/tasks",
                json={
                    "input_type": "video",
                    "model_name": "marengo3.0",
                    "video": {"media_source": {"asset_id": clip}},
                },
            )
        ],
        "embed-task-id": [
            made(
                "POST",
                "/embed/tasks",
                data={"model_name": "marengo3.0", "video_url": url("clip.mp4")},
                files={"video_file": ("", b"")},
            )
        ],
        "video-url": [url("clip.mp4")],
        "audio-url": [url("tones.mp3")],
        "image-url": [url("purple.jpg")],
        "text-url": [url("notes.txt")],
        "pdf-url": [url("guide.pdf")],
        "text-base64": [encoded(folder / "notes.txt")],
        "video-base64": [encoded(folder / "clip.mp4")],
        "image-base64": [encoded(folder / "purple.jpg")],
        "metadata-text": ["{}", '{"category": "new", "rating": 9.5, "tags": ["a", "b"]}'],
        "filter-text": ["{}", '{"duration": {"gte": 3}}', '{"category": "new"}'],
    }


def running_batch(http: httpx.Client, asset: str) -> str:
    """Make a batch that runs until it is polled."""
    request = {
        "video": {"type": "asset_id", "asset_id": asset},
        "prompt": {"input_text": "what"},
    }
    body = {"model_name": "pegasus1.5", "analysis_mode": "general", "requests": [request]}
    response = http.post("/analyze/batches", json=body).raise_for_status()
    return str(response.json()["batch_id"])


def search_token(http: httpx.Client, index_id: str) -> str:
    fields = {"index_id": index_id, "query_text": "red", "search_options": "visual"}
    form = {name: (None, value) for name, value in (fields | {"page_limit": "1"}).items()}
    response = http.post("/search", files=form).raise_for_status().json()
    return str(response["page_info"]["next_page_token"])


def url(name: str) -> str:
    return f"https://media.example/{name}"


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
