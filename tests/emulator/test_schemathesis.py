"""Schemathesis: generated requests for every operation, valid and invalid, on both transports."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from dodeca.emulator import Emulator
from dodeca.emulator.clock import VirtualClock
from dodeca.emulator.server import app, serving
from tests.depth import DEEP, depth
from tests.emulator import seeds
from tests.emulator.conftest import client
from tests.lazy import Lazy

fuzzing, schemathesis = Lazy("tests.emulator.fuzzing"), Lazy("schemathesis")
formats_of = Lazy("schemathesis.specs.openapi.formats")
OPERATIONS = 57
UNKNOWN = "0" * 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seeds.media(tmp_path_factory.mktemp("media"))


@pytest.fixture
def emulator(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator with something of every kind in it, and no chance: ids count, time stands."""
    numbers = count(1)
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{next(numbers):0{2 * size}x}")
    with (
        Emulator(media=folder, api_key="key", clock=VirtualClock()) as emulator,
        client(emulator) as http,
    ):
        http.headers["x-api-key"] = "key"
        planted = seeds.plant(http, folder)
        (asset,) = planted["video-asset"]
        running = st.builds(lambda: seeds.running_batch(http, asset))
        with formats(planted, folder, {"running-batch-id": running}):
            yield emulator


@contextmanager
def formats(
    values: Mapping[str, list[str]], folder: Path, more: Mapping[str, st.SearchStrategy[str]]
) -> Iterator[None]:
    """Let the formats of rules.yaml, and files, be generated from what there is, `more` as well."""
    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    strategies = {
        name: st.sampled_from(
            [*found * 4, UNKNOWN] if name.endswith(("-id", "-asset")) else list(found)
        )
        for name, found in values.items()
    }
    every: dict[str, Any] = {**strategies, **more, "binary": st.sampled_from(files)}
    for name, strategy in every.items():
        schemathesis.openapi.format(name, strategy)
    yield
    for name in every:
        formats_of.unregister_string_format(name)


def examples(number: int) -> dict[str, Any]:
    generation = {"generation": {"max-examples": number}}
    return generation | {"phases": {"stateful": generation}}


def report(totals: Any, transport: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what was done, and fail with what was found."""
    with capsys.disabled():
        print(f"\nschemathesis, {transport}: {totals}")
    assert not totals.failures, "\n\n".join(totals.failures[:20])
    assert len(totals.statuses) == OPERATIONS
    never = [name for name, codes in totals.statuses.items() if not any(c < 300 for c in codes)]
    assert set(never) <= {"multipart_uploads_report_chunks"}, f"never succeeded: {never}"
    assert all(totals.cases[phase] for phase in fuzzing.PHASES if DEEP or phase != "coverage")


def test_in_process(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    settings = examples(depth(3, deep=150))
    if not DEEP:  # the coverage phase is the same at every run, and most of all requests
        settings["phases"]["coverage"] = {"enabled": False}
    schema = fuzzing.load(settings)
    schema.app = app(emulator)
    report(fuzzing.run(schema), "in process", capsys)


@pytest.mark.skipif(not DEEP, reason="make test generates requests in process only")
def test_server(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(emulator) as url:
        report(fuzzing.run(fuzzing.load(examples(30) | {"base-url": url})), "server", capsys)
