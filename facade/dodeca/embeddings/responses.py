"""ResponseParser that other clients have read: the vendor's objects, JSON, Bedrock's Marengo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from dodeca.errors import InvalidRequestError

_ITEM = {
    "float": "embedding",
    "float_": "embedding",
    "start_offset_sec": "start_sec",
    "end_offset_sec": "end_sec",
    "embeddingOption": "embedding_option",
    "embeddingScope": "embedding_scope",
    "startSec": "start_sec",
    "endSec": "end_sec",
}
_PARTS = ("video_embedding", "audio_embedding", "image_embedding", "text_embedding")
_TAKEN = (
    "from_response takes a response with vectors: an object of the vendor's package, Bedrock's "
    "output, or their JSON"
)


def read_response(response: Any) -> tuple[list[dict[str, Any]], Any, str | None]:
    """The segments of a response that another client has fetched, its metadata and its model.

    Raises:
        InvalidRequestError: it holds no vectors.
    """
    body = _plain(response)
    if isinstance(body, Mapping):
        error = body.get("error_message") or body.get("error")
        items, about = _items(body), body
        if items is None:
            raise InvalidRequestError(f"{_TAKEN}; this has {_told(body, error)}")
    elif isinstance(body, list):
        items, about = body, {}
    else:
        raise InvalidRequestError(f"{_TAKEN}; got {type(response).__name__}")
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidRequestError(f"{_TAKEN}; its segments are no objects")
    return [_item(item) for item in items], _metadata(about), about.get("model_name")


def _plain(response: Any) -> Any:
    """Mappings and lists, from whatever holds them."""
    if isinstance(response, bytes | bytearray | str):
        try:
            return orjson.loads(response)
        except orjson.JSONDecodeError as exc:
            raise InvalidRequestError(f"{_TAKEN}; this is no JSON: {exc}") from exc
    if hasattr(response, "model_dump"):
        return response.model_dump()
    if hasattr(response, "read"):  # the body of `invoke_model`
        return _plain(response.read())
    if isinstance(response, Mapping):
        return _plain(response["body"]) if hasattr(response.get("body"), "read") else response
    if isinstance(response, Sequence):
        return [_plain(item) for item in response]
    return response


def _items(body: Mapping[str, Any]) -> list[Any] | None:
    """The segments of a response, or None where it has none."""
    data = body.get("data")
    if isinstance(data, Mapping):
        data = [data]
    if isinstance(data, list):
        return data
    if isinstance(body.get("embedding"), Mapping):  # of an indexed video
        return _items(body["embedding"])
    if isinstance(body.get("embedding"), list):  # Bedrock, one vector
        return [body]
    parts = [body[name] for name in _PARTS if isinstance(body.get(name), Mapping)]
    if isinstance(body.get("segments"), list):
        parts = [body]
    found = [item for part in parts for item in part.get("segments") or []]
    return found or None


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in item.items():
        if value is not None:
            made[_ITEM.get(name, name)] = value
    option = made.get("embedding_option")
    if isinstance(option, list):
        made["embedding_option"] = "+".join(map(str, option)) or None
    return {name: value for name, value in made.items() if name not in ("metadata", "model_name")}


def _metadata(body: Mapping[str, Any]) -> Any:
    from dodeca.results import EmbeddingMetadata, of

    held = [body, *_nested(body)]
    found = next((at["metadata"] for at in held if isinstance(at.get("metadata"), Mapping)), None)
    return of(EmbeddingMetadata, found) if found else None


def _nested(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("embedding", *_PARTS):
        if isinstance(part := body.get(name), Mapping):
            yield part
            yield from _nested(part)


def _told(body: Mapping[str, Any], error: Any) -> str:
    if error:
        return f"an error: {error}"
    status = f", and its status is {body['status']!r}" if body.get("status") else ""
    return f"{', '.join(sorted(map(str, body))) or 'nothing'}{status}"
