"""Warnings: what a pack may do and probably should not."""

import pytest

from fiction.packs.lint.lint import lint
from fiction.packs.loader import load_pack


def warnings(text: str) -> list[str]:
    return [str(warning) for warning in lint(load_pack(text, name="w.yaml"))]


def test_the_guides_example_has_no_warnings(example: str) -> None:
    assert warnings(example) == []


SCENE = """\
- id: extra
  bodies: A body that stands alone.
  plans:
  - {id: a, label: Look up, approach: bold, outcome: You look., memory: You looked.}
  - {id: b, label: Look down, approach: warm, outcome: You stare., memory: You stared.}
  - {id: c, label: Look away, approach: curious, outcome: You turn., memory: You turned.}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("authors: [Ines Vale]\n", "", "nobody is named as the author"),
        ("license: CC-BY-4.0\n", "", "no licence"),
        ("act: 2}\nchar", "act: 1}\nchar", "no step in the last act (2)"),
        ("keywords: [log, page, ship], ", "", "this is never told to the storyteller"),
        ("    outcome: You go up.", "    brief: You go up.", "nothing is told of what comes of this plan"),
        ("    memory: You went up the stair past Imre without a word.\n", "", "leaves nothing in the memory"),
        (
            "label: Go past him up the stair",
            "label: " + "Go up the stair and " * 4,
            "a label of 20 words; 14 at the most",
        ),
        ("label: Go past him up the stair", "label: ask what the book is", "two of these plans have the same label"),
        ("approach: curious\n    outcome: He says", "approach: bold\n    outcome: He says", "fewer than 3 approaches"),
        (
            "    outcome: He looks at the hand as if it were a tool he had not ordered. Then he takes it.",
            "    outcome: [{when: trust > 0, text: x}]",
            "every outcome has a condition",
        ),
        ("threads: [torn]\n  plans", "plans", "nothing opens the thread 'torn'"),
        ("    pays: [torn]\n", "", ""),
        ("trust > 0\n", "trust > 3\n", "this body is never told"),
        ("did('boat/climb')\", text", 'act > 2", text', "this echo is never told"),
        ("    when: trust >= 0\n", "    when: trust > 9\n", "this plan is never offered"),
        ('when: trust >= 1, text: "', 'when: trust >= 4, text: "', "this outcome is never told"),
        ("  when: trust >= 1\n", "  when: trust > 3\n", "the ending 'two-keepers' can't be reached"),
        ("did('page/search')\", text", 'turn < 0", text', "this line of the epilogue is never told"),
        ("  bodies: The boat takes him", "  condition: The boat takes him", "the ending 'one-keeper' has no text"),
        ("cover: |2", "names: {ban: [Ines, 'old k']}\ncover: |2", ""),
        ("cover: |2", "names: {ban: [brig]}\ncover: |2", "the name 'brig', which the pack itself bans"),
        ("You wake because it is dark.", "Its hull is a testament to nothing.", "a stock phrase: 'a testament to'"),
        ("    text: |\n      {Ally} puts", "    text: |\n      " + "x " * 9 + "\n\n      {Ally} puts", ""),
    ],
)
def test_a_warning_names_what_is_meant(example: str, old: str, new: str, said: str) -> None:
    assert old in example
    told = warnings(example.replace(old, new, 1))
    if said:
        assert len(told) == 1, told
        assert said in told[0]
    else:
        assert told == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bodies", "only_by_goto: true\n  bodies", "no plan that can be taken leads here"),
        ("bodies", "when: seen('extra')\n  bodies", "its `when` can never hold"),
        ("bodies", "weight: 0\n  bodies", "its weight is 0"),
        ("A body that stands alone.", "[{when: act > 1, text: A body.}]", "every body has a condition"),
        ("approach: warm", "approach: bold", "fewer than 3 approaches"),
        ("\n  plans:", "\n  plans: []\n  #", "fewer than 3 plans: 0"),
        ("You look.", "He lets himself be moved. You turn the lamp alone until it is day.", "the same text as in line"),
    ],
)
def test_a_warning_about_a_scene_names_what_is_meant(example: str, old: str, new: str, said: str) -> None:
    scene = SCENE.replace(old, new, 1)
    if "#" in new:
        scene = scene.split("#")[0] + "\n"
    told = warnings(example.replace("endings:\n", scene + "endings:\n", 1))
    assert len(told) == 1, told
    assert said in told[0]


def test_a_warning_has_its_line(example: str) -> None:
    text = example.replace("You wake because it is dark.", "It hangs heavy in the air.")
    line = text.split("\n").index("    It hangs heavy in the air. The lamp has stopped.") + 1
    assert warnings(text) == [f"w.yaml:{line}:8: a stock phrase: 'hangs heavy in the air'"]


def test_an_outline_without_endings_has_no_end(example: str) -> None:
    text = example.split("endings:\n")[0].replace('    ending: "*"\n', "")
    assert any("an outline without an end" in warning for warning in warnings(text))


def test_a_world_whose_plans_lead_to_no_ending_is_told_so(example: str) -> None:
    told = warnings(example.replace('    ending: "*"\n', ""))
    assert len(told) == 1
    assert "no plan leads to an ending" in told[0]


def test_a_thread_that_is_never_paid_is_told(example: str) -> None:
    told = warnings(example.replace("    pays: [torn]\n", ""))
    assert len(told) == 1
    assert "no plan pays the thread 'torn'" in told[0]


def test_what_hangs_on_something_out_of_reach_is_out_of_reach_too(example: str) -> None:
    first = SCENE.replace("bodies", "when: trust > 3\n  bodies")
    second = SCENE.replace("extra", "second").replace("bodies", "when: did('extra/a')\n  bodies", 1)
    told = warnings(example.replace("endings:\n", first + second + "endings:\n"))
    assert [warning for warning in told if "can't be reached" in warning and "'extra'" in warning]
    assert [warning for warning in told if "can't be reached" in warning and "'second'" in warning]


def test_a_goto_makes_its_storylet_reachable(example: str) -> None:
    scene = SCENE.replace("bodies", "only_by_goto: true\n  bodies")
    text = example.replace("    advances: [torn]\n", "    advances: [torn]\n    goto: extra\n", 1)
    assert warnings(text.replace("endings:\n", scene + "endings:\n", 1)) == []


def test_a_scene_that_comes_again_can_raise_a_quality_to_its_top(example: str) -> None:
    high = example.replace("maximum: 3}", "maximum: 9}").replace("  when: trust >= 1\n", "  when: trust > 8\n")
    assert any("'two-keepers' can't be reached" in warning for warning in warnings(high))
    assert warnings(high.replace("  kind: scene\n", "  once: false\n")) == []
