"""Ray on this machine, with two workers: the same rows, nothing doubled, one limit for both."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dodeca import Client, segmentation
from dodeca.ray import Embedder
from tests.bulk.library import ROOT, created, rows, server, sounds

INPUTS = 24


@contextmanager
def on_ray(what: str, tmp_path: Path, *options: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """What a program on Ray told, and the URL of its server."""
    inputs = sounds(tmp_path / "in", INPUTS)
    with server(tmp_path, *options) as url:
        command = [sys.executable, "-m", "tests.bulk.ray_program", what, url, str(inputs)]
        found = subprocess.run(
            [*command, str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True, timeout=240
        )
        assert found.returncode == 0, found.stderr[-3000:]
        yield json.loads(found.stdout.splitlines()[-1]), url


def test_a_worker_that_dies_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with on_ray("run", tmp_path) as (told, url):
        assert (told["done"], told["exit"]) == (INPUTS, 0)
        assert len(told["killed"]) == 1
        assert created(url, "/assets") == INPUTS
        assert created(url, "/embed-v2/tasks") - INPUTS <= told["orphans"]
        with Client("key", base_url=url) as client:
            client.embed.run(tmp_path / "in", out=tmp_path / "local", via="task")
    assert rows(tmp_path / "out").equals(rows(tmp_path / "local"))


def test_the_limiter_holds_over_both_workers(tmp_path: Path) -> None:
    with on_ray("limits", tmp_path, "--limit", "100/second") as (told, _):
        assert (told["done"], told["workers"]) == (800, 2)
        assert told["refused"] / 800 < 0.02


def test_batches_of_ray_data(tmp_path: Path) -> None:
    with on_ray("batches", tmp_path) as (told, _):
        assert told["vectors"] == 2 * INPUTS
        assert told["errors"] == ["media_invalid"]
        assert told["places"] == list(range(INPUTS + 1))
        assert told["permits"] == INPUTS + 1, "all asked one limiter"


def test_an_embedder_travels_and_has_the_shape_of_map_in_pandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "secret-key")
    folder = sounds(tmp_path / "in", 2)
    with server(tmp_path) as url:
        embedder = Embedder(base_url=url, segmentation=segmentation.fixed(2))
        paths = [str(path) for path in sorted(folder.iterdir())]
        first = embedder(pd.DataFrame({"path": paths[:1], "place": [0]}))
        packed = pickle.dumps(embedder)
        assert b"secret-key" not in packed
        other = pickle.loads(packed)
        frames = [pd.DataFrame({"path": [path], "place": [n]}) for n, path in enumerate(paths)]
        found = pd.concat(other.in_pandas(frames))
        for one in (embedder, other):
            one._client.close()
    assert found["place"].tolist() == [0, 0, 0, 1, 1, 1]
    assert len(set(found["id"])) == 6
    assert found["id"].tolist()[:3] == first["id"].to_pylist()
    assert found["vector"].iloc[0].tolist() == first["vector"][0].as_py()
