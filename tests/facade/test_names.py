"""The package is written in the words of its field: old names of its own do not come back.

`names.tsv` lists, for each module, a name that a stranger had to learn, and the one it has now.
"""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FACADE = ROOT / "facade"
TABLE = Path(__file__).with_name("names.tsv")
BANNED = {"Room", "Fate", "HOPELESS", "befallen", "glance", "sweep", "told", "gone"}
# In these senses; names of samples and folders of the examples are code, which is left out.
ODD = re.compile(r"\b(films?|pictures?|sounds?|look(s|ed|ing)? at)\b", re.IGNORECASE)
PUBLIC_MODULES = (
    *("dodeca", "dodeca.types", "dodeca.results", "dodeca.errors", "dodeca.media", "dodeca.plots"),
    *("dodeca.segmentation", "dodeca.embeddings", "dodeca.bulk", "dodeca.webhooks"),
    *("dodeca.report", "dodeca.langchain", "dodeca.ray", "dodeca.batch", "dodeca.emulator"),
)


def rows() -> list[tuple[str, str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            (row["module"], row["old"], row["new"])
            for row in csv.DictReader(file, dialect="excel-tab")
        ]


def path_of(module: str) -> Path | None:
    path = FACADE.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def names_of(path: Path) -> set[str]:
    """Every name in a module: of functions, classes, variables, attributes and arguments."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.arg():
                found.add(node.arg)
            case ast.Name():
                found.add(node.id)
            case ast.Attribute():
                found.add(node.attr)
            case ast.alias():
                found |= {node.name, node.asname or node.name}
            case ast.keyword() if node.arg:
                found.add(node.arg)
    return found


def test_the_table_has_rows_of_every_part() -> None:
    parts = {module.split(".")[1] for module, _, _ in rows() if "." in module}
    assert {"_async", "_base", "_calls", "_http", "bulk", "cli", "emulator", "embeddings"} <= parts
    assert len(rows()) > 300


@pytest.mark.parametrize("module", sorted({module for module, _, _ in rows()}))
def test_a_module_has_its_new_names_only(module: str) -> None:
    path = path_of(module)
    assert path is not None
    names = names_of(path)
    table = [(old, new) for name, old, new in rows() if name == module]
    assert not [old for old, _ in table if old in names]
    assert not [new for _, new in table if new not in names]


def test_words_of_the_old_dialect_stand_nowhere_as_names() -> None:
    for path in FACADE.rglob("*.py"):
        assert not names_of(path) & BANNED, path


def public_docstrings() -> Iterator[tuple[str, str]]:
    for name in PUBLIC_MODULES:
        module = importlib.import_module(name)
        yield name, inspect.getdoc(module) or ""
        for member_name in getattr(module, "__all__", None) or dir(module):
            member = getattr(module, member_name)
            if member_name.startswith("_") or "dodeca" not in str(
                getattr(member, "__module__", "")
            ):
                continue
            yield f"{name}.{member_name}", inspect.getdoc(member) or ""
            if inspect.isclass(member):
                for method_name, method in vars(member).items():
                    if not method_name.startswith("_"):
                        yield f"{name}.{member_name}.{method_name}", inspect.getdoc(method) or ""
    for path in sorted((FACADE / "dodeca" / "_async").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield f"{path.name}:{node.name}", ast.get_docstring(node) or ""


def prose(text: str) -> str:
    """Text without its code: examples, literals, blocks and links."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"^\s*(>>>|\.\.\.).*(\n(?!\s*\n).*)*", "", text, flags=re.MULTILINE)
    text = re.sub(r"`[^`]*`|\"[^\"\n]*\"|\]\([^)]*\)|^\s*:::.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\bpictures/", "", text)


def test_public_docstrings_say_video_image_and_audio() -> None:
    odd = {name: ODD.findall(prose(text)) for name, text in public_docstrings()}
    assert not {name: words for name, words in odd.items() if words}


@pytest.mark.parametrize(
    "page",
    sorted([*(FACADE / "docs").rglob("*.md"), ROOT / "README.md"]),
    ids=lambda page: page.name,
)
def test_pages_say_video_image_and_audio(page: Path) -> None:
    assert not [match[0] for match in ODD.finditer(prose(page.read_text(encoding="utf-8")))]


def test_what_is_protected_is_named_and_not_who_reported_it() -> None:
    """No file of code, tests or pages leads to a public report."""
    report = re.compile(
        r"github\.com/\S+/(issues|pull|discussions)/\d|\b(issue|PR) ?#\d|reported by @"
        r"|(stackoverflow|reddit|gitlab|gist\.github)\.com",
        re.IGNORECASE,
    )
    folders = [ROOT / name for name in ("facade", "scripts", "tests", "spec")]
    files = [
        path
        for folder in folders
        for path in folder.rglob("*.[pmyt][yd]*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    assert len(files) > 300
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files
        if path != Path(__file__)
        and (match := report.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []
