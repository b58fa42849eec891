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
CONNECTIONS = "/connections"
API_KEY = "tlk_" + "ABCDEFGH" * 4  # as long as real ones: it is looked for in answers


@contextmanager
def serving(answers: Mapping[str, bytes], *, rate: float | None = None) -> Iterator[str]:
    """The base URL of a server that gives each path its JSON, with that query or any.

    A path may begin with the status of its answer, as in "201 /tasks"; else it is 200. `{server}`
    in an answer stands for the URL. `rate` is how many bytes of a connection are read in a second,
    at most. What lies at CONNECTIONS tells on how many something was PUT since it was asked.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, dict(answers), rate), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class _Server:
    """What all connections share."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self.replies: dict[bytes, bytes] = {}
        self._opened = 0

    def used(self) -> None:
        self._opened += 1

    def reply(self, target: bytes) -> bytes:
        path = target.partition(b"?")[0]
        if path != CONNECTIONS.encode():
            return self.replies.get(target) or self.replies[path]
        told, self._opened = self._opened, 0
        return _reply(b"%d" % told)


class _Peer(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._head = b""
        self._left = 0
        self._reply = b""
        self._has_put = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._server.rate:
            self._slow_down(len(data) / self._server.rate)
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
                if head.startswith(b"PUT ") and not self._has_put:
                    self._has_put = True
                    self._server.used()
                length = _LENGTH.search(head)
                self._left = int(length[1]) if length else 0
                self._reply = self._server.reply(head.split(b" ", 2)[1])
            if not self._left:
                self._transport.write(self._reply)

    def _slow_down(self, seconds: float) -> None:
        now = self._loop.time()
        self._due = max(self._due, now) + seconds
        if self._due - now > 0.01:
            self._transport.pause_reading()
            self._loop.call_at(self._due, self._go_on)

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()


def _serve(pipe: Connection, answers: Mapping[str, bytes], rate: float | None) -> None:
    async def run() -> None:
        shared = _Server(rate)
        server = await asyncio.get_running_loop().create_server(
            lambda: _Peer(shared), "127.0.0.1", 0, backlog=512
        )
        port = server.sockets[0].getsockname()[1]
        here = b"http://127.0.0.1:%d" % port
        for path, body in answers.items():
            status, _, rest = path.rpartition(" ")
            body = body.replace(b"{server}", here)
            shared.replies[rest.encode()] = _reply(body, status or "200")
        pipe.send(port)
        await server.serve_forever()

    asyncio.run(run())


def _reply(body: bytes, status: str = "200") -> bytes:
    head = (
        f'HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\netag: "1"\r\n'
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
