"""The front page: an overview of the emulator's state. Plain HTML that loads nothing external."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import httpx

from ..access_log import Access
from ..clock import parse_time, timestamp
from ..handlers.registry import HANDLERS
from ..requests.routing import router
from ..requests.validation import validator_of
from ..state import Call, State

SHOWN = 50  # items of each list
_SHOWN_REQUESTS = 25
_TASKS = {
    "tasks_list": "index a video",
    "embed_v2_tasks_list": "embed (v2)",
    "embed_tasks_list": "embed (v1)",
    "analyze_tasks_list": "analyze",
}
_Record = Mapping[str, Any]


def render(state: State) -> str:
    """Return the HTML of the page."""
    indexes = _list(state, "indexes_list")
    videos = {
        index["_id"]: _list(state, "index_videos_list", index_id=index["_id"])
        for index in indexes["data"]
    }
    assets = _list(state, "assets_list")
    tasks = sorted(
        (
            {"what": what, **task}
            for name, what in _TASKS.items()
            for task in _list(state, name)["data"]
        ),
        key=lambda task: task["created_at"],
        reverse=True,
    )
    totals = {
        "indexes": _total(indexes),
        "videos": sum(map(_total, videos.values())),
        "assets": _total(assets),
        "tasks": len(tasks),
    }
    body = [
        _head(state, totals),
        _section(
            "Indexes", [_index(item, videos[item["_id"]]["data"]) for item in indexes["data"]]
        ),
        _section("Assets", _grid(_asset(item) for item in assets["data"])),
        _section("Tasks", _table(_task(state, task) for task in tasks[:SHOWN])),
        _section("Last requests", _table(map(_request, _last(state.access_log.last)))),
    ]
    style = (files("dodeca.emulator.console") / "front_page.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>dodeca emulator</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{style}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def _list(state: State, operation_id: str, **path: str) -> dict[str, Any]:
    """Return the first SHOWN items of a list operation; no task counts this as a poll."""
    validator = validator_of(router().named(operation_id))
    params = validator.parameters(path, f"page_limit={SHOWN}")
    with state.jobs.uncounted():
        _, payload = HANDLERS[operation_id](Call(state, params, httpx.Headers(), ""))
    listing: dict[str, Any] = payload
    return listing


def _total(listing: Mapping[str, Any]) -> int:
    total: int = listing["page_info"]["total_results"]
    return total


def _last(accesses: Iterable[Access]) -> list[Access]:
    return list(accesses)[: -_SHOWN_REQUESTS - 1 : -1]


def _head(state: State, totals: Mapping[str, int]) -> str:
    counts = "".join(
        f"<li><b>{number}</b> {escape(name if number != 1 else _singular(name))}</li>"
        for name, number in totals.items()
    )
    media = (
        f" · media from <code>{escape(str(state.media_folder))}</code>"
        if state.media_folder
        else ""
    )
    now = timestamp(state.clock.now())[:19].replace("T", " ")
    return (
        "<header><h1><i></i>dodeca <span>emulator</span></h1>"
        f"<p>A local stand-in for the API, under <code>/v1.3</code>{media} · {now} UTC · "
        f'<a href="/emulator/ledger">ledger</a></p><ul class="counts">{counts}</ul></header>'
    )


def _singular(name: str) -> str:
    return {"indexes": "index"}.get(name, name.removesuffix("s"))


def _section(title: str, content: Iterable[str]) -> str:
    inner = "".join(content) or '<p class="none">None yet.</p>'
    return f"<section><h2>{title}</h2>{inner}</section>"


def _grid(cards: Iterable[str]) -> list[str]:
    inner = "".join(cards)
    return [f'<div class="grid">{inner}</div>'] if inner else []


def _table(rows: Iterable[str]) -> list[str]:
    inner = "".join(rows)
    return [f'<div class="scroll"><table>{inner}</table></div>'] if inner else []


def _index(index: _Record, videos: list[dict[str, Any]]) -> str:
    models = "".join(
        f"<em>{escape(model['model_name'])}: {escape(', '.join(model['model_options']))}</em>"
        for model in index["models"]
    )
    cards = _grid(_video(video) for video in videos) or ['<p class="none">No videos yet.</p>']
    return (
        f"<article><h3>{escape(index['index_name'])} {models}<small>{escape(index['_id'])}</small>"
        f"</h3>{''.join(cards)}</article>"
    )


def _video(video: _Record) -> str:
    metadata = video["system_metadata"]
    size = f"{metadata.get('width')}x{metadata.get('height')}"
    return _card(
        video["_id"], metadata.get("filename", ""), [_length(metadata.get("duration")), size]
    )


def _asset(asset: _Record) -> str:
    details = [asset["file_type"], _length(asset.get("duration")), _bytes(asset.get("size"))]
    kind = asset["file_type"].partition("/")[0]
    symbol = "♪" if kind == "audio" else "?"
    if asset["status"] == "ready" and kind in ("video", "image"):
        symbol = ""
    return _card(asset["_id"], asset["filename"], details, asset["status"], symbol=symbol)


def _card(
    media_id: str, name: str, details: list[str], status: str = "", *, symbol: str = ""
) -> str:
    """Return a card with a thumbnail, or with a symbol in its place."""
    thumbnail = f'<img src="/emulator/thumbnails/{media_id}.jpg" alt="" loading="lazy">'
    caption = " · ".join(escape(detail) for detail in details if detail)
    return (
        f'<figure title="{media_id}"><div class="frame">{symbol or thumbnail}'
        f"{_status(status) if status not in ('', 'ready') else ''}</div>"
        f"<figcaption><b>{escape(name)}</b><span>{caption}</span></figcaption></figure>"
    )


def _task(state: State, task: _Record) -> str:
    task_id = task.get("_id") or task["task_id"]
    ago = int((state.clock.now() - parse_time(task["created_at"])).total_seconds())
    return (
        f"<tr><td>{_status(task['status'])}</td><td>{escape(task['what'])}</td>"
        f"<td>{escape(_subject(task))}</td><td><code>{escape(task_id)}</code></td>"
        f'<td class="number">{_ago(ago)}</td></tr>'
    )


def _subject(task: _Record) -> str:
    """Return the file name or the URL of the media of a task."""
    metadata = (task.get("video_embedding") or task.get("audio_embedding") or {}).get(
        "metadata", {}
    )
    source = task.get("video_source") or {}
    for found in (
        task.get("system_metadata", {}).get("filename"),
        metadata.get("input_filename"),
        metadata.get("input_url"),
        source.get("url"),
        source.get("asset_id"),
    ):
        if found:
            return unquote(str(found).rpartition("/")[2])
    return ""


def _request(access: Access) -> str:
    status = str(access.status or "broken")
    tone = {"2": "ready", "4": "rejected"}.get(status[0], "failed")
    return (
        f'<tr><td><span class="state {tone}">{status}</span></td>'
        f"<td><b>{escape(access.method)}</b> <code>{escape(access.path[:120])}</code></td>"
        f"<td>{escape(access.operation or '')}</td>"
        f'<td class="number">{access.ms:.1f} ms</td>'
        f'<td class="number">{access.time[11:19]}</td></tr>'
    )


def _status(status: str) -> str:
    tone = status if status in ("ready", "failed") else "running"
    return f'<span class="state {tone}">{escape(status)}</span>'


def _length(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{int(seconds // 60)}:{int(seconds % 60):02} min" if seconds >= 60 else f"{seconds:g} s"


def _bytes(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, size // 1024)} kB"


def _ago(seconds: int) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"
