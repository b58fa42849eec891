"""`/indexes`: videos that are searched and described together, by the same models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..clock import timestamp
from ..database import Document, new_id
from ..errors import Refusal, parameter_invalid, resource_not_exist
from ..rules import filters
from ..rules.models import NAMES, family, model_of, options
from ..rules.paging import page
from . import videos

if TYPE_CHECKING:
    from ..core import Call, Emulator, Handler, Reply

COLLECTION = "indexes"
_FIXED = {
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
    """Answer `POST /indexes`."""
    body, emulator = call.body, call.emulator
    models = [_model(model) for model in body["models"]]
    families = [family(model["model_name"]) for model in models]
    if len(set(families)) < len(families):
        raise parameter_invalid("models.model_name", why="One model of a family is enough.")
    addons = body.get("addons", [])
    if addons and "marengo" not in families:
        why = "Thumbnails need a model of the Marengo family."
        raise parameter_invalid("addons", why=why)
    now = timestamp(emulator.clock.now())
    index = {
        "_id": new_id(),
        "created_at": now,
        "updated_at": now,
        "expires_at": None,
        "index_name": body["index_name"],
        "models": models,
        "addons": addons,
    }
    with emulator.store.transaction():
        _claim(emulator, body["index_name"])
        emulator.store.insert(COLLECTION, index)
    return 201, {"_id": index["_id"]}


def list_(call: Call) -> Reply:
    """Answer `GET /indexes`."""
    params, emulator = call.params, call.emulator
    found = emulator.store.find(COLLECTION)
    if "index_name" in params:
        found = [index for index in found if index["index_name"] == params["index_name"]]
    if "model_family" in params:
        found = [index for index in found if model_of(index, params["model_family"])]
    if wanted := {name.strip() for name in params.get("model_options", "").split(",")} - {""}:
        found = [index for index in found if wanted <= set(options(index))]
    for name in ("created_at", "updated_at"):
        found = filters.since(found, params, name)
    items, info = page(filters.ordered(found, params), params)
    return 200, {"data": [_shown(emulator, index) for index in items], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Answer `GET /indexes/{index_id}`."""
    return 200, _shown(call.emulator, existing(call.emulator, call.params["index_id"]))


def update(call: Call) -> Reply:
    """Answer `PUT /indexes/{index_id}`: only the name can be changed."""
    emulator, index_id, name = call.emulator, call.params["index_id"], call.body["index_name"]
    with emulator.store.transaction():
        existing(emulator, index_id)
        _claim(emulator, name, index_id)
        now = timestamp(emulator.clock.now())
        emulator.store.update(COLLECTION, index_id, index_name=name, updated_at=now)
    return 204, None


def refuse_fixed(body: Any) -> None:
    """Refuse an update that names what cannot be changed, with the codes there are for it."""
    for code, (names, text) in _FIXED.items():
        if isinstance(body, dict) and any(name in body for name in names):
            raise Refusal(400, code, text)


def delete(call: Call) -> Reply:
    """Answer `DELETE /indexes/{index_id}`: its videos go with it."""
    emulator, index_id = call.emulator, call.params["index_id"]
    with emulator.store.transaction():
        existing(emulator, index_id)
        for video in emulator.store.find(videos.COLLECTION, index_id=index_id):
            videos.remove(emulator, video)
        emulator.store.delete(COLLECTION, index_id)
    return 204, None


def existing(emulator: Emulator, index_id: str) -> Document:
    """Return an index. Raises Refusal (404)."""
    index = emulator.store.get(COLLECTION, index_id)
    if index is None:
        raise resource_not_exist(COLLECTION, index_id)
    return index


def _model(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["model_name"] not in NAMES:
        why = f"The emulator has `{'`, `'.join(NAMES)}`."
        raise parameter_invalid("models.model_name", why=why)
    chosen = [option for option in ("visual", "audio") if option in given["model_options"]]
    return {"model_name": given["model_name"], "model_options": chosen}


def _claim(emulator: Emulator, name: str, index_id: str | None = None) -> None:
    """Raise Refusal when another index than `index_id` has the name."""
    holders = emulator.store.find(COLLECTION, index_name=name)
    if any(index["_id"] != index_id for index in holders):
        text = f"Index name `{name}` already exists. Please use another unique name and try again."
        raise Refusal(400, "index_name_already_exists", text)


def _shown(emulator: Emulator, index: Document) -> dict[str, Any]:
    ready = videos.ready_in(emulator, index["_id"])
    durations = [video["duration"] for video in ready]
    return index | {"video_count": len(ready), "total_duration": round(sum(durations), 3)}


PREVIEWS: Mapping[str, Callable[[Any], None]] = {"indexes_update": refuse_fixed}

HANDLERS: Mapping[str, Handler] = {
    "indexes_create": create,
    "indexes_list": list_,
    "indexes_retrieve": retrieve,
    "indexes_update": update,
    "indexes_delete": delete,
}
