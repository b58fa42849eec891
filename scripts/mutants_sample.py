"""A sampled mutation run: `make mutants-sample N=60 SEED=1`.

Changes of facade/dodeca are drawn at random (see `scripts.mutations`), each is made in a copy of
the tree, and the tests that call the changed function are run there. A change is killed if one of
them fails or hangs that passes without the change, has survived if they pass, and is undecided if
no test calls the function. Drawing ends when N changes are decided.

Which test calls which function is recorded once, in build/functions.json, together with how long
it takes; only tests that pass count. `--record` does it anew.
Changes in `_async` are made in its twin, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs

from scripts.mutants import COPIES, ROOT, Copy, python_path
from scripts.mutations import Mutation, mutations
from scripts.unasync import TREES, derive

PACKAGE = ROOT / "facade"
RECORD = ROOT / "build/functions.json"
RECORDED = (
    *(f"tests/{name}" for name in ("_async", "bulk", "cli", "emulator", "facade", "faults")),
    *("tests/report", "tests/stored"),
)
SLOW = (
    *("bulk/test_crash_points", "bulk/test_damage", "bulk/test_kills", "bulk/test_ray"),
    *("bulk/test_ray_start", "bulk/test_scale", "bulk/test_shared_limit"),
    *("emulator/test_conformance", "emulator/test_schemathesis", "report/test_browser"),
    *("faults/test_bad_inputs", "faults/test_each_fault", "faults/test_malformed"),
    *("faults/test_random_faults_async", "faults/test_random_faults_sync"),
)
"""Tests that call nearly everything, take long, or run elsewhere."""
TABLES = ("tests/facade/test_signatures.py", "tests/cli/test_options.py")
"""Tests that compare defaults and options without a call: they are run for every change."""
MOST_SPECIFIC = 60
"""How many of the tests that call the fewest functions are run for a change, at most..."""
MORE_OF_EACH_FILE = 2
"""... and how many more of each file of tests."""
_NOT_FOUND = 4  # pytest's exit code where a test does not exist, or a conftest.py cannot be loaded


@attrs.frozen
class Recorded:
    """Which functions a test calls, and how long it takes."""

    test: str
    seconds: float
    functions: frozenset[str]

    @property
    def file(self) -> str:
        """The file of the test."""
        return self.test.partition("::")[0]


@attrs.frozen
class Drawn:
    """A change of a file of the package."""

    path: Path
    mutation: Mutation

    def __str__(self) -> str:
        source = (ROOT / self.path).read_text("utf-8")
        text = self.mutation.describe(source)
        return f"{self.path}:{self.mutation.line} {self.mutation.function}: {text[:200]}"

    def texts(self) -> dict[Path, str]:
        """The changed file and, where it has a twin, the twin of the changed file."""
        changed = self.mutation.apply((ROOT / self.path).read_text("utf-8"))
        texts = {self.path: changed}
        if twin := _twin(self.path):
            texts[twin] = derive(changed, self.path, set())
        return texts

    def tests(self, recorded: Sequence[Recorded]) -> list[Recorded]:
        """The tests that call the changed function: the most specific ones, and some of each file.

        How many they are depends on no time, so that a busy machine makes no difference.
        """
        names = {_name(self.path, self.mutation.function)}
        if twin := _twin(self.path):
            function = derive(self.mutation.function, self.path, set()).rpartition("\n")[2]
            names.add(_name(twin, function))
        calling = [one for one in recorded if any(_calls(one, name) for name in names)]
        calling.sort(key=lambda one: (len(one.functions), one.seconds))
        chosen = calling[:MOST_SPECIFIC]
        more: Counter[str] = Counter()
        for one in calling[MOST_SPECIFIC:]:
            more[one.file] += 1
            if more[one.file] <= MORE_OF_EACH_FILE:
                chosen.append(one)
        tables = [one for one in recorded if one.file in TABLES and one not in chosen]
        return chosen + tables


def draw(paths: Sequence[Path], seed: int) -> Iterator[Drawn]:
    """All changes of these files and folders, in random order."""
    files = sorted(
        {file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])}
    )
    derived = {twin for path in files if (twin := _twin(path.relative_to(ROOT)))}
    found = [
        Drawn(path.relative_to(ROOT), mutation)
        for path in files
        if path.relative_to(ROOT) not in derived
        for mutation in mutations(path.read_text("utf-8"))
    ]
    random.Random(seed).shuffle(found)
    return iter(found)


class Judge:
    """Tries changes in a copy of the tree."""

    def __init__(self, folder: Path, recorded: Sequence[Recorded]) -> None:
        self._copy = Copy(folder)
        self._recorded = recorded

    def verdict(self, drawn: Drawn) -> str:
        """`killed`, `survived` or `undecided`."""
        tests = drawn.tests(self._recorded)
        while tests:
            failed = self._failed(tests, drawn.texts())
            if not failed:
                return "survived"
            without = self._failed(failed, {})
            if not without:
                return "killed"
            tests = [one for one in tests if one not in without]  # these prove nothing
        return "undecided"

    def _failed(self, tests: list[Recorded], changed: Mapping[Path, str]) -> list[Recorded]:
        """The tests that fail with a change: the first one, or all where that is not known."""
        names, log = (self._copy.folder / name for name in ("tests.txt", "log.txt"))
        names.write_text("\n".join(one.test for one in tests), "utf-8")
        timeout = 120 + 10 * sum(one.seconds for one in tests)
        try:
            for path, text in changed.items():
                (self._copy.folder / path).write_text(text, "utf-8")
            code = self._copy.exit_code([f"@{names}"], timeout, log)
            if code == _NOT_FOUND:  # the values of a parametrized test have changed
                code = self._copy.exit_code(sorted({one.file for one in tests}), timeout, log)
        except subprocess.TimeoutExpired:
            return tests  # they do not end
        finally:
            for path in changed:
                (self._copy.folder / path).write_text((ROOT / path).read_text("utf-8"), "utf-8")
        if code == 0:
            return []
        said = log.read_text("utf-8", "replace")
        return [one for one in tests if f"FAILED {one.test}" in said] or tests


def record() -> None:
    """Run the tests and write down which functions each calls."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", str(COPIES), "-p",
             "scripts.function_recorder", *RECORDED,
             *(f"--ignore=tests/{name}.py" for name in SLOW)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": python_path(ROOT), "DODECA_RECORD": folder},
            check=False,
        )  # fmt: skip
        found = {}
        for path in Path(folder).iterdir():
            found.update(json.loads(path.read_text("utf-8")))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(found), "utf-8")


def read_record() -> list[Recorded]:
    """What was recorded."""
    found = json.loads(RECORD.read_text("utf-8"))
    return [
        Recorded(test, seconds, frozenset(functions))
        for test, (seconds, functions) in sorted(found.items())
        if (ROOT / test.partition("::")[0]).is_file()
    ]


def run(number: int, seed: int, paths: Sequence[Path]) -> dict[str, list[str]]:
    """Decide so many changes; returns what was drawn, by verdict."""
    recorded, drawn = read_record(), draw(paths, seed)
    by_verdict: dict[str, list[str]] = defaultdict(list)
    counts: Counter[str] = Counter()

    def work(judge: Judge) -> None:
        while counts["killed"] + counts["survived"] < number:
            if (one := next(drawn, None)) is None:
                return
            verdict = judge.verdict(one)
            counts[verdict] += 1
            by_verdict[verdict].append(str(one))
            print(f"{verdict:9} {one}", flush=True)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(COPIES) as threads:
        judges = [Judge(Path(folder) / str(copy), recorded) for copy in range(COPIES)]
        list(threads.map(work, judges))
    return by_verdict


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=60, help="changes to decide (%(default)s)")
    parser.add_argument("--seed", type=int, help="default: a random one, which is printed")
    parser.add_argument("--record", action="store_true", help="record the functions of tests anew")
    parser.add_argument("paths", nargs="*", type=Path, default=[PACKAGE / "dodeca"])
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    if options.record or not RECORD.exists():
        record()
    found = run(options.n, seed, [path.resolve() for path in options.paths])
    results = RECORD.with_name(f"mutants-{seed}.json")
    results.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(
        f"seed {seed}:",
        ", ".join(f"{len(found[name])} {name}" for name in ("killed", "survived", "undecided")),
    )


def _calls(recorded: Recorded, name: str) -> bool:
    """Whether a test calls a function; the code of a module and a class runs with any in it."""
    path, _, function = name.partition(":")
    if name in recorded.functions:
        return True
    inside = f"{path}:{function}." if function else f"{path}:"
    return any(other.startswith(inside) for other in recorded.functions)


def _name(path: Path, function: str) -> str:
    return f"{path.relative_to('facade').as_posix()}:{function}"


def _twin(path: Path) -> Path | None:
    for tree, twin in TREES.items():
        if path.is_relative_to(tree):
            return twin / path.relative_to(tree)
    return None


if __name__ == "__main__":
    main()
