"""Possible values of expressions, from the ranges of qualities and the events that can have happened.

An interval analysis, which errs on one side only: an expression found impossible never holds, but one found possible
may be ruled out by logic (`trust > 2 and trust < 1`).
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fiction.story.conditions import parse

Range = tuple[int, int]
"""The least and greatest value; false is 0 and true is 1."""
Possible = Range | frozenset[str]

NO: Range = (0, 0)
YES: Range = (1, 1)
MAYBE: Range = (0, 1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of all values at any moment of any story in a world."""

    values: Mapping[str, Possible]
    """Possible values of qualities and variables."""
    calls: Callable[[str, str], Range]
    """Possible values of `call(argument)`."""


def can_hold(text: str, bounds: Bounds) -> bool:
    """Whether an expression can be true; an empty one is always true."""
    return not text or _truth(_possible(parse(text).tree, bounds)) != NO


def _truth(value: Possible) -> Range:
    if isinstance(value, frozenset):
        return (int("" not in value), int(value != {""}))
    low, high = value
    return (int(low > 0 or high < 0), int((low, high) != NO))


def _possible(node: ast.expr, bounds: Bounds) -> Possible:
    match node:
        case ast.BoolOp(op=op, values=values):
            truths = [_truth(_possible(value, bounds)) for value in values]
            fold = min if isinstance(op, ast.And) else max
            return (fold(low for low, _ in truths), fold(high for _, high in truths))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            low, high = _truth(_possible(operand, bounds))
            return (1 - high, 1 - low)
        case ast.UnaryOp(operand=operand):
            low, high = _numbers(_possible(operand, bounds))
            return (-high, -low)
        case ast.BinOp(left=left, op=op, right=right):
            return _arithmetic(op, _numbers(_possible(left, bounds)), _numbers(_possible(right, bounds)))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [_possible(side, bounds) for side in (left, *comparators)]
            truths = [_compare(a, op, b) for a, op, b in zip(sides, ops, sides[1:], strict=False)]
            return (min(low for low, _ in truths), min(high for _, high in truths))
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(argument))]):
            return bounds.calls(name, argument)
        case ast.Name(id=name):
            return bounds.values.get(name, NO)
        case ast.Constant(value=str(text)):
            return frozenset((text,))
        case ast.Constant(value=int(number)):
            return (int(number), int(number))
        case _:
            raise AssertionError(f"parse() lets no {type(node).__name__} through")


def _numbers(value: Possible) -> Range:
    return NO if isinstance(value, frozenset) else value


def _arithmetic(op: ast.operator, a: Range, b: Range) -> Range:
    if isinstance(op, ast.Add):
        return (a[0] + b[0], a[1] + b[1])
    if isinstance(op, ast.Sub):
        return (a[0] - b[1], a[1] - b[0])
    products = [x * y for x in a for y in b]
    return (min(products), max(products))


def _compare(a: Possible, op: ast.cmpop, b: Possible) -> Range:
    if isinstance(a, frozenset) or isinstance(b, frozenset):
        return _compare_texts(a, op, b)
    match op:
        case ast.Eq():
            return (int(a == b and a[0] == a[1]), int(a[0] <= b[1] and b[0] <= a[1]))
        case ast.NotEq():
            return (int(a[1] < b[0] or b[1] < a[0]), int(not (a == b and a[0] == a[1])))
        case ast.Lt():
            return (int(a[1] < b[0]), int(a[0] < b[1]))
        case ast.LtE():
            return (int(a[1] <= b[0]), int(a[0] <= b[1]))
        case ast.Gt():
            return (int(a[0] > b[1]), int(a[1] > b[0]))
        case _:
            return (int(a[0] >= b[1]), int(a[1] >= b[0]))


def _compare_texts(a: Possible, op: ast.cmpop, b: Possible) -> Range:
    """Like `Condition.holds`: texts are only equal or unequal, and never equal to a number or ordered against one."""
    if not isinstance(a, frozenset) or not isinstance(b, frozenset):
        return YES if isinstance(op, ast.NotEq) else NO
    same = (int(a == b and len(a) == 1), int(bool(a & b)))
    match op:
        case ast.Eq():
            return same
        case ast.NotEq():
            return (1 - same[1], 1 - same[0])
        case _:
            return NO
