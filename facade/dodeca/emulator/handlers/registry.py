"""The handlers of all operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..state import Handler
from . import (
    analyze,
    analyze_batches,
    analyze_tasks,
    assets,
    embed_v1,
    embed_v1_tasks,
    embed_v2,
    embed_v2_tasks,
    generate,
    imports,
    index_videos,
    indexed_assets,
    indexes,
    multipart_uploads,
    search,
    summarize,
    tasks,
)

HANDLERS: Mapping[str, Handler] = {
    **embed_v2.HANDLERS,
    **embed_v2_tasks.HANDLERS,
    **embed_v1.HANDLERS,
    **embed_v1_tasks.HANDLERS,
    **analyze.HANDLERS,
    **analyze_tasks.HANDLERS,
    **analyze_batches.HANDLERS,
    **generate.HANDLERS,
    **summarize.HANDLERS,
    **assets.HANDLERS,
    **multipart_uploads.HANDLERS,
    **indexes.HANDLERS,
    **tasks.HANDLERS,
    **index_videos.HANDLERS,
    **indexed_assets.HANDLERS,
    **search.HANDLERS,
    **imports.HANDLERS,
}
"""The handler of each operation, by operationId."""

PRECHECKS: Mapping[str, Callable[[Any], None]] = {**indexes.PRECHECKS}
"""Checks of the JSON body of an operation that come before its validation."""
