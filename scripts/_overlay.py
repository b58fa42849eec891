"""OpenAPI Overlay 1.0: corrections and descriptions, each with its reason."""

from __future__ import annotations

import copy
from typing import Any

from jsonpath_ng import Child
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from scripts._documents import Object, SpecError


def apply(document: Object, overlay: Object) -> Object:
    """Apply all actions in order; an action without a match or a reason is an error."""
    if overlay.get("overlay") != "1.0.0":
        raise SpecError(f"expected overlay version 1.0.0, got {overlay.get('overlay')!r}")
    changed = copy.deepcopy(document)
    for number, action in enumerate(overlay["actions"]):
        try:
            _act(changed, action)
        except SpecError as exc:
            raise SpecError(f"overlay action {number} ({action.get('target')}): {exc}") from exc
    return changed


def _act(document: Object, action: Object) -> None:
    keys = set(action)
    if keys not in ({"target", "x-why", "update"}, {"target", "x-why", "remove"}):
        raise SpecError(
            f"an action has target, x-why and one of update, remove; got {sorted(keys)}"
        )
    if not action["x-why"]:
        raise SpecError("x-why says nothing")
    if action.get("remove", True) is not True:
        raise SpecError("remove is true or left out")
    try:
        target = parse(str(action["target"]))
    except JSONPathError as exc:
        raise SpecError(f"not a JSONPath: {exc}") from exc
    matches = target.find(document)
    if not matches:
        raise SpecError(
            f"matches nothing{_nearest(target, document)}; the pages changed: "
            "correct or remove the action"
        )
    if "remove" in action:
        target.filter(lambda _: True, document)
        return
    for match in matches:
        _merge(match.value, copy.deepcopy(action["update"]))


def _nearest(target: Any, document: Object) -> str:
    """Say where a path ends that matches nothing, and what is there instead."""
    while isinstance(target, Child):
        target = target.left
        if matches := target.find(document):
            value = matches[0].value
            found = ", ".join(map(str, value)) if isinstance(value, dict) else repr(value)[:200]
            return f": {matches[0].full_path} has {found[:200]}"
    return ""


def _merge(target: Any, update: Any) -> None:
    """Merge by the rules of Overlay 1.0: objects by key, append to lists, replace other values."""
    if isinstance(target, list):
        target.extend(update if isinstance(update, list) else [update])
    elif isinstance(target, dict) and isinstance(update, dict):
        for key, value in update.items():
            if isinstance(target.get(key), dict | list) and isinstance(value, dict | list):
                _merge(target[key], value)
            else:
                target[key] = value
    else:
        raise SpecError("update needs an object or a list as its target")
