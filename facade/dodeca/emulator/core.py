"""The emulator as people construct it: its options, and the ways into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from dodeca._base.text import quote

from .access_log import AccessLog
from .clock import Clock, Pace, parse_pace
from .database import Database
from .exchange import Admission, Exchange
from .faults import Fault, FaultPlan
from .handlers import videos
from .jobs import Jobs
from .ledger import Ledger
from .rules.quota import Limit, Quota
from .state import State
from .vector_index import VectorIndexes
from .webhooks import Webhooks


class Emulator:
    """A local stand-in for the API that works on real media. It is safe to use from many threads.

    Args:
        media: a folder whose files stand for URLs, by file name.
        db: a file that keeps everything; without it nothing outlives the emulator. The videos in
            a file whose vectors differ from those of today are embedded again when it is opened.
        pace: when tasks are ready: an object, or `instant`, a number of polls such as `3`, or
            `realtime[:factor]` for a share of the length of their media.
        clock: the time as the emulator sees it; a test passes a `VirtualClock`.
        api_key: the only key to accept; any key is accepted without it.
        chunk_size: bytes of a chunk of a multipart upload.
        faults: what goes wrong on demand, as `Fault` or as an entry of a fault file.
        limits: limits on requests and media, as `Limit` or like `600/minute` and `60m/hour`.
        webhooks: URLs that are notified when an indexing or analysis task of this emulator ends,
            each with the secret that signs its notifications.

    Raises:
        NotADirectoryError: the media folder does not exist.
        ValueError: the pace, a fault, a limit or a webhook is invalid.
        sqlite3.Error: `db` cannot be opened, or has the format of a newer version.

    """

    def __init__(
        self,
        *,
        media: str | Path | None = None,
        db: str | Path | None = None,
        pace: str | Pace = "instant",
        clock: Clock | None = None,
        api_key: str | None = None,
        chunk_size: int = 16 * 1024**2,
        faults: Iterable[Fault | Mapping[str, Any]] = (),
        limits: Iterable[str | Limit] = (),
        webhooks: Mapping[str, str] | None = None,
    ) -> None:
        folder = Path(media) if media else None
        if folder and not folder.is_dir():
            raise NotADirectoryError(f"the media folder {quote(str(media))} does not exist")
        pace = parse_pace(pace) if isinstance(pace, str) else pace
        self.faults: FaultPlan = FaultPlan(faults)
        self._admission = Admission(api_key, self.faults, Quota(limits))
        self.clock: Clock = clock or Clock()
        self._webhooks = Webhooks(webhooks or {}, self.clock)
        database = Database(Path(db) if db else None)
        self.ledger: Ledger = Ledger(database, self.clock)
        self.access_log: AccessLog = AccessLog()
        self.state: State = State(
            media_folder=folder,
            chunk_size=chunk_size,
            clock=self.clock,
            database=database,
            vectors=VectorIndexes(database),
            jobs=Jobs(database, self.clock, pace),
            ledger=self.ledger,
            access_log=self.access_log,
            webhooks=self._webhooks,
        )
        videos.embed_again(self.state)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request whose body is a synchronous stream."""
        with self.exchange_of(request) as exchange:
            assert isinstance(request.stream, httpx.SyncByteStream)
            for chunk in request.stream:
                exchange.feed(chunk)
            return exchange.respond()

    def exchange_of(self, request: httpx.Request) -> Exchange:
        """Begin the exchange of a request from this process."""
        url = request.url
        exchange = self.exchange(request.method, url.raw_path, request.headers, scheme=url.scheme)
        exchange.read_timeout = request.extensions.get("timeout", {}).get("read")
        return exchange

    def exchange(
        self, method: str, target: bytes, headers: httpx.Headers, *, scheme: str = "http"
    ) -> Exchange:
        """Begin the exchange of a request; `target` is its path and query as on the wire."""
        origin = f"{scheme}://{headers.get('host', '')}"
        return Exchange(self.state, self._admission, method, target, headers, origin)

    def close(self) -> None:
        """Start no more jobs and close the database; a running job is abandoned."""
        self._webhooks.close()
        self.state.jobs.close()
        self.state.database.close()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
