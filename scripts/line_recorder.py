"""A plugin of pytest that records which lines of the package each test runs that passes.

`pytest -p scripts.line_recorder` writes two files for each of its processes into the folder
`DODECA_RECORD`: data of coverage.py whose contexts are the tests, and how long each test takes.
What other processes run is not seen.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

PACKAGE = Path(__file__).parents[1] / "facade/dodeca"
FOLDER = Path(os.environ["DODECA_RECORD"])
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")
_seconds: dict[str, float] = {}
_coverage = coverage.Coverage(
    data_file=FOLDER / f"{PROCESS}.lines", source=[str(PACKAGE)], config_file=False
)
_coverage.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Record what a test runs, with its fixtures."""
    failed = item.session.testsfailed
    _coverage.switch_context(item.nodeid)
    began = time.perf_counter()
    yield
    _coverage.switch_context("")
    if item.session.testsfailed == failed:
        _seconds[item.nodeid] = round(time.perf_counter() - began, 3)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was recorded."""
    _coverage.stop()
    _coverage.save()
    (FOLDER / f"{PROCESS}.json").write_text(json.dumps(_seconds), "utf-8")
