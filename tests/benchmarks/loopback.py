"""A minimal HTTP/1.1 server on loopback, in a process of its own: it takes part in no measurement.

It reads whole requests, whatever is in their bodies, and answers each path with fixed bytes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@contextmanager
def serving(answers: Mapping[str, bytes]) -> Iterator[str]:
    """The base URL of a server that gives each path, without its query, its JSON."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, dict(answers)), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class _Peer(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._head = b""
        self._left = 0
        self._reply = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        while data:
            if self._left:
                taken = min(self._left, len(data))
                self._left -= taken
                data = data[taken:]
            else:
                self._head += data
                head, end, data = self._head.partition(b"\r\n\r\n")
                if not end:
                    return
                self._head = b""
                length = _LENGTH.search(head)
                self._left = int(length[1]) if length else 0
                path = head.split(b" ", 2)[1].partition(b"?")[0]
                self._reply = self._answers[path]
            if not self._left:
                self._transport.write(self._reply)


def _serve(pipe: Connection, answers: Mapping[str, bytes]) -> None:
    async def run() -> None:
        replies = {path.encode(): _reply(body) for path, body in answers.items()}
        server = await asyncio.get_running_loop().create_server(
            lambda: _Peer(replies), "127.0.0.1", 0, backlog=512
        )
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def _reply(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body
