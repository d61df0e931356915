"""Imagined worlds: whatever the model wrote, in whatever language, is a pack that can be played."""

import json
import re
from dataclasses import replace
from typing import TypedDict, Unpack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.engine.director import _REGISTERS
from fiction.llm.structured_output import Answer
from fiction.packs.loader import load_world
from fiction.packs.writer import dump_world
from fiction.story.ledger import Ledger, OpenThread, Thread, ThreadStatus, TouchThread
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ReaderProfile
from fiction.story.scene import Scene
from fiction.story.world import ThreadSeed, World
from fiction.storytellers.model import ModelStoryteller
from fiction.storytellers.openings import begun, noted_by_model
from fiction.storytellers.prompts.templates import prompt
from fiction.storytellers.replies.imagined_world import Imagined
from fiction.storytellers.thread_seeds import next_seed
from fiction.text.slugs import identified, slug
from support.model_scenes import WORLD, SceneChanges, scene
from support.model_server import PASSAGE, ModelServer


class Whole(TypedDict):
    """A reply in which nothing is missing."""

    title: str
    summary: str
    setting: str
    protagonist: str
    genre: str | list[str]
    characters: list[dict[str, str]]
    places: list[dict[str, str]]
    outline: list[str]
    threads: list[dict[str, str]]
    endings: list[dict[str, str]]


GERMAN: Whole = {
    "title": "Das Haus über Sonnenschein",
    "summary": "Du sollst die Häuser zählen, die einsinken werden.",
    "setting": "Altenhövel im Ruhrgebiet, Dezember 1992. Wer nicht auf der Liste steht, bekommt nichts. Man schweigt.",
    "protagonist": "Du bist die Vermesserin Brandt und schuldest dem Amt eine Zahl.",
    "genre": ["mystery", "Familiendrama"],
    "characters": [
        {"name": "Hilde Kortmann", "role": "Witwe", "secret": "Keine.", "pronouns": "sie/ihr"},
        {"name": "Werner Kortmann", "role": "Steiger", "secret": "Er hat die Marken gebrochen.", "pronouns": "er/ihm"},
    ],
    "places": [{"name": "Schlüsselkammer", "description": "Alle Haken sind leer."}],
    "outline": ["Du beziehst das Zimmer.", "Die Wand reißt.", "Die Liste wird verlesen."],
    "threads": [{"setup": "Schlüssel 61 fehlt.", "payoff": "Er findet sich."}, {"setup": "Überall hängt Gips."}],
    "endings": [{"title": "Zwölf Häuser", "condition": "Die Liste bleibt kurz."}],
}
CHINESE: Whole = {
    "title": "封冻之前",
    "summary": "一封迟到二十年的信只写着一句话：今夜勿开闸。",
    "setting": "崇祯十四年十月，会通河只剩永安闸还蓄得住一塘水。今夜开闸，下游便要旱死；不开，船队便要封在冰里。",
    "protagonist": "你承父职掌永安闸，人称沈闸官。",
    "genre": ["mystery", "历史悬疑"],
    "characters": [
        {"name": "韩九", "role": "被裁的驿卒", "pronouns": "他"},
        {"name": "孟菱", "role": "漕船船头", "pronouns": "她"},
        {"name": "陆秉文", "role": "主事", "pronouns": "he/him"},
    ],
    "places": [{"name": "闸房"}, {"name": "闸口"}],
    "outline": ["信到了。", "塘水落了。", "闸启还是不启。"],
    "threads": [{"setup": "闸簿不在架上。"}, {"setup": "孟菱见过亡父的烟杆。"}, {"setup": "井绳比井深长出一倍。"}],
    "endings": [{"title": "簿上有名"}, {"title": "一塘清水"}],
}
RUSSIAN: Whole = {
    "title": "Последний паром",
    "summary": "Кто-то должен отвезти письмо до ледостава.",
    "setting": "Село на Оке, ноябрь 1931 года. Если паром не уйдёт сегодня, хлеба не будет до весны. Все молчат.",
    "protagonist": "Ты землемер Громов.",
    "genre": "mystery, детектив",
    "characters": [
        {"name": "Александр", "role": "паромщик", "pronouns": "он"},
        {"name": "Алексей", "role": "его брат", "pronouns": "он/его"},
        {"name": "Анна", "role": "учительница", "pronouns": "она/её"},
    ],
    "places": [{"name": "Пристань"}, {"name": "Причал"}],
    "outline": ["Паром стоит.", "Письмо вскрыто.", "Лёд встал."],
    "threads": [{"setup": "Кто вскрыл письмо?"}, {"setup": "Где Анна была ночью?"}],
    "endings": [{"title": "Лёд"}, {"title": "Лето"}],
}


def imagined(reply: object, wish: str = "a bell", genre: str = "", *, language: str = "", about: str = "") -> World:
    imagining = Imagined(wish, genre, ReaderProfile(about=about, language=language))
    imagining.take(Answer(json.dumps(reply), cut=False, question="world"))
    return imagining.world()


def kept(world: World) -> World:
    return load_world(dump_world(world), name="premise")


@pytest.mark.parametrize(
    ("reply", "wish", "language"),
    [(GERMAN, "eine Vermesserin", "de"), (CHINESE, "一个女闸官", "zh"), (RUSSIAN, "последний паром", "ru")],
    ids=["German", "Chinese", "Russian"],
)
@pytest.mark.parametrize("said", [True, False], ids=["the reader's language", "the wish's language"])
def test_an_imagined_world_survives_being_kept(reply: Whole, wish: str, language: str, said: bool) -> None:
    world = imagined({**reply, "language": language}, wish, language=language if said else "")
    assert kept(world) == world
    assert world.language == language
    assert len(world.characters) == len(reply["characters"])
    assert len(world.threads) == len(reply["threads"])
    assert len(world.endings) == len(reply["endings"])


def test_people_of_other_scripts_stay_themselves() -> None:
    people = imagined(RUSSIAN).characters
    assert [person.name for person in people] == ["Александр", "Алексей", "Анна"]
    assert len({person.id for person in people}) == 3
    assert people == imagined(RUSSIAN).characters


def test_pronouns_of_any_language_are_the_english_ones() -> None:
    assert [person.they for person in imagined(GERMAN).characters] == ["she", "he"]
    assert [person.them for person in imagined(CHINESE).characters] == ["him", "her", "him"]
    assert [person.their for person in imagined(RUSSIAN).characters] == ["his", "his", "her"]


@pytest.mark.parametrize(
    ("said", "they"),
    [
        ("sie/ihr/ihr", "she"),
        ("(she/her)", "she"),
        ("he, him", "he"),
        ("elle / elle", "she"),
        ("他们", "they"),
        ("?", "they"),
    ],
)
def test_pronouns_are_read_however_they_are_written(said: str, they: str) -> None:
    (person,) = imagined({"characters": [{"name": "Sam", "pronouns": said}]}).characters
    assert person.they == they


def test_no_secret_is_none() -> None:
    assert [person.secrets for person in imagined(GERMAN).characters] == [(), ("Er hat die Marken gebrochen.",)]


def test_threads_have_ids_that_a_model_can_repeat() -> None:
    assert [thread.id for thread in imagined(GERMAN).threads] == ["schlussel-61-fehlt", "uberall-hangt-gips"]
    assert [thread.id for thread in imagined(CHINESE).threads] == ["thread-1", "thread-2", "thread-3"]


def test_the_genre_is_one_that_the_director_knows() -> None:
    assert imagined(CHINESE, genre="历史").genre == ("历史", "mystery", "历史悬疑")
    assert imagined(RUSSIAN).genre == ("mystery", "детектив")
    named = re.search(r"English words: ([^;]+);", prompt("imagine"))
    assert named is not None
    assert set(named[1].split(", ")) == set(_REGISTERS)


def test_a_wish_in_a_script_of_its_own_says_its_language() -> None:
    for wish, language in {"钟": "zh", "последний паром": "ru", "останній паром їде": "uk", "鐘の音": "ja"}.items():
        assert imagined({}, wish).language == language
    assert imagined({}, "die letzte Fähre").language == "en"
    assert imagined({}, "x", language="German").language == "de"
    assert imagined({"language": "not a language"}, "x", language="Plattdeutsch").language == "en"


def test_names_that_models_give_to_everybody_are_banned_where_names_are_latin() -> None:
    assert imagined(GERMAN, language="de").banned_names
    assert not imagined(CHINESE, language="zh-CN").banned_names
    assert "Elara" in Imagined("a bell", "", ReaderProfile()).question().messages[0]["content"]
    assert "Elara" not in Imagined("一个女闸官", "", ReaderProfile()).question().messages[0]["content"]


def test_a_short_setting_goes_on_with_what_else_is_known() -> None:
    world = imagined({"setting": "钟楼。", "protagonist": "你是敲钟人。"}, "钟", language="zh")
    assert world.setting.startswith("钟楼。 你是敲钟人。")
    assert kept(world) == world


def test_braces_and_long_lines_break_no_world() -> None:
    long = "Wind and water, {you} and " * 40
    world = imagined(
        {
            **GERMAN,
            "title": "{x}",
            "summary": long,
            "protagonist": "{you} is {nobody}",
            "characters": [{"name": long, "role": long}, {"name": "Nul"}, {"name": "COM1"}],
            "style": {"tone": [long], "avoid": [long]},
            "genre": [long],
            "endings": [{"title": long}, {"title": long + "x"}],
        }
    )
    assert kept(world) == world


texts = st.text(max_size=60) | st.sampled_from(["Schlüssel", "Müller", "Muller", "钥匙", "CON", "{you}", "- a: b", "#"])
objects = st.dictionaries(
    st.sampled_from(["name", "role", "description", "secret", "pronouns", "title", "setup", "payoff", "condition"]),
    texts,
)
replies = st.dictionaries(
    st.sampled_from([*GERMAN, "style", "language"]), texts | st.lists(texts | objects, max_size=5) | objects
)


@settings(deadline=None, max_examples=80)
@given(replies, texts, texts, texts)
def test_whatever_a_model_says_and_a_reader_wishes_is_a_world(
    reply: dict[str, object], wish: str, genre: str, language: str
) -> None:
    world = imagined(reply, wish, genre, language=language, about=wish)
    assert kept(world) == world


@given(st.text(min_size=1, max_size=80))
def test_an_id_is_one_for_files_and_the_same_again(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?", slug(name))
    assert slug(name) == slug(name)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_ids_are_never_shared(names: list[str]) -> None:
    found = identified(names, lambda name: name, most=20)
    assert len({key for key, _ in found}) == len(found)
    assert all(slug(key) == key for key, _ in found)


def test_names_that_are_spelt_almost_alike_are_two() -> None:
    assert [key for key, _ in identified(["Müller", "Muller", "muller "], str, most=9)] == ["muller", "muller-2"]
    assert slug("Øystein Æsir") == "oystein-aesir"
    assert slug("con") != "con"


# --- its threads ---

SEEDS = tuple(ThreadSeed(f"thread-{n}", f"Something waits at gate {n}.", "It opens.") for n in range(1, 4))


def beginning(**changes: Unpack[SceneChanges]) -> Scene:
    first = scene(Choice(ChoiceKind.BEGIN), world=replace(WORLD, threads=SEEDS), depth=1, recent=(), memory="")
    return replace(first, **changes)


def test_a_world_without_an_opening_begins_with_two_of_its_threads() -> None:
    known, opened = noted_by_model(beginning())
    assert [op.id for op in opened if isinstance(op, OpenThread)] == ["thread-1", "thread-2"]
    assert [thread.id for thread in known.ledger.open_threads] == ["thread-1", "thread-2"]
    assert begun(known) is known
    later = scene()
    assert begun(later) is later
    assert noted_by_model(later) == (later, ())


async def test_the_first_turn_opens_them_once(server: ModelServer, storyteller: ModelStoryteller) -> None:
    noted = await storyteller.reflect(beginning(), PASSAGE)
    opened = [op.id for op in noted.ledger_ops if isinstance(op, OpenThread)]
    assert opened[:2] == ["thread-1", "thread-2"]
    assert len(set(opened)) == len(opened)
    assert "thread-1: Something waits at gate 1." in server.requests[0]["messages"][1]["content"]


def test_the_next_thread_is_opened_when_one_comes_to_rest() -> None:
    ledger = Ledger(threads=tuple(Thread(seed.id, seed.setup) for seed in SEEDS[:2]))
    going = scene(world=replace(scene().world, threads=SEEDS), ledger=ledger)
    assert next_seed(going, [TouchThread("thread-1", ThreadStatus.ADVANCED)]) == ()
    (opened,) = next_seed(going, [TouchThread("thread-1", ThreadStatus.PAID)])
    assert opened.id == "thread-3"
    other = OpenThread("own", "The model's own thread.")
    assert next_seed(going, [TouchThread("thread-1", ThreadStatus.PAID), other]) == ()
    near = replace(going, direction=replace(going.direction, toward_ending=True))
    assert next_seed(near, [TouchThread("thread-1", ThreadStatus.PAID)]) == ()
