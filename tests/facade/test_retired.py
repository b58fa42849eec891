"""What the service has retired works, is marked in the document, and warns once."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dodeca import Client
from dodeca._calls import retired
from scripts import coverage_table
from scripts._documents import OPENAPI, load
from tests.newer_service import CALLS
from tests.scripted import Script, reply
from tests.seams import warn_again

DOCUMENT = load(OPENAPI)
VIDEO = "https://host.example/a.mp4"

USES: dict[str, tuple[Callable[[Client], Any], str]] = {
    **{name: (CALLS[name], f"use {instead}") for name, instead in retired.OPERATIONS.items()},
    "video_id": (lambda client: client.analyze("?", video_id="v"), "video_id in analyses"),
    "analyze": (
        lambda client: client.analyze("?", video=VIDEO, model_name="pegasus1.2"),
        r"pegasus1\.2",
    ),
    "tasks": (
        lambda client: client.analyze.tasks.create("?", video=VIDEO, model_name="pegasus1.2"),
        r"pegasus1\.2",
    ),
    "indexes": (
        lambda client: client.indexes.create("n", {"pegasus1.2": ["visual"]}),
        r"pegasus1\.2",
    ),
}
ANSWER = {"_id": "1", "id": "1", "task_id": "1", "status": "ready", "data": []}


@pytest.fixture(autouse=True)
def again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    warn_again(monkeypatch)
    return None


def test_the_document_marks_them() -> None:
    operations = coverage_table.operations(DOCUMENT)
    assert {op.id for op in operations if op.is_retired} == retired.OPERATIONS.keys()
    fields = DOCUMENT["components"]["schemas"]["AnalyzeRequest"]["properties"]
    assert [name for name, node in fields.items() if node.get("deprecated")] == ["video_id"]


@pytest.mark.parametrize("name", USES)
def test_each_use_warns_once_and_works(name: str) -> None:
    use, said = USES[name]
    answer = ANSWER | ({} if name == "imports_logs" else {"data": "text"})
    with Client("tlk_test", transport=Script(*[reply(answer)] * 2)) as client:
        with pytest.warns(DeprecationWarning, match=f"the service has retired .*{said}") as seen:
            use(client)
        assert len(seen) == 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            use(client)


def test_what_is_not_retired_does_not_warn() -> None:
    script = Script(reply({"data": "text"}))
    with Client("tlk_test", transport=script) as client, warnings.catch_warnings():
        warnings.simplefilter("error")
        client.analyze("?", video=VIDEO, model_name="pegasus1.5")
