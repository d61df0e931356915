"""The small language of `when`: `trust >= 2 and not seen('ferry-debt')`, read with a whitelist and never executed.

Grammar: names of qualities and of the variables below, whole numbers, quoted text, `True`, `False`; `and or not`,
`== != < <= > >=`, `+ - *`, parentheses; the calls `seen('storylet')`, `did('storylet/plan')`, `met('character')`,
`paid('thread')`, `open('thread')`. Variables: `act`, `turn`, `tension`, `place`, `opening`.
"""

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

MAX_LENGTH = 400
"""Characters of an expression: far more than anybody needs, and too few to make parsing slow."""

CALLS = ("seen", "did", "met", "paid", "open")
VARIABLES = ("act", "turn", "tension", "place", "opening")

Value = int | str | bool


class ConditionError(ValueError):
    """A fault in an expression; `offset` is its place (from 0)."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Situation:
    """The values and calls that an expression is evaluated with."""

    values: Mapping[str, Value]
    """Qualities and variables; a missing name counts as 0."""
    calls: Mapping[str, Callable[[str], bool]]
    """One for each of CALLS."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked expression."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    """Qualities and variables in it."""
    references: frozenset[tuple[str, str]]
    """Calls in it, as (call, argument)."""
    specificity: int
    """Number of comparisons, calls and bare names."""

    def holds(self, situation: Situation) -> bool:
        """Whether it is true in the situation. Never raises: a comparison of text with a number is false."""
        return bool(_value(self.tree, situation))


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Parse and check an expression.

    Raises:
        ConditionError: it is no expression of this language.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"an expression of {len(text)} characters; the limit is {MAX_LENGTH}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `1or 2` and `'\\d'` make ast.parse write to stderr
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        offset = (getattr(error, "offset", None) or 1) - 1
        raise ConditionError("this is no expression of the `when` language", offset) from None
    names: set[str] = set()
    references: set[tuple[str, str]] = set()
    specificity = 0
    for node, counts in _checked(tree):
        specificity += counts
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert isinstance(node.args[0], ast.Constant)
            references.add((node.func.id, str(node.args[0].value)))
    return Condition(text, tree, frozenset(names), frozenset(references), specificity)


def holds(text: str, situation: Situation) -> bool:
    """Whether an expression is true; an empty one always is."""
    return not text or parse(text).holds(situation)


def _checked(node: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    """The nodes with what each adds to `specificity`; raises ConditionError at the first node not allowed."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _checked(value)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield from _checked(operand)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            yield from _checked(left)
            yield from _checked(right)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            if not all(isinstance(op, (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in ops):
                raise ConditionError("only == != < <= > >= compare here", node.col_offset)
            yield node, 1
            for side in (left, *comparators):
                for child, _ in _checked(side):
                    yield child, 0
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str())], keywords=[]):
            if name not in CALLS:
                raise ConditionError(f"there is no call {name!r}; there are {', '.join(CALLS)}", node.col_offset)
            yield node, 1
        case ast.Name():
            yield node, 1
        case ast.Constant(value=bool() | str()):
            yield node, 0
        case ast.Constant(value=int(value)):
            if abs(value) > 1_000_000:
                raise ConditionError("numbers go to a million here", node.col_offset)
            yield node, 0
        case _:
            raise ConditionError("this is not part of the `when` language", node.col_offset)


def _value(node: ast.expr, situation: Situation) -> Value:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(value, situation) for value in values)
        case ast.BoolOp(values=values):
            return any(_value(value, situation) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, situation)
        case ast.UnaryOp(operand=operand):
            return -_number(_value(operand, situation))
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _number(_value(left, situation)), _number(_value(right, situation))
            return a + b if isinstance(op, ast.Add) else a - b if isinstance(op, ast.Sub) else a * b
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_value(side, situation) for side in (left, *comparators)]
            return all(_compare(a, op, b) for a, op, b in zip(sides, ops, sides[1:], strict=False))
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(argument))]):
            return situation.calls[name](argument)
        case ast.Name(id=name):
            return situation.values.get(name, 0)
        case ast.Constant(value=bool() | str() | int() as value):
            return value
        case _:
            raise AssertionError(f"parse() lets no {type(node).__name__} through")


def _compare(a: Value, op: ast.cmpop, b: Value) -> bool:
    if isinstance(a, str) != isinstance(b, str):
        return isinstance(op, ast.NotEq)
    match op:
        case ast.Eq():
            return a == b
        case ast.NotEq():
            return a != b
        case _ if isinstance(a, str) or isinstance(b, str):
            return False
        case ast.Lt():
            return a < b
        case ast.LtE():
            return a <= b
        case ast.Gt():
            return a > b
        case _:
            return a >= b


def _number(value: Value) -> int:
    return 0 if isinstance(value, str) else int(value)
