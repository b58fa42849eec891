"""The changes that a sampled mutation run draws from, and how it chooses tests."""

import ast
from pathlib import Path

from scripts import mutants_sample
from scripts.mutants_sample import Drawn, Judge, Recorded, draw
from scripts.mutations import mutations

SOURCE = '''
def f(a, b=1):
    """Docstring."""
    if a < b and not a:
        g(a)
    return a + b
if TYPE_CHECKING:
    import numpy
class C:
    x: "int" = True
'''


def described() -> list[tuple[str, str]]:
    return [(one.function, one.describe(SOURCE)) for one in mutations(SOURCE)]


def test_operators_constants_and_statements_are_changed() -> None:
    assert set(described()) == {
        ("f", "1 -> (2)"),
        ("f", "a < b and not a -> (a < b or not a)"),
        ("f", "a < b -> (a <= b)"),
        ("f", "a < b -> (a >= b)"),
        ("f", "not a -> (a)"),
        ("f", "g(a) -> pass"),
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


def test_the_most_specific_tests_of_a_function_and_its_twin_come_first() -> None:
    def recorded(test: str, seconds: float, *functions: str) -> Recorded:
        return Recorded(test, seconds, frozenset(functions))

    path = Path("facade/dodeca/_async/client.py")
    source = "class AsyncClient:\n    async def aclose(self):\n        f(self)\n"
    drawn = Drawn(path, mutations(source)[0])
    tests = [
        recorded("all", 1, "dodeca/_async/client.py:AsyncClient.aclose", "dodeca/media.py:f"),
        recorded("sync", 1, "dodeca/_sync/client.py:Client.close"),
        recorded("slow", 100, "dodeca/_sync/client.py:Client.close"),
        recorded("other", 1, "dodeca/_async/client.py:AsyncClient.other"),
    ]
    assert [one.test for one in drawn.tests(tests)] == ["sync", "slow", "all"]


def test_beyond_the_most_specific_tests_some_of_each_file_are_run_and_all_tables() -> None:
    path = Path("facade/dodeca/media.py")
    drawn = Drawn(path, mutations("def f():\n    g(1)\n")[0])
    number = mutants_sample.MOST_SPECIFIC
    called = frozenset({"dodeca/media.py:f"})
    specific = [Recorded(f"a.py::{i:03d}", 1, called) for i in range(number + 5)]
    others = [Recorded(f"b.py::{i}", 1, called | {"dodeca/media.py:g"}) for i in range(5)]
    tables = [Recorded(f"{file}::test", 1, frozenset()) for file in mutants_sample.TABLES]
    chosen = drawn.tests([*tables, *others, *specific])
    assert chosen == [*specific[: number + 2], *others[:2], *tables]


def test_a_test_that_fails_without_the_change_too_proves_nothing() -> None:
    """Where a change hangs, breaks nothing, or is met by a test that is broken anyway."""
    drawn = Drawn(Path("facade/dodeca/media.py"), mutations("def f():\n    g(1)\n")[0])
    called = frozenset({"dodeca/media.py:f"})
    broken, good = (Recorded(f"t.py::{name}", 1, called) for name in ("broken", "good"))

    def verdict(*failures: list[Recorded]) -> str:
        class Scripted(Judge):
            def __init__(self) -> None:
                self._recorded = [broken, good]
                self._failures = iter(failures)

            def _failed(self, tests: object, changed: object) -> list[Recorded]:
                return next(self._failures)

        return Scripted().verdict(drawn)

    assert verdict([good], []) == "killed"
    assert verdict([]) == "survived"
    assert verdict([broken], [broken], [good], []) == "killed"
    assert verdict([broken], [broken], []) == "survived"
    assert verdict([broken, good], [broken, good]) == "undecided"
