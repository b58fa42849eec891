"""One request in, one response out, for every transport.

An exchange is fed the body in chunks and then responds, so that the synchronous transport, the
asynchronous one and the server all stream in the same way.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.client import TOO_MANY_REQUESTS
from importlib import metadata
from time import perf_counter
from types import TracebackType
from typing import Any

import httpx
import orjson

from . import chunk_storage
from .access_log import Access
from .clock import timestamp
from .console import pages
from .errors import (
    EMPTY_429,
    ErrorResponse,
    api_key_invalid,
    endpoint_not_exist,
    internal_server_error,
    parameter_invalid,
)
from .faults import FaultPlan, apply_fault, error_response_of
from .handlers.registry import HANDLERS, PRECHECKS
from .requests.bodies import FormBody, JSONBody, RequestBody
from .requests.routing import APIOperation, router
from .requests.validation import validator_of
from .rules.quota import Quota
from .state import Call, Reply, State

log: logging.Logger = logging.getLogger("dodeca.emulator")


@dataclass(frozen=True, slots=True)
class Admission:
    """What may stop a request before its handler: the API key, faults on demand, the quota."""

    api_key: str | None
    """The only key to accept; None accepts any."""
    faults: FaultPlan
    quota: Quota

    def authorize(self, headers: httpx.Headers) -> None:
        """Check the API key. Raises ErrorResponse."""
        key = headers.get("x-api-key", "").strip()
        if not key or (
            self.api_key is not None
            and not secrets.compare_digest(key.encode(), self.api_key.encode())
        ):
            raise api_key_invalid()


class Exchange:
    """One request: feed it the body, then let it respond.

    As a context manager it removes what was received if it never comes to a response.
    """

    def __init__(
        self,
        state: State,
        admission: Admission,
        method: str,
        target: bytes,
        headers: httpx.Headers,
        origin: str,
    ) -> None:
        self._state = state
        self._admission = admission
        self._headers = headers
        self._origin = origin
        self._operation: APIOperation | None = None
        self._body: RequestBody | None = None
        self._error: ErrorResponse | None = None
        self._page: pages.ConsolePage | None = None
        self._responding = False
        self.read_timeout: float | None = None
        """Seconds that the client waits for data; delays on demand go by it."""
        self._method = method
        self._target = target.decode("ascii", "replace").removesuffix("?")
        path, _, self._query = self._target.partition("?")
        try:
            if path.startswith(chunk_storage.PREFIX):
                self._body = chunk_storage.ChunkUpload(state, method, path, self._query, headers)
                return
            self._page = pages.find(method, path, router().base)
            if self._page:
                return
            self._operation, self._path = router().match(method, path)
            if self._operation.id not in HANDLERS:
                raise endpoint_not_exist(path)
            admission.authorize(headers)
            self._body = self._expected_body(self._operation, headers.get("content-type", ""))
        except ErrorResponse as error:
            self._error = error

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk of the body; after an error it is read and dropped."""
        if self._body and not self._error:
            try:
                self._body.feed(chunk)
            except ErrorResponse as error:
                self._error = error

    def respond(self) -> httpx.Response:
        """Run the handler and return the response; an error is a response, too.

        Only a fault on demand raises: httpx.TransportError, here or while the body is read.
        """
        self._responding = True
        if self._page:
            return self._console_response(self._page)
        request_id, began = secrets.token_hex(16), perf_counter()
        status: int | None = None
        try:
            response = self._with_faults(request_id)
            status = response.status_code
        finally:
            self._close()
            operation = self._operation.id if self._operation else None
            ms = round((perf_counter() - began) * 1000, 1)
            now = timestamp(self._state.clock.now())
            self._state.access_log.add(
                Access(now, self._method, self._target, operation, status, ms, request_id)
            )
        return response

    def _console_response(self, page: pages.ConsolePage) -> httpx.Response:
        """Return a page of the console, which is not logged and has no faults."""
        request_id = secrets.token_hex(16)
        try:
            response = page(self._state)
        except ErrorResponse as error:
            return self._render(error.status, self._error_body(error), _headers(request_id))
        response.headers.update(_headers(request_id))
        return response

    def _with_faults(self, request_id: str) -> httpx.Response:
        operation = self._operation.id if self._operation else None
        try:
            fault = self._admission.faults.next_for(operation, self._headers)
        except ErrorResponse as error:
            fault, self._error = None, error
        if fault is None:
            return self._response(request_id)
        if stand_in := error_response_of(fault):
            self._error = stand_in
            return self._response(request_id)
        response = apply_fault(fault, lambda: self._response(request_id), self.read_timeout)
        response.headers.update(_headers(request_id))
        return response

    def _response(self, request_id: str) -> httpx.Response:
        extra: dict[str, str] = {}
        try:
            if isinstance(self._body, chunk_storage.ChunkUpload) and not self._error:
                self._body.finish()
                status, payload, extra = 200, None, {"ETag": self._body.etag}
            else:
                extra = self._count_request()
                status, payload = self._reply()
                extra |= self._count_media(payload)
        except ErrorResponse as error:
            status, payload, extra = error.status, self._error_body(error), error.headers
        except Exception:
            log.exception("request %s failed", request_id)
            status, payload = 500, self._error_body(internal_server_error())
        return self._render(status, payload, _headers(request_id) | extra)

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._responding:
            self._close()

    def _expected_body(self, operation: APIOperation, content_type: str) -> RequestBody | None:
        """Return the reader for the body that the operation takes. Raises ErrorResponse."""
        given = content_type.partition(";")[0].strip().lower()
        match operation.media_type:
            case None:
                return None
            case "multipart/form-data" if given == "multipart/form-data":
                return FormBody(
                    content_type,
                    binary=operation.binary_fields,
                    new_path=self._state.database.incoming_path,
                )
            case "application/json" if given in ("application/json", ""):
                return JSONBody()
            case expected:
                raise parameter_invalid(why=f"The body should be {expected}, not {given}.")

    def _reply(self) -> Reply:
        """Validate the request and run its handler. Raises ErrorResponse."""
        if self._error:
            raise self._error
        assert self._operation is not None
        validator = validator_of(self._operation)
        params = validator.parameters(self._path, self._query)
        call = Call(self._state, params, self._headers, self._origin)
        match self._body:
            case JSONBody() as body:
                body.finish()
                if precheck := PRECHECKS.get(self._operation.id):
                    precheck(body.value)
                call.body = validator.json(body.value)
            case FormBody() as body:
                body.finish()
                call.body, call.uploads = validator.form(body.fields, body.files), body.files
                call.files = {name: uploads[0] for name, uploads in body.files.items()}
        status, payload = HANDLERS[self._operation.id](call)
        self._state.ledger.record(self._operation.id, payload)
        return status, payload

    def _count_request(self) -> dict[str, str]:
        """Count a create against the quota; return the headers. Raises ErrorResponse."""
        quota, operation = self._admission.quota, self._operation
        if not quota.limits or self._error or operation is None or operation.method != "POST":
            return {}
        return quota.count_request(operation.segments[0], self._state.clock.now())

    def _count_media(self, payload: Any) -> dict[str, str]:
        """Count the media of a response that states their duration. Raises ErrorResponse."""
        quota, operation = self._admission.quota, self._operation
        if not quota.limits or operation is None or operation.id != "embed_v2_create":
            return {}
        seconds = (payload.get("metadata") or {}).get("duration") or 0.0
        return quota.count_media(operation.segments[0], seconds, self._state.clock.now())

    def _error_body(self, error: ErrorResponse) -> dict[str, Any] | None:
        operation = self._operation
        is_empty = error.status == TOO_MANY_REQUESTS and not error.needs_body
        if is_empty and operation and operation.id in EMPTY_429:
            return None
        return error.body(nested=bool(operation and operation.nests_errors(error.status)))

    def _render(self, status: int, payload: Any, headers: dict[str, str]) -> httpx.Response:
        if payload is None:
            return httpx.Response(status, headers=headers)
        if isinstance(payload, Iterator):
            assert self._operation is not None
            headers["Content-Type"] = self._operation.streamed_type(status)
            return httpx.Response(status, headers=headers, stream=_StreamedBody(payload))
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(payload, option=orjson.OPT_SERIALIZE_NUMPY)
        return httpx.Response(status, headers=headers, content=content)

    def _close(self) -> None:
        if self._body:
            self._body.close()


class _StreamedBody(httpx.SyncByteStream):
    """A response body that is made while it is sent."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def _headers(request_id: str) -> dict[str, str]:
    return {
        "x-dodeca-emulator": _version(),
        "X-Api-Version": router().base.strip("/"),
        "X-Request-Id": request_id,
    }


@cache
def _version() -> str:
    return metadata.version("dodeca")
