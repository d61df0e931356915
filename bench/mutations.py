"""Small changes to a module, each of which a test ought to notice."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module."""

    path: str
    number: int
    """Its place among the mutants of the module."""
    line: int
    function: int
    """First line of the function around it, decorators included; 0 outside of functions."""
    change: str


@dataclass(frozen=True, slots=True)
class _Change:
    """One attribute of a node, or one place of a list in it, with its new value."""

    line: int
    holder: ast.AST
    name: str
    value: object
    at: int = -1

    def apply(self) -> Callable[[], None]:
        """Make the change; what is returned takes it back."""
        before = getattr(self.holder, self.name)
        after = self.value if self.at < 0 else [*before[: self.at], self.value, *before[self.at + 1 :]]
        setattr(self.holder, self.name, after)
        return lambda: setattr(self.holder, self.name, before)


def mutants_of(source: str, path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for number, change in enumerate(_changes_in(tree)):
        before = _short(change)
        undo = change.apply()
        text = f"{before}  ->  {_short(change)}"
        undo()
        found.append(Mutant(path, number, change.line, _function(tree, change.line), text))
    return found


def mutated(source: str, mutant: Mutant) -> str:
    """The module with the mutant's change in it."""
    tree = ast.parse(source)
    _changes_in(tree)[mutant.number].apply()
    return ast.unparse(ast.fix_missing_locations(tree))


def _changes_in(tree: ast.Module) -> list[_Change]:
    return sorted((change for node in _nodes(tree) for change in _changes(node)), key=lambda change: change.line)


def _nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes that do something: a class's decorators, such as `frozen=True`, only forbid."""
    idle = {id(part) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
            for decorator in node.decorator_list for part in ast.walk(decorator)}  # fmt: skip
    return (node for node in ast.walk(tree) if id(node) not in idle)


def _changes(node: ast.AST) -> Iterator[_Change]:
    line = getattr(node, "lineno", 0)
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                yield _Change(line, node, "ops", _COMPARE[type(op)](), at)
        case ast.BoolOp(op=boolean):
            yield _Change(line, node, "op", ast.And() if isinstance(boolean, ast.Or) else ast.Or())
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not _with_text(node):
            yield _Change(line, node, "op", _ARITHMETIC[type(operator)]())
        case ast.Constant(value=bool(value)):
            yield _Change(line, node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield _Change(line, node, "value", value + 1)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _Change(line, node, "value", ast.Constant(None))
        case ast.If(test=test):
            yield _Change(line, node, "test", ast.UnaryOp(ast.Not(), test))
        case _:
            pass
    yield from _removals(node)


def _removals(node: ast.AST) -> Iterator[_Change]:
    """Statements without which a body still stands: calls, assignments to what exists, raises, and jumps."""
    if isinstance(node, ast.Module | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        for at, statement in enumerate(body if isinstance(body, list) else []):
            if _removable(statement):
                yield _Change(statement.lineno, node, name, ast.Pass(), at)


def _removable(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
        case ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case _:
            return False


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with_text(node: ast.BinOp) -> bool:
    """`str % x` and the like are left alone: the change would only raise."""
    return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right))


def _function(tree: ast.Module, line: int) -> int:
    """First line of the innermost function around a line, as its code object has it."""
    found = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            found = max(found, min(part.lineno for part in (node, *node.decorator_list)))
    return found


def _short(change: _Change) -> str:
    """The statement of the change, or the node around it, on one short line."""
    shown = getattr(change.holder, change.name)[change.at] if isinstance(change.value, ast.Pass) else change.holder
    text = " ".join(ast.unparse(ast.fix_missing_locations(shown)).split())
    return text if len(text) <= 90 else f"{text[:87]}..."
