"""A plugin of pytest that records which functions each test calls that passes.

`pytest -p scripts.function_recorder` writes a file of JSON for each of its processes into the
folder `DODECA_RECORD`: test -> [seconds, functions], where a function is `path:qualified name`.
What other processes call is not seen.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

PACKAGE = str(Path(__file__).parents[1] / "facade")
_called: dict[int, CodeType] = {}  # by their identity: code objects are slow to compare
_recorded: dict[str, tuple[float, list[str]]] = {}


def _on_call(frame: FrameType, event: str, argument: Any) -> None:
    """Note a call; its lines are not traced, and calls of C are not seen: half as slow."""
    _called[id(frame.f_code)] = frame.f_code


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Record the functions that a test calls, with its fixtures."""
    failed = item.session.testsfailed
    _called.clear()
    threading.settrace(_on_call)
    sys.settrace(_on_call)
    began = time.perf_counter()
    yield
    sys.settrace(None)
    threading.settrace(None)
    seconds = round(time.perf_counter() - began, 3)
    functions = {
        f"{os.path.relpath(code.co_filename, PACKAGE)}:{_name(code)}"
        for code in [*_called.values()]
        if code.co_filename.startswith(PACKAGE)
    }
    if item.session.testsfailed == failed:
        _recorded[item.nodeid] = (seconds, sorted(functions))


def _name(code: CodeType) -> str:
    """The qualified name of a function; lambdas and comprehensions belong to the one around."""
    parts = code.co_qualname.split(".")
    return ".".join(part for part in parts if not part.startswith("<"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was recorded."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = Path(os.environ["DODECA_RECORD"])
    (folder / f"{worker}.json").write_text(json.dumps(_recorded), "utf-8")
