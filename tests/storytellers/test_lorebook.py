"""What of the world is told in a turn: whom the plan names first, by any of their names, in any script."""

import pytest

from fiction.story.world import Character, Lore, Place, World
from fiction.storytellers.prompts.lorebook import about_character, lore_for, people_called
from fiction.text.mentions import occurring, short_forms
from fiction.text.tokens import sentences

HILDE = Character("hilde", "Hilde Kortmann", "widow", "Small.", secrets=("She paid him.",), they="she", them="her")
WERNER = Character("werner", "Werner Kortmann", "foreman", "Broad.", they="he", them="him")
FINKE = Character("finke", "Doktor Albert Finke", "head of the office", "Polite.", they="he", them="him")


def world(*lore: Lore, cast: tuple[Character, ...] = (HILDE, WERNER, FINKE), places: tuple[Place, ...] = ()) -> World:
    return World("w", "1", "W", "S", "Setting.", lore=lore, characters=cast, places=places)


def called(said: str, of: World | None = None) -> list[str]:
    return [text.split(" (")[0] for text in people_called(of or world(), said)]


def test_a_name_that_two_have_calls_neither() -> None:
    assert called("Ask Werner Kortmann about the wall") == ["Werner Kortmann"]
    assert called("Ask Hilde about the wall") == ["Hilde Kortmann"]
    assert called("Ask the Kortmann family") == []


def test_titles_call_nobody() -> None:
    assert called("Call a Doktor") == []
    assert called("Go to Finke") == ["Doktor Albert Finke"]
    old = Character("tom", "Old Tom", "ferryman", "Deaf.")
    assert called("Open the Old gate", world(cast=(old,))) == []
    assert called("Wake Tom", world(cast=(old,))) == ["Old Tom"]


def test_names_that_are_common_words_need_their_capital() -> None:
    will = Character("will", "Will Carter", "clerk", "Tall.")
    assert called("Say that you will go", world(cast=(will,))) == []
    assert called("Say it to Will", world(cast=(will,))) == ["Will Carter"]
    assert called("say it to will", world(cast=(will,))) == ["Will Carter"]
    assert called("ask imre about it", world(cast=(Character("imre", "Imre", "", "Tall."),))) == ["Imre"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Анна", "Спросить Анну о письме"),
        ("Александр Громов", "Пойти с Александром к реке"),
        ("沈砚秋", "把钥匙交给砚秋"),
        ("김민수", "민수에게 묻는다"),
        ("佐藤 美咲", "美咲に聞く"),
        ("Đặng Thị Ngọc", "Hỏi Ngọc về lá thư"),
        ("Hilde Kortmann", "In Hildes Küche gehen"),
    ],
)
def test_people_are_found_as_their_language_speaks_of_them(name: str, said: str) -> None:
    assert called(said, world(cast=(Character("x", name, description="."),))) == [name]


def test_other_peoples_names_are_not_found() -> None:
    anna = Character("x", "Анна", description=".")
    assert called("Позвать Антона", world(cast=(anna,))) == []
    zhou = Character("x", "周大夫", description=".")
    assert called("去请大夫", world(cast=(zhou,))) == []


def test_entries_stand_in_the_order_of_who_calls_for_them() -> None:
    entries = (
        Lore("always", (), "Always.", always=True, priority=900),
        Lore("memory", ("bell",), "Of the memory.", priority=99),
        Lore("last", ("rope",), "Of the last passage.", priority=1),
        Lore("plan", ("wall",), "Of the plan.", priority=99),
        Lore("secret", ("gold",), "A secret.", priority=1, secret=True),
        Lore("none", ("eels",), "Of nothing."),
    )
    told, others = lore_for(world(*entries), "Ask Werner about the wall", "A rope and gold", "The bell fell")
    assert [text.split(" (he")[0] for text in told] == [
        "Werner Kortmann",
        "Of the plan.",
        "Of the last passage.",
        "(not to be told outright) A secret.",
        "Of the memory.",
        "Always.",
    ]
    assert [text.split(" (")[0] for text in others] == ["Hilde Kortmann", "Doktor Albert Finke"]


def test_who_somebody_is_comes_first_and_the_secret_before_the_description() -> None:
    text = about_character(HILDE)
    assert sentences(text)[0] == "Hilde Kortmann (she/her), widow."
    assert text.endswith("Secret, not to be told outright: She paid him. Small.")


def test_stops_are_not_doubled() -> None:
    person = Character(
        "x",
        "韩九",
        "驿卒",
        "背着邮袋。",
        "话碎，爱算里程。",
        ("讨回工食银。",),
        ("信是他压下的。",),
        they="he",
        them="him",
    )
    text = about_character(person, language="zh")
    assert text.startswith("韩九 (he/him), 驿卒。 Speech: 话碎，爱算里程。 Wants: 讨回工食银。")
    assert "。." not in text
    assert "。。" not in text
    assert about_character(Character("x", "Ann", description="Who knows?")).endswith(" Who knows?")


def test_pronouns_that_nobody_chose_are_left_to_the_texts() -> None:
    unset = Character("x", "Erika", "Wirtin", "Sie lacht.")
    assert about_character(unset, language="de").startswith("Erika, Wirtin.")
    assert about_character(Character("x", "Erika", description="She laughs.")).startswith("Erika. ")
    assert about_character(Character("x", "Sam", description="Laughs.")).startswith("Sam (they/them). ")


def test_a_place_is_called_by_its_name() -> None:
    of = world(places=(Place("k", "Knappenschule", "Cold."), Place("s", "the slip", "A mast.")))
    assert "Knappenschule: Cold." in lore_for(of, "In die Knappenschule gehen")[0]
    assert "the slip: A mast." in lore_for(of, "Go down to the slip")[0]


def test_a_longer_name_is_mentioned_with_the_one_that_it_holds() -> None:
    assert occurring(["头船", "头船饷箱", "二船"], "查看头船") == {"头船", "头船饷箱"}
    assert occurring(["Imre", "Imre's brother", "Oda"], "Ask Imre") >= {"Imre"}
    assert occurring([], "x") == frozenset()


def test_short_forms_are_those_that_mean_one() -> None:
    assert short_forms(("Imre Vass", "Oda Vass", "Sir Lanval")) == {
        "Imre Vass": ("Imre",),
        "Oda Vass": ("Oda",),
        "Sir Lanval": ("Lanval",),
    }


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("weigher's seal", "Show the weigher’s seal"),
        ("weigher’s seal", "show the weigher's  seal"),
        ("café noir", "Ask for a cafe noir"),
        ("cafe noir", "Ask for a cafe\u0301 noir"),
        ("old tower", "Walk to the old\n  tower"),
        ("well-known", "Read the well\u2011known letter"),
    ],
)
def test_an_entry_comes_up_however_its_keyword_is_spelled(keyword: str, said: str) -> None:
    entry = Lore("seal", (keyword,), "Of whale bone.")
    assert lore_for(world(entry), said)[0] == ("Of whale bone.",)
    assert lore_for(world(entry), "Go on", said)[0] == ("Of whale bone.",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("D'Arcy", "Ask D’Arcy about it"),
        ("Zoë Kern", "Ask Zoe about it"),
        ("Zoe Kern", "Ask Zoe\u0308 about it"),
        ("Père Noël", "Write to Noel"),
        ("Anne\u2011Marie Roux", "Wait for Anne-Marie"),
        ("O’Brien", "ask o'brien about it"),
    ],
)
def test_people_are_found_however_their_names_are_spelled(name: str, said: str) -> None:
    assert called(said, world(cast=(Character("x", name, description="."),))) == [name]


def test_a_word_in_small_letters_is_still_no_name_when_it_is_folded() -> None:
    rose = Character("rose", "Rose", description=".")
    assert called("Smell the rose at D’Arcy's", world(cast=(rose,))) == []
