"""The interval analysis never calls impossible what can happen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.packs.lint.ranges import MAYBE, Bounds, can_hold
from fiction.story.conditions import Situation, parse

NAMES = ("trust", "debt", "act")
ATOMS = (
    st.sampled_from(NAMES)
    | st.integers(0, 9).map(str)
    | st.sampled_from(["True", "False", "place", "'inn'", "''", "seen('a')", "did('a/b')"])
)


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "and", "or"])
    pair = st.tuples(parts, signs, parts).map(lambda three: f"({' '.join(three)})")
    chain = st.tuples(parts, parts, parts).map(lambda three: f"({three[0]} <= {three[1]} < {three[2]})")
    return pair | chain | parts.map(lambda part: f"(not {part})") | parts.map(lambda part: f"(-{part})")


@settings(deadline=None, max_examples=150)
@given(
    st.recursive(ATOMS, joined, max_leaves=6).filter(lambda text: len(text) <= 400),
    st.fixed_dictionaries({name: st.integers(-3, 6) for name in NAMES}),
    st.sampled_from(["inn", "sea", ""]),
    st.booleans(),
)
def test_whatever_holds_in_a_situation_within_the_bounds_can_hold(
    text: str, numbers: dict[str, int], place: str, happened: bool
) -> None:
    call = {name: (lambda argument: happened) for name in ("seen", "did", "met", "paid", "open")}
    situation = Situation({**numbers, "place": place}, call)
    ranges = dict.fromkeys(NAMES, (-3, 6))
    bounds = Bounds({**ranges, "place": frozenset(("inn", "sea", ""))}, lambda name, argument: MAYBE)
    exact = Bounds(
        {**{name: (number, number) for name, number in numbers.items()}, "place": frozenset((place,))},
        lambda name, argument: (int(happened), int(happened)),
    )
    holds = parse(text).holds(situation)
    assert can_hold(text, bounds) or not holds
    assert can_hold(text, exact) == holds
