"""The threads in which calls of a given transport are carried out, so that a deadline ends them."""

from __future__ import annotations

import os
import threading

import httpx
import pytest

from dodeca import Client

EMBEDDING = {"data": [{"embedding": [0.5, 0.25]}]}


class Recorder(httpx.BaseTransport):
    """Answers each request, and keeps the thread in which it was asked to."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.threads.append(threading.get_ident())
        return httpx.Response(200, json=EMBEDDING)


def test_calls_one_after_the_other_use_one_thread() -> None:
    transport = Recorder()
    with Client("key", transport=transport) as client:
        for number in range(20):
            client.embed.text(f"text {number}")
    assert len(set(transport.threads)) == 1
    assert threading.get_ident() not in transport.threads


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    """The idle threads of the parent do not exist in it."""
    with Client("key", transport=Recorder(), timeout=30) as client:
        client.embed.text("before")
        child = os.fork()
        if child == 0:
            try:
                found = client.embed.text("after")
                os._exit(0 if len(found) == 1 else 2)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
