"""Results as plain JSON values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError

NUMBERS = {"is_numbers": True}
"""The metadata of a field with the numbers of embeddings, left out unless they are wanted."""


class Serializable:
    """The base of results that become JSON; their attrs fields are the fields of an object."""

    __slots__ = ()

    def to_dict(self, *, vectors: bool = False) -> dict[str, Any]:
        """The fields as plain JSON values: what a result holds, under the same names.

        A field that is absent is None, dates are text (ISO 8601), nested results are dicts, and
        fields that this version does not know are under `extra`. The numbers of embeddings are
        left out without `vectors`, since there may be millions; with it, they are lists of floats.
        `parsed` of an analysis is left out: its JSON is in `data`.

        >>> client.indexes.retrieve(index.id).to_dict()["models"][0]["model_name"]
        'marengo3.0'
        """
        cls: Any = type(self)
        return {
            field.alias: to_plain(getattr(self, field.name), vectors)
            for field in attrs.fields(cls)
            if not field.metadata.get("is_local")
            and (vectors or not field.metadata.get("is_numbers"))
        }

    def to_json(self, *, indent: int | None = None, vectors: bool = False) -> str:
        """The same as `to_dict` as JSON text, on one line or indented by so many spaces.

        >>> from dodeca.results import Usage
        >>> Usage(output_tokens=7).to_json()
        '{"output_tokens": 7, "input_tokens": null, "extra": {}}'

        Raises:
            InvalidRequestError: `indent` is neither None nor a number of spaces.
        """
        if indent is not None and (not isinstance(indent, int) or indent < 0):
            raise InvalidRequestError(f"indent must be a number of spaces, got {quote(indent)}")
        return json.dumps(
            self.to_dict(vectors=vectors), ensure_ascii=False, allow_nan=False, indent=indent
        )


def to_plain(value: Any, vectors: bool = False) -> Any:
    """Convert a value to one of JSON: NaN, which JSON does not have, becomes None."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Serializable):
        return value.to_dict(vectors=vectors)
    if isinstance(value, Mapping):
        return {str(name): to_plain(item, vectors) for name, item in value.items()}
    if hasattr(value, "tolist"):  # of numpy
        return _numbers(value)
    if isinstance(value, BaseException):
        return _error(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [to_plain(item, vectors) for item in value]
    return str(value)


def _numbers(array: Any) -> Any:
    import numpy as np

    values = array.tolist()
    is_plain = array.dtype.kind == "f" and np.isfinite(array).all()
    return values if is_plain else to_plain(values)


def _error(error: Any) -> dict[str, Any]:
    fields: dict[str, Any] = attrs.asdict(error, recurse=False) if attrs.has(type(error)) else {}
    found = {"error": type(error).__name__, "message": str(error)} | fields
    return {name: to_plain(value) for name, value in found.items()}
