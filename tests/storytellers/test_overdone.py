"""What the last passages do too often."""

import pytest

from fiction.storytellers.prompts.overdone import overdone

PLAIN = (
    "The ferry lay on the far side. Imre had gone up to the mill for his dinner, and the bell was under repair.",
    "Nobody in the village would say who owned the boat. The smith asked for a week to think about his answer.",
    "At the mill they were weighing grain. Oda wrote the sums in chalk and rubbed them out with her sleeve.",
    "You found the letter where it had always been. It was shorter than you remembered and a good deal kinder.",
    "Rain came in after noon. The road to the mill went soft, and the carter left his load beside the chapel.",
)


def test_a_plain_page_has_nothing_overdone() -> None:
    assert overdone(PLAIN) == ""


def test_few_passages_say_nothing_yet() -> None:
    assert overdone(["“No,” she said."] * 3) == ""


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("His hands lay still. Her eyes followed his fingers, and his breath went short.", "hands, eyes and breath"),
        ("It stood there like a cow, as if it were asleep, as though nobody had told it.", "comparisons"),
        ("“I never…” he said. “You did…” she said. “The boat...”", "speeches that break off"),
        ("He counted the coins on the table twice and began.", "“coins on the table twice”"),
    ],
)
def test_what_every_passage_does_is_named(added: str, said: str) -> None:
    assert said in overdone([f"{passage} {added} And that was the day." for passage in PLAIN])
    assert said not in overdone([*PLAIN, f"{PLAIN[0]} {added}"])


def test_how_passages_open_and_close_is_counted() -> None:
    assert "an opening with “you”" in overdone([f"You wait. {passage}" for passage in PLAIN])
    assert "an opening on speech" in overdone([f"“No,” said Oda. {passage}" for passage in PLAIN])
    assert "a close on somebody's words" in overdone([f"{passage}\n\n“And the boat?”" for passage in PLAIN])
    assert "a short last paragraph" in overdone([f"{passage}\n\nIt was enough." for passage in PLAIN])


def test_scripts_without_spaces_are_counted_too() -> None:
    told = [f"第{number}天。她低下头，看着自己的手指。目光停在门上，呼吸很轻。" for number in range(1, 7)]
    found = overdone(told)
    assert "hands, eyes and breath" in found
    assert "看着自己的" in found


def test_names_alone_are_no_pet_phrase() -> None:
    told = [f"{passage} Sergeant Bram Teale of the River came by." for passage in PLAIN]
    assert "of the" not in overdone([f"{passage} It was one of the two of them." for passage in PLAIN])
    assert overdone(told).count("“") <= 3


def test_only_the_last_ten_count() -> None:
    assert overdone([*(f"“No,” said Oda. {PLAIN[0]}" for _ in range(9)), *PLAIN, *PLAIN]) == ""
