"""dodeca: a Python client for the TwelveLabs Video Understanding API, with a local emulator.

>>> from dodeca import Client
>>> client = Client.emulated()  # no key, no network; Client() calls the real API
>>> client.embed.text("man walking a dog")
<Embeddings 1 x 512>

Names are loaded on first use, so that importing the package is fast.
"""

from __future__ import annotations

import importlib

from dodeca._version import VERSION

# Without importing `typing`, which would take most of the import time. Editors that use jedi would
# take a plain False for granted, and complete none of the names below.
TYPE_CHECKING = bool()  # noqa: UP018
if TYPE_CHECKING:
    from typing import Any

    from dodeca import segmentation as segmentation
    from dodeca import webhooks as webhooks
    from dodeca._async.client import AsyncClient as AsyncClient
    from dodeca._async.job import AsyncJob as AsyncJob
    from dodeca._base.response_info import ResponseInfo as ResponseInfo
    from dodeca._sync.client import Client as Client
    from dodeca._sync.job import Job as Job
    from dodeca.embeddings import Embeddings as Embeddings
    from dodeca.embeddings import Segment as Segment
    from dodeca.errors import DodecaError as DodecaError
    from dodeca.media import Media as Media

__version__ = VERSION

_HOMES = {
    "AsyncClient": "dodeca._async.client",
    "AsyncJob": "dodeca._async.job",
    "Client": "dodeca._sync.client",
    "DodecaError": "dodeca.errors",
    "Embeddings": "dodeca.embeddings",
    "Job": "dodeca._sync.job",
    "Media": "dodeca.media",
    "ResponseInfo": "dodeca._base.response_info",
    "Segment": "dodeca.embeddings",
}
_MODULES = frozenset(
    {
        "embeddings",
        "emulator",
        "errors",
        "media",
        "report",
        "results",
        "segmentation",
        "types",
        "webhooks",
    }
)

__all__ = [
    "AsyncClient",
    "AsyncJob",
    "Client",
    "DodecaError",
    "Embeddings",
    "Job",
    "Media",
    "ResponseInfo",
    "Segment",
    "segmentation",
    "webhooks",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return importlib.import_module(f"dodeca.{name}")
    raise AttributeError(f"module 'dodeca' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
