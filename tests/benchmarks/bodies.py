"""A file of 36 MB as base64 in a JSON body, over loopback."""

from __future__ import annotations

import base64
import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import orjson
import pybase64

from dodeca import Client
from dodeca._calls import bodies
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import medians, peak_memory
from tests.benchmarks.report import Goal, Medians, Result

SIZE = 36_000_000
OURS, WITHOUT = "dodeca", "dodeca without pybase64"
VENDOR, HTTPX, ALIKE = "twelvelabs", "httpx json=", "httpx + pybase64 + orjson"
ANSWER = b'{"data":[{"embedding":[0.5],"embedding_option":"visual","embedding_scope":"clip",'
ANSWER += b'"start_sec":0.0,"end_sec":1.0}]}'


def run(
    *,
    repeats: int = 7,
    size: int = SIZE,
    peaks_of: Sequence[str] = (OURS, WITHOUT, ALIKE, HTTPX, VENDOR),
) -> Result:
    """Medians of CPU seconds, and peaks of memory."""
    with tempfile.TemporaryDirectory() as folder, serving({"/embed-v2": ANSWER}) as server:
        path = Path(folder) / "film.mp4"
        path.write_bytes(bytes(range(250)) * (size // 250))
        with ExitStack() as clients:
            spent = medians(ways(server, path, clients), repeats=repeats)
        peaks = {name: _peak(server, path, name) / size for name in peaks_of}
    return Result(
        "bodies",
        [
            Medians("36 MB as base64", spent),
            Medians("peak memory, times the file", peaks, "files", VENDOR),
        ],
        [
            Goal(2, "base64: the vendor's CPU, of ours", "≥", 12, spent[VENDOR] / spent[OURS]),
            Goal(
                2,
                "base64: the vendor's CPU, of ours without pybase64",
                "≥",
                4,
                spent[VENDOR] / spent[WITHOUT],
            ),
            Goal(2, f"base64: {ALIKE}, of ours", "≥", 1, spent[ALIKE] / spent[OURS]),
            Goal(2, "base64: extra peak memory, of the file", "≤", 0.1, peaks[OURS]),
        ],
    )


def ways(base_url: str, path: Path, clients: ExitStack) -> dict[str, Callable[[], Any]]:
    """The ways to send the file."""
    from twelvelabs import MediaSource, TwelveLabs, VideoInputRequest

    ours = clients.enter_context(Client(API_KEY, base_url=base_url))
    plain = clients.enter_context(httpx.Client(timeout=60))
    vendor = TwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=plain)

    def without_pybase64() -> Any:
        with mock.patch.object(bodies, "b64encode", base64.b64encode):
            return ours.embed.video(path, via="sync")

    def with_httpx() -> Any:
        text = base64.b64encode(path.read_bytes()).decode()
        body = {"input_type": "video", "video": {"media_source": {"base64_string": text}}}
        return plain.post(f"{base_url}/embed-v2", json=body).json()

    def with_httpx_and_ours() -> Any:
        text = pybase64.b64encode_as_string(path.read_bytes())
        body = {"input_type": "video", "video": {"media_source": {"base64_string": text}}}
        response = plain.post(f"{base_url}/embed-v2", content=orjson.dumps(body))
        return orjson.loads(response.content)

    def with_vendor() -> Any:
        text = base64.b64encode(path.read_bytes()).decode()
        video = VideoInputRequest(media_source=MediaSource(base_64_string=text))
        return vendor.embed.v_2.create(input_type="video", model_name="marengo3.0", video=video)

    return {
        OURS: lambda: ours.embed.video(path, via="sync"),
        WITHOUT: without_pybase64,
        ALIKE: with_httpx_and_ours,
        HTTPX: with_httpx,
        VENDOR: with_vendor,
    }


def _peak(base_url: str, path: Path, name: str) -> int:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak_here, (base_url, path, name))


def _peak_here(base_url: str, path: Path, name: str) -> int:
    small = path.with_name("small.mp4")
    small.write_bytes(b"0" * 1000)
    with ExitStack() as clients:
        ways(base_url, small, clients)[name]()  # all is loaded
        return peak_memory(ways(base_url, path, clients)[name])


if __name__ == "__main__":
    run().show()
