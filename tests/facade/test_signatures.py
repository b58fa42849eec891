"""What every public function does where nothing is given: one default for each name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dodeca import AsyncClient, Client, langchain, ray, report, segmentation, webhooks
from dodeca.bulk.settings import RunSettings
from dodeca.emulator import Emulator, samples, serving
from dodeca.emulator.faults import Fault
from dodeca.media import MIB
from tests.facade.test_types import functions

DEFAULTS: dict[str, object] = {
    "batches.create.analysis_mode": "general",
    "batches.create.model_name": "pegasus1.5",
    "AnalyzeBatches.create.analysis_mode": "general",
    "AnalyzeBatches.create.model_name": "pegasus1.5",
    "slot_timeout": 3600.0,
    "allow_insecure": False,
    "bytes": 16,
    "cache": False,
    "chunk_size": 16 * MIB,
    "concurrency": 16,
    "Embedder.concurrency": 8,
    "DodecaEmbeddings.concurrency": 32,
    "texts.concurrency": 32,
    "dry_run": False,
    "embedding_model": "marengo3.0",
    "engine": "local",
    "fast": False,
    "folder": ".",
    "fps": 25,
    "gap_sec": 0.0,
    "host": "127.0.0.1",
    "k": 5,
    "keep_assets": True,
    "level": 0.5,
    "max_bytes": 64 * MIB,
    "merge": False,
    "min_duration_sec": 4,
    "model_name": "marengo3.0",
    "embed_v1.create.model_name": "Marengo-retrieval-2.7",
    "embed_v1.tasks.create.model_name": "Marengo-retrieval-2.7",
    "EmbedV1.create.model_name": "Marengo-retrieval-2.7",
    "EmbedV1Tasks.create.model_name": "Marengo-retrieval-2.7",
    "moving": True,
    "noise": False,
    "normalize": False,
    "on_unknown": "stop",
    "overlap_sentences": 0,
    "pace": "instant",
    "pad_sec": 0.0,
    "page": 1,
    "page_limit": 10,
    "part_bytes": 64_000_000,
    "multipart_uploads.status.page_limit": 50,
    "MultipartUploads.status.page_limit": 50,
    "port": 0,
    "progress": False,
    "reconcile_after_sec": 10.0,
    "RunSettings.reconcile_after_sec": 30.0,
    "retry_failed": False,
    "retry_unknown": False,
    "seconds": 0.1,
    "size": (640, 360),
    "skip": 0,
    "sound": True,
    "spool_bytes": 32 * MIB,
    "stream": False,
    "timeout": 3600.0,
    "__init__.timeout": 300.0,
    "times": 1,
    "tolerance": 300.0,
    "trust_env": True,
    "vectors": False,
    "via": "auto",
}
"""By the name of a parameter, or by the end of the qualified name where one differs."""

OTHERS: dict[str, Callable[..., Any]] = {
    "verify": webhooks.verify,
    "render": report.render,
    "write": report.write,
    "fixed": segmentation.fixed,
    "dynamic": segmentation.dynamic,
    "sentences": segmentation.sentences,
    "Embedder": ray.Embedder,
    "DodecaEmbeddings": langchain.DodecaEmbeddings,
    "RunSettings": RunSettings,
    "Emulator": Emulator,
    "serving": serving,
    "video": samples.video,
    "image": samples.image,
    "Scene": samples.Scene,
    "Tone": samples.Tone,
    "Fault": Fault,
}


def with_defaults(name: str, function: Callable[..., Any]) -> Iterator[tuple[str, object]]:
    for parameter in inspect.signature(function).parameters.values():
        default = parameter.default
        if default not in (parameter.empty, None, ()):
            yield f"{name}.{parameter.name}", default


def expected(name: str) -> object:
    """The row of the table with the longest name at the end of this one."""
    parts = name.replace("Async", "").split(".")
    for start in range(len(parts)):
        if (ending := ".".join(parts[start:])) in DEFAULTS:
            return DEFAULTS[ending]
    return "a row of DEFAULTS in this file"


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_parameter_of_one_name_has_one_default(client: type[Any]) -> None:
    found = [pair for name, f in functions(client) for pair in with_defaults(name, f)]
    assert len(found) > 90
    assert {name: value for name, value in found if expected(name) != value} == {}


def test_functions_outside_the_clients_have_those_defaults_too() -> None:
    found = [pair for name, f in OTHERS.items() for pair in with_defaults(name, f)]
    assert len(found) > 30
    assert {name: value for name, value in found if expected(name) != value} == {}
