"""JSON that satisfies a schema, filled with what was observed.

The schema is the subset of JSON Schema documented for `response_format`; any other keyword is an
error 422, before anything is generated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ErrorResponse
from .observations import Observation
from .sentences import Phrasing, summary, title
from .vocabulary import axes_of, split_words

JSONSchema = Mapping[str, Any]

FIELD = "response_format.json_schema"
_ANNOTATIONS = {
    "title",
    "description",
    "default",
    "examples",
    "$schema",
    "$id",
    "$comment",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$defs",
}
_TYPES: Mapping[str, set[str]] = {
    "object": {"properties", "required"},
    "array": {"items", "minItems"},
    "string": {"format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": set(),
    "null": set(),
    "timestamp": {"format"},
}
_FORMATS = ("seconds", "hh:mm:ss", "hh:mm:ss.fff")
# Nothing in a video tells a date or an id.
_FORMATTED = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "1970-01-01T00:00:00Z",
    "date": "1970-01-01",
    "time": "00:00:00Z",
}
_MAX_DEPTH = 12
_MAX_BOUND = 2**53
_DEGREES = {"none": 0.0, "low": 0.15, "little": 0.15, "medium": 0.4, "moderate": 0.4, "high": 0.8}
_UNDECIDED = ("unknown", "unclear", "undetermined", "n/a", "none", "other")
_PRESENT = 300  # thousandths of an axis; a boolean is true from there


def generate_json(
    schema: JSONSchema,
    observation: Observation,
    phrasing: Phrasing,
    undecided: list[str] | None = None,
) -> Any:
    """Return a value that satisfies a schema. Raises ErrorResponse (422) if it is unsupported.

    Choices that no measurement decides are added to `undecided`.
    """
    found = [] if undecided is None else undecided
    return _Generator(schema, phrasing, found).value(schema, observation, [], 0)


def undecided_note(undecided: Iterable[str]) -> str | None:
    """Return a note on choices that no measurement decided; None if there were none."""
    choices = "; ".join(dict.fromkeys(undecided))
    return f"No measurement decides between: {choices}." if choices else None


def format_time(seconds: float, form: str) -> float | str:
    """Return a time in one of the formats `seconds`, `hh:mm:ss` and `hh:mm:ss.fff`."""
    if form == "seconds":
        return round(seconds, 3)
    total = round(seconds * 1000)
    text = f"{total // 3600000:02}:{total // 60000 % 60:02}:{total // 1000 % 60:02}"
    return text if form == "hh:mm:ss" else f"{text}.{total % 1000:03}"


@dataclass(slots=True)
class _Generator:
    root: JSONSchema
    phrasing: Phrasing
    undecided: list[str]
    """Choices that no measurement decides, as text."""

    def value(self, schema: Any, observation: Observation, about: list[str], depth: int) -> Any:
        """Return a value; `about` are the words of its name and description."""
        if depth > _MAX_DEPTH:
            raise _unsupported("It is nested too deeply.")
        if schema is True:
            schema = {}
        if not isinstance(schema, Mapping):
            raise _unsupported("A schema is an object.")
        if "$ref" in schema:
            return self.value(self._target(schema["$ref"]), observation, about, depth + 1)
        about = [*about, *split_words(str(schema.get("description", "")))]
        if "anyOf" in schema:
            _check_keywords(schema, {"anyOf"})
            if not isinstance(schema["anyOf"], list) or not schema["anyOf"]:
                raise _unsupported("`anyOf` is a list of schemas.")
            values = [
                self.value(branch, observation, about, depth + 1) for branch in schema["anyOf"]
            ]
            return next((value for value in values if value is not None), None)
        kind = _type(schema)
        _check_keywords(schema, {"type", "enum", "const"} | _TYPES[kind])
        if "const" in schema or "enum" in schema:
            return self._choose(schema, kind, observation, about)
        return self._of(kind, schema, observation, about, depth)

    def _choose(
        self, schema: JSONSchema, kind: str, observation: Observation, about: list[str]
    ) -> Any:
        """Return the choice that agrees best with the measurements.

        That is the one whose words have the largest share; of degrees such as low and high the one
        for what the field is about, of yes and no whether that is there. If no measurement decides,
        it is the one that says so, such as "unknown", or else the first one.
        """
        choices = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(choices, list) or not choices:
            raise _unsupported("`enum` is a list of values.")
        if "type" in schema and not all(_is_of_type(kind, choice) for choice in choices):
            raise _unsupported(f"A choice is not of the type `{kind}`.")
        words = {str(choice).casefold(): choice for choice in choices}
        measured = any(axes_of(word) for word in about)
        if measured and words.keys() <= _DEGREES.keys():
            share = _share(observation, about) / 1000
            return min(choices, key=lambda choice: abs(_DEGREES[str(choice).casefold()] - share))
        if measured and words.keys() == {"yes", "no"}:
            return words["yes" if _is_present(observation, about) else "no"]
        best = max(choices, key=lambda choice: _share(observation, split_words(str(choice))))
        if _share(observation, split_words(str(best))):
            return best
        if len(choices) > 1:
            self.undecided.append(", ".join(f'"{word}"' for word in words))
        return next((words[word] for word in _UNDECIDED if word in words), choices[0])

    def _of(
        self, kind: str, schema: JSONSchema, observation: Observation, about: list[str], depth: int
    ) -> Any:
        match kind:
            case "object":
                return self._object(schema, observation, about, depth)
            case "array":
                return self._array(schema, observation, about, depth)
            case "number" | "integer":
                return _bounded(_number(observation, set(about)), schema, integer=kind == "integer")
            case "boolean":
                return _is_present(observation, about)
            case "timestamp":
                if schema.get("format", "seconds") not in _FORMATS:
                    raise _unsupported(f"The format of a timestamp is one of {_FORMATS}.")
                late = "end" in about or "until" in about
                return format_time(
                    observation.end if late else observation.start, schema.get("format", "seconds")
                )
            case "null":
                return None
            case _:
                return self._string(schema, observation, set(about))

    def _object(
        self, schema: JSONSchema, observation: Observation, about: list[str], depth: int
    ) -> Any:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            raise _unsupported("`properties` is an object, `required` a list.")
        nodes = {name: {} for name in required if isinstance(name, str)} | dict(properties)
        return {
            name: self.value(node, observation, split_words(name.replace("_", " ")), depth + 1)
            for name, node in nodes.items()
        }

    def _array(
        self, schema: JSONSchema, observation: Observation, about: list[str], depth: int
    ) -> list[Any]:
        """Return an item for each scene, without duplicates."""
        if schema.get("minItems", 0) not in (0, 1):
            raise _unsupported("`minItems` is 0 or 1.")
        items = schema.get("items", {})
        values = [self.value(items, part, about, depth + 1) for part in observation.parts]
        return [value for i, value in enumerate(values) if value not in values[:i]]

    def _string(self, schema: JSONSchema, observation: Observation, about: set[str]) -> str:
        if "format" in schema:
            name = str(schema["format"])
            if name not in _FORMATTED:
                raise _unsupported(f"The format of a string is one of {tuple(_FORMATTED)}.")
            return _FORMATTED[name]
        if about & {"colour", "colours", "color", "colors"}:
            return observation.colours[0] if observation.colours else "none"
        if about & {"title", "name", "headline", "label"}:
            return f"{title(observation)} [dodeca emulator]"
        return summary(observation, self.phrasing)

    def _target(self, reference: Any) -> Any:
        name = str(reference).removeprefix("#/$defs/")
        found = self.root.get("$defs", {})
        if name == reference or not isinstance(found, Mapping) or name not in found:
            raise _unsupported(f"`{reference}` is not within `$defs`.")
        return found[name]


def _type(schema: JSONSchema) -> str:
    """Return the type to generate: of several the first that is not null."""
    given = schema.get("type")
    if given is None:
        hints = [kind for kind, keys in _TYPES.items() if keys & schema.keys()]
        return hints[0] if hints else "string"
    kinds = given if isinstance(given, list) else [given]
    kind = next((kind for kind in kinds if kind != "null"), "null")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise _unsupported(f"The type `{kind}` is not supported.")
    return kind


def _check_keywords(schema: JSONSchema, keywords: set[str]) -> None:
    if unknown := sorted(schema.keys() - keywords - _ANNOTATIONS):
        names = "`, `".join(unknown)
        raise _unsupported(f"Not supported here: `{names}`.")


def _is_of_type(kind: str, value: Any) -> bool:
    match kind:
        case "string" | "timestamp":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "null":
            return value is None
        case _:
            return isinstance(value, dict if kind == "object" else list)


def _share(observation: Observation, about: list[str]) -> int:
    return max((observation.share(axis) for word in about for axis in axes_of(word)), default=0)


def _is_present(observation: Observation, about: list[str]) -> bool:
    """Return whether the description holds, as far as it can be measured."""
    if {"audio", "sound", "soundtrack"} & set(about):
        return observation.heard is not None and observation.share("silence") < 900
    return _share(observation, about) >= _PRESENT


def _number(observation: Observation, about: set[str]) -> float:
    for names, number in (
        ({"duration", "length", "seconds", "long"}, observation.duration),
        ({"scenes", "count", "number", "shots", "segments"}, len(observation.parts)),
        ({"start", "begin", "from"}, observation.start),
        ({"end", "until"}, observation.end),
        ({"width"}, observation.width or 0),
        ({"height"}, observation.height or 0),
        ({"fps"}, observation.fps or 0),
    ):
        if about & names:
            return float(number)
    return _share(observation, sorted(about)) / 1000


def _bounded(number: float, schema: JSONSchema, *, integer: bool) -> float:
    """Return the closest number within the bounds of a schema."""
    bounds = {name: schema[name] for name in schema if name in _TYPES["number"]}
    if not all(isinstance(b, int | float) and abs(b) <= _MAX_BOUND for b in bounds.values()):
        raise _unsupported(f"A bound is a number of {_MAX_BOUND} at most.")
    step = 1 if integer else 0.001
    low, high = schema.get("minimum"), schema.get("maximum")
    if (above := schema.get("exclusiveMinimum")) is not None:
        low = max(above + step, low if low is not None else above)
    if (below := schema.get("exclusiveMaximum")) is not None:
        high = min(below - step, high if high is not None else below)
    if integer:
        number = round(number)
        low, high = low and -(-low // 1), high and high // 1
    if low is not None and high is not None and low > high:
        raise _unsupported("No number lies within the bounds.")
    if low is not None:
        number = max(number, low)
    if high is not None:
        number = min(number, high)
    return int(number) if integer else round(number, 3) if low is None and high is None else number


def _unsupported(why: str) -> ErrorResponse:
    return ErrorResponse(422, "parameter_invalid", f"The `{FIELD}` parameter is invalid. {why}")
