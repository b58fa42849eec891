"""The documentation: every public name has it, its examples run, its pages build."""

import doctest
import importlib
import inspect
import operator
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import twelvelabs

from dodeca import Client
from dodeca.emulator import samples
from scripts import coverage_table
from tests.seams import on_clock

ROOT = Path(__file__).resolve().parent.parent
# What people import or reach from a client; `_async` is the same text in other words.
MODULES = [
    "dodeca",
    "dodeca.embeddings.labels",
    "dodeca.embeddings.matches",
    "dodeca.batch",
    "dodeca.embeddings",
    "dodeca.errors",
    "dodeca.langchain",
    "dodeca.media",
    "dodeca.plots",
    "dodeca.report",
    "dodeca.results.embedding",
    "dodeca.results.library",
    "dodeca.results.search",
    "dodeca.results.text",
    "dodeca.segmentation",
    "dodeca.webhooks",
    *(
        f"dodeca._sync.{module.name}"
        for module in pkgutil.iter_modules(importlib.import_module("dodeca._sync").__path__)
    ),
]
PAGES = sorted(ROOT.glob("facade/docs/**/*.md"))
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    return [test for test in found if test.examples]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the examples take for granted: a client, three files, an index with a film in it."""
    folder = tmp_path_factory.mktemp("media")
    samples.write_all(folder)
    before = Path.cwd()
    os.chdir(folder)
    with on_clock(Client.emulated(media=folder)) as client:  # its tasks are ready at once
        index = client.indexes.create(
            "films", {"marengo3.0": ["visual", "audio"], "pegasus1.2": ["visual", "audio"]}
        )
        task = client.tasks.create(index.id, "colours.mp4").wait()
        asset = client.assets.upload("colours.mp4").wait()
        video = client.indexes.videos.retrieve(index.id, task.video_id or "")
        yield {
            **{"Client": Client, "client": client, "index": index},
            **{"task": task, "asset": asset, "video": video},
        }
    os.chdir(before)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_an_example(example: doctest.DocTest, names: dict[str, Any]) -> None:
    told: list[str] = []
    draft = names["client"].indexes.create(f"draft {example.name}", {"marengo3.0": ["visual"]})
    example.globs = {**names, "draft": draft}
    doctest.DocTestRunner(optionflags=FLAGS).run(example, out=told.append)
    assert not told, "".join(told)


def public() -> dict[str, Any]:
    """Every public function and class that people reach, by its full name."""
    found: dict[str, Any] = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for word, value in vars(module).items():
            if word.startswith("_") or getattr(value, "__module__", None) != name:
                continue
            if inspect.isclass(value):
                found[f"{name}.{word}"] = value
                found |= {f"{name}.{word}.{own}": member for own, member in members(value)}
            elif inspect.isfunction(value):
                found[f"{name}.{word}"] = value
    return {name: value for name, value in found.items() if not name.startswith(INSIDE)}


# Behind what people call: how requests travel, how lists and jobs are put together.
INSIDE = (
    *(
        f"dodeca._sync.{word}."
        for word in ("batch", "line", "pool", "service", "storage", "through", "transport")
    ),
    *("dodeca._sync.job.Board", "dodeca._sync.job.JobState", "dodeca._sync.job.board"),
    *(
        "dodeca._sync.job.wait_all",
        "dodeca._sync.pages.listed",
        "dodeca._sync.resources.embed.embedded",
        "dodeca._sync.resources.embed_tasks.as_embeddings",
    ),
    *("dodeca._sync.job.may_pass", "dodeca._sync.job.check_timeout"),
    "dodeca.embeddings.labels.",
    "dodeca.embeddings.Embeddings.from_columns",
)


def members(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    for name, value in vars(cls).items():
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        plain = getattr(plain, "fget", None) or getattr(plain, "func", None) or plain
        if inspect.isfunction(plain) and (not name.startswith("_") or name == "__call__"):
            yield name, plain


@pytest.mark.parametrize(("name", "value"), public().items(), ids=public())
def test_a_public_name_is_documented(name: str, value: Any) -> None:
    assert inspect.getdoc(value), f"{name} has no docstring"
    if inspect.isfunction(value):
        lines = re.findall(r"^ *(?:>>>|\.\.\.) .*", value.__doc__ or "", re.MULTILINE)
        assert 1 <= len(lines) <= 5, f"{name} has {len(lines)} lines of examples"


@pytest.mark.parametrize(
    "module", ["dodeca", "bulk", "embeddings", "emulator", "report", "results"]
)
def test_what_a_module_exports_is_documented(module: str) -> None:
    home = importlib.import_module("dodeca" if module == "dodeca" else f"dodeca.{module}")
    assert home.__doc__
    for name in home.__all__:
        value = getattr(home, name)
        if callable(value) or inspect.ismodule(value):
            assert inspect.getdoc(value), f"{home.__name__}.{name} has no docstring"


def test_every_method_of_the_client_is_looked_at() -> None:
    looked_at = {value for value in public().values() if inspect.isfunction(value)}
    assert {method.function for method in coverage_table.methods(Client)} <= looked_at


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_code_of_a_page_runs(page: Path, names: dict[str, Any]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    shared = dict(names)
    for block in blocks:
        exec(compile(block, str(page), "exec"), shared)
    for name in set(shared) - set(names):
        close = getattr(shared[name], "close", None)
        if close is not None and not inspect.isclass(shared[name]):
            close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    build = ("mkdocs", "build", "--quiet", "--strict", "-f", "facade/mkdocs.yml", "-d", str(folder))
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *build], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_the_pages_build_without_a_warning_and_load_nothing_from_elsewhere(built: Path) -> None:
    pages = list(built.glob("**/*.html"))
    assert len(pages) > len(PAGES)
    loaded = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=.?(?:https?:)?//")
    for page in pages:
        assert not loaded.search(page.read_text()), page.name
        assert "&gt;&gt;&gt; " not in re.sub(
            r"<pre.*?</pre>", "", page.read_text(), flags=re.DOTALL
        )


def test_everything_public_is_on_a_page(built: Path) -> None:
    text = "".join(page.read_text() for page in built.glob("api/*.html"))
    anchors = set(re.findall(r'id="(dodeca[^"]*)"', text))
    missing = {name for name, value in public().items() if name not in anchors}
    assert {name for name in missing if not name.startswith(UNLISTED)} == set()


# Shown where they are used from, or explained in words.
UNLISTED = (
    "dodeca.media.",
    "dodeca._sync.client.BASE_URL",
    "dodeca.embeddings.Embeddings.from_columns",
)


def test_both_sides_of_the_moving_table_exist() -> None:
    rows = (ROOT / "facade/docs/moving.md").read_text().split("|---|---|\n")[1].split("\n\n")[0]
    ours, theirs = Client("key"), twelvelabs.TwelveLabs(api_key="key")
    seen = 0
    for row in rows.splitlines():
        before, after = row.strip("|").split(" | ")
        for client, cell in ((theirs, before), (ours, after)):
            for path in re.findall(r"`client\.([a-z_0-9.]*[a-z0-9])", cell):
                seen += callable(operator.attrgetter(path)(client)) or path == "multipart_upload"
    assert seen >= 25
    ours.close()
