"""Whether the contract of floors refuses an upward import, on every floor."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.depth import DEEP

ROOT = Path(__file__).parents[2]
LINT_EACH = """
import contextlib, io, sys
from pathlib import Path
from importlinter.cli import lint_imports

def is_kept():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = lint_imports(cache_dir="cache")
    assert "BROKEN" in printed.getvalue() or code == 0, printed.getvalue()
    return code == 0

print(is_kept())
for line in sys.stdin:
    path, name = line.split()
    source = Path(path).read_text("utf-8")
    Path(path).write_text(f"{source}\\nfrom dodeca import {name}\\n", "utf-8")
    print(is_kept())
    Path(path).write_text(source, "utf-8")
"""


def floors() -> list[list[str]]:
    """The modules of each floor of the contract, from the top."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contract = next(one for one in config["contracts"] if one["type"] == "layers")
    assert contract["exhaustive"]
    assert contract["containers"] == ["dodeca"]
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, with the configuration of the linter."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("facade", "generated"):
        ignored = shutil.ignore_patterns("__pycache__", "docs")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def source_of(folder: Path, module: str) -> Path:
    package = folder / "facade/dodeca" / module
    return package / "__init__.py" if package.is_dir() else package.with_suffix(".py")


def test_an_upward_import_is_refused_on_every_floor(copy: Path) -> None:
    """From one module of each floor to the floor above; `make test-deep` tries every module."""
    upward = [
        (module, above[0])
        for above, floor in zip(floors(), floors()[1:], strict=False)
        for module in (floor if DEEP else floor[:1])
    ]
    lines = [f"{source_of(copy, module)} {above}" for module, above in upward]
    paths = [str(copy / name) for name in ("facade", "generated")]
    done = subprocess.run(
        [sys.executable, "-c", LINT_EACH],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    as_it_is, *each = done.stdout.split()
    assert as_it_is == "True"
    assert len(each) == len(upward) >= len(floors()) - 1
    assert [up for up, kept in zip(upward, each, strict=True) if kept == "True"] == []
