"""The documentation: every public name has it, its examples run, its pages build."""

import doctest
import importlib
import inspect
import itertools
import operator
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import twelvelabs

import dodeca
from dodeca import Client, Media
from dodeca.emulator import Emulator, samples
from scripts import coverage_table
from tests import notebook, pages
from tests.pages import PAGES, ROOT
from tests.seams import on_clock

# Where people import from.
HOMES = [
    *("dodeca", "dodeca.types", "dodeca.embeddings", "dodeca.errors", "dodeca.langchain"),
    *("dodeca.browse", "dodeca.mcp"),
    *("dodeca.media", "dodeca.plots", "dodeca.report", "dodeca.results", "dodeca.segmentation"),
    "dodeca.webhooks",
]
# Their examples are on pages of their own, or the same text in other words.
WITHOUT_EXAMPLES = ("_async", "bulk", "cli", "emulator", "ray")
PROGRAMS = [page for page in pages.PROGRAMS if page != pages.README]  # tests/test_package.py has it
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [dodeca, *map(importlib.import_module, module_names(dodeca))]
    return [test for module in modules for test in finder.find(module) if test.examples]


def module_names(package: ModuleType) -> Iterator[str]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.name.split(".")[1] not in WITHOUT_EXAMPLES:
            yield module.name
            if module.ispkg:
                yield from module_names(importlib.import_module(module.name))


@pytest.fixture(scope="module")
def names(sample_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the examples take for granted: a client, three files, an index with a film in it."""
    folder = shutil.copytree(sample_files, tmp_path_factory.mktemp("media") / "samples")
    before = Path.cwd()
    os.chdir(folder)
    with on_clock(Client.emulated(media=folder)) as client:  # its tasks are ready at once
        index = client.indexes.create(
            "films", {"marengo3.0": ["visual", "audio"], "pegasus1.2": ["visual", "audio"]}
        )
        task = client.tasks.create(index.id, "colours.mp4").wait()
        asset = client.assets.upload("colours.mp4").wait()
        video = client.indexes.videos.retrieve(index.id, task.video_id or "")
        requests = [{"video": Media.asset(asset.id), "custom_id": "film"}]
        job = client.analyze.batches.create(requests, defaults={"prompt": "What happens in it?"})
        yield {
            **{"Client": Client, "client": client, "index": index},
            **{"task": task, "asset": asset, "video": video, "batch": job.wait(), "Media": Media},
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
    """Every public function and class that people reach, by the path where it is defined."""
    found: dict[str, Any] = {}
    for name in HOMES:
        module = importlib.import_module(name)
        own = [word for word, value in vars(module).items() if is_from(name, value)]
        for word in getattr(module, "__all__", own):
            value = getattr(module, word)
            path = home(f"{name}.{word}")
            if word.startswith(("_", "Async")):
                continue
            if inspect.isclass(value):
                found[path] = value
                found |= {f"{path}.{inner}": member for inner, member in members(value)}
            elif inspect.isfunction(value):
                found[path] = value
    return {name: value for name, value in found.items() if not name.startswith(INSIDE)}


def is_from(module: str, value: Any) -> bool:
    return getattr(value, "__module__", None) == module


# For other parts of the package only.
INSIDE = (
    *("dodeca._calls.upload_plan.Progress.complete", "dodeca.embeddings.labels."),
    *("dodeca.embeddings.values.", "dodeca.plots.Picture"),
    *("dodeca.results._build.", "dodeca.results._search_page."),
)


def home(path: str) -> str:
    """The path where a name is defined, which may be public at another one."""
    module, name, *rest = split(path)
    value = getattr(importlib.import_module(module), name, None)
    return ".".join([getattr(value, "__module__", module), name, *rest])


def split(path: str) -> list[str]:
    """A path as its module, a name in it, and the names below that."""
    parts = path.split(".")
    modules = [".".join(parts[:length]) for length in range(1, len(parts))]
    known = [name for name in modules if name in sys.modules]
    return [known[-1], *parts[known[-1].count(".") + 1 :]]


def members(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """The methods of a class and of the classes of this package that it inherits from."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("dodeca.")]
    own = [vars(base) for base in reversed(bases)]
    for name, value in itertools.chain.from_iterable(base.items() for base in own):
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        plain = getattr(plain, "fget", None) or getattr(plain, "func", None) or plain
        is_added = str(getattr(plain, "__module__", "")).startswith("pydantic")  # to its models
        if (
            inspect.isfunction(plain)
            and not is_added
            and (not name.startswith("_") or name == "__call__")
        ):
            yield name, plain


@pytest.mark.parametrize(("name", "value"), public().items(), ids=public())
def test_a_public_name_is_documented(name: str, value: Any) -> None:
    assert inspect.getdoc(value), f"{name} has no docstring"
    if inspect.isfunction(value) and name.split(".")[1] not in WITHOUT_EXAMPLES:
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


@pytest.mark.parametrize("page", PROGRAMS, ids=lambda page: page.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_code_of_a_page_runs_in_an_empty_folder_and_prints_what_it_says(
    page: Path,
    sample_files: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def copies(folder: str) -> None:
        shutil.copytree(sample_files, folder, dirs_exist_ok=True)

    monkeypatch.setattr(samples, "write_all", copies)  # the same files, without encoding them anew
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(pages.program(page), str(page), "exec"), names)
    assert not pages.differences(page, capsys.readouterr().out)
    for value in names.values():
        if isinstance(value, Client | Emulator):
            value.close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_code_of_the_notebook_runs_in_an_empty_folder_and_prints_what_it_shows(
    sample_files: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def copies(folder: str) -> None:
        shutil.copytree(sample_files, folder)

    monkeypatch.setattr(samples, "write_all", copies)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in notebook.code_cells(notebook.read()):
        exec(compile(cell.source, "a cell", "exec"), names)
        printed = [o["text"] for o in cell.outputs if o.output_type == "stream"]
        assert capsys.readouterr().out == "".join(printed)
    names["client"].close()


LINK = re.compile(r"(?<!`)\[[^]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("C*.md")], ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "#")):
            assert (page.parent / target.partition("#")[0]).exists(), target


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
    found = list(built.glob("**/*.html"))
    assert len(found) >= len(PAGES)
    loaded = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=.?(?:https?:)?//")
    for page in found:
        assert not loaded.search(page.read_text()), page.name
        assert "&gt;&gt;&gt; " not in re.sub(
            r"<pre.*?</pre>", "", page.read_text(), flags=re.DOTALL
        )


def test_llms_txt_lists_every_page_of_the_site(built: Path) -> None:
    listed = LINK.findall((built / "llms.txt").read_text(encoding="utf-8"))
    built_pages = {str(page.relative_to(built)) for page in built.glob("**/*.html")}
    assert sorted(listed) == sorted(built_pages - {"404.html"})


def test_pages_name_public_paths_only(built: Path) -> None:
    for page in built.glob("**/*.html"):
        assert not re.findall(r"dodeca[\w.]*\._[a-z]\w*", page.read_text()), page.name


def test_everything_public_is_on_a_page(built: Path) -> None:
    text = "".join(page.read_text() for page in built.glob("api/*.html"))
    shown = {home(path) for path in re.findall(r'id="(dodeca[^"]*)"', text)}
    missing = {path for path in public().keys() - shown if not shown & set(inherited(path))}
    assert missing == set()


def inherited(path: str) -> Iterator[str]:
    """Where the classes from which a class has a member define it."""
    module, name, *rest = split(path)
    for base in inspect.getmro(getattr(importlib.import_module(module), name)) if rest else ():
        yield ".".join([base.__module__, base.__qualname__, *rest])


def test_both_sides_of_the_table_of_migration_exist() -> None:
    rows = (ROOT / "facade/docs/migrating.md").read_text().split("|---|---|\n")[1].split("\n\n")[0]
    ours, theirs = Client("key"), twelvelabs.TwelveLabs(api_key="key")
    seen = 0
    for row in rows.splitlines():
        before, after = row.strip("|").split(" | ")
        for client, cell in ((theirs, before), (ours, after)):
            for path in re.findall(r"`client\.([a-z_0-9.]*[a-z0-9])", cell):
                seen += callable(operator.attrgetter(path)(client)) or path == "multipart_upload"
    assert seen >= 25
    ours.close()
