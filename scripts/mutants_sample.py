"""A sampled mutation run: `make mutants-sample N=60 SEED=1`.

Changes of facade/dodeca are drawn at random (see `scripts.mutations`), each is made in a copy of
the tree, and the tests that run the changed lines are run there. A change is killed if one of
them fails or hangs that passes without any change, has survived if they pass, and is undecided if
no test runs anything of the file. Drawing ends when N changes are decided.

Which test runs which lines is recorded once, in build/lines.sqlite (data of coverage.py) and
build/tests.json; only tests that pass count. `--record` does it anew.
Changes in `_async` are made in its twin, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
from coverage import CoverageData

from scripts.forked_pytest import ForkedPytest
from scripts.mutants import COPIES, ROOT, Copy, python_path
from scripts.mutations import Mutation, Place, mutations
from scripts.unasync import TREES

PACKAGE = ROOT / "facade"
LINES = ROOT / "build/lines.sqlite"
SECONDS = ROOT / "build/tests.json"
RECORDED = (
    *(f"tests/{name}" for name in ("_async", "bulk", "cli", "emulator", "facade", "faults")),
    *("tests/media", "tests/recipes", "tests/report", "tests/stored"),
)
ELSEWHERE = (
    *("bulk/test_scale", "bulk/test_shared_limit", "emulator/test_schemathesis"),
    *("recipes/test_spark", "report/test_browser"),
)
"""Tests of other programs, of seconds, and of answers to random requests."""
SLOW = (
    *("bulk/test_crash_points", "bulk/test_damage", "bulk/test_kills", "emulator/test_conformance"),
    *("faults/test_bad_inputs", "faults/test_each_fault", "faults/test_malformed"),
    *("faults/test_random_faults_async", "faults/test_random_faults_sync"),
)
"""Tests that run nearly everything: they are run where no others run the changed lines."""
TABLES = ("tests/facade/test_signatures.py", "tests/cli/test_options.py")
"""Tests that compare defaults and options without a call: for changes outside of functions."""
MOST_SPECIFIC = 60
"""How many of the tests that run the fewest lines are run for a change, at most..."""
MORE_OF_EACH_FILE = 2
"""... and how many more of each file of tests."""
FIRST = 8
"""How many of them are run before the files of all others are loaded."""
_MOST_LINES = 10**6
_NOT_FOUND = 4  # pytest's exit code where a test does not exist, or a conftest.py cannot be loaded


@attrs.frozen
class Recorded:
    """A test that passes, how long it takes, and how many lines of the package it runs."""

    test: str
    seconds: float
    lines: int

    @property
    def file(self) -> str:
        """The file of the test."""
        return self.test.partition("::")[0]

    @property
    def is_slow(self) -> bool:
        """Whether it is one of `SLOW`."""
        return self.file.removeprefix("tests/").removesuffix(".py") in SLOW


class Record:
    """Which tests run which lines."""

    def __init__(self, lines: Path, seconds: Mapping[str, float]) -> None:
        self._data = CoverageData(str(lines))
        self._data.read()
        self._tests: dict[Path, dict[int, list[str]]] = {}
        counts: Counter[str] = Counter()
        for name in self._data.measured_files():
            tests = self._data.contexts_by_lineno(name)
            self._tests[Path(name).relative_to(ROOT)] = tests
            counts.update(test for line in tests.values() for test in line)
        self.tests = {
            test: Recorded(test, took, counts[test])
            for test, took in seconds.items()
            if (ROOT / test.partition("::")[0]).is_file()
        }

    def running(self, path: Path, lines: Container[int]) -> set[Recorded]:
        """The tests that run any of these lines of a file."""
        by_line = self._tests.get(path, {})
        names = {test for line, tests in by_line.items() if line in lines for test in tests}
        return {self.tests[name] for name in names & self.tests.keys()}

    def some_running(self, path: Path) -> list[Recorded]:
        """The most specific tests that run anything of a file, for what is run by importing it."""
        return _sorted(self.running(path, range(_MOST_LINES)))[:MOST_SPECIFIC]

    def naming(self, place: Place) -> list[Recorded]:
        """The tests in files that name the value at a place, or its class."""
        names = [name for name in (place.name, place.qualname.rpartition(".")[2]) if name]
        if not names:
            return []
        named = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
        files = {test.file for test in self.tests.values()}
        found = {name for name in files if named.search((ROOT / name).read_text("utf-8"))}
        quick = [test for test in self.tests.values() if test.file in found and not test.is_slow]
        return _sorted(quick)[:MOST_SPECIFIC]


@attrs.frozen
class Drawn:
    """A change of a file of the package."""

    path: Path
    mutation: Mutation
    twin: tuple[Path, Mutation] | None = None
    """The same change of the derived file."""

    def __str__(self) -> str:
        source = (ROOT / self.path).read_text("utf-8")
        text = self.mutation.describe(source)
        return f"{self.path}:{self.mutation.line} {self.mutation.place.qualname}: {text[:200]}"

    @property
    def both(self) -> list[tuple[Path, Mutation]]:
        """The change and that of the twin, if there is one."""
        return [(self.path, self.mutation), *([self.twin] if self.twin else [])]

    def texts(self) -> dict[Path, str]:
        """The changed file and, where it has a twin, the changed twin."""
        return {path: made.apply((ROOT / path).read_text("utf-8")) for path, made in self.both}

    def tests(self, record: Record) -> list[Recorded]:
        """The tests that run what is changed: the most specific ones, and some of each file.

        How many they are depends on no time, so that a busy machine makes no difference.
        """
        running: set[Recorded] = set()
        around: set[Recorded] = set()
        for path, mutation in self.both:
            source = (ROOT / path).read_text("utf-8")
            running |= record.running(path, mutation.lines(source))
            around |= record.running(path, mutation.place.around)
        first = _sorted(one for one in running if not one.is_slow) or _sorted(running)
        others = first[MOST_SPECIFIC:]
        if not self.mutation.place.is_in_function or not first:
            others += _sorted(one for one in around - running if not one.is_slow)
        chosen = first[:MOST_SPECIFIC]
        more: Counter[str] = Counter()
        for one in others:
            more[one.file] += 1
            if more[one.file] <= MORE_OF_EACH_FILE:
                chosen.append(one)
        if self.mutation.place.is_in_function:
            return chosen or record.some_running(self.path)
        # Of a value, tests may know no more than its name, or what it becomes in a signature.
        tables = [test for test in record.tests.values() if test.file in TABLES]
        naming = record.naming(self.mutation.place)
        return list(dict.fromkeys([*chosen, *naming, *tables])) or record.some_running(self.path)


def draw(paths: Sequence[Path], seed: int) -> Iterator[Drawn]:
    """All changes of these files and folders, in random order."""
    files = sorted(
        {file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])}
    )
    derived = {twin for path in files if (twin := _twin(path.relative_to(ROOT)))}
    found = [
        one
        for path in files
        if path.relative_to(ROOT) not in derived
        for one in changes(path.relative_to(ROOT))
    ]
    random.Random(seed).shuffle(found)
    return iter(found)


def changes(path: Path) -> list[Drawn]:
    """All changes of a file."""
    made = mutations((ROOT / path).read_text("utf-8"))
    if (twin := _twin(path)) is None:
        return [Drawn(path, mutation) for mutation in made]
    theirs = mutations((ROOT / twin).read_text("utf-8"))  # the same ones, in the same order
    return [Drawn(path, one, (twin, other)) for one, other in zip(made, theirs, strict=True)]


class Judge:
    """Tries changes in a copy of the tree."""

    def __init__(self, folder: Path, record: Record) -> None:
        self._copy = Copy(folder)
        env = {**os.environ, "PYTHONPATH": python_path(folder)}
        self._pytest = ForkedPytest(folder, env)
        self._record = record

    def verdict(self, drawn: Drawn) -> tuple[str, list[Recorded]]:
        """`killed`, `survived` or `undecided`, and the tests that failed.

        The first tests most often decide it, so that the files of the others are not loaded.
        """
        tests = self._tests(drawn)
        for part in (tests[:FIRST], tests[FIRST:]):
            if part and (failed := self._failed(part, drawn.texts())):
                return "killed", failed
        return "survived" if tests else "undecided", []

    def failing(self, tests: Iterable[Recorded]) -> set[Recorded]:
        """Those of the tests that fail without a change: they prove nothing."""
        left, found = set(tests), set[Recorded]()
        while left and (failed := self._failed(_sorted(left), {})):
            found.update(failed)
            left.difference_update(failed)
        return found

    def close(self) -> None:
        """End its process."""
        self._pytest.close()

    def _tests(self, drawn: Drawn) -> list[Recorded]:
        return drawn.tests(self._record)

    def _failed(self, tests: list[Recorded], changed: Mapping[Path, str]) -> list[Recorded]:
        """The tests that fail with a change: the first one, or all where that is not known."""
        names, log = (self._copy.folder / name for name in ("tests.txt", "log.txt"))
        names.write_text("\n".join(one.test for one in tests), "utf-8")
        timeout = 120 + 10 * sum(one.seconds for one in tests)
        quick = ["-q", "-x", "-p", "no:cacheprovider"]
        try:
            for path, text in changed.items():
                (self._copy.folder / path).write_text(text, "utf-8")
            code = self._pytest.exit_code([*quick, f"@{names}"], log, timeout)
            if code == _NOT_FOUND:  # the values of a parametrized test have changed
                files = sorted({one.file for one in tests})
                code = self._pytest.exit_code([*quick, *files], log, timeout)
        finally:
            for path in changed:
                (self._copy.folder / path).write_text((ROOT / path).read_text("utf-8"), "utf-8")
        if code is None:
            return tests  # they do not end
        if code == 0:
            return []
        said = log.read_text("utf-8", "replace")
        return [one for one in tests if f"FAILED {one.test}" in said] or tests


def record() -> None:
    """Run the tests and write down which lines each runs."""
    LINES.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", str(COPIES), "-p",
             "scripts.line_recorder", *RECORDED,
             *(f"--ignore=tests/{name}.py" for name in ELSEWHERE)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": python_path(ROOT), "DODECA_RECORD": folder},
            check=False,
        )  # fmt: skip
        LINES.unlink(missing_ok=True)
        both = CoverageData(str(LINES))
        seconds: dict[str, float] = {}
        for path in Path(folder).glob("*.json"):
            seconds.update(json.loads(path.read_text("utf-8")))
            part = CoverageData(str(path.with_suffix(".lines")))
            part.read()
            both.update(part)
    SECONDS.write_text(json.dumps(seconds), "utf-8")


def read_record() -> Record:
    """What was recorded."""
    return Record(LINES, json.loads(SECONDS.read_text("utf-8")))


def run(number: int, seed: int, paths: Sequence[Path]) -> dict[str, list[str]]:
    """Decide so many changes; returns what was drawn, by verdict."""
    record, drawn = read_record(), draw(paths, seed)
    found: dict[str, list[str]] = defaultdict(list)
    results: list[tuple[Drawn, str, list[Recorded]]] = []

    def work(judge: Judge) -> None:
        while sum(verdict != "undecided" for _, verdict, _ in results) < number:
            if (one := next(drawn, None)) is None:
                return
            verdict, failed = judge.verdict(one)
            results.append((one, verdict, failed))
            print(f"{verdict:9} {one}", *(f"[{failed[0].test}]" for _ in failed[:1]), flush=True)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(COPIES) as threads:
        judges = [Judge(Path(folder) / str(copy), record) for copy in range(COPIES)]
        list(threads.map(work, judges))
        failing = judges[0].failing(test for _, _, failed in results for test in failed)
        for judge in judges:
            judge.close()
    for one, verdict, failed in results:
        proves_nothing = bool(failed) and failing.issuperset(failed)
        found["undecided" if proves_nothing else verdict].append(str(one))
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=60, help="changes to decide (%(default)s)")
    parser.add_argument("--seed", type=int, help="default: a random one, which is printed")
    parser.add_argument("--record", action="store_true", help="record the lines of tests anew")
    parser.add_argument("paths", nargs="*", type=Path, default=[PACKAGE / "dodeca"])
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    if options.record or not SECONDS.exists():
        record()
    found = run(options.n, seed, [path.resolve() for path in options.paths])
    results = SECONDS.with_name(f"mutants-{seed}.json")
    results.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(
        f"seed {seed}:",
        ", ".join(f"{len(found[name])} {name}" for name in ("killed", "survived", "undecided")),
    )


def _sorted(tests: Iterable[Recorded]) -> list[Recorded]:
    """The most specific ones first."""
    return sorted(tests, key=lambda one: (one.lines, one.seconds, one.test))


def _twin(path: Path) -> Path | None:
    for tree, twin in TREES.items():
        if path.is_relative_to(tree):
            return twin / path.relative_to(tree)
    return None


if __name__ == "__main__":
    main()
