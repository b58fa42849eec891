"""The core: one request in, one response out, whichever door it came through.

`Emulator.exchange` is the core proper. It is fed the body in pieces and then answers, so that
the synchronous transport, the asynchronous one and the server all stream in the same way.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any

import httpx
import orjson

from . import chunk_storage, ledger
from .access_log import Access, AccessLog
from .clock import Clock, Pace, timestamp
from .clock import pace as read_pace
from .console import front_page, pages
from .database import Store
from .errors import (
    Refusal,
    api_key_invalid,
    endpoint_not_exist,
    internal_server_error,
    parameter_invalid,
)
from .faults import Fault, Plan, befallen, error_of
from .handlers.registry import HANDLERS, PREVIEWS
from .jobs import Jobs
from .requests.bodies import Body, FormBody, JSONBody, Upload
from .requests.routing import Operation, Router, document
from .requests.validation import Checks
from .rules.quota import Limit, Quota
from .rules.urls import MB

log = logging.getLogger("dodeca.emulator")

Reply = tuple[int, Any]
"""A status, and data for JSON (numpy arrays too), an iterator of pieces, or None for no body."""


@dataclass(slots=True)
class Call:
    """What a handler gets: checked parameters and body, and the emulator that it works on."""

    emulator: Emulator
    params: dict[str, Any]
    headers: httpx.Headers
    origin: str
    """Scheme and host that the request came to: `https://api.twelvelabs.io`."""
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    """The file of each form field, the first if there are several."""
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    """All files by form field."""


Handler = Callable[[Call], Reply]


class Emulator:
    """A stand-in for the API that works on real media; use it from as many threads as you like.

    `media` is the folder whose files stand for URLs, by file name. `db` is the file that keeps
    everything; without it nothing outlives the emulator. `pace` says how fast tasks seem to move,
    as an object or in the words of `clock.pace`. Any API key is taken unless `api_key` names the
    one that is. `chunk_size` is that of uploads in chunks, in bytes. `faults` go wrong on demand,
    as `faults.Fault` or in the words of a fault file. `limits` on requests and media are like
    `600/minute`, in the words of `rules.quota`. Raises NotADirectoryError, ValueError for a bad
    pace, fault or limit, and sqlite3.Error when `db` cannot be opened.
    """

    def __init__(
        self,
        *,
        media: str | Path | None = None,
        db: str | Path | None = None,
        pace: str | Pace = "instant",
        clock: Clock | None = None,
        api_key: str | None = None,
        chunk_size: int = 16 * MB,
        faults: Iterable[Fault | Mapping[str, Any]] = (),
        limits: Iterable[str | Limit] = (),
    ) -> None:
        self.media = Path(media) if media else None
        if self.media and not self.media.is_dir():
            raise NotADirectoryError(f"the media folder {str(media)!r} does not exist")
        self.clock = clock or Clock()
        self.store = Store(Path(db) if db else None)
        pace = read_pace(pace) if isinstance(pace, str) else pace
        self.jobs = Jobs(self.store, self.clock, pace)
        self.chunk_size = chunk_size
        self.faults = Plan(faults)
        self.quota = Quota(limits)
        self.access = AccessLog()
        self._api_key = api_key

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request whose body is a synchronous stream."""
        with self.exchange_of(request) as exchange:
            assert isinstance(request.stream, httpx.SyncByteStream)
            for chunk in request.stream:
                exchange.feed(chunk)
            return exchange.answer()

    def exchange_of(self, request: httpx.Request) -> Exchange:
        """Begin to answer a request from this process."""
        url = request.url
        exchange = self.exchange(request.method, url.raw_path, request.headers, scheme=url.scheme)
        exchange.patience = request.extensions.get("timeout", {}).get("read")
        return exchange

    def exchange(
        self, method: str, target: bytes, headers: httpx.Headers, *, scheme: str = "http"
    ) -> Exchange:
        """Begin to answer a request; `target` is its path and query as on the wire."""
        return Exchange(self, method, target, headers, f"{scheme}://{headers.get('host', '')}")

    def read(self, operation_id: str, **path: str) -> Any:
        """Return what a list operation answers, for the pages of the emulator's own."""
        params = _checks(_router().named(operation_id)).parameters(
            path, f"page_limit={front_page.SHOWN}"
        )
        with self.jobs.glance():
            return HANDLERS[operation_id](Call(self, params, httpx.Headers(), ""))[1]

    def authorize(self, headers: httpx.Headers) -> None:
        """Check the API key. Raises Refusal."""
        key = headers.get("x-api-key", "").strip()
        if not key or (
            self._api_key is not None
            and not secrets.compare_digest(key.encode(), self._api_key.encode())
        ):
            raise api_key_invalid()

    def close(self) -> None:
        """Finish running work and close the store."""
        self.jobs.close()
        self.store.close()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Exchange:
    """One request on its way: feed it the body, then take the answer.

    As a context manager it removes what has been received when the answer is never asked for.
    """

    def __init__(
        self,
        emulator: Emulator,
        method: str,
        target: bytes,
        headers: httpx.Headers,
        origin: str,
    ) -> None:
        self._emulator = emulator
        self._headers = headers
        self._origin = origin
        self._operation: Operation | None = None
        self._body: Body | None = None
        self._refusal: Refusal | None = None
        self._page: pages.Page | None = None
        self._answering = False
        self.patience: float | None = None
        """Seconds that the client waits for something to read, as far as faults go."""
        self._method = method
        self._target = target.decode("ascii", "replace").removesuffix("?")
        path, _, self._query = self._target.partition("?")
        try:
            if path.startswith(chunk_storage.PREFIX):
                self._body = chunk_storage.Put(emulator, method, path, self._query, headers)
                return
            self._page = pages.find(method, path, _router().base)
            if self._page:
                return
            self._operation, self._path = _router().match(method, path)
            if self._operation.id not in HANDLERS:
                raise endpoint_not_exist(path)
            emulator.authorize(headers)
            self._body = self._expect(self._operation, headers.get("content-type", ""))
        except Refusal as refusal:
            self._refusal = refusal

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body; after a refusal it is only swallowed."""
        if self._body and not self._refusal:
            try:
                self._body.feed(chunk)
            except Refusal as refusal:
                self._refusal = refusal

    def answer(self) -> httpx.Response:
        """Let the handler work and return the response; whatever goes wrong is a response too.

        Only a fault that was asked for raises: httpx.TransportError, here or within the body.
        """
        self._answering = True
        if self._page:
            return self._own_page(self._page)
        request_id, began = secrets.token_hex(16), perf_counter()
        status: int | None = None
        try:
            response = self._with_faults(request_id)
            status = response.status_code
        finally:
            self._close()
            operation = self._operation.id if self._operation else None
            ms = round((perf_counter() - began) * 1000, 1)
            now = timestamp(self._emulator.clock.now())
            self._emulator.access.add(
                Access(now, self._method, self._target, operation, status, ms, request_id)
            )
        return response

    def _own_page(self, page: pages.Page) -> httpx.Response:
        """Return a page of the emulator's own: it is neither logged nor does a fault befall it."""
        request_id = secrets.token_hex(16)
        try:
            response = page(self._emulator)
        except Refusal as refusal:
            return self._render(refusal.status, self._error(refusal), _headers(request_id))
        response.headers.update(_headers(request_id))
        return response

    def _with_faults(self, request_id: str) -> httpx.Response:
        operation = self._operation.id if self._operation else None
        try:
            fault = self._emulator.faults.due(operation, self._headers)
        except Refusal as refusal:
            fault, self._refusal = None, refusal
        if fault is None:
            return self._answer(request_id)
        if error := error_of(fault):
            self._refusal = error
            return self._answer(request_id)
        response = befallen(fault, lambda: self._answer(request_id), self.patience)
        response.headers.update(_headers(request_id))
        return response

    def _answer(self, request_id: str) -> httpx.Response:
        extra: dict[str, str] = {}
        try:
            if isinstance(self._body, chunk_storage.Put) and not self._refusal:
                self._body.finish()
                status, payload, extra = 200, None, {"ETag": self._body.etag}
            else:
                extra = self._admitted()
                status, payload = self._reply()
                extra |= self._spent(payload)
        except Refusal as refusal:
            status, payload, extra = refusal.status, self._error(refusal), refusal.headers
        except Exception:
            log.exception("request %s failed", request_id)
            status, payload = 500, self._error(internal_server_error())
        return self._render(status, payload, _headers(request_id) | extra)

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._answering:
            self._close()

    def _expect(self, operation: Operation, content_type: str) -> Body | None:
        """Return what will take in the body of the kind that the operation asks for."""
        given = content_type.partition(";")[0].strip().lower()
        match operation.media_type:
            case None:
                return None
            case "multipart/form-data" if given == "multipart/form-data":
                return FormBody(
                    content_type,
                    binary=operation.binary_fields,
                    place=self._emulator.store.incoming,
                )
            case "application/json" if given in ("application/json", ""):
                return JSONBody()
            case expected:
                raise parameter_invalid(why=f"The body should be {expected}, not {given}.")

    def _reply(self) -> Reply:
        if self._refusal:
            raise self._refusal
        assert self._operation is not None
        checks = _checks(self._operation)
        params = checks.parameters(self._path, self._query)
        call = Call(self._emulator, params, self._headers, self._origin)
        match self._body:
            case JSONBody() as body:
                body.finish()
                if preview := PREVIEWS.get(self._operation.id):
                    preview(body.value)
                call.body = checks.json(body.value)
            case FormBody() as body:
                body.finish()
                call.body, call.uploads = checks.form(body.fields, body.files), body.files
                call.files = {name: uploads[0] for name, uploads in body.files.items()}
        status, payload = HANDLERS[self._operation.id](call)
        ledger.note(self._emulator, self._operation.id, payload)
        return status, payload

    def _admitted(self) -> dict[str, str]:
        """Count a create against the limits. Raises Refusal."""
        quota, operation = self._emulator.quota, self._operation
        if not quota.limits or self._refusal or operation is None or operation.method != "POST":
            return {}
        return quota.admit(operation.segments[0], self._emulator.clock.now())

    def _spent(self, payload: Any) -> dict[str, str]:
        """Count the media of an answer that says how long they are. Raises Refusal."""
        quota, operation = self._emulator.quota, self._operation
        if not quota.limits or operation is None or operation.id != "embed_v2_create":
            return {}
        seconds = (payload.get("metadata") or {}).get("duration") or 0.0
        return quota.spend(operation.segments[0], seconds, self._emulator.clock.now())

    def _error(self, refusal: Refusal) -> dict[str, Any]:
        operation = self._operation
        return refusal.body(nested=bool(operation and operation.nests_errors(refusal.status)))

    def _render(self, status: int, payload: Any, headers: dict[str, str]) -> httpx.Response:
        if payload is None:
            return httpx.Response(status, headers=headers)
        if isinstance(payload, Iterator):
            assert self._operation is not None
            headers["Content-Type"] = self._operation.streamed_type(status)
            return httpx.Response(status, headers=headers, stream=_Pieces(payload))
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(payload, option=orjson.OPT_SERIALIZE_NUMPY)
        return httpx.Response(status, headers=headers, content=content)

    def _close(self) -> None:
        if self._body:
            self._body.close()


def _headers(request_id: str) -> dict[str, str]:
    return {
        "x-dodeca-emulator": _version(),
        "X-Api-Version": _router().base.strip("/"),
        "X-Request-Id": request_id,
    }


class _Pieces(httpx.SyncByteStream):
    """A response body that is made while it is sent."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


@cache
def _router() -> Router:
    return Router(document())


@cache
def _checks(operation: Operation) -> Checks:
    return Checks(operation)


@cache
def _version() -> str:
    return metadata.version("dodeca")
