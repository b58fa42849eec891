"""The changes that a sampled mutation run draws from, and how it chooses tests."""

import ast
from pathlib import Path

from scripts import mutants_sample
from scripts.mutants_sample import Drawn, Recorded, draw
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
    assert [one.test for one in drawn.tests(tests)] == ["sync", "all"]
