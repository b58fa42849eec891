"""Modules that take long to import, imported at their first use.

Each process of `make test` imports all tests, but runs a part of them.
"""

from __future__ import annotations

import importlib
from typing import Any


class Lazy:
    """Stands for a module; asking for anything of it imports it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith(
            ("_", "pytest", "hypothesis")
        ):  # looked for in all that is collected
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)
