"""A form of 1 GB, and 540 MB in presigned parts, over loopback."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from dodeca import AsyncClient, Client
from dodeca._sync.resources import multipart_uploads
from tests.benchmarks.loopback import API_KEY, CONNECTIONS, serving
from tests.benchmarks.measure import medians, peak_memory
from tests.benchmarks.report import Goal, Medians, Result

GB = 1_000_000_000
PARTS_SIZE = 540_000_000
PART = 5_000_000
RATE = 10_000_000.0  # bytes a second on a connection
MB = 1024 * 1024
OURS, ASYNC, VENDOR = "dodeca", "dodeca async", "twelvelabs"
RAW, SENDFILE, HTTPX = "a raw send", "sendfile", "httpx files="
SESSION = "/assets/multipart-uploads"


def run(*, repeats: int = 7) -> Result:
    """Medians of CPU seconds for the form; one run each for the parts, which take wall time."""
    form, peaks = _form(repeats)
    parts = {name: in_parts(name) for name in (OURS, VENDOR)}
    ours, vendor = parts[OURS], parts[VENDOR]
    sooner = vendor["wall s"] / ours["wall s"]
    beyond = ours["connections"] - multipart_uploads.WORKERS
    return Result(
        "uploads",
        [
            Medians("a form of 1 GB", form, "CPU s"),
            Medians("a form of 1 GB: peak memory", peaks, "MB", HTTPX),
            *(
                Medians("540 MB in parts", {n: got[what] for n, got in parts.items()}, what, VENDOR)
                for what in ours
            ),
        ],
        [
            Goal(3, "form of 1 GB: our CPU, of a raw send", "≤", 1.3, form[OURS] / form[RAW]),
            Goal(3, "form of 1 GB: extra peak memory", "≤", 8, peaks[OURS], " MB"),
            Goal(3, "parts: the vendor's CPU, of ours", "≥", 10, vendor["CPU s"] / ours["CPU s"]),
            Goal(3, "parts: the vendor's time, of ours", "≥", 1.5, sooner),
            Goal(3, "parts: written to disk", "≤", 1, ours["MB written to disk"], " MB"),
            Goal(3, "parts: connections beyond workers", "≤", 0, beyond, ""),
        ],
        [
            f"Parts of 5 MB at 10 MB/s on each connection; each client with the number of workers "
            f"that it has by default: {multipart_uploads.WORKERS} here, 5 of the vendor's."
        ],
    )


def _form(repeats: int) -> tuple[dict[str, float], dict[str, float]]:
    with _sparse(GB) as path, serving({"/embed/tasks": b'{"_id":"1"}'}) as server:
        with ExitStack() as clients:
            spent = medians(
                ways(server, path, clients),
                repeats=repeats,
                few=dict.fromkeys((ASYNC, HTTPX, SENDFILE), 2),  # no goal is about these
            )
        peaks = {name: _peak(server, path, name) / MB for name in (OURS, ASYNC, HTTPX)}
    return spent, peaks


def ways(base_url: str, path: Path, clients: ExitStack) -> dict[str, Callable[[], Any]]:
    """The ways to send the file as a form."""
    ours = clients.enter_context(Client(API_KEY, base_url=base_url))
    plain = clients.enter_context(httpx.Client(timeout=60))

    def with_httpx() -> Any:
        with path.open("rb") as stream:
            return plain.post(f"{base_url}/embed/tasks", files={"video_file": stream}).json()

    def asynchronous() -> Any:
        import asyncio

        async def send() -> Any:
            async with AsyncClient(API_KEY, base_url=base_url) as client:
                return await client.embed_v1.tasks.create(path)

        return asyncio.run(send())

    return {
        OURS: lambda: ours.embed_v1.tasks.create(path),
        ASYNC: asynchronous,
        HTTPX: with_httpx,
        RAW: lambda: _raw(base_url, path, _pieces),
        SENDFILE: lambda: _raw(base_url, path, socket.socket.sendfile),
    }


def _raw(base_url: str, path: Path, send: Callable[[socket.socket, Any], Any]) -> None:
    where = urlsplit(base_url)
    with (
        socket.create_connection((where.hostname, where.port)) as to,
        path.open("rb", buffering=0) as stream,
    ):
        to.sendall(
            b"POST /embed/tasks HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % path.stat().st_size
        )
        send(to, stream)
        assert b"200 OK" in to.recv(4096)


def _pieces(to: socket.socket, stream: Any) -> None:
    while piece := stream.read(MB):
        to.sendall(piece)


def in_parts(name: str, size: int = PARTS_SIZE, rate: float | None = RATE) -> dict[str, float]:
    """In a process of its own, so that CPU time and writes are those of the upload alone."""
    count = size // PART
    session = {
        "upload_id": "1",
        "asset_id": "2",
        "chunk_size": PART,
        "total_chunks": count,
        "upload_urls": [
            {"chunk_index": index, "url": f"{{server}}/store?chunk={index}"}
            for index in range(1, count + 1)
        ],
    }
    report = {"asset_id": "2", "processed_chunks": 1, "duplicate_chunks": 0}
    answers = {
        f"201 {SESSION}": json.dumps(session).encode(),
        f"{SESSION}/1": json.dumps(report).encode(),
        "/store": b"",
    }
    with (
        _sparse(size) as path,
        serving(answers, rate=rate) as server,
        multiprocessing.get_context("spawn").Pool(1) as pool,
    ):
        return pool.apply(_in_parts_here, (server, path, name))


def _in_parts_here(base_url: str, path: Path, name: str) -> dict[str, float]:
    import twelvelabs

    ours = Client(API_KEY, base_url=base_url)
    vendor = twelvelabs.TwelveLabs(api_key=API_KEY, base_url=base_url)
    ours.assets.multipart_uploads.create("a.mp4", "video", 10)  # all is imported, and connected
    vendor.multipart_upload.create(filename="a.mp4", type="video", total_size=10)
    httpx.get(f"{base_url}{CONNECTIONS}")
    cpu, wall, disk = time.process_time(), time.perf_counter(), _written()
    if name == OURS:
        ours.assets.upload(path)
    else:
        vendor.multipart_upload.upload_file(path)
    return {
        "CPU s": time.process_time() - cpu,
        "wall s": time.perf_counter() - wall,
        "MB written to disk": (_written() - disk) / 1e6,
        "connections": httpx.get(f"{base_url}{CONNECTIONS}").json(),
    }


def _written() -> int:
    """Bytes that the process has given to `write`, which sockets do not count in (Linux only)."""
    for line in Path(f"/proc/{os.getpid()}/io").read_text().splitlines():
        if line.startswith("wchar"):
            return int(line.split()[1])
    raise LookupError("wchar")


@contextmanager
def _sparse(size: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with path.open("wb") as stream:
            stream.truncate(size)
        yield path


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
