"""`/indexes`: collections of videos that the same models search and describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from ..clock import timestamp
from ..database import Condition, Document, Selection, new_id
from ..errors import ErrorResponse, parameter_invalid, resource_not_exist
from ..rules import filters
from ..rules.models import MODEL_NAMES, family
from ..rules.paging import page_of
from ..state import Call, Handler, Reply, State
from . import videos

COLLECTION = "indexes"
_UNCHANGEABLE = {
    "index_option_cannot_be_changed": (
        ("index_options", "model_options", "addons"),
        "Index option cannot be changed. Please remove index_options parameter and try again. If"
        " you want to change index option, please create new index.",
    ),
    "index_engine_cannot_be_changed": (
        ("engine_id", "engines", "models", "model_name"),
        "Index engine cannot be changed. Please remove engine_id parameter and try again. If you"
        " want to change engine, please create new index.",
    ),
}


def create(call: Call) -> Reply:
    """Handle `POST /indexes`."""
    body, state = call.body, call.state
    models = [_model(model) for model in body["models"]]
    families = [family(model["model_name"]) for model in models]
    if len(set(families)) < len(families):
        raise parameter_invalid("models.model_name", why="Only one model of a family is allowed.")
    addons = body.get("addons", [])
    if addons and "marengo" not in families:
        why = "Thumbnails require a model of the Marengo family."
        raise parameter_invalid("addons", why=why)
    now = timestamp(state.clock.now())
    index = {
        "_id": new_id(),
        "created_at": now,
        "updated_at": now,
        "expires_at": None,
        "index_name": body["index_name"],
        "models": models,
        "addons": addons,
    }
    with state.database.transaction():
        _check_name(state, body["index_name"])
        state.database.insert(COLLECTION, index)
    return 201, {"_id": index["_id"]}


def list_(call: Call) -> Reply:
    """Handle `GET /indexes`."""
    params, state = call.params, call.state
    conditions = [
        *_chosen(params),
        *filters.filter_since(params, "created_at"),
        *filters.filter_since(params, "updated_at"),
    ]
    selection = Selection(COLLECTION, tuple(conditions), filters.order_of(params))
    items, info = page_of(state.database, selection, params)
    return 200, {"data": [_shown(state, index) for index in items], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /indexes/{index_id}`."""
    return 200, _shown(call.state, find_index(call.state, call.params["index_id"]))


def update(call: Call) -> Reply:
    """Handle `PUT /indexes/{index_id}`: only the name can be changed."""
    state, index_id, name = call.state, call.params["index_id"], call.body["index_name"]
    with state.database.transaction():
        find_index(state, index_id)
        _check_name(state, name, index_id)
        now = timestamp(state.clock.now())
        state.database.update(COLLECTION, index_id, index_name=name, updated_at=now)
    return 204, None


def check_update(body: Any) -> None:
    """Raise ErrorResponse for an update of what cannot be changed, with its documented code."""
    for code, (names, text) in _UNCHANGEABLE.items():
        if isinstance(body, dict) and any(name in body for name in names):
            raise ErrorResponse(400, code, text)


def delete(call: Call) -> Reply:
    """Handle `DELETE /indexes/{index_id}`, together with its videos."""
    state, index_id = call.state, call.params["index_id"]
    with state.database.transaction():
        find_index(state, index_id)
        for video in state.database.find(videos.COLLECTION, index_id=index_id):
            videos.remove(state, video)
        state.database.delete(COLLECTION, index_id)
        state.vectors.purge(("index_id = ?", (index_id,)))
    return 204, None


def find_index(state: State, index_id: str) -> Document:
    """Return an index. Raises ErrorResponse (404)."""
    index = state.database.get(COLLECTION, index_id)
    if index is None:
        raise resource_not_exist(COLLECTION, index_id)
    return index


def _chosen(params: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions for the name and the models that the parameters ask for."""
    found: list[Condition] = []
    if "index_name" in params:
        found.append(("index_name = ?", (params["index_name"],)))
    models = "SELECT 1 FROM json_each(body, '$.models') AS model"
    if "model_family" in params:
        names = [name for name in MODEL_NAMES if family(name) == params["model_family"]]
        sql = "json_extract(model.value, '$.model_name') IN (SELECT value FROM json_each(?))"
        found.append((f"EXISTS ({models} WHERE {sql})", (orjson.dumps(names).decode(),)))
    for option in {name.strip() for name in params.get("model_options", "").split(",")} - {""}:
        sql = "json_each(model.value, '$.model_options') AS option WHERE option.value = ?"
        found.append((f"EXISTS ({models}, {sql})", (option,)))
    return found


def _model(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["model_name"] not in MODEL_NAMES:
        why = f"The emulator has `{'`, `'.join(MODEL_NAMES)}`."
        raise parameter_invalid("models.model_name", why=why)
    chosen = [option for option in ("visual", "audio") if option in given["model_options"]]
    return {"model_name": given["model_name"], "model_options": chosen}


def _check_name(state: State, name: str, index_id: str | None = None) -> None:
    """Raise ErrorResponse when an index other than `index_id` has the name."""
    holders = state.database.find(COLLECTION, index_name=name)
    if any(index["_id"] != index_id for index in holders):
        text = f"Index name `{name}` already exists. Please use another unique name and try again."
        raise ErrorResponse(400, "index_name_already_exists", text)


def _shown(state: State, index: Document) -> dict[str, Any]:
    videos.refresh_index(state, index["_id"])
    count, total = state.database.durations(videos.COLLECTION, *videos.ready_in(index["_id"]))
    return index | {"video_count": count, "total_duration": round(total, 3)}


PRECHECKS: Mapping[str, Callable[[Any], None]] = {"indexes_update": check_update}

HANDLERS: Mapping[str, Handler] = {
    "indexes_create": create,
    "indexes_list": list_,
    "indexes_retrieve": retrieve,
    "indexes_update": update,
    "indexes_delete": delete,
}
