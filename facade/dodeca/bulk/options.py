"""How the inputs of a bulk run are embedded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import attrs
import orjson

from dodeca._base.dimensions import DEFAULT_DIMENSION
from dodeca._base.text import quote
from dodeca._calls.embed_blocks import BlockOptions, checked_lists
from dodeca._calls.embed_requests import RequestOptions, request_options
from dodeca._calls.embedding_models import MODEL
from dodeca.errors import InvalidRequestError
from dodeca.segmentation import Segmentation
from dodeca.segmentation import parse as parse_segmentation


@attrs.frozen
class EmbedOptions:
    """How media are embedded; None is the default of the service."""

    model_name: str = MODEL
    start_sec: float | None = None
    end_sec: float | None = None
    segmentation: Segmentation | None = None
    embedding_option: tuple[str, ...] | None = None
    embedding_scope: tuple[str, ...] | None = None
    embedding_dimension: int | None = None

    @property
    def space(self) -> tuple[str, int]:
        """The model and the length of the vectors; only those of one space can be compared."""
        return self.model_name, self.embedding_dimension or DEFAULT_DIMENSION

    @cached_property
    def of_whole(self) -> EmbedOptions:
        """The options that texts and images have, too."""
        return EmbedOptions(self.model_name, embedding_dimension=self.embedding_dimension)

    def request(self) -> RequestOptions:
        """The options of a request.

        Raises:
            InvalidRequestError: the model does not have one of them.
        """
        return request_options(self.model_name, embedding_dimension=self.embedding_dimension)

    def block(self) -> BlockOptions:
        """The options of audio or video."""
        return BlockOptions(
            start_sec=self.start_sec,
            end_sec=self.end_sec,
            segmentation=self.segmentation,
            embedding_option=self.embedding_option,
            embedding_scope=self.embedding_scope,
        )

    @cached_property
    def as_json(self) -> str:
        """The options as canonical JSON: equal options give equal text."""
        return canonical_json(
            {
                name: str(value) if name == "segmentation" else value
                for name, value in attrs.asdict(self, recurse=False).items()
                if value is not None
            }
        )

    @staticmethod
    @lru_cache(256)
    def from_json(text: str) -> EmbedOptions:
        """The options that `as_json` wrote."""
        return EmbedOptions().replace(orjson.loads(text))

    def replace(self, values: Mapping[str, Any]) -> EmbedOptions:
        """These options with some of them changed; None changes nothing.

        Raises:
            InvalidRequestError: an option cannot have this value.
        """
        parsed: dict[str, Any] = {
            name: _PARSERS[name](name, value) for name, value in values.items() if value is not None
        }
        return attrs.evolve(self, **parsed) if parsed else self

    def check(self) -> None:
        """Check the values for the model.

        Raises:
            InvalidRequestError: a value that the model does not have.
        """
        checked_lists("video", self.block(), self.request().model)


def _parse_seconds(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise InvalidRequestError(f"{name} must be a number of seconds, got {quote(value)}")
    return float(value)


def _parse_dimension(name: str, value: Any) -> int:
    is_whole = (
        isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    )
    if not is_whole or value < 1:  # tables of numbers may hold 256.0
        raise InvalidRequestError(f"{name} must be a whole number, got {quote(value)}")
    return int(value)


def _parse_strings(name: str, value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, Iterable) else ()
    strings = re.split(r"[,;|\s]+", given.strip()) if isinstance(given, str) else tuple(given)
    if not strings or not all(isinstance(each, str) and each for each in strings):
        raise InvalidRequestError(f"{name} must be a list of strings, got {quote(value)}")
    return tuple(strings)


def _parse_string(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} must be a non-empty string, got {quote(value)}")
    return value


def _parse_segmentation(_: str, value: Any) -> Segmentation:
    return value if isinstance(value, Segmentation) else parse_segmentation(str(value))


_PARSERS = {
    "model_name": _parse_string,
    "start_sec": _parse_seconds,
    "end_sec": _parse_seconds,
    "segmentation": _parse_segmentation,
    "embedding_option": _parse_strings,
    "embedding_scope": _parse_strings,
    "embedding_dimension": _parse_dimension,
}


OPTIONS = frozenset(_PARSERS)
"""The columns of a table that are options."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys: equal values give equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
