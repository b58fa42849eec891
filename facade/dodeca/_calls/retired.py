"""What the service has retired: it works as long as the service takes it, with a warning."""

from __future__ import annotations

from collections.abc import Mapping

from dodeca._base.warn_once import warn_once

OPERATIONS: Mapping[str, str] = {
    "generate_create": "client.analyze",
    "gist_create": "client.analyze with a response_format",
    "imports_create": "client.assets.create and client.indexes.assets.create",
    "imports_logs": "client.assets.list",
    "imports_status": "client.assets.retrieve",
    "index_videos_replace": "client.indexes.videos.update",
    "summarize_create": "client.analyze with a response_format",
}
"""The retired operations, and what to use instead."""
MODEL = "pegasus1.2"


def warn_of_operation(operation_id: str, method: str, path: str) -> None:
    """Warn of a retired operation; others are none of this."""
    if (instead := OPERATIONS.get(operation_id)) is not None:
        _warn(f"{method} {path}", instead)


def warn_of_video_id() -> None:
    """Warn of `video_id` in analyses."""
    _warn("video_id in analyses", "video: a file, a URL or an asset")


def warn_of_model(model_name: str | None) -> None:
    """Warn of a retired model; others are none of this."""
    if model_name == MODEL:
        _warn(f"the model {MODEL}", "analyses of files, URLs and assets, which need no index")


def _warn(what: str, instead: str) -> None:
    warn_once(DeprecationWarning(f"the service has retired {what}; use {instead}"))
