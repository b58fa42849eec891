"""Schemathesis over an emulator: the document, what to send, and what came of it."""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import schemathesis
import yaml
from schemathesis.config import SchemathesisConfig
from schemathesis.core.deserialization import DeserializationContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import BaseSchema
from schemathesis.transport.serialization import Binary

from scripts._overlay import apply

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MOST = 10**18 - 1  # a page beyond could not be answered, since JSON writers end at 64 bits
Rules = Mapping[str, Mapping[str, str]]
"""By operationIds: patterns of texts, each with the reason why it is excused."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")


def specification() -> dict[str, Any]:
    """Return spec/openapi.yaml."""
    spec: dict[str, Any] = yaml.load((ROOT / "spec/openapi.yaml").read_text(), yaml.CSafeLoader)
    return spec


def document() -> dict[str, Any]:
    """Return the specification with strict requests: rules in schemas, unknown names refused."""
    spec = specification()
    strict: dict[str, Any] = apply(spec, yaml.safe_load((HERE / "rules.yaml").read_text()))
    strict["servers"] = [{"url": "/v1.3"}]  # so that nothing is ever sent to the service itself
    # Requests get schemas of their own, since answers may hold more than is known.
    wanted = {f"Strict{name}": node for name, node in strict["components"]["schemas"].items()}
    strict["components"]["schemas"] = deepcopy(spec["components"]["schemas"]) | _closed(wanted)
    for item in strict["paths"].values():
        for operation in item.values():
            for part in operation.get("requestBody", {}).get("content", {}).values():
                part["schema"] = _closed(part["schema"])
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"] = _closed(parameter["schema"])
                if schema.get("type") == "integer":
                    schema.setdefault("maximum", MOST)
    return strict


def _closed(node: Any) -> Any:
    """Return a schema whose objects take only what they list, and that refers to such schemas."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(value) for name, value in node.items() if name != "discriminator"}
    if isinstance(reference := node.get("$ref"), str):
        closed["$ref"] = reference.replace("/schemas/", "/schemas/Strict")
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


# Documented rules that no schema can say, by the response of the emulator: an error for one of them
# is no fault of `positive_data_acceptance`. Everything else the schema allows has to be accepted.
BEYOND_SCHEMAS: Rules = {
    "indexes_create|indexes_update": {
        "index_name_already_exists": "names are unique",
    },
    "search_create": {
        "search_option_not_supported|index_not_supported_for_search": "an index may lack options",
    },
    "embed_tasks_retrieve|index_videos_retrieve|indexed_assets_retrieve": {
        "`embedding_option` parameter": "the options are those of the model in use",
    },
    "tasks_delete": {
        "task_cannot_be_deleted": "the video of a task goes before the task",
    },
    "indexed_assets_create|embed_v2(_tasks)?_create|analyze(_tasks|_batches)?_create": {
        "The asset is not ready": "an asset takes its time",
        "is given more than once": "each request of a batch has a `custom_id` of its own",
        "video_file_broken|cannot be read": "an asset may be of another kind than is asked for",
    },
    "embed_tasks_create|tasks_create": {
        "video_file_broken|`video_file` parameter": "the file that is sent may be an image",
    },
    "multipart_uploads_report_chunks|multipart_uploads_presigned_urls": {
        "The chunks are": "an upload has as many chunks as its size needs",
        "has not been received": "chunks are sent to the storage before",
    },
}


# Requests that schemathesis takes for wrong, but that are not on the wire.
FALSE_ALARMS: Rules = {
    "indexed_assets_list|index_videos_list": {
        "parameter `user_metadata` in query": "nested values are flat names there, as any may be",
    },
}


def excused(rules: Rules, operation_id: str, text: str) -> bool:
    """Tell whether a text is of a rule that goes for an operation."""
    return any(
        re.search(pattern, text)
        for names, reasons in rules.items()
        if re.fullmatch(names, operation_id)
        for pattern in reasons
    )


class Judge:
    """Says which failures count: negative ones by the specification itself, without the rules.

    rules.yaml narrows values down further than the specification does, to what is at hand. A
    request that breaks only such a rule may be accepted.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        schemas = {
            f"Strict{name}": _closed(node) for name, node in spec["components"]["schemas"].items()
        }
        self._bodies = {
            operation["operationId"]: (
                kind,
                jsonschema_rs.Draft202012Validator(
                    _closed(part["schema"]) | {"components": {"schemas": schemas}}
                ),
            )
            for item in spec["paths"].values()
            for operation in item.values()
            for kind, part in operation.get("requestBody", {}).get("content", {}).items()
        }

    def counts(self, failure: Failure, case: Case, response: Response) -> bool:
        """Return whether a failure counts."""
        operation_id = case.operation.definition.raw["operationId"]
        match failure:
            case RejectedPositiveData():
                return not excused(BEYOND_SCHEMAS, operation_id, response.content.decode())
            case AcceptedNegativeData() if excused(FALSE_ALARMS, operation_id, failure.message):
                return False
            case AcceptedNegativeData() if _wrong(case) == {ParameterLocation.BODY}:
                return not self._allows(operation_id, case.body)
            case _:
                return True

    def _allows(self, operation_id: str, body: Any) -> bool:
        kind, validator = self._bodies[operation_id]
        if kind == "multipart/form-data" and isinstance(body, dict):
            body = {
                name: _text(item) if _is_file(item) else item
                for name, item in body.items()
                if item != []
            }
            # On the wire every value is a text, a list of one is no different from its item, and
            # one of none is not there.
            for spelled in (_text, lambda value: [_text(value)]):
                paths = [error.instance_path for error in validator.iter_errors(body)]
                wrong = {path[0] for path in paths if path}
                body = body | {name: spelled(body[name]) for name in wrong}
        return validator.is_valid(body)


def _wrong(case: Case) -> set[ParameterLocation]:
    """Return the parts of a request that were made wrong."""
    assert case.meta is not None
    return {where for where, part in case.meta.components.items() if part.mode.is_negative}


def _is_file(value: Any) -> bool:
    return isinstance(value, Binary) or (isinstance(value, list) and any(map(_is_file, value)))


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return "" if isinstance(value, Binary) else str(value)


@dataclass
class Totals:
    """What a run did."""

    cases: Counter[str] = field(default_factory=Counter)
    """Requests by phase."""
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Responses by operationId."""
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        phases = ", ".join(f"{phase} {self.cases[phase]}" for phase in PHASES)
        codes = sum(self.statuses.values(), Counter())
        responses = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
        return (
            f"{len(self.statuses)} operations, {self.cases.total()} requests ({phases});"
            f" responses {responses}"
        )


@schemathesis.deserializer("application/x-ndjson")
def events_of(context: DeserializationContext, response: Response) -> str:
    """Return the text of a stream, after a check of each of its events."""
    return _checked(response, "StreamEvent")


@schemathesis.deserializer("application/jsonl")
def results_of(context: DeserializationContext, response: Response) -> str:
    """Return the text of results, after a check of each of its lines."""
    return _checked(response, "BatchResultItem")


def _checked(response: Response, name: str) -> str:
    for line in response.content.splitlines():
        _validator_of(name).validate(orjson.loads(line))
    return response.content.decode()


@cache
def _validator_of(name: str) -> jsonschema_rs.Validator:
    components = specification()["components"]
    reference = {"$ref": f"#/components/schemas/{name}"}
    return jsonschema_rs.Draft202012Validator(reference | {"components": components})


def load(config: Mapping[str, Any]) -> BaseSchema:
    """Return the document with the settings of schemathesis.toml and more."""
    settings = tomllib.loads((HERE / "schemathesis.toml").read_text())
    merged = {**settings, **config}
    for name in ("generation", "phases"):
        merged[name] = _merged(settings.get(name, {}), config.get(name, {}))
    schema = schemathesis.openapi.from_dict(document(), config=SchemathesisConfig.from_dict(merged))
    judge = Judge(specification())

    @schema.hook
    def filter_failure(
        context: HookContext, failure: Failure, case: Case, response: Response
    ) -> bool:
        return judge.counts(failure, case, response)

    return schema


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _merged(first[name], second[name])
        if isinstance(first.get(name), dict) and isinstance(second.get(name), dict)
        else second.get(name, first.get(name))
        for name in {**first, **second}
    }


def run(schema: BaseSchema) -> Totals:
    """Run all phases and gather what happened."""
    totals = Totals()
    for event in from_schema(schema).execute():
        match event:
            case events.NonFatalError():
                totals.failures.append(f"{event.label}: {event.info.title}: {event.info.message}")
            case events.ScenarioFinished() if event.is_test_scenario:
                _count(totals, event)
    return totals


def _count(totals: Totals, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    totals.cases[event.phase.value] += len(recorder.interactions)
    for case_id, interaction in recorder.interactions.items():
        name = recorder.cases[case_id].value.operation.definition.raw["operationId"]
        if interaction.response is not None:
            totals.statuses[name][interaction.response.status_code] += 1
        for check in recorder.checks.get(case_id, []):
            if check.status is Status.FAILURE and check.failure_info:
                failure = check.failure_info.failure
                response = interaction.response.content[:300] if interaction.response else b""
                totals.failures.append(
                    f"{name}: {event.phase.value}: {check.name}: {failure.title}:"
                    f" {failure.message}\n{check.failure_info.code_sample}\n{response!r}"
                )
