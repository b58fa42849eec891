"""Read the responses of other clients: the vendor's objects, JSON, Marengo on Bedrock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from dodeca.errors import InvalidRequestError

_FIELD_NAMES = {
    "float": "embedding",
    "float_": "embedding",
    "start_offset_sec": "start_sec",
    "end_offset_sec": "end_sec",
    "embeddingOption": "embedding_option",
    "embeddingScope": "embedding_scope",
    "startSec": "start_sec",
    "endSec": "end_sec",
    "start_offset_time": "start_sec",
    "end_offset_time": "end_sec",
}
_PARTS = ("video_embedding", "audio_embedding", "image_embedding", "text_embedding")
_ENVELOPE_NAMES = {*_PARTS, "data", "segments", "embedding", "metadata", "usage", "model_name"}
_ACCEPTED = (
    "from_response takes a response with vectors: an object of the vendor's package, output of "
    "Bedrock, or their JSON"
)


def read_response(response: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The segments of a response that another client received, and what it says beside them.

    The latter are fields of `Embeddings`.

    Raises:
        InvalidRequestError: it holds no vectors.
    """
    body = _to_plain(response)
    if isinstance(body, Mapping):
        error = body.get("error_message") or body.get("error")
        items, envelope = _segments(body), body
        if items is None:
            raise InvalidRequestError(f"{_ACCEPTED}; this has {_describe(body, error)}")
    elif isinstance(body, list):
        items, envelope = body, {}
    else:
        raise InvalidRequestError(f"{_ACCEPTED}; got {type(response).__name__}")
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidRequestError(f"{_ACCEPTED}; its segments are not objects")
    return [_segment(item) for item in items], _envelope_fields(envelope)


def _to_plain(response: Any) -> Any:
    """Mappings and lists, from objects, JSON text or streams."""
    if isinstance(response, bytes | bytearray | str):
        try:
            return orjson.loads(response)
        except orjson.JSONDecodeError as exc:
            raise InvalidRequestError(f"{_ACCEPTED}; this is not JSON: {exc}") from exc
    if hasattr(response, "model_dump"):
        return response.model_dump()
    if hasattr(response, "read"):  # the body of `invoke_model`
        return _to_plain(response.read())
    if isinstance(response, Mapping):
        return _to_plain(response["body"]) if hasattr(response.get("body"), "read") else response
    if isinstance(response, Sequence):
        return [_to_plain(item) for item in response]
    return response


def _segments(body: Mapping[str, Any]) -> list[Any] | None:
    """The segments of a response; None if it has none."""
    data = body.get("data")
    if isinstance(data, Mapping):
        data = [data]
    if isinstance(data, list):
        return data
    if isinstance(body.get("embedding"), Mapping):  # of an indexed video
        return _segments(body["embedding"])
    if isinstance(body.get("embedding"), list):  # Bedrock, one vector
        return [body]
    parts = [body[name] for name in _PARTS if isinstance(body.get(name), Mapping)]
    if isinstance(body.get("segments"), list):
        parts = [body]
    found = [item for part in parts for item in part.get("segments") or []]
    return found or None


def _segment(item: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in item.items():
        if value is not None:
            made[_FIELD_NAMES.get(name, name)] = value
    option = made.get("embedding_option")
    if isinstance(option, list):
        made["embedding_option"] = "+".join(map(str, option)) or None
    return {name: value for name, value in made.items() if name not in ("metadata", "model_name")}


def _envelope_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    from dodeca.results import EmbeddingMetadata, EmbeddingUsage, build_result

    metadata, usage = _first_object(body, "metadata"), _first_object(body, "usage")
    is_segment = isinstance(body.get("embedding"), list)  # then they are the extra of its row
    others = {k: v for k, v in body.items() if k not in _ENVELOPE_NAMES and v is not None}
    return {
        "metadata": build_result(EmbeddingMetadata, metadata) if metadata else None,
        "usage": build_result(EmbeddingUsage, usage) if usage else None,
        "model_name": body.get("model_name"),
        "response_extra": {} if is_segment else others,
    }


def _first_object(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The first object of this name in a response or in its parts."""
    held = [body, *_nested_objects(body)]
    return next((at[name] for at in held if isinstance(at.get(name), Mapping)), None)


def _nested_objects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("embedding", *_PARTS):
        if isinstance(part := body.get(name), Mapping):
            yield part
            yield from _nested_objects(part)


def _describe(body: Mapping[str, Any], error: Any) -> str:
    if error:
        return f"an error: {error}"
    status = f", and its status is {body['status']!r}" if body.get("status") else ""
    return f"{', '.join(sorted(map(str, body))) or 'nothing'}{status}"
