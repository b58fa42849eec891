"""The asset operations as the emulator plays them, for as long as the specification lacks them."""

from typing import Any

_ASSET = {
    "type": "object",
    "properties": {
        "_id": {"type": "string"},
        "method": {"type": "string"},
        "status": {"type": "string"},
        "filename": {"type": "string"},
        "file_type": {"type": "string"},
        "created_at": {"type": "string", "format": "date-time"},
        "user_metadata": {"type": "object"},
        "size": {"type": "integer"},
        "duration": {"type": "number"},
        "technical_metadata": {"type": "object"},
        "error": {
            "type": "object",
            "properties": {"message": {"type": "string"}},
            "required": ["message"],
        },
    },
}
_FORM = {
    "type": "object",
    "properties": {
        "method": {"type": "string", "enum": ["direct", "url"]},
        "file": {"type": "string", "format": "binary"},
        "url": {"type": "string", "format": "uri"},
        "filename": {"type": "string", "minLength": 1, "maxLength": 255},
        "enable_hls": {"type": "boolean"},
        "enable_thumbnail": {"type": "boolean"},
        "user_metadata": {"type": "string"},
    },
    "required": ["method"],
}
_LIST = {
    "type": "object",
    "properties": {
        "data": {"type": "array", "items": _ASSET},
        "page_info": {"$ref": "#/components/schemas/PageInfo"},
    },
}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": schema}


def _responses(status: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/FlatError"}}}
    success = {"application/json": {"schema": schema}} if schema else {}
    return {
        status: {"description": "", "content": success},
        **{code: {"description": "", "content": error} for code in ("400", "401", "404")},
    }


_ID = {"in": "path", "name": "asset_id", "required": True, "schema": {"type": "string"}}

PATHS: dict[str, Any] = {
    "/assets": {
        "post": {
            "operationId": "assets_create",
            "tags": ["assets"],
            "requestBody": {
                "required": True,
                "content": {"multipart/form-data": {"schema": _FORM}},
            },
            "responses": _responses("201", _ASSET),
        },
        "get": {
            "operationId": "assets_list",
            "tags": ["assets"],
            "parameters": [
                _query("page", {"type": "integer", "default": 1}),
                _query("page_limit", {"type": "integer", "default": 10}),
                _query("asset_ids", {"oneOf": [{"type": "string"}, _TEXTS]}),
                _query("asset_types", {"oneOf": [{"type": "string"}, _TEXTS]}),
                _query("filename", {"type": "string"}),
            ],
            "responses": _responses("200", _LIST),
        },
    },
    "/assets/{asset_id}": {
        "get": {
            "operationId": "assets_retrieve",
            "tags": ["assets"],
            "parameters": [_ID],
            "responses": _responses("200", _ASSET),
        },
        "delete": {
            "operationId": "assets_delete",
            "tags": ["assets"],
            "parameters": [_ID, _query("force", {"type": "boolean", "default": False})],
            "responses": _responses("204", None),
        },
    },
}
