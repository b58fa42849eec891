"""What the head of a response says, and the base of the values that were built from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import attrs

from dodeca._base.headers import request_id
from dodeca._base.numbers import parse_quantity

_LIMIT_PREFIX = "x-ratelimit-"
_LIMIT_FIELDS = frozenset({"limit", "remaining", "reset"})


class ResponseHeaders(Mapping[str, str]):
    """The headers of a response by name; case is ignored, iteration gives lower case."""

    __slots__ = ("_lower", "_source")

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self._lower: dict[str, str] | None = None

    @property
    def _values(self) -> dict[str, str]:
        """By name in lower case: made on first use, since most responses are never asked."""
        if self._lower is None:
            self._lower = {name.lower(): value for name, value in self._source.items()}
        return self._lower

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{len(self)} headers: {', '.join(self)}>"


@attrs.frozen
class RateLimit:
    """A rate limit: how much a period allows, how much of it remains, and when it starts again.

    Requests are counted, media are measured as the service measures them. What it did not say is
    None; `reset` is the number that it sends, if it sends one.
    """

    limit: float | None = None
    remaining: float | None = None
    reset: float | None = None


@attrs.frozen
class ResponseInfo:
    """What the service said beside the body of a response.

    `status` is the HTTP status. `headers` ignores the case of names; the API key is not in it.
    `elapsed` is the time in seconds from sending the request to the end of the response, for a
    stream to its beginning, by the clock of the client; retries before it do not count.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(
        factory=dict, converter=ResponseHeaders, repr=False, hash=False
    )
    elapsed: float = 0.0

    @property
    def request_id(self) -> str | None:
        """The id of the request, which support asks for; None if the service sent none.

        >>> from dodeca import ResponseInfo
        >>> ResponseInfo(200, {"X-Request-Id": "1f3"}).request_id
        '1f3'
        """
        return request_id(self.headers)

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The rate limits of which the response says a number, by kind: "request", "duration".

        >>> from dodeca import ResponseInfo
        >>> headers = {"X-RateLimit-Request-Limit": "50", "X-RateLimit-Request-Remaining": "49"}
        >>> ResponseInfo(200, headers).rate_limits["request"].remaining
        49.0
        """
        return parse_rate_limits(self.headers)


def parse_rate_limits(headers: Mapping[str, str]) -> dict[str, RateLimit]:
    """The rate limits in headers with lower-case names, by kind, also of kinds that are new."""
    numbers: dict[str, dict[str, Any]] = {}
    for name in [name for name in headers if name.startswith(_LIMIT_PREFIX)]:
        kind, _, field = name.removeprefix(_LIMIT_PREFIX).rpartition("-")
        number = parse_quantity(headers[name])
        if kind and field in _LIMIT_FIELDS and number is not None:
            numbers.setdefault(kind, {})[field] = number
    return {kind: RateLimit(**fields) for kind, fields in numbers.items()}


class HasResponse:
    """The base of values that were built from a response and know it.

    It is no field: it takes no part in comparisons, reprs and pickles.
    """

    __slots__ = ("_response",)

    @property
    def response(self) -> ResponseInfo | None:
        """The response that this was built from: its status, headers, request id and rate limits.

        None if it was not built from a response of this client, such as after unpickling.

        >>> client.embed.text("red").response.status
        200
        """
        info: ResponseInfo | None = getattr(self, "_response", None)
        return info


H = TypeVar("H", bound=HasResponse)


def with_response(value: H, info: ResponseInfo | None) -> H:
    """The value, which knows its response from now on, frozen or not."""
    object.__setattr__(value, "_response", info)
    return value


def evolve(value: H, **fields: Any) -> H:
    """A copy of a value with other fields, which knows the response of the value."""
    any_value: Any = value
    copied: H = attrs.evolve(any_value, **fields)
    return with_response(copied, value.response)
