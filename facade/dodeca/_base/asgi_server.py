"""Serve an ASGI application from a thread, with uvicorn."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_GRACE_SEC = 1.0


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """Bind a socket (port 0: any free one) and return it with its origin, such as `http://[::1]:80`.

    Raises:
        OSError: the address is not available.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    # Inherited by each connection; without it small responses wait 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = f"[{host}]" if ":" in host else host
    return listener, f"http://{name}:{listener.getsockname()[1]}"


@contextmanager
def serving(app: Any, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application for as long as the block lasts; yields the origin.

    At its end, running requests get a second to finish.

    Raises:
        OSError: the address is not available.
    """
    import uvicorn

    listener, origin = listen(host, port)
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_level="warning", access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    with listener:
        thread.start()
        try:
            yield origin
        finally:
            server.should_exit = True
            thread.join(_GRACE_SEC)


def stop_on_signals() -> None:
    """Let the signals that end a server raise `KeyboardInterrupt`, so that it removes its files."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)


def wait_for_interrupt() -> NoReturn:
    """Wait until `KeyboardInterrupt` is raised."""
    while True:
        time.sleep(60)
