"""What handlers work on, and what they are called with.

Everything that takes part in a request names this module, never `exchange` or `core`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from .access_log import AccessLog
from .clock import Clock
from .database import Database
from .jobs import Jobs
from .ledger import Ledger
from .requests.bodies import UploadedFile
from .vector_index import VectorIndexes
from .webhooks import Webhooks

Reply = tuple[int, Any]
"""A status, and data for JSON (numpy arrays too), an iterator of bytes, or None for no body."""


@dataclass(slots=True)
class State:
    """Everything that an emulator keeps between requests."""

    media_folder: Path | None
    """The folder whose files stand for URLs, by file name."""
    chunk_size: int
    """Bytes of a chunk of a multipart upload."""
    clock: Clock
    database: Database
    vectors: VectorIndexes
    jobs: Jobs
    ledger: Ledger
    access_log: AccessLog
    webhooks: Webhooks


@dataclass(slots=True)
class Call:
    """What a handler is called with: validated parameters and body, and the state."""

    state: State
    params: dict[str, Any]
    headers: httpx.Headers
    origin: str
    """Scheme and host of the request: `https://api.twelvelabs.io`."""
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    """The file of each form field, the first if there are several."""
    uploads: dict[str, list[UploadedFile]] = field(default_factory=dict)
    """All files by form field."""


Handler = Callable[[Call], Reply]
