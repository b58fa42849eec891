"""One test for both clients: whatever is asked of the synchronous one is awaited in a thread."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from operator import attrgetter
from typing import Any

import anyio.to_thread
import pytest

from dodeca import AsyncClient, Client
from tests.seams import CallClock, Clock, on_clock

CLIENTS = pytest.mark.parametrize("kind", [Client, AsyncClient], ids=["sync", "async"])


class Both:
    """A client of either kind, called by the names of its methods."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self.client = client

    async def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What the method of that name gives; of a list, its first page."""
        method = attrgetter(name)(self.client)
        if isinstance(self.client, AsyncClient):
            found = method(*args, **kwargs)
            found = await found if inspect.isawaitable(found) else found
            if hasattr(found, "pages"):
                pages = found.pages()
                found = await anext(pages)
                await pages.aclose()
            return found
        return await anyio.to_thread.run_sync(partial(_first, method, *args, **kwargs))


def _first(method: Any, *args: Any, **kwargs: Any) -> Any:
    found = method(*args, **kwargs)
    return next(found.pages()) if hasattr(found, "pages") else found


@asynccontextmanager
async def opened(
    kind: type[Client] | type[AsyncClient],
    url: str,
    *,
    key: str = "key",
    clock: Clock | None = None,
    **options: Any,
) -> AsyncIterator[Both]:
    """A client of a kind for as long as the block lasts, on a fake clock if none is given.

    Then `timeout` is how long a socket waits, and what the pauses of a call may sum up to.
    """
    client = on_clock(kind(key, base_url=url, **options), clock or CallClock())
    try:
        yield Both(client)
    finally:
        if isinstance(client, AsyncClient):
            await client.aclose()
        else:
            client.close()
