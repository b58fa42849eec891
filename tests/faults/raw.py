"""A server over raw sockets: what it answers is decided by a function, what it got is kept."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import orjson

Answer = bytes | Iterable[bytes] | None
EMBEDDED = b'{"data":[{"embedding":[1.0,0.0],"embedding_option":null}]}'


def http(body: bytes = EMBEDDED, status: str = "200 OK", **headers: str) -> bytes:
    """An answer, whole; `content_encoding="gzip"` becomes a header."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Raw:
    """Responds to each request by `answer(request)`; None closes the connection instead."""

    def __init__(
        self, answer: Callable[[bytes], Answer], tls: ssl.SSLContext | None = None
    ) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.conversations: list[list[bytes]] = []  # the same, by connection
        self.received = bytearray()
        self.connections = 0
        self.open: set[socket.socket] = set()
        self.is_over = threading.Event()  # what an answer waits for that is to come too late
        self._tls = tls
        self._lock = threading.Lock()

    @contextmanager
    def serving(self, host: str = "127.0.0.1") -> Iterator[str]:
        """Serve for as long as the block lasts; provides the base URL."""
        with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
            thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            thread.start()
            scheme = "https" if self._tls else "http"
            try:
                yield f"{scheme}://{host}:{listener.getsockname()[1]}/v1.3"
            finally:
                self.is_over.set()
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                for connection in list(self.open):
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                thread.join(5)

    def on_piece(self) -> None:
        """A piece of a request was read; the next one is not before this is over."""

    def close_idle(self) -> None:
        """Close all connections from this side, without a word."""
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self.open.add(connection)
            conversation: list[bytes] = []
            self.conversations.append(conversation)
            while request := self._request(connection):
                conversation.append(request)
                answer = self.answer(request)
                if answer is None:
                    break
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(piece)
        self.open.discard(connection)
        connection.close()

    def _request(self, connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request or self._missing(request):
            piece = connection.recv(2**16)
            if not piece:
                return b""
            with self._lock:
                self.received += piece
            request += piece
            self.on_piece()
        with self._lock:
            self.requests.append(request)
        return request

    @staticmethod
    def _missing(request: bytes) -> int:
        head, _, body = request.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        return (int(found[1]) if found else 0) - len(body)


def upload_session(chunk_url: str) -> Raw:
    """A service that answers a create with an upload of one chunk of 300 bytes to a URL."""
    session = {
        "upload_id": "u1",
        "asset_id": "a1",
        "upload_urls": [{"chunk_index": 1, "url": chunk_url}],
        "chunk_size": 300,
        "total_chunks": 1,
    }
    return Raw(lambda _: http(orjson.dumps(session), "201 Created"))
