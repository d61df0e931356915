"""What of a reply is the passage, whatever pieces it arrives in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.story.plan import Choice, ChoiceKind, Plan
from fiction.storytellers.replies.passage_filter import PassageFilter
from support.model_server import PASSAGE

CHOICE = Choice(ChoiceKind.OFFERED, "Pay Imre with the brass key", Plan("Pay Imre with the brass key"))


def read(reply: str, size: int = 7) -> str:
    page = PassageFilter(CHOICE)
    shown = "".join(page.feed(reply[at : at + size]) for at in range(0, len(reply), size)) + page.close()
    assert shown == page.text
    return shown


@pytest.mark.parametrize(
    "reply",
    [
        f"\n\n  {PASSAGE}\n\n",
        f"# The landing\n\n{PASSAGE}",
        f"**Turn 3**\n{PASSAGE}",
        f"Chapter 4: The coin\n\n{PASSAGE}",
        f"---\n{PASSAGE}\n---",
        f"```markdown\n{PASSAGE}\n```\nI hope you like it.",
        f"Sure, here is it:\n``` text wrap=72\n{PASSAGE}\n````\nI hope you like it.",
        f'{PASSAGE}\n```json\n{{"plans": []}}\n```',
        f'{PASSAGE}\n```\n\n{{"plans": []}}\n```\nThat is all.',
        f"{PASSAGE}\n```\nWhat do you do?\n```",
        f"{PASSAGE}\n```",
        f"Sure, here is the next passage:\n\n{PASSAGE}",
        f"Certainly!\n{PASSAGE}",
        f"Here's the continuation of the story:\n{PASSAGE}",
        f"Passage: {PASSAGE}",
        f"**Passage:**\n\n{PASSAGE}",
        f"> Pay Imre with the brass key.\n\n{PASSAGE}",
        f"Pay Imre with the brass key\n{PASSAGE}",
        f"Sure! Here you go:\n\n## Passage\n\n{PASSAGE}",
        f"{PASSAGE}\n\nWhat do you do?",
        f"{PASSAGE}\n\n**What will you do?**\n1. Run",
        f"{PASSAGE}\n\n1. Take the oar\n2. Wait",
        f"{PASSAGE}\n\nYour options:\n- Run",
        f"{PASSAGE}\n\n[End of passage]",
        f'"{PASSAGE}"',
        f"“{PASSAGE}”",
        PASSAGE.replace("The ferryman", "**The ferryman**").replace("Too much", "*Too much*"),
    ],
)
@pytest.mark.parametrize("size", [1, 5, 4000])
def test_what_is_not_story_is_left_out(reply: str, size: int) -> None:
    assert read(reply, size) == PASSAGE


LETTER = "It is addressed to you.\n\nMEET ME AT DAWN\n\nYou fold it. The ink is wet."


@pytest.mark.parametrize(
    "reply",
    [
        "It is addressed to you.\n```\n\nMEET ME AT DAWN\n```\n\nYou fold it. The ink is wet.",
        "It is addressed to you.\n\n```text\nMEET ME AT DAWN\n\n```\nYou fold it. The ink is wet.\n```",
        "```\nIt is addressed to you.\n```\n\nMEET ME AT DAWN\n\nYou fold it. The ink is wet.",
    ],
)
@pytest.mark.parametrize("size", [1, 6, 500])
def test_a_letter_in_a_fence_is_told_and_so_is_what_follows(reply: str, size: int) -> None:
    assert read(reply, size) == LETTER


@pytest.mark.parametrize(
    "story",
    [
        '"Too much," he says. You turn the coin over.',
        '"Who is there?" somebody asks.\n\n"Nobody," says the ferryman, and then, louder: "Nobody."',
        "Sure of himself, the ferryman lets go of the rope. It falls a long way.",
        "Part of the roof has come down. Act as if you knew, the man had said.",
        "Here the road ends. Turn over any stone and there is a name on it.",
        "Your hand finds the rail. What the rail is made of, you can't tell.",
        "The note reads:\n1. Salt\n2. Rope\n\nNothing else is on it.",
        "You pay him.\n\n- No, says the ferryman.\n- Yes, says the ferryman's wife.",
        "“, he says, and closes the door behind the two of them.",
        "What you take for a post moves. How does a post move? It moves.",
        "你把钥匙递给他。他没有接。",
    ],
)
@pytest.mark.parametrize("size", [1, 6, 500])
def test_story_that_looks_like_something_else_stays(story: str, size: int) -> None:
    assert read(story, size) == story


def test_a_passage_shows_from_its_first_letter_on() -> None:
    page = PassageFilter(CHOICE)
    assert page.feed("You") == "You"
    assert page.feed(" hold") == " hold"


@given(st.text(alphabet=st.sampled_from('Pa1. \n#*"`>-Sure,:What do you?'), max_size=120), st.data())
def test_the_passage_does_not_depend_on_the_pieces(reply: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    page = PassageFilter(CHOICE)
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    shown = "".join(map(page.feed, pieces)) + page.close()
    assert shown == read(reply, 1)
