"""Ray on this machine, with two workers: the same rows, no duplicates, one limiter for both."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from dodeca import Client, segmentation
from dodeca.ray import Embedder
from tests.bulk.library import ROOT, audio_files, count, rows, server
from tests.bulk.ray_program import NOT_STARTED
from tests.depth import DEEP

ATTEMPTS = 10  # a busy machine may be too slow for the time that Ray allows its parts
INPUTS = 24
TEXTS = 300  # as in ray_program


@pytest.mark.skipif(not DEEP, reason="a cluster is of make test-deep: a minute")
def test_two_workers_of_a_cluster(tmp_path: Path) -> None:
    """One test, since to start a cluster takes longer than all that is done on it."""
    inputs = audio_files(tmp_path / "in", INPUTS)
    with server(tmp_path) as url, server(tmp_path, "--limit", "100/second") as limited:
        report = reported(url, limited, str(inputs), str(tmp_path))
        check_steps_wait_for_a_worker(report["slow_start"])
        check_the_death_of_the_workers(report["run"], url, tmp_path)
    check_the_limiter_holds_over_both(report["limits"])
    check_batches_of_ray_data(report["batches"])


def reported(*arguments: str) -> dict[str, Any]:
    """What a program on Ray reports."""
    command = [sys.executable, "-m", "tests.bulk.ray_program", *arguments]
    for _ in range(ATTEMPTS):
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
        if found.returncode != NOT_STARTED:
            break
    assert found.returncode == 0, found.stderr[-3000:]
    report: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return report


def check_steps_wait_for_a_worker(steps: dict[str, str]) -> None:
    """What is sent to a worker while it starts again is neither failed nor unknown."""
    assert "ready=True" in steps["asset"]
    assert "task_id='task'" in steps["submit"]


def check_the_death_of_the_workers(run: dict[str, Any], url: str, folder: Path) -> None:
    """It loses and duplicates nothing, however long the workers take to start again."""
    assert (run["done"], run["exit_code"]) == (INPUTS, 0)
    assert len(run["killed"]) == 2
    assert count(url, "/assets") == INPUTS
    assert count(url, "/embed-v2/tasks") - INPUTS <= run["orphaned_tasks"]
    with Client.emulated() as client:
        client.embed.run(folder / "in", out=folder / "local", via="task")
    assert rows(folder / "run").equals(rows(folder / "local"))


def check_the_limiter_holds_over_both(run: dict[str, Any]) -> None:
    """Workers with a limiter each would be refused as often as accepted."""
    assert (run["done"], run["workers"]) == (TEXTS, 2)
    assert run["rate_limited"] < 0.1 * TEXTS


def check_batches_of_ray_data(batches: dict[str, Any]) -> None:
    assert batches["vectors"] == 2 * INPUTS
    assert batches["errors"] == ["media_invalid"]
    assert batches["places"] == list(range(INPUTS + 1))
    assert batches["permits"] == INPUTS + 1, "all use one limiter"


def test_batches_of_one_table_have_the_same_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark and Parquet reject a batch without a column whose values are all missing."""
    monkeypatch.setenv("TWELVELABS_API_KEY", "key")
    embedder = Embedder()
    columns = {"path": ["/missing.png", None], "genre": [None, None], "segmentation": [None, None]}
    frame = pd.DataFrame(columns)
    for batch in (columns, frame, pa.Table.from_pandas(frame)):
        found = embedder(batch)
        assert "genre" in found.column_names
        assert not {"path", "segmentation"} & set(found.column_names)
        assert found["error_code"].to_pylist() == ["media_invalid", "request_invalid"]
    embedder._client.close()


def test_an_embedder_can_be_pickled_and_used_by_map_in_pandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_API_KEY", "secret-key")
    folder = audio_files(tmp_path / "in", 2)
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
