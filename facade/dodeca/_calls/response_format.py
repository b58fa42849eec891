"""The `response_format` of analyses: what is sent for it, and the object of an answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

import orjson

from dodeca._base.protocols import PydanticModel
from dodeca._base.text import cut, quote
from dodeca._calls import json_schema
from dodeca.errors import InvalidRequestError, ResponseFormatError

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    M = TypeVar("M", bound=PydanticModel, default=Any)
else:
    from typing import TypeVar

    M = TypeVar("M")  # before Python 3.13 without a default

_JSON_FORMS = ("json_schema", "segment_definitions")


def api_form(value: object) -> Mapping[str, Any]:
    """A `response_format` in the API's own form, from a model, a JSON Schema or that form.

    Raises:
        InvalidRequestError: it is none of these, or its schema has what the API does not support.
    """
    if is_model(value):
        schema = json_schema.of_model(_schema_of(value))
        return {"type": "json_schema", "json_schema": schema}
    if isinstance(value, Mapping) and json_schema.is_schema(value):
        json_schema.check(value)
        return {"type": "json_schema", "json_schema": value}
    if isinstance(value, Mapping) and "type" in value:
        return value
    raise not_a_format(value)


def not_a_format(value: object) -> InvalidRequestError:
    """The error for something that is no `response_format`."""
    return InvalidRequestError(
        "response_format must be a class of pydantic 2, a JSON Schema, or "
        '{"type": "json_schema", "json_schema": {…}} (for tasks also '
        f'{{"type": "segment_definitions", …}}), got {quote(value)}'
    )


def parse(value: object, text: str, received: object = None) -> Any:
    """The object of a text that was asked for with this `response_format`.

    It is None for a form that is not known here, as a task of another client may have: its text may
    be no JSON. `received` is what an error has beside the text.

    Raises:
        ResponseFormatError: the text is no JSON, or the model rejects it.
    """
    if not (is_model(value) or _asks_for_json(value)):
        return None
    try:
        return value.model_validate_json(text) if is_model(value) else orjson.loads(text)
    except Exception as exc:  # validators of a model may raise anything
        name = value.__name__ if is_model(value) else "JSON"
        reason = cut(" ".join(str(exc).split()), 2000)
        message = f"the answer is not as response_format asks, {name}: {reason}"
        raise ResponseFormatError(message, text, received) from exc


def _asks_for_json(value: object) -> bool:
    return isinstance(value, Mapping) and (
        json_schema.is_schema(value) or value.get("type") in _JSON_FORMS
    )


def is_model(value: object) -> TypeGuard[type[PydanticModel]]:
    """Whether this is a class of pydantic 2, which is no dependency."""
    names = ("model_json_schema", "model_validate_json")
    return isinstance(value, type) and all(callable(getattr(value, name, None)) for name in names)


def _schema_of(model: type[PydanticModel]) -> dict[str, Any]:
    try:
        return model.model_json_schema()
    except Exception as exc:  # those of pydantic have no common class
        raise InvalidRequestError(
            f"response_format: {quote(model)} has no JSON Schema: {cut(str(exc), 200)}"
        ) from exc
