"""The changes that a sampled mutation run draws from, and how it chooses tests."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from coverage import CoverageData

from scripts import mutants_sample
from scripts.mutants_sample import Drawn, Judge, Record, Recorded, changes, draw
from scripts.mutations import mutations
from scripts.unasync import derive

SOURCE = '''
def f(a, b=1):
    """Docstring."""
    log.info("text")
    if a < b and not a:
        g(a, strict=True)
    return a + b
if TYPE_CHECKING:
    import numpy
class C:
    x: "int" = True
'''


def described() -> list[tuple[str, str]]:
    return [(one.place.qualname, one.describe(SOURCE)) for one in mutations(SOURCE)]


def test_operators_constants_and_statements_are_changed() -> None:
    assert set(described()) == {
        ("f", "1 -> (2)"),
        ("f", "a < b and not a -> (a < b or not a)"),
        ("f", "a < b -> (a <= b)"),
        ("f", "a < b -> (a >= b)"),
        ("f", "not a -> (a)"),
        ("f", "g(a, strict=True) -> pass"),
        ("f", "return a + b -> pass"),
        ("f", "a + b -> (a - b)"),
        ("C", "True -> (False)"),
    }


def test_every_change_is_python_and_no_other_place_is_touched() -> None:
    for one in mutations(SOURCE):
        changed = one.apply(SOURCE)
        ast.parse(changed)
        assert changed.startswith(SOURCE[: one.start])
        assert changed.endswith(SOURCE[one.end :])


def test_a_seed_draws_the_same_changes_again_and_none_of_the_derived_tree() -> None:
    folder = Path(mutants_sample.PACKAGE / "dodeca")
    first, again = (list(draw([folder / "_async", folder / "_sync"], 3)) for _ in range(2))
    assert first == again
    assert {one.path.parts[2] for one in first} == {"_async"}
    assert first != list(draw([folder / "_async"], 4))


PLACES = """
LIMIT = 1
class C:
    size: int = 2
    def f(self, a=3):
        if a > 4:
            g(
                5
            )
        return LIMIT
"""


@pytest.mark.parametrize(
    ("number", "lines"),
    [
        ("1", {2, 10}),  # where the name of a constant is
        ("2", {4}),  # outside of functions, code runs once, whatever a test runs
        ("3", {6, 7, 8, 9, 10}),  # a default counts whenever the function runs
        ("4", {6}),  # a statement with a body
        ("5", {7, 8, 9}),  # a statement of several lines
    ],
)
def test_the_lines_of_a_change_are_those_of_its_statement(number: str, lines: set[int]) -> None:
    found = {PLACES[one.start : one.end]: one.lines(PLACES) for one in mutations(PLACES)}
    assert found[number] == lines


MEDIA = Path("facade/dodeca/media.py")


def record_of(folder: Path, lines: Mapping[str, Sequence[int]], path: Path = MEDIA) -> Record:
    """A record of tests that run these lines of a file and each take a second."""
    data = CoverageData(str(folder / "lines"))
    for test, numbers in lines.items():
        data.set_context(test)
        data.add_lines({str(mutants_sample.ROOT / path): numbers})
    data.write()
    return Record(folder / "lines", dict.fromkeys(lines, 1.0))


def test_the_tests_of_a_statement_are_run_the_most_specific_first(tmp_path: Path) -> None:
    drawn = Drawn(MEDIA, mutations("def f(a):\n    g(a)\n    h(a)\n")[1])
    name = "tests/facade/test_media.py"
    lines = {f"{name}::all": [2, 3, 9], f"{name}::other": [2], f"{name}::this": [3, 9]}
    record = record_of(tmp_path, {**lines, "tests/none.py::gone": [3]})
    assert [one.test for one in drawn.tests(record)] == [f"{name}::this", f"{name}::all"]


def test_where_no_test_runs_the_statement_those_of_the_function_are_run(tmp_path: Path) -> None:
    drawn = Drawn(MEDIA, mutations("def f(a):\n    g(a)\n    h(a)\n")[1])
    name = "tests/facade/test_media.py"
    record = record_of(tmp_path, {f"{name}::this": [2], f"{name}::other": [9]})
    assert [one.test for one in drawn.tests(record)] == [f"{name}::this"]


def test_beyond_the_most_specific_tests_some_of_each_file_are_run(tmp_path: Path) -> None:
    drawn = Drawn(MEDIA, mutations("def f():\n    g(1)\n")[0])
    number = mutants_sample.MOST_SPECIFIC
    specific = [f"tests/facade/test_media.py::{i:03d}" for i in range(number + 5)]
    others = [f"tests/facade/test_show.py::{i}" for i in range(5)]
    lines = {**dict.fromkeys(specific, (2,)), **dict.fromkeys(others, (2, 3))}
    chosen = drawn.tests(record_of(tmp_path, lines))
    assert [one.test for one in chosen] == [*specific[: number + 2], *others[:2]]


def test_for_a_change_outside_of_functions_the_tables_are_compared(tmp_path: Path) -> None:
    drawn = Drawn(MEDIA, mutations("A = 1\ndef f():\n    return A\n")[0])
    tables = [f"{file}::test" for file in mutants_sample.TABLES]
    lines = {"tests/facade/test_media.py::test": (3,), "tests/facade/test_show.py::test": (9,)}
    record = record_of(tmp_path, {**lines, **dict.fromkeys(tables, ())})
    assert [one.test for one in drawn.tests(record)] == [*lines, *tables]


def test_for_a_value_the_tests_that_name_it_are_run(tmp_path: Path) -> None:
    source = "class ExitStatus:\n    TRY_LATER = 75\n"
    drawn = Drawn(MEDIA, mutations(source)[0])
    name = "tests/cli/test_edges.py::test"
    other = "tests/facade/test_show.py::test"
    record = record_of(tmp_path, {name: (9,), other: (9,)})
    assert [one.test for one in drawn.tests(record)] == [name]


def test_what_is_run_by_importing_a_file_is_judged_by_the_tests_of_the_file(tmp_path: Path) -> None:
    drawn = Drawn(MEDIA, mutations("def f():\n    g(1)\n")[0])
    name = "tests/facade/test_show.py::test"
    assert [one.test for one in drawn.tests(record_of(tmp_path, {name: (9,)}))] == [name]


def test_a_change_of_async_code_is_made_in_its_twin_and_the_tests_of_both_are_run(
    tmp_path: Path,
) -> None:
    path = Path("facade/dodeca/_async/client.py")
    drawn = next(one for one in changes(path) if "self._transport.aclose()" in str(one))
    assert drawn.twin is not None
    twin, mutation = drawn.twin
    assert twin == Path("facade/dodeca/_sync/client.py")
    assert mutation.place.qualname == "Client.close"
    texts = drawn.texts()
    assert (
        texts[path].count("aclose()")
        == (mutants_sample.ROOT / path).read_text().count("aclose()") - 1
    )
    assert set(texts) == {path, twin}
    name = "tests/facade/test_closing.py::test"
    record = record_of(tmp_path, {name: [mutation.line]}, twin)
    assert [one.test for one in drawn.tests(record)] == [name]


def test_the_changes_of_all_twins_correspond() -> None:
    for path in (mutants_sample.PACKAGE / "dodeca/_async").rglob("*.py"):
        for one in changes(path.relative_to(mutants_sample.ROOT)):
            assert one.twin is not None
            name = derive(one.mutation.place.qualname, one.path, set()).rpartition("\n")[2]
            assert one.twin[1].place.qualname == name


class Scripted(Judge):
    """Tests fail as it is told: with the change some, without it the broken ones."""

    def __init__(self, tests: Sequence[Recorded], *, failing: str = "", broken: str = "") -> None:
        self.chosen, self.with_change, self.without = tests, failing, broken
        self.runs: list[int] = []

    def _tests(self, drawn: Drawn) -> list[Recorded]:
        return list(self.chosen)

    def _failed(self, tests: Sequence[Recorded], changed: Mapping[Path, str]) -> list[Recorded]:
        self.runs.append(len(tests))
        failing = self.with_change if changed else self.without
        return [one for one in tests if one.test in failing.split()][:1]


NUMBER = mutants_sample.FIRST
MANY = [Recorded(str(n), 1, 1) for n in range(NUMBER + 5)]
SOME = Drawn(MEDIA, mutations("def f():\n    g(1)\n")[0])


@pytest.mark.parametrize(
    ("failing", "verdict", "runs"),
    [
        ("0", "killed", [NUMBER]),
        (f"{NUMBER}", "killed", [NUMBER, 5]),
        ("", "survived", [NUMBER, 5]),
    ],
)
def test_a_few_tests_are_run_before_all_others(failing: str, verdict: str, runs: list[int]) -> None:
    judge = Scripted(MANY, failing=failing)
    assert judge.verdict(SOME) == (verdict, [one for one in MANY if one.test == failing])
    assert judge.runs == runs
    assert Scripted([]).verdict(SOME) == ("undecided", [])


def test_tests_that_fail_without_a_change_prove_nothing() -> None:
    judge = Scripted([], broken="1 3")
    assert {one.test for one in judge.failing(MANY)} == {"1", "3"}
    assert Scripted([]).failing(MANY) == set()
