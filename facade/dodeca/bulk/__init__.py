"""Bulk runs: a folder, a table or a list of media into vectors, unattended.

`client.embed.run(inputs, out=...)` begins here. What a run guarantees is said in the
documentation, under "Bulk".
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dodeca.bulk.journal import Failure as Failure
    from dodeca.bulk.results import Estimate as Estimate
    from dodeca.bulk.results import Refusal as Refusal
    from dodeca.bulk.results import Run as Run

_HOMES = {
    "Estimate": "dodeca.bulk.results",
    "Failure": "dodeca.bulk.journal",
    "Refusal": "dodeca.bulk.results",
    "Run": "dodeca.bulk.results",
}

__all__ = ["Estimate", "Failure", "Refusal", "Run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
