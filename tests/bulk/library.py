"""Media for bulk runs, servers to send them to, and datasets to compare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.dataset

ROOT = Path(__file__).parent.parent.parent
SOAK = bool(os.environ.get("DODECA_SOAK"))
DEEP = SOAK or bool(os.environ.get("DODECA_DEEP"))
SAMPLE_RATE = 8_000
KEY = {"x-api-key": "key"}


def audio_files(folder: Path, number: int, seconds: float = 4.0) -> Path:
    """A folder with so many short WAV files, each with a tone of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    times = np.arange(int(SAMPLE_RATE * seconds)) / SAMPLE_RATE
    for index in range(number):
        tone = np.sin(2 * np.pi * (200 + 3 * index) * times) * (0.2 + index / number / 2)
        with wave.open(str(folder / f"{index:04d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes((tone * 32_000).astype("<i2").tobytes())
    return folder


@contextmanager
def server(folder: Path, *options: str, faults: Sequence[Mapping[str, Any]] = ()) -> Iterator[str]:
    """The emulator as a process of its own; provides its base URL."""
    command = [sys.executable, "-m", "dodeca.emulator", "--port", "0", *options]
    if faults:
        plan = folder / "faults.json"
        plan.write_text(json.dumps(list(faults)))
        command += ["--faults", str(plan)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


def count(url: str, path: str) -> int:
    """How many resources a list of the server has."""
    response = httpx.get(f"{url}{path}", params={"page_limit": 1}, headers=KEY, timeout=300)
    return int(response.json()["page_info"]["total_results"])


def rows(out: Path) -> pa.Table:
    """All rows of a dataset, in an order that does not depend on how it was written."""
    table = pyarrow.dataset.dataset(out / "vectors", format="parquet").to_table()
    return table.sort_by([("source", "ascending"), ("id", "ascending")])
