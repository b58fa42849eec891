"""Single changes of a Python source that a test should notice: operators, constants, statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import attrs

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}
_REMOVED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Return, ast.Continue, ast.Break, ast.Delete)
_SKIPPED = (ast.JoinedStr, ast.match_case, ast.Import, ast.ImportFrom, ast.Assert)
_KEYWORDS = ("strict", "stacklevel")
"""Arguments that change no result: a check of what holds anyway, and where a warning points to."""


@attrs.frozen
class Place:
    """Where a change is."""

    qualname: str = ""
    """The function or class around it; empty at the level of the module."""
    around: range = range(10**6)
    """The lines of that function or class."""
    lines: range = range(0)
    """The lines that run whenever it runs: those of its statement, up to the body of a compound
    one; of a default, all of the function. Outside of functions none, since they run once."""
    name: str = ""
    """What is given a value here, if this is not inside a function."""
    is_in_function: bool = False

    def at(self, node: ast.stmt) -> Place:
        """The place of a statement of the same block."""
        body = getattr(node, "body", None)
        end = body[0].lineno if body else (node.end_lineno or 0) + 1
        if self.is_in_function:
            return attrs.evolve(self, lines=range(node.lineno, end))
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        return attrs.evolve(self, name=target.id if isinstance(target, ast.Name) else "")

    def inside(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Place:
        """The place of the body of a function or class."""
        name = f"{self.qualname}.{node.name}" if self.qualname else node.name
        is_in_function = self.is_in_function or not isinstance(node, ast.ClassDef)
        return Place(name, _body(node), is_in_function=is_in_function)

    def default_of(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Place:
        """The place of a default of a function, which counts whenever that runs."""
        return Place(self.inside(node).qualname, _body(node), _body(node))


@attrs.frozen
class Mutation:
    """A change of one place in a source: the text from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str
    line: int
    place: Place

    def apply(self, source: str) -> str:
        """Return the source with the change."""
        return source[: self.start] + self.new + source[self.end :]

    def lines(self, source: str) -> set[int]:
        """The lines of the source that run with it: its own, and those that name its value."""
        named = rf"\b{re.escape(self.place.name)}\b" if self.place.name else r"(?!)"
        used = {n for n, line in enumerate(source.splitlines(), 1) if re.search(named, line)}
        return used | set(self.place.lines)

    def describe(self, source: str) -> str:
        """Both texts, each in one line."""
        old = " ".join(source[self.start : self.end].split())
        return f"{old} -> {' '.join(self.new.split())}"


def mutations(source: str) -> list[Mutation]:
    """All changes of a source. Strings, annotations, imports and asserts stay as they are."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        """The index of a character; columns of the tree count bytes."""
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = []
    for node, new, place in _changes(ast.parse(source), Place()):
        start = offset(node.lineno, node.col_offset)
        end = offset(node.end_lineno or 0, node.end_col_offset or 0)
        found.append(Mutation(start, end, new, node.lineno, place))
    return found


def _changes(node: ast.AST, place: Place) -> Iterator[tuple[ast.expr | ast.stmt, str, Place]]:
    """Each node that can be changed, with its new text and where it is."""
    if isinstance(node, ast.stmt):
        place = place.at(node)
    if isinstance(node, ast.expr):
        for changed in _expressions(node):
            yield node, f"({ast.unparse(changed)})", place
    elif isinstance(node, ast.stmt) and _is_removable(node):
        yield node, "pass", place
    if _is_typing(node):
        return
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(
        node.test, ast.Compare | ast.BoolOp | ast.UnaryOp
    ):
        yield node.test, f"(not {ast.unparse(node.test)})", place
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for default in _defaults(node):
            yield from _changes(default, place.default_of(node))
        for statement in node.body:
            yield from _changes(statement, place.inside(node))
        return
    for child in _children(node):
        yield from _changes(child, place)


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> range:
    return range(node.body[0].lineno, (node.end_lineno or 0) + 1)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    """The parts of a node in which something can be changed."""
    if isinstance(node, ast.AnnAssign):
        return [node.value] if node.value else []
    return [
        child
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, _SKIPPED)
        and not (isinstance(child, ast.keyword) and child.arg in _KEYWORDS)
    ]


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _is_log(node: ast.expr) -> bool:
    """Whether it writes a log, whose texts are promised nowhere."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).lower().startswith("log.")


def _defaults(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> list[ast.expr]:
    if isinstance(node, ast.ClassDef):
        return []
    return [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    """The changed forms of an expression."""
    match node:
        case ast.Compare(ops=[operator]):
            for other in _COMPARISONS[type(operator)]:
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.Compare(ops=[first, *others]):
            for other in _COMPARISONS[type(first)]:
                yield ast.Compare(node.left, [other(), *others], node.comparators)
        case ast.BoolOp(op=ast.And()):
            yield ast.BoolOp(ast.Or(), node.values)
        case ast.BoolOp():
            yield ast.BoolOp(ast.And(), node.values)
        case ast.BinOp() if type(node.op) in _ARITHMETIC and not _is_text(node.left):
            yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _is_removable(node: ast.stmt) -> bool:
    """Whether a statement does something that its removal would not turn into a NameError."""
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant) and not _is_log(node.value)  # a docstring
    if isinstance(node, ast.Return):
        return node.value is not None and ast.unparse(node.value) != "None"
    return isinstance(node, _REMOVED)
