"""The benchmarks in small, with wide margins: what must stay far ahead, on any machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from dodeca import AsyncClient, Client
from dodeca._calls import floats, vector_reader
from dodeca._sync.resources.multipart_uploads import WORKERS
from dodeca.library import open_dataset
from tests.benchmarks import (
    bodies,
    browse,
    bulk,
    calls,
    decode,
    emulator,
    files,
    library,
    parsing,
    polling,
    search,
    uploads,
)
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import Spent, medians
from tests.benchmarks.page import page
from tests.benchmarks.report import Goal, Growth, Medians, Result, as_json


@pytest.fixture(scope="module")
def long() -> bytes:
    return decode.answer(decode.SEGMENTS)


def test_decoding_takes_less_than_half_of_a_whole_parse(long: bytes) -> None:
    with serving({"/embed-v2": long}) as server, ExitStack() as clients:
        ways = decode.ways(server, long, clients)
        some = {name: ways[name] for name in ("dodeca", "dodeca with json", decode.HTTPX)}
        found = [way() for way in some.values()]
        spent = medians(some, repeats=3)
    assert all(np.array_equal(found[0], other) for other in found)
    assert spent["dodeca"] * 2 < spent[decode.HTTPX]
    assert spent["dodeca with json"] < spent[decode.HTTPX]


def test_uncertainty_takes_about_as_long_as_the_vectors(long: bytes) -> None:
    spent = decode.with_uncertainty(long, repeats=5)
    assert spent["vectors and uncertainty"] < 2.5 * spent["vectors"]


@pytest.mark.parametrize("parser", [floats.simdjson_parser(), floats.orjson_parser])
def test_no_answer_holds_up_the_event_loop(
    long: bytes, parser: vector_reader.Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CPU time between two turns of the loop, which a busy machine does not lengthen."""
    monkeypatch.setattr(vector_reader, "new_parser", lambda: parser)
    gaps: list[float] = []

    async def ticks() -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            gaps.append(now - before)
            before = now

    async def run(base_url: str) -> None:
        async with AsyncClient(API_KEY, base_url=base_url) as client:
            await client.embed.video(decode.MEDIA)  # all is loaded
            ticker = asyncio.create_task(ticks())
            found = await client.embed.video(decode.MEDIA)
            ticker.cancel()
        assert found.vectors.shape == (decode.SEGMENTS, decode.DIMENSIONS)

    with serving({"/embed-v2": long}) as server:
        asyncio.run(run(server))
    assert len(gaps) > 50
    assert max(gaps) < 0.020


def test_small_calls_do_not_cost_more_than_those_of_httpx() -> None:
    sync, together = calls.run(calls=40, together=128, repeats=1, at_once=(64,)).tables
    assert sync.values["dodeca"] < 1.5 * sync.values[calls.HTTPX]
    assert together.values["dodeca"] < together.values[calls.HTTPX]
    assert sync.values["dodeca"] < 1.5 * sync.values[calls.HTTPX_ALIKE]
    assert sync.values["dodeca"] < 2 * sync.values[calls.URLLIB3]
    assert together.values["dodeca"] < together.values[calls.HTTPX2]


def test_video_with_noise_takes_the_emulator_about_as_long_as_decoding_it(tmp_path: Path) -> None:
    path = emulator.noisy(tmp_path, 6)
    assert path.stat().st_size > 6 * 1_000_000
    assert emulator.measured(path)["cpu"] < 3 * emulator.decoded(path)


def test_lists_of_many_pages_cost_about_what_httpx_and_json_do() -> None:
    found = parsing.lists(items=2_000)
    assert [table.ratio("dodeca", parsing.HTTPX) < 2.5 for table in found] == [True, True]


def test_base64_takes_a_fraction_of_the_time_and_hardly_memory() -> None:
    spent, peaks = bodies.run(size=9_000_000, repeats=2, peaks_of=[bodies.OURS]).tables
    assert spent.ratio(bodies.VENDOR) > 4
    assert peaks.values[bodies.OURS] < 0.3


def test_parts_of_an_upload_share_connections_and_touch_no_disk() -> None:
    found = uploads.in_parts(uploads.OURS, size=210_000_000, rate=None)
    assert found["connections"] <= WORKERS
    assert found["MB written to disk"] < 1


def test_jobs_are_looked_at_less_often_and_no_later() -> None:
    assert [goal.claim for goal in polling.run().goals if not goal.met] == []


def test_the_emulator_searches_and_lists_a_library_in_hardly_more_than_a_matmul() -> None:
    found = library.run(videos=(100, 500), clips=(1, 10), others=20)
    by_vectors, lists = found.growth[1], found.growth[2]
    beyond = [
        search - matmul
        for search, matmul in zip(
            by_vectors.values["search"], by_vectors.values[library.MATMUL], strict=True
        )
    ]
    assert max(beyond) < 50
    assert max(values[-1] for values in lists.values.values()) < 50
    (left,) = (goal.measured for goal in found.goals if "leaves" in goal.claim)
    assert left < 10


def test_a_search_is_little_more_than_a_product_and_a_row_no_work_of_python() -> None:
    at = search.at_size(50_000, repeats=1)
    assert at.search["dodeca"] < 3 * at.search[search.NUMPY]
    assert at.search[search.MOMENT] < 6 * at.search[search.NUMPY]
    assert at.filter["dodeca"] < 2 * at.filter[search.MASK]
    assert at.first_search_memory < 0.1
    joined, recorded = search.concat(1_000, repeats=1), search.records(search.library(2_000), 1)
    assert joined["dodeca"] < 4 * joined[search.CONCATENATE]
    assert recorded["dodeca"] < 2 * recorded[search.TOLIST]


def test_a_run_costs_little_more_than_its_requests_and_nothing_when_it_is_finished() -> None:
    found = bulk.run(texts=300, repeats=1, sizes=(3_000,))
    measured = {goal.claim: goal.measured for goal in found.goals}
    assert measured.pop("CPU of one text, of that in `embed.texts`") < 3
    assert measured.pop("resuming an input that is finished") < 100
    assert [goal.claim for goal in found.goals if goal.claim in measured and not goal.met] == []


def test_loading_takes_about_as_long_as_arrow_and_less_memory(tmp_path: Path) -> None:
    files.write_dataset(tmp_path / "one.parquet", 20_000, 1)
    files.write_dataset(tmp_path / "parts", 20_000, files.PARTS)
    spent = files.load(tmp_path, repeats=3)
    assert spent[files.OURS] < 2 * spent[files.PEER]
    assert spent[files.BY_PARTS] < 2.5 * spent[files.PEER]
    mapped = files.cached(tmp_path / "parts", repeats=3)
    assert mapped[files.CACHED] < mapped[files.OURS] / 2


def test_a_library_opens_as_a_file_is_read_and_searches_as_a_product_takes(tmp_path: Path) -> None:
    with Client.emulated() as client:
        browse.write_run(tmp_path / "library", 20_000)
        opened = browse.opened(tmp_path / "library", client, repeats=3)
        spent = browse.searched(open_dataset(tmp_path / "library", client), repeats=3)
    assert opened[browse.OPENED] < 3 * opened[browse.PEER]
    assert spent["dodeca"] < 4 * spent[browse.NUMPY]


def test_the_first_of_a_process_and_a_long_plot_take_no_seconds(tmp_path: Path) -> None:
    first = files.first_use(tmp_path / "first.parquet", repeats=2)
    assert max(first.values()) < 1
    cold = files.start(tmp_path, repeats=2)
    assert cold[files.HELP] < 2 * cold[files.IMPORTS]
    assert cold[files.EMBED] < files.OLD_EMBED * cold[files.IMPORTS]
    plots = files.plot(repeats=1)
    assert plots[files.OURS] < plots[files.BARS] / 3


def test_importing_loads_next_to_nothing() -> None:
    program = "import sys; old = set(sys.modules); import dodeca; print(*set(sys.modules) - old)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded <= {"dodeca", "importlib", "__future__", "warnings", "_warnings"}


def test_the_page_shows_what_is_met_and_what_is_not() -> None:
    goals = [
        Goal(1, "fast", "≥", 2, 2.5),
        Goal(2, "small", "≤", 8, 9, " MB", why_not="(too much)"),
    ]
    spent = Spent({"dodeca": 2.0, "other": 5.0, "best": 1.5}, {"dodeca": 7, "other": 2, "best": 7})
    tables = [Medians("a way", spent)]
    growth = [Growth("rows", [10, 100], {"dodeca": [1, 15], "other": [2, None]}, base="other")]
    result = as_json(Result("decode", tables, goals, ["A note."], growth))
    quiet = page({"decode": result})
    assert "1 of 2 met" in quiet
    assert "| 1 Decode | fast | ≥ 2x | 2.5x | met |" in quiet
    assert "| 2 Base64 | small | ≤ 8 MB | 9 MB | **not met** (too much) |" in quiet
    assert "| other | 5 | 2.50 | 2 |" in quiet
    assert "| 10 | 1 | 2 | 0.50 |  | 1 |" in quiet
    assert "| 100 | 15 |  |  | 15.00 for 10 | 1 |" in quiet
    assert "| 1 Decode | a way: CPU s | best | 0.75x |" in quiet
    assert "| 1 Decode | a way: CPU s | other" not in quiet
    assert "A note." in quiet
    slower = {**result["goals"][0], "measured": 1.5, "met": False}
    busy = page({"decode": result}, {"decode": {"load": 4, "goals": [slower]}})
    assert "| 1 Decode | fast | ≥ 2x | 2.5x | 1.5x (not met) | met |" in busy
    assert "| 2 Base64 | small | ≤ 8 MB | 9 MB |  | **not met** (too much) |" in busy
