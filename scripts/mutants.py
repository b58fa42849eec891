"""Check that the fault tests can fail: `python -m scripts.mutants` breaks one thing at a time.

Each row of tests/faults/mutations.yaml names a fault, the protection against it, its test, and a
change of the source that removes the protection. The change is made in a copy of the tree, where
the test has to fail. If all of them do, tests/faults/ROWS.md is written from the rows.

`--check` only checks that every change matches the source, every test exists, and the page is up
to date. `--row N` tries one row and writes nothing.
"""

from __future__ import annotations

import argparse
import compileall
import os
import py_compile
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import attrs
import yaml

ROOT = Path(__file__).parents[1]
ROWS = 76
DATA = ROOT / "tests/faults/mutations.yaml"
PAGE = ROOT / "tests/faults/ROWS.md"
COPIED = ("facade", "generated", "scripts", "spec", "tests", "pyproject.toml")
COPIES = 2  # in which changes are tried at the same time
TIMEOUT_SEC = 240
_FAILED = 1  # pytest's exit code for "some tests failed"


@attrs.frozen
class Edit:
    """A piece of a file and its replacement."""

    file: str
    old: str
    new: str


@attrs.frozen
class Row:
    """A fault, and the test that proves the protection against it."""

    row: int
    fault: str
    ours: str
    test: str | None = None
    mutation: str = ""
    edits: list[Edit] = attrs.field(factory=list)

    @property
    def test_file(self) -> str:
        """The file of the test."""
        return (self.test or "").partition("::")[0]

    @property
    def test_name(self) -> str:
        """The function of the test, without its parameters."""
        return (self.test or "").rpartition("::")[2].partition("[")[0]


def read() -> tuple[list[Row], str]:
    """The rows, and the results of the soak."""
    data: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))
    rows = [
        Row(**{**row, "edits": [Edit(**edit) for edit in row.get("edits", [])]})
        for row in data["rows"]
    ]
    return rows, data["soak"]


def problems(rows: list[Row]) -> list[str]:
    """Rows that no longer match the source."""
    found = [] if [row.row for row in rows] == list(range(1, ROWS + 1)) else ["rows are missing"]
    for row in rows:
        if row.test is None:
            continue
        path = ROOT / row.test_file
        name = rf"^(async )?def {re.escape(row.test_name)}\("
        if not path.is_file() or not re.search(name, path.read_text("utf-8"), re.MULTILINE):
            found.append(f"row {row.row}: there is no test {row.test}")
        for edit in row.edits:
            count = (ROOT / edit.file).read_text("utf-8").count(edit.old)
            if count != 1:
                found.append(f"row {row.row}: {edit.file} holds {edit.old!r} {count} times")
    return found


def page(rows: list[Row], soak: str) -> str:
    """The table, as Markdown."""
    lines = [
        "# Faults, and how they are known to be harmless",
        "",
        "Written by `make mutants` from `mutations.yaml`. The test of each row was seen green on",
        "the source as it is, and red once the change in the last column was made to a copy of it.",
        "",
        "| # | fault | what is done about it | test | change that turns it red |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        test = f"`{row.test}`" if row.test else "open"
        lines.append(f"| {row.row} | {row.fault} | {row.ours} | {test} | {row.mutation or '-'} |")
    return "\n".join([*lines, "", "## Soak", "", soak.strip(), ""])


class Copy:
    """A copy of the tree for changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy(source, folder / name)
        for name in ("facade", "generated", "scripts"):  # a change is noticed by its content
            mode = py_compile.PycInvalidationMode.CHECKED_HASH
            compileall.compile_dir(folder / name, quiet=2, invalidation_mode=mode)

    def is_red(self, row: Row) -> bool:
        """Return whether the test of a row fails after its change."""
        before = {edit.file: (self.folder / edit.file).read_text("utf-8") for edit in row.edits}
        try:
            for edit in row.edits:
                path = self.folder / edit.file
                path.write_text(path.read_text("utf-8").replace(edit.old, edit.new), "utf-8")
            self._derive(row)
            return self.exit_code([row.test or ""], TIMEOUT_SEC) == _FAILED
        except subprocess.TimeoutExpired:
            return True  # it hangs where it should not
        finally:
            for name, text in before.items():
                (self.folder / name).write_text(text, "utf-8")
            self._derive(row)

    def exit_code(self, tests: list[str], timeout: float | None = None) -> int:
        """Run some tests and return the exit status of pytest.

        Raises TimeoutExpired, after it has ended all that the tests started.
        """
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": python_path(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(timeout)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise

    def _derive(self, row: Row) -> None:
        if any("/_async/" in edit.file for edit in row.edits):
            command = [sys.executable, "-m", "scripts.unasync"]
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True)


def python_path(folder: Path) -> str:
    """The path on which the packages of a tree come before the installed ones."""
    return os.pathsep.join(str(path) for path in (folder / "facade", folder / "generated", folder))


def try_all(rows: list[Row]) -> list[str]:
    """Rows whose tests do not fail with the change, or fail without it."""
    rows = [row for row in rows if row.test is not None]
    copies: SimpleQueue[Copy] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(COPIES) as threads:
        some = [Copy(Path(folder) / str(number)) for number in range(COPIES)]
        if some[0].exit_code(["-n", str(COPIES), *sorted({str(row.test) for row in rows})]) != 0:
            return ["a test fails on the source as it is"]
        for copy in some:
            copies.put(copy)

        def is_red(row: Row) -> bool:
            copy = copies.get()
            try:
                return copy.is_red(row)
            finally:
                copies.put(copy)

        found = []
        for row, red in zip(rows, threads.map(is_red, rows), strict=True):
            print(f"row {row.row:2} {'red' if red else 'NOT RED':8} {row.test}", flush=True)
            if not red:
                found.append(f"row {row.row}: {row.test} is not red")
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--row", type=int, action="append")
    options = parser.parse_args()
    rows, soak = read()
    found = problems(rows)
    if not found and options.check:
        current = PAGE.read_text("utf-8") if PAGE.exists() else ""
        found = [] if current == page(rows, soak) else ["ROWS.md is not up to date: make mutants"]
    elif not found:
        found = try_all([row for row in rows if not options.row or row.row in options.row])
        if not found and not options.row:
            PAGE.write_text(page(rows, soak), "utf-8")
    if found:
        sys.exit("mutants: " + "\nmutants: ".join(found))


if __name__ == "__main__":
    main()
