"""Decoding 3,600 vectors of 512 floats, over loopback, into a matrix and its columns."""

from __future__ import annotations

import json
import multiprocessing
import random
import socket
import timeit
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import httpx
import numpy as np
import orjson
import simdjson

from dodeca import Client
from dodeca._calls import floats, vector_reader
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import Spent, medians, peak_memory
from tests.benchmarks.report import Goal, Medians, Result

SEGMENTS, DIMENSIONS = 3_600, 512
SHORT, LONG = SEGMENTS // 10, SEGMENTS * 10
VENDOR, HTTPX = "twelvelabs", "httpx + json + numpy"
ALIKE = {  # the same parser on both sides
    "dodeca": "httpx + pysimdjson + numpy",
    "dodeca with orjson": "httpx + orjson + numpy",
    "dodeca with json": HTTPX,
}
OURS = {
    "dodeca": floats.simdjson_parser,
    "dodeca with orjson": lambda: floats.orjson_parser,
    "dodeca with json": lambda: floats.json_parser,
}
BARE, LIMIT = "a bare simdjson parse", "a socket + a simdjson parse"
BARE_JSON = "a bare json.loads"
UNCERTAINTY = f"{SEGMENTS:,} x {DIMENSIONS}, the best run"
MEDIA = "https://host/a.mp4"


def answer(segments: int, *, uncertainty: bool = False) -> bytes:
    """The body of an answer, as the service writes it; every 360 segments the vectors repeat."""
    chance = random.Random(0)
    rows = [
        b",".join(b"%.9f" % chance.uniform(-1, 1) for _ in range(DIMENSIONS)) for _ in range(SHORT)
    ]
    second = b',"embedding_uncertainty":[%b]' if uncertainty else b"%.0b"
    items = [
        b'{"embedding":[%b]%b,"embedding_option":"visual","embedding_scope":"clip",'
        b'"start_sec":%.1f,"end_sec":%.1f}'
        % (rows[row % SHORT], second % rows[-1 - row % SHORT], row * 2, row * 2 + 2)
        for row in range(segments)
    ]
    return b'{"data":[%b]}' % b",".join(items)


def run(*, repeats: int = 5, vendor: int = 2) -> Result:
    """Medians of CPU seconds, peaks of memory, and how the time grows."""
    sizes = {f"/{name}/embed-v2": answer(name) for name in (SHORT, SEGMENTS, LONG)}
    body = sizes[f"/{SEGMENTS}/embed-v2"]
    with serving(sizes) as server:
        with ExitStack() as clients:
            all_ways = ways(f"{server}/{SEGMENTS}", body, clients)
            spent = medians(all_ways, repeats=repeats, few={VENDOR: vendor})
        peaks = {
            name: _peak(f"{server}/{SEGMENTS}", name) / len(body)
            for name in (*OURS, *ALIKE.values(), VENDOR)
        }
        growth = _growth(server, repeats)
    uncertain = with_uncertainty(body, repeats=2 * repeats)
    ours, orjson_, json_ = (spent[name] for name in OURS)
    why_not = (
        f"(the vendor takes {spent[VENDOR]:.1f} s here, and took 12.6 s where the target was set; "
        f"a socket and a bare parse alone would be {spent[VENDOR] / spent[LIMIT]:.0f}x)"
    )
    return Result(
        "decode",
        [
            Medians(f"{SEGMENTS:,} x {DIMENSIONS}, {len(body) / 1e6:.0f} MB of JSON", spent),
            Medians("peak memory, times the body", peaks, "bodies"),
            Medians(UNCERTAINTY, uncertain, base="vectors"),
            Medians("CPU of a segment", growth, "CPU µs", f"{SEGMENTS:,} segments"),
        ],
        [
            Goal(
                1,
                "the vendor's CPU, of ours with pysimdjson",
                "≥",
                150,
                spent[VENDOR] / ours,
                why_not=why_not,
            ),
            Goal(
                1,
                "the vendor's CPU, of ours with orjson",
                "≥",
                60,
                spent[VENDOR] / orjson_,
                why_not=why_not,
            ),
            Goal(
                1,
                "the vendor's CPU, of ours with json",
                "≥",
                25,
                spent[VENDOR] / json_,
                why_not=f"(json.loads alone would be {spent[VENDOR] / spent[BARE_JSON]:.0f}x here, "
                f"where float() of Python takes {_float_ns():.0f} ns; some builds need 55)",
            ),
            Goal(1, "httpx + json + numpy, of ours with orjson", "≥", 2, spent[HTTPX] / orjson_),
            *(
                Goal(1, f"{us}: CPU, of {theirs}", "≤", 1.25, spent[us] / spent[theirs])
                for us, theirs in ALIKE.items()
            ),
            Goal(
                1,
                "ours with pysimdjson, of a socket and a bare parse",
                "≤",
                1.8,
                ours / spent[LIMIT],
            ),
            Goal(
                1,
                "ours with pysimdjson, of a bare parse of what is in memory already",
                "≤",
                1.8,
                ours / spent[BARE],
                why_not="(what comes over loopback has to be received, too)",
            ),
            Goal(
                1,
                "vectors and their uncertainty, of vectors alone",
                "≤",
                2.2,
                uncertain["vectors and uncertainty"] / uncertain["vectors"],
            ),
            Goal(1, "peak memory, of the body", "≤", 1, max(peaks[name] for name in OURS)),
            *(
                Goal(
                    1,
                    f"CPU of a segment, {name} of {SEGMENTS:,}",
                    "≤",
                    1.15,
                    cpu / growth[f"{SEGMENTS:,} segments"],
                )
                for name, cpu in growth.items()
                if not name.startswith(f"{SEGMENTS:,}")
            ),
        ],
    )


def with_uncertainty(plain: bytes, *, repeats: int = 10) -> Spent:
    """CPU seconds of vectors alone, and of vectors with their uncertainty; the best run of each.

    With it, twice as many numbers have to be read.
    """
    bodies = {"vectors": plain, "vectors and uncertainty": answer(SEGMENTS, uncertainty=True)}
    paths = {name: f"/{place}" for place, name in enumerate(bodies)}
    sizes = {f"{path}/embed-v2": bodies[name] for name, path in paths.items()}
    with serving(sizes) as server, ExitStack() as clients:
        both = {
            name: ours(server + path, floats.simdjson_parser, clients)
            for name, path in paths.items()
        }
        return medians(both, repeats=repeats, summary=min)


def ways(base_url: str, body: bytes, clients: ExitStack) -> dict[str, Callable[[], Any]]:
    """All the ways to the same matrix, and what the machine needs at least."""
    parser, plain = simdjson.Parser(), clients.enter_context(httpx.Client(timeout=120))
    return {
        **{name: ours(base_url, new, clients) for name, new in OURS.items()},
        ALIKE["dodeca"]: lambda: _with_simdjson(plain, base_url, parser),
        ALIKE["dodeca with orjson"]: lambda: _with_httpx(plain, base_url, orjson.loads),
        HTTPX: lambda: _with_httpx(plain, base_url, json.loads),
        VENDOR: lambda: _with_vendor(plain, base_url),
        LIMIT: lambda: parser.parse(_received(base_url, len(body))) and None,
        BARE: lambda: parser.parse(body) and None,
        BARE_JSON: lambda: json.loads(body) and None,
    }


def ours(base_url: str, new_parser: Callable[[], Any], clients: ExitStack) -> Callable[[], Any]:
    """The client, with one of the parsers it can use."""

    def way() -> Any:
        with mock.patch.object(vector_reader, "new_parser", new_parser):
            return client.embed.video(MEDIA).vectors

    client = clients.enter_context(Client(API_KEY, base_url=base_url))
    return way


def _with_httpx(plain: httpx.Client, base_url: str, loads: Callable[[bytes], Any]) -> Any:
    data = loads(plain.post(f"{base_url}/embed-v2", json={}).content)["data"]
    return np.array([item["embedding"] for item in data], dtype=np.float32)


def _with_simdjson(plain: httpx.Client, base_url: str, parser: Any) -> Any:
    found = parser.parse(plain.post(f"{base_url}/embed-v2", json={}).content)
    rows = [item["embedding"].as_buffer(of_type="d") for item in found["data"]]
    return np.frombuffer(b"".join(rows)).reshape(len(rows), -1).astype(np.float32)


def _with_vendor(plain: httpx.Client, base_url: str) -> Any:
    from twelvelabs import MediaSource, TwelveLabs, VideoInputRequest

    vendor = TwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=plain)
    video = VideoInputRequest(media_source=MediaSource(url=MEDIA))
    found = vendor.embed.v_2.create(input_type="video", model_name="marengo3.0", video=video)
    return np.array([item.embedding for item in found.data or []], dtype=np.float32)


def _received(base_url: str, size: int) -> memoryview:
    """The answer, read from a socket into one place."""
    where = urlsplit(base_url)
    body = bytearray(size + 64)  # simdjson reads a little beyond the end
    with socket.create_connection((where.hostname, where.port)) as stream:
        stream.sendall(b"POST %b/embed-v2 HTTP/1.1\r\n\r\n" % where.path.encode())
        head = stream.recv(65536)
        piece = head.partition(b"\r\n\r\n")[2]
        place = len(piece)
        view = memoryview(body)
        view[:place] = piece
        while place < size:
            place += stream.recv_into(view[place : min(place + 65536, size)])
    return view[:size]


def _float_ns() -> float:
    """Builds of Python that switch the mode of the x87 unit for each float take three times as
    long as others on the same machine.
    """
    return min(timeit.repeat(lambda: float("0.123456789"), number=10_000)) / 10_000 * 1e9


def _growth(server: str, repeats: int) -> Spent:
    """Short answers are taken several times, so that all measurements last about as long."""

    def often(size: int) -> Callable[[], None]:
        way = ours(f"{server}/{size}", floats.simdjson_parser, clients)

        def run() -> None:
            for _ in range(LONG // size):
                way()

        return run

    sizes = (SHORT, SEGMENTS, LONG)
    with ExitStack() as clients:
        spent = medians({f"{size:,} segments": often(size) for size in sizes}, repeats=repeats)
    return spent.scaled(1e6 / LONG)


def _peak(base_url: str, name: str) -> int:
    """Measured in a process of its own, where nothing has taken memory before."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak_here, (base_url, name))


def _peak_here(base_url: str, name: str) -> int:
    with ExitStack() as clients:
        ways(base_url.replace(str(SEGMENTS), str(SHORT)), b"", clients)[name]()  # all is loaded
        return peak_memory(ways(base_url, b"", clients)[name])


if __name__ == "__main__":
    run().show()
