"""Faults on demand: what goes wrong between a client and a service, for tests of clients.

A plan is a list of faults, from code, from a file, or a single one in the header
`x-dodeca-fault` of a request: `429; retry_after=2`, `502`, `cut; bytes=100`, `lost`. The kinds:

- a status from 400 to 599: the answer comes instead of the work; 500 and above are HTML pages, the
  others errors as documented; `retry_after` goes into the header, `body=no` leaves the body out;
- `delay`: the work is done, the answer comes after `seconds`;
- `drip`: the body comes in pieces of `bytes` with `seconds` between them;
- `cut`: the connection ends after `bytes` of the body;
- `reset`: the connection is reset before anything is done;
- `lost`: the same after the work was done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import orjson

from .errors import ErrorResponse, parameter_invalid

HEADER = "x-dodeca-fault"
_KINDS = ("delay", "drip", "cut", "reset", "lost")
_LONGEST = 3600
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. Raises ValueError when it is not one of the kinds."""

    fault: str
    """A status, or `delay`, `drip`, `cut`, `reset`, `lost`."""
    operation: str | None = None
    """The operationId of the requests it befalls; None for all."""
    skip: int = 0
    """How many of these requests get through first."""
    times: int | None = 1
    """How many it befalls after that; None for all."""
    retry_after: str | None = None
    body: bool = True
    seconds: float = 0.1
    bytes: int = 16

    def __post_init__(self) -> None:
        """Check what is given."""
        if self.fault not in _KINDS and not (self.status and 400 <= self.status <= 599):
            kinds = ", ".join(_KINDS)
            raise ValueError(f"a fault is a status of 400 to 599, {kinds}; got {self.fault!r}")
        if self.skip < 0 or (self.times or 0) < 0 or self.bytes < 0:
            raise ValueError("the numbers of a fault are not negative")
        if not 0 <= self.seconds <= _LONGEST:
            raise ValueError(f"seconds is 0 to {_LONGEST}, got {self.seconds}")
        if self.fault == "drip" and not self.bytes:
            raise ValueError("a drip has a byte at least")

    @property
    def status(self) -> int | None:
        """The status that is answered instead of the work, if any."""
        return int(self.fault) if self.fault.isascii() and self.fault.isdigit() else None


def fault(given: Mapping[str, Any]) -> Fault:
    """Return a fault from plain data, such as a line of a file. Raises ValueError."""
    known = {field.name for field in fields(Fault)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"a fault has no {', '.join(map(repr, unknown))}")
    if "fault" not in given:
        raise ValueError("a fault says what it is: `fault: 429`")
    data: dict[str, Any] = dict(given) | {"fault": str(given["fault"])}
    if data.get("retry_after") is not None:
        data["retry_after"] = str(data["retry_after"])
    for name, kind in (("skip", int), ("times", int), ("bytes", int), ("body", bool)):
        if not isinstance(data.get(name, kind()), kind) and (name, data[name]) != ("times", None):
            raise ValueError(f"{name} is {kind.__name__}, got {data[name]!r}")
    if not isinstance(data.get("seconds", 0), int | float):
        raise ValueError(f"seconds is a number, got {data['seconds']!r}")
    return Fault(**data)


def from_header(text: str) -> Fault:
    """Return the fault of a header: `drip; seconds=0.5; bytes=1`. Raises ValueError."""
    kind, *options = (part.strip() for part in text.split(";"))
    data: dict[str, Any] = {"fault": kind}
    for option in options:
        name, _, value = option.partition("=")
        data[name.strip()] = _value(name.strip(), value.strip())
    return fault(data)


def from_file(path: Path) -> list[Fault]:
    """Return the faults of a file, a list in JSON, or in YAML if that can be read here.

    Raises ValueError when it is not that, OSError when there is none.
    """
    text = path.read_text("utf-8")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        data = _yaml(text)
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ValueError(f"{path} should hold a list of faults")
    return [fault(item) for item in data]


class FaultPlan:
    """The faults that are still to come; safe to use from many threads."""

    def __init__(self, faults: Iterable[Fault | Mapping[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault | Mapping[str, Any]]) -> None:
        """Plan these faults instead. Raises ValueError."""
        given = [item if isinstance(item, Fault) else fault(item) for item in faults]
        with self._lock:
            self._counts: list[list[Any]] = [[item, item.skip, item.times] for item in given]

    def next_for(self, operation: str | None, headers: httpx.Headers) -> Fault | None:
        """Return the fault of the next request of an operation, if any, and count it.

        Raises ErrorResponse for a bad header.
        """
        if HEADER in headers:
            try:
                return from_header(headers[HEADER])
            except ValueError as error:
                raise parameter_invalid(HEADER, why=f"{error}.") from None
        with self._lock:
            return next(filter(None, (self._next(c, operation) for c in self._counts)), None)

    @staticmethod
    def _next(counts: list[Any], operation: str | None) -> Fault | None:
        """Count a request down against one fault of the plan."""
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
    fault: Fault, work: Callable[[], httpx.Response], patience: float | None
) -> httpx.Response:
    """Return the answer as the fault leaves it.

    A connection that breaks is the exception that httpx has for it, ReadError, which the server
    turns into a real reset. `patience` is how long a client in this process waits for something to
    read, in seconds: beyond that it gets ReadTimeout.
    """
    if fault.status:
        return _instead(fault, fault.status)
    if fault.fault == "reset":
        raise httpx.ReadError("the connection was reset")
    response = work()
    match fault.fault:
        case "lost":
            raise httpx.ReadError("the connection was reset")
        case "delay":
            _sleep(fault.seconds, patience)
        case "drip":
            return _with_body(response, _dripping(response, fault, patience))
        case "cut":
            return _with_body(response, _cut(response, fault.bytes))
    return response


def error_of(fault: Fault) -> ErrorResponse | None:
    """Return the documented error that stands in for the work, None for any other fault."""
    if not fault.status or fault.status >= 500 or not fault.body:
        return None
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if fault.status == HTTPStatus.TOO_MANY_REQUESTS:
        text = "You have exceeded the rate limit. Please try again later."
        return ErrorResponse(fault.status, "too_many_requests", text, headers)
    return ErrorResponse(fault.status, "emulated_fault", "This fault was asked for.", headers)


def _instead(fault: Fault, status: int) -> httpx.Response:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    if not fault.body:
        return httpx.Response(status, headers=headers)
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    line = f"{status} {phrase}"
    page = f"<html><head><title>{line}</title></head><body><h1>{line}</h1></body></html>\n"
    return httpx.Response(status, headers=headers, html=page)


def _with_body(response: httpx.Response, pieces: Iterator[bytes]) -> httpx.Response:
    """Return a response whose headers promise the whole body, whatever comes of it."""
    return httpx.Response(response.status_code, headers=response.headers, stream=_Broken(pieces))


class _Broken(httpx.SyncByteStream):
    """A body that arrives slowly, or not all of it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def _dripping(response: httpx.Response, fault: Fault, patience: float | None) -> Iterator[bytes]:
    for chunk in _body(response):
        for start in range(0, len(chunk), fault.bytes):
            _sleep(fault.seconds, patience)
            yield chunk[start : start + fault.bytes]


def _cut(response: httpx.Response, room: int) -> Iterator[bytes]:
    for chunk in _body(response):
        if room:
            yield chunk[:room]
        room -= len(chunk[:room])
        if not room:
            break
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def _body(response: httpx.Response) -> Iterator[bytes]:
    stream = response.stream
    assert isinstance(stream, httpx.SyncByteStream)
    return iter(stream)


def _sleep(seconds: float, patience: float | None) -> None:
    if patience is not None and seconds > patience:
        time.sleep(patience)
        raise httpx.ReadTimeout("the read operation timed out")
    time.sleep(seconds)


def _value(name: str, text: str) -> Any:
    if name == "body":
        return _WORDS.get(text, text)
    if name in ("skip", "times", "bytes"):
        return int(text) if text.isascii() and text.isdigit() else text
    if name == "seconds":
        return float(text)
    return text


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ValueError("it is not JSON, and YAML needs PyYAML") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"it is neither JSON nor YAML: {error}") from None
