"""Faults on demand: what goes wrong between a client and a service, for tests of clients.

Faults come as a list from code or from a file, or as a single one in the header
`x-dodeca-fault` of a request: `429; retry_after=2`, `502`, `cut; bytes=100`, `lost`. The kinds:

- a status from 400 to 599: the response without any work; 500 and above are HTML pages, the
  others documented errors; `code` sets their error code, such as `402; code=usage_limit_exceeded`,
  `retry_after` the header, `body=no` omits the body and `body=yes` sends one where the
  documentation says that a 429 has none;
- `delay`: the work is done, the response comes after `seconds`;
- `drip`: the body comes in chunks of `bytes` with `seconds` between them;
- `cut`: the connection ends after `bytes` of the body;
- `reset`: the connection is reset before anything is done;
- `lost`: the work is done, then the connection is reset.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from http.client import TOO_MANY_REQUESTS
from pathlib import Path
from typing import Any

import httpx
import orjson

from dodeca._base.text import quote

from .errors import TEXTS_ON_DEMAND, ErrorResponse, parameter_invalid

HEADER = "x-dodeca-fault"
_KINDS = ("delay", "drip", "cut", "reset", "lost")
_MAX_SECONDS = 3600
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. Raises ValueError when it is invalid."""

    fault: str
    """A status, or `delay`, `drip`, `cut`, `reset`, `lost`."""
    operation: str | None = None
    """The operationId of the requests it applies to; None for all."""
    skip: int = 0
    """How many of these requests succeed first."""
    times: int | None = 1
    """How many it applies to after that; None for all."""
    retry_after: str | None = None
    code: str | None = None
    """The error code of the response; the text is the documented one where that is fixed."""
    body: bool | None = None
    """Whether the response has a body; None does as documented."""
    seconds: float = 0.1
    bytes: int = 16

    def __post_init__(self) -> None:
        """Validate the fields."""
        if self.fault not in _KINDS and not (self.status and 400 <= self.status <= 599):
            kinds = ", ".join(_KINDS)
            raise ValueError(f"a fault is a status of 400 to 599, {kinds}; got {quote(self.fault)}")
        if self.skip < 0 or (self.times or 0) < 0 or self.bytes < 0:
            raise ValueError("`skip`, `times` and `bytes` of a fault are not negative")
        if not 0 <= self.seconds <= _MAX_SECONDS:
            raise ValueError(f"seconds is 0 to {_MAX_SECONDS}, got {self.seconds}")
        if self.retry_after is not None and not re.fullmatch("[ -~]*", self.retry_after):
            raise ValueError(f"retry_after is printable ASCII, got {quote(self.retry_after)}")
        if self.code is not None and (not self.status or self.body is False):
            raise ValueError("`code` belongs to a status with a body")
        if self.code is not None and not re.fullmatch(r"\w{1,64}", self.code, re.ASCII):
            raise ValueError(f"a code is of letters, digits and `_`, got {quote(self.code)}")
        if self.fault == "drip" and not self.bytes:
            raise ValueError("`bytes` of a drip is at least 1")

    @property
    def status(self) -> int | None:
        """The status of the response that replaces the work, if any."""
        return int(self.fault) if self.fault.isascii() and self.fault.isdigit() else None


def fault_from_mapping(given: Mapping[str, Any]) -> Fault:
    """Return a fault from plain data, such as an entry of a file. Raises ValueError."""
    known = {field.name for field in fields(Fault)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"a fault has no option {', '.join(map(repr, unknown))}")
    if "fault" not in given:
        raise ValueError("a fault needs its kind, such as `fault: 429`")
    data: dict[str, Any] = dict(given) | {"fault": str(given["fault"])}
    for name in ("retry_after", "code"):
        if data.get(name) is not None:
            data[name] = str(data[name])
    optional = (("times", None), ("body", None))
    for name, kind in (("skip", int), ("times", int), ("bytes", int), ("body", bool)):
        if not isinstance(data.get(name, kind()), kind) and (name, data[name]) not in optional:
            raise ValueError(f"{name} is {kind.__name__}, got {quote(data[name])}")
    if not isinstance(data.get("seconds", 0), int | float):
        raise ValueError(f"seconds is a number, got {quote(data['seconds'])}")
    return Fault(**data)


def fault_from_header(text: str) -> Fault:
    """Return the fault in a header: `drip; seconds=0.5; bytes=1`. Raises ValueError."""
    kind, *options = (part.strip() for part in text.split(";"))
    data: dict[str, Any] = {"fault": kind}
    for option in options:
        name, _, value = option.partition("=")
        data[name.strip()] = _option_value(name.strip(), value.strip())
    return fault_from_mapping(data)


def faults_from_file(path: Path) -> list[Fault]:
    """Return the faults in a file, a list in JSON or YAML.

    Raises ValueError when it is neither, OSError when it cannot be read.
    """
    text = path.read_text("utf-8")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        data = _load_yaml(text)
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ValueError(f"{path} should hold a list of faults")
    return [fault_from_mapping(item) for item in data]


class FaultPlan:
    """The faults of the requests to come; safe to use from many threads."""

    def __init__(self, faults: Iterable[Fault | Mapping[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault | Mapping[str, Any]]) -> None:
        """Replace all faults. Raises ValueError."""
        given = [item if isinstance(item, Fault) else fault_from_mapping(item) for item in faults]
        with self._lock:
            self._counts: list[list[Any]] = [[item, item.skip, item.times] for item in given]

    def next_for(self, operation: str | None, headers: httpx.Headers) -> Fault | None:
        """Return the fault for the next request of an operation, if any, and count it.

        Raises ErrorResponse for a bad header.
        """
        if HEADER in headers:
            try:
                return fault_from_header(headers[HEADER])
            except ValueError as error:
                raise parameter_invalid(HEADER, why=f"{error}.") from None
        with self._lock:
            return next(filter(None, (self._count_down(c, operation) for c in self._counts)), None)

    @staticmethod
    def _count_down(counts: list[Any], operation: str | None) -> Fault | None:
        """Count a request against one fault; return it if it applies."""
        item, skip, times = counts
        if item.operation not in (None, operation) or times == 0:
            return None
        if skip:
            counts[1] = skip - 1
            return None
        if times is not None:
            counts[2] = times - 1
        found: Fault = item
        return found


def apply_fault(
    fault: Fault, respond: Callable[[], httpx.Response], read_timeout: float | None
) -> httpx.Response:
    """Return the response of `respond` with a fault applied.

    A broken connection raises httpx.ReadError, which the server turns into a real reset.
    `read_timeout` is how long a client in this process waits for data, in seconds; a longer delay
    raises httpx.ReadTimeout.
    """
    if fault.status:
        return _status_response(fault, fault.status)
    if fault.fault == "reset":
        raise httpx.ReadError("the connection was reset")
    response = respond()
    match fault.fault:
        case "lost":
            raise httpx.ReadError("the connection was reset")
        case "delay":
            _sleep(fault.seconds, read_timeout)
        case "drip":
            return _with_body(response, _drip(response, fault, read_timeout))
        case "cut":
            return _with_body(response, _cut(response, fault.bytes))
    return response


def error_response_of(fault: Fault) -> ErrorResponse | None:
    """Return the documented error that replaces the work, None for any other fault."""
    is_page = not fault.status or (fault.status >= 500 and not fault.code)
    if not fault.status or is_page or fault.body is False:
        return None
    usual = "too_many_requests" if fault.status == TOO_MANY_REQUESTS else "emulated_fault"
    code = fault.code or usual
    text = TEXTS_ON_DEMAND.get(code, "This fault was requested.")
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    wanted = bool(fault.body or fault.code)
    return ErrorResponse(fault.status, code, text, headers, needs_body=wanted)


def _status_response(fault: Fault, status: int) -> httpx.Response:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if fault.body is False:
        return httpx.Response(status, headers=headers)
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    line = f"{status} {phrase}"
    page = f"<html><head><title>{line}</title></head><body><h1>{line}</h1></body></html>\n"
    return httpx.Response(status, headers=headers, html=page)


def _with_body(response: httpx.Response, chunks: Iterator[bytes]) -> httpx.Response:
    """Return a response whose headers announce the whole body, whatever the chunks are."""
    return httpx.Response(
        response.status_code, headers=response.headers, stream=_FaultyBody(chunks)
    )


class _FaultyBody(httpx.SyncByteStream):
    """A body that arrives slowly or incompletely."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def _drip(response: httpx.Response, fault: Fault, timeout: float | None) -> Iterator[bytes]:
    for chunk in _chunks(response):
        for start in range(0, len(chunk), fault.bytes):
            _sleep(fault.seconds, timeout)
            yield chunk[start : start + fault.bytes]


def _cut(response: httpx.Response, remaining: int) -> Iterator[bytes]:
    for chunk in _chunks(response):
        if remaining:
            yield chunk[:remaining]
        remaining -= len(chunk[:remaining])
        if not remaining:
            break
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    stream = response.stream
    assert isinstance(stream, httpx.SyncByteStream)
    return iter(stream)


def _sleep(seconds: float, timeout: float | None) -> None:
    if timeout is not None and seconds > timeout:
        time.sleep(timeout)
        raise httpx.ReadTimeout("the read operation timed out")
    time.sleep(seconds)


def _option_value(name: str, text: str) -> Any:
    if name == "body":
        return _BOOLEANS.get(text, text)
    if name in ("skip", "times", "bytes"):
        return int(text) if text.isascii() and text.isdigit() else text
    if name == "seconds":
        return float(text)
    return text


def _load_yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"it is neither JSON nor YAML: {error}") from None
