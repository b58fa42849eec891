"""Bulk runs: embed a folder, a table or a list of media into a dataset.

`client.embed.run(inputs, out=...)` starts one; its guarantees are documented under "Bulk".
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dodeca.bulk.records import Failure as Failure
    from dodeca.bulk.results import Estimate as Estimate
    from dodeca.bulk.results import Rejection as Rejection
    from dodeca.bulk.results import Run as Run

_HOMES = {
    "Estimate": "dodeca.bulk.results",
    "Failure": "dodeca.bulk.records",
    "Rejection": "dodeca.bulk.results",
    "Run": "dodeca.bulk.results",
}

__all__ = ["Estimate", "Failure", "Rejection", "Run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
