"""How the inputs of a bulk run are embedded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import orjson

from dodeca._base.text import quote
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.params import choices
from dodeca.errors import InvalidRequestError
from dodeca.segmentation import Segmentation
from dodeca.segmentation import parse as parse_segmentation
from dodeca_api.models.video_input_request_embedding_option_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES as VIDEO_OPTIONS,
)
from dodeca_api.models.video_input_request_embedding_scope_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES as VIDEO_SCOPES,
)


@attrs.frozen
class EmbedOptions:
    """How media are embedded; None is the default of the service."""

    model_name: str = MODEL
    start_sec: float | None = None
    end_sec: float | None = None
    segmentation: Segmentation | None = None
    embedding_option: tuple[str, ...] | None = None
    embedding_scope: tuple[str, ...] | None = None

    def to_json(self) -> str:
        """The options as canonical JSON: equal options give equal text."""
        return canonical_json(
            {
                name: str(value) if name == "segmentation" else value
                for name, value in attrs.asdict(self, recurse=False).items()
                if value is not None
            }
        )

    @classmethod
    def from_json(cls, text: str) -> EmbedOptions:
        """The options that `to_json` wrote."""
        return cls().replace(orjson.loads(text))

    def replace(self, values: Mapping[str, Any]) -> EmbedOptions:
        """These options with some of them changed; None changes nothing.

        Raises:
            InvalidRequestError: an option cannot have this value.
        """
        parsed: dict[str, Any] = {
            name: _PARSERS[name](name, value) for name, value in values.items() if value is not None
        }
        return attrs.evolve(self, **parsed)

    def check(self) -> None:
        """Check the values for the current model; newer models may have more.

        Raises:
            InvalidRequestError: a value that the API does not list.
        """
        if self.model_name == MODEL:
            choices("embedding_option", self.embedding_option, VIDEO_OPTIONS)
            choices("embedding_scope", self.embedding_scope, VIDEO_SCOPES)


def _parse_seconds(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise InvalidRequestError(f"{name} must be a number of seconds, got {quote(value)}")
    return float(value)


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
}


OPTIONS = frozenset(_PARSERS)
"""The columns of a table that are options."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys: equal values give equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
