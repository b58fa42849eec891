"""Single changes of a Python source that a test should notice: operators, constants, statements."""

from __future__ import annotations

import ast
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


@attrs.frozen
class Mutation:
    """A change of one place in a source: the text from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str
    line: int
    function: str
    """The qualified name of the function around it; empty at the level of the module."""

    def apply(self, source: str) -> str:
        """Return the source with the change."""
        return source[: self.start] + self.new + source[self.end :]

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
    for node, new, function in _changes(ast.parse(source), ""):
        start = offset(node.lineno, node.col_offset)
        end = offset(node.end_lineno or 0, node.end_col_offset or 0)
        found.append(Mutation(start, end, new, node.lineno, function))
    return found


def _changes(node: ast.AST, function: str) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """Each node that can be changed, with its new text and the function around it."""
    if isinstance(node, ast.expr):
        for changed in _expressions(node):
            yield node, f"({ast.unparse(changed)})", function
    elif isinstance(node, ast.stmt) and _is_removable(node):
        yield node, "pass", function
    if _is_typing(node):
        return
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(
        node.test, ast.Compare | ast.BoolOp | ast.UnaryOp
    ):
        yield node.test, f"(not {ast.unparse(node.test)})", function
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inner = f"{function}.{node.name}" if function else node.name
        for child in (*_defaults(node), *node.body):
            yield from _changes(child, inner)
        return
    for child in _children(node):
        yield from _changes(child, function)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    """The parts of a node in which something can be changed."""
    if isinstance(node, ast.AnnAssign):
        return [node.value] if node.value else []
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, _SKIPPED)]


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


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
        return not isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.Return):
        return node.value is not None and ast.unparse(node.value) != "None"
    return isinstance(node, _REMOVED)
