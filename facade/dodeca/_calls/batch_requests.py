"""The request body of `/analyze/batches`, and the lines of its results. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from dodeca._base.response_info import ResponseInfo, evolve, with_response
from dodeca._base.text import quote
from dodeca._calls import params, texts
from dodeca._calls.analyze_requests import check_custom_id, json_format, parts
from dodeca._calls.operation import parse_json
from dodeca.errors import (
    IncompleteTextError,
    InvalidMediaError,
    InvalidRequestError,
    InvalidResponseError,
)
from dodeca.media import Media
from dodeca.results import BatchResult, BatchResults, build_result
from dodeca.results.batches import custom_id_of, given_id
from dodeca_api import models
from dodeca_api.models.analysis_mode import ANALYSIS_MODE_VALUES
from dodeca_api.types import UNSET, Unset

M = TypeVar("M")

MAX_ACTIVE = 5
"""How many batches of an account may be active at the same time."""
_MAX_REQUESTS = 1000
_PARTS = ("min_segment_duration", "max_segment_duration", "start_time", "end_time")
_SETTINGS = ("prompt", "response_format", "temperature", "max_tokens", *_PARTS)
_FIELDS = ("video", "custom_id", *_SETTINGS)


def batch(
    requests: Iterable[Mapping[str, Any] | Media],
    defaults: Mapping[str, Any] | None,
    analysis_mode: str,
    model_name: str,
) -> models.CreateAnalyzeBatchRequest:
    """The body of `POST /analyze/batches`; each request has a `custom_id`.

    Raises:
        InvalidRequestError: no requests, a repeated `custom_id`, a request that says nothing to do,
            or a value out of bounds.
        InvalidMediaError: a video that is no asset.
    """
    given = params.as_list("requests", requests)
    params.integer("the number of requests", len(given), 1, documented=_MAX_REQUESTS)
    mode = params.choice("analysis_mode", analysis_mode, ANALYSIS_MODE_VALUES)
    assert not isinstance(mode, Unset)
    common = None if defaults is None else params.mapping("defaults", defaults)
    marker = secrets.token_hex(16)
    items = [
        _named(f"requests[{position}]", _item, request, given_id(marker, position), mode, common)
        for position, request in enumerate(given)
    ]
    _check_unique([str(item.custom_id) for item in items])
    return models.CreateAnalyzeBatchRequest(
        model_name=params.string("model_name", model_name),
        analysis_mode=mode,
        requests=items,
        defaults=UNSET if common is None else _named("defaults", _defaults, common),
    )


def custom_ids(requests: Iterable[Mapping[str, Any] | Media]) -> frozenset[str]:
    """The ids of requests, by which their batch is found.

    Raises:
        InvalidRequestError: there are no requests, or one has no `custom_id`.
    """
    names = [custom_id_of(request) for request in params.as_list("requests", requests)]
    if not names or None in names:
        raise InvalidRequestError("a batch is found by its requests if each has a custom_id")
    return frozenset(params.string("custom_id", name) for name in names if name is not None)


class ResultLines:
    """Collects the lines of results as they arrive."""

    def __init__(self) -> None:
        self.redact: Callable[[bytes], bytes] = bytes
        self._body = bytearray()

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._body += piece

    def results(self, response_format: object, info: ResponseInfo) -> BatchResults[Any]:
        """The results in all lines, with the objects that a `response_format` asks for.

        Raises:
            InvalidResponseError: a line is not JSON.
        """
        good, bad = [], []
        for line in self._body.split(b"\n"):
            if not line.strip():
                continue
            value = parse_json(self.redact(bytes(line)), "a line of the results")
            try:
                good.append(_parsed(build_result(BatchResult, value, info), response_format))
            except InvalidResponseError:
                bad.append(value)
        return with_response(BatchResults(good, bad), info)


def _parsed(item: BatchResult[Any], response_format: object) -> BatchResult[Any]:
    """The item with the object of its text, or with the error of that."""
    if item.data is None:
        return item
    try:
        text = texts.check_text(item.data.data)
        parsed = texts.parse_complete(text, item.data, None, response_format)
    except (IncompleteTextError, InvalidResponseError) as failure:
        return evolve(item, failure=failure)
    return evolve(item, data=evolve(item.data, parsed=parsed))


def _named(name: str, build: Callable[..., M], *args: Any) -> M:
    """What a function makes; its errors say of which part of the body they are."""
    try:
        return build(*args)
    except InvalidRequestError as exc:
        raise type(exc)(f"{name}: {exc}") from exc


def _item(
    request: Mapping[str, Any] | Media,
    custom_id: str,
    mode: str,
    defaults: Mapping[str, Any] | None,
) -> models.BatchItemRequest:
    fields: Mapping[str, Any] = (
        {"video": request} if isinstance(request, Media) else params.mapping("it", request)
    )
    _check_mode({**(defaults or {}), **fields}, mode)
    name = fields.get("custom_id")
    item = models.BatchItemRequest(
        video=_video(fields.get("video")),
        custom_id=check_custom_id(custom_id if name is None else name),
        **_settings(fields),
    )
    return _with_others(item, fields, _FIELDS)


def _defaults(fields: Mapping[str, Any]) -> models.BatchDefaults:
    return _with_others(models.BatchDefaults(**_settings(fields)), fields, _SETTINGS)


def _settings(fields: Mapping[str, Any]) -> dict[str, Any]:
    prompt = fields.get("prompt")
    if isinstance(prompt, str):
        prompt = {"input_text": params.string("prompt", prompt)}
    form = fields.get("response_format")
    return {
        "prompt": params.parse_model("prompt", models.BatchPrompt, prompt),
        "response_format": json_format(models.AnalyzeTaskResponseFormat, form),
        "temperature": params.number("temperature", fields.get("temperature"), 0, documented=1),
        "max_tokens": params.integer(
            "max_tokens", fields.get("max_tokens"), 512, documented=98_304
        ),
        **parts(**{name: fields.get(name) for name in _PARTS}),
    }


def _check_mode(fields: Mapping[str, Any], mode: str) -> None:
    """Check that a request says what its mode needs, itself or by the defaults."""
    has_prompt = fields.get("prompt") is not None
    if mode == "general" and not has_prompt:
        raise InvalidRequestError("there is no prompt, neither here nor in defaults")
    if mode == "time_based_metadata" and has_prompt:
        raise InvalidRequestError("time_based_metadata takes no prompt")
    if mode == "time_based_metadata" and fields.get("response_format") is None:
        raise InvalidRequestError(
            'time_based_metadata needs a response_format of type "segment_definitions"'
        )


def _video(value: object) -> models.BatchVideoContext:
    if isinstance(value, Mapping):
        video = params.parse_model("video", models.BatchVideoContext, value)
        assert not isinstance(video, Unset)
        return video
    if not isinstance(value, Media) or value.asset_id is None:
        raise InvalidMediaError(
            f"the video of a batch is an asset, Media.asset(id), got {quote(value)}; "
            "assets.upload makes one of a file or a URL"
        )
    return models.BatchVideoContext(type_="asset_id", asset_id=value.asset_id)


def _with_others(model: M, fields: Mapping[str, Any], known: Sequence[str]) -> M:
    """The model with the fields that this version does not know."""
    others = {
        name: value
        for name, value in fields.items()
        if params.choice("a field", name, known) not in known
    }
    target: Any = model
    target.additional_properties |= others
    return model


def _check_unique(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidRequestError(f"custom_id {quote(name)} is given more than once")
        seen.add(name)
