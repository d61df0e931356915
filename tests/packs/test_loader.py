"""From a pack's text to a World, and every mistake of a pack at its place."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.errors import PackError
from fiction.packs.lint.lint import lint
from fiction.packs.loader import json_schema, load_pack, load_world
from fiction.packs.pack_file import MAX_PROBLEMS, read_pack
from fiction.packs.writer import dump_world
from fiction.story.plan import Approach
from fiction.story.storylets import Body, Effect, Role, StoryletKind

HEAD = """\
schema: 1
id: a-world
version: 1.0.0
title: A World
summary: One line.
setting: A setting that is at least forty characters long, as it has to be.
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_world(text, name="w.yaml")
    return [str(problem) for problem in caught.value.problems]


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_the_guides_example_becomes_a_world(example: str) -> None:
    world = load_world(example)
    assert (world.id, world.version, world.authors) == ("the-small-light", "1.0.0", ("Ines Vale",))
    assert world.cover.split("\n")[1] == "     /|\\"
    assert world.setting.startswith("A lighthouse") and not world.setting.endswith("\n")
    assert [act.share for act in world.acts] == [0.6, 0.4]
    imre = world.characters[0]
    assert (imre.they, imre.them, imre.their, imre.place) == ("he", "him", "his", "lamp-room")
    assert world.attempts[0] == (Approach.BOLD, ("You {act}. The rock takes no notice, but Imre does.",))
    greet = world.openings[0].plans[0]
    assert greet.effects == (Effect("trust", 1),)
    assert greet.outcome[0].when == ""
    page, dark = world.storylets
    assert page.roles == (Role("ally", ("imre",)),)
    assert [body.when for body in page.bodies] == ["", "trust > 0"]
    assert page.plans[1].facts == (("{ally}", "hides", "what happened in March"),)
    assert isinstance(page.plans[1].outcome[1], Body)
    assert dark.kind is StoryletKind.CLIMAX
    assert dark.plans[1].effects == (Effect("trust", -3, sets=True),)
    assert world.epilogue[1].weight == 2


def test_what_must_be_there_is_enough() -> None:
    world = load_world(HEAD)
    assert (world.title, world.openings, world.storylets) == ("A World", (), ())


def test_a_key_without_a_value_counts_as_left_out() -> None:
    assert load_world(HEAD + "tags:\nhomepage:\nplaces:\n- {id: a, name: A, exits: }\n").tags == ()
    assert problems(changed(HEAD, "title: A World", "title:")) == ["w.yaml:4:1: the key 'title' is missing"]


def test_expressions_may_be_folded_over_lines(example: str) -> None:
    text = changed(example, "  - when: trust > 0\n", "  - when: >\n      trust > 0\n      and act == 1\n")
    assert load_world(text).storylets[0].bodies[1].when == "trust > 0 and act == 1"


def test_pronouns_of_any_language_are_three_words(example: str) -> None:
    imre = load_world(changed(example, "pronouns: he/him", "pronouns: iel/iel/son")).characters[0]
    assert (imre.they, imre.them, imre.their) == ("iel", "iel", "son")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: The Small", "titel: The Small", "there is no key 'titel' here  [did you mean 'title'?]"),
        ("schema: 1", "schema: 2", "'schema' should be one of: 1"),
        ("id: the-small-light", "id: The Light", "'The Light' is no id"),
        ("id: the-small-light", "id: con", "the name of a device"),
        ("id: the-small-light", "id: ../etc", "is no id"),
        ("version: 1.0.0", "version: 1.0", "'version' should be text  [put it in quotes]"),
        ("version: 1.0.0", "version: '1.0'", "'1.0' is no version"),
        ("language: en", "language: no such", "'no such' is no language"),
        ("summary: A lamp", "summary: " + "long " * 50 + "A lamp", "characters long; it should be at most 200"),
        ("summary: A lamp", "summary: |\n  A\n  lamp", "should be one line  [use > instead of |"),
        ("title: The Small Light", "title: ''", "'title' is empty"),
        ("title: The Small Light", 'title: "a\\e[31mb"', "control or invisible character U+001B"),
        ("title: The Small Light", 'title: "a\\u202eb"', "control or invisible character U+202E"),
        ("title: The Small Light", 'title: "a\\u200bb"', "control or invisible character U+200B"),
        ("title: The Small Light", 'title: "a' + "\\u0301" * 9 + '"', "too many combining marks"),
        ("title: The Small Light", "title: 1984", "'title' should be text  [put it in quotes]"),
        ("title: The Small Light", "title: {The Small Light}", "'title' should be one text"),
        ("genre: [mystery]", "genre: mystery", "'genre' should be a list  [write it in brackets"),
        ("genre: [mystery]", "genre: [mystery, 7]", "entry 2 of 'genre' should be text"),
        ("genre: [mystery]", "genre: [a, b, c, d, e, f, g, h, i]", "it should have at most 8"),
        ("{rating: everyone}", "{rating: everybody}", "everyone, teen, mature  [did you mean 'everyone'?]"),
        ("{rating: everyone}", "everyone", "'safety' should be a mapping"),
        ("license: CC-BY-4.0", "homepage: http://x.example", "should be an address that begins with https://"),
        ("    ~~~~~~~~~", "    " + "~" * 70, "columns wide; the limit is 60"),
        ("    ~~~~~~~~~", "    é", "should be ASCII art"),
        ("share: 0.6", "share: -1", "'share' should be at least 0"),
        ("act: 2}", "act: 3}", "there is no act 3; the pack has 2"),
        ("pronouns: he/him", "pronouns: he", "'he' are no pronouns"),
        ("exits: [lamp-room]", "exits: [lamproom]", "there is no place 'lamproom'  [did you mean 'lamp-room'?]"),
        (
            "{id: log, name: the log,",
            "{id: log, held_by: imri, name: the log,",
            "no character 'imri'  [did you mean 'imre'",
        ),
        ("secret: true", "secret: yes", "'secret' should be true or false  [yes, no, on and off are text]"),
        ("threads: [torn]", "threads: [worn]", "there is no thread 'worn'  [did you mean 'torn'?]"),
        ("id: trust", "id: turn", "means something else in the `when` language"),
        ("id: trust", "id: not", "means something else in the `when` language"),
        ("start: 0, minimum: -3", "start: -9, minimum: -3", "it starts at -9, which is not from -3 to 3"),
        ("For a moment you think of {recollection}", "For a moment you think", "a callback has to hold {recollection}"),
        ('  bold: "You {act}.', '  brave: "You {act}.', "'brave' should be one of: bold"),
        ("effects: {trust: +1}", "effects: {thrust: +1}", "there is no quality 'thrust'  [did you mean 'trust'?]"),
        ("effects: {trust: +1}", "effects: {trust: much}", "should be a whole number to add"),
        ("effects: {trust: +1}", "effects: {trust: 1.5}", "should be a whole number to add"),
        ("approach: warm", "approach: friendly", "'approach' should be one of: bold, careful"),
        ("- id: ask", "- id: greet", "another plan of this scene has the id 'greet' (line"),
        ("- id: page", "- id: boat", "another opening or storylet has the id 'boat' (line"),
        ("- {id: landing,", "- {id: lamp-room,", "another place has the id 'lamp-room'"),
        ("kind: scene", "kind: scenic", "scene, hinge, climax, quiet  [did you mean 'scene'?]"),
        ("tension: 3", "tension: 11", "'tension' should be at most 10"),
        ("tension: 3", "tension: three", "'tension' should be a whole number"),
        ("acts: [1]", "acts: [0]", "should be at least 1"),
        ("roles: {ally: {who: [imre]}}", "roles: {you: {who: [imre]}}", "{you} is a slot of its own"),
        ("roles: {ally: {who: [imre]}}", "roles: {ally: {who: [emre]}}", "did you mean 'imre'?"),
        ("- when: trust > 0", "- when: trst > 0", "there is no quality 'trst'  [did you mean 'trust'?]"),
        ("- when: trust > 0", "- when: trust = 1", "[write '==' for '=']"),
        ("- when: trust > 0", "- when: trust > 0 && act > 1", "[write 'and' for '&&']"),
        ("- when: trust > 0", "- when: __import__('os')", "there is no call '__import__'"),
        ("- when: trust > 0", "- when: trust.x", "not part of the `when` language"),
        ("- when: trust > 0", "- when: trust > 'much'", "'much' is text, and is compared with a number"),
        ("- when: trust > 0", "- when: place == 'lamproom'", "there is no place 'lamproom'"),
        ("- when: trust > 0", "- when: opening == 'bout'", "did you mean 'boat'?"),
        ("- when: trust > 0", "- when: seen('pages')", "there is no storylet 'pages'  [did you mean 'page'?]"),
        ("- when: trust > 0", "- when: seen('boat')", "[write opening == 'boat']"),
        ("- when: trust > 0", "- when: did('climb')", "[write did('storylet/plan')]"),
        ("- when: trust > 0", "- when: did('boat/climbs')", "did you mean 'boat/climb'?"),
        ("- when: trust > 0", "- when: met('imri')", "did you mean 'imre'?"),
        ("- when: trust > 0", "- when: paid('tern') or open('torn')", "there is no thread 'tern'"),
        ("- when: trust > 0", "- when: " + "1+" * 300 + "1", "an expression of 601 characters"),
        ("{Ally} winds", "{Allies} winds", "there is no slot {Allies} here"),
        ("{Ally} winds", "{ally.theirs} winds", "a role has {ally}, {ally.they}"),
        ("{Ally} winds", "{you.they} winds", "[write {you}]"),
        ("{Ally} winds", "{} winds", "there is no slot {} here"),
        ("{Ally} winds", "{Ally winds", "a { that belongs to no slot"),
        ("{Ally} winds", "Ally} winds", "a } that belongs to no slot"),
        ("{Ally} winds", "{act} winds", "there is no slot {act} here"),
        ("{Ally} winds", "{0.__class__} winds", "there is no slot"),
        ("Above you the lamp", "Above {ally} the lamp", "there is no slot {ally} here"),
        ("title: The torn page", "title: The page of {ally}", "there is no slot {ally} here"),
        ("protagonist: You are {you}", "protagonist: You are {place}", "there is no slot {place} here  ["),
        ('facts: ["{ally} | hides |', 'facts: ["{ally} hides |', "a fact has three parts"),
        ('ending: "*"', "ending: two-keeper", "there is no ending 'two-keeper'  [did you mean 'two-keepers'?]"),
        ('ending: "*"', 'goto: page\n    ending: "*"', "a plan leads to a storylet or to an ending, not to both"),
        ('ending: "*"', "goto: pages", "there is no storylet 'pages'"),
        ("tone: bitter", "tone: sour", "good, bitter, bad, open"),
        ("  - id: silent", "  - id: silent\n    note: x", "there is no key 'note' here"),
        ("    label: Close the book and help wind the clock\n", "", "the key 'label' is missing"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(example: str, old: str, new: str, said: str) -> None:
    told = problems(changed(example, old, new))
    assert any(said in problem for problem in told), told
    assert not any("Input should" in problem or "pydantic" in problem for problem in told)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(example: str) -> None:
    text = changed(example, "genre: [mystery]", "genre: mystery")
    text = changed(text, "exits: [lamp-room]", "exits: [lamp]")
    text = changed(text, "- when: trust > 0", "- when: trst > 0")
    text = changed(text, "{Ally} winds", "{Alley} winds")
    text = changed(text, "tone: bitter", "tone: sour")
    lines = text.split("\n")
    told = problems(text)
    assert len(told) == 5
    found = [re.match(r"w\.yaml:(\d+):(\d+): ", problem) for problem in told]
    places = [(int(place[1]), int(place[2])) for place in found if place]
    assert len(places) == 5
    assert places == sorted(places)
    starts = [lines[line - 1][column - 1 :] for line, column in places]
    words = ["mystery", "lamp]", "{Alley} winds", "trst > 0", "sour"]
    assert all(start.startswith(word) for start, word in zip(starts, words, strict=True)), starts


def test_the_error_itself_is_one_sentence_with_the_first_mistake() -> None:
    with pytest.raises(PackError) as caught:
        load_world("schema: 1\n", name="w.yaml")
    assert str(caught.value) == "w.yaml, line 1: the key 'id' is missing (and 4 more)."


def test_the_top_must_be_a_mapping() -> None:
    assert problems("- a\n") == ["w.yaml:1:1: a pack is a mapping at its top level (key: value)"]


def test_a_file_full_of_mistakes_has_the_first_ones_told() -> None:
    assert len(problems(HEAD + "".join(f"key{number}: 1\n" for number in range(5_000)))) <= MAX_PROBLEMS


def test_a_storylet_reached_by_goto_alone_has_the_roles_of_the_scene(example: str) -> None:
    after = "- id: dark\n"
    scene = '- id: tell\n  only_by_goto: true\n  bodies: "{Ally} sits down."\n'
    led = changed(example, "    advances: [torn]\n", "    advances: [torn]\n    goto: tell\n")
    assert load_world(changed(led, after, scene + after)).storylets[1].id == "tell"
    drawn = changed(led, after, scene.replace("  only_by_goto: true\n", "") + after)
    assert "there is no slot {Ally} here" in problems(drawn)[0]
    elsewhere = changed(led, "    place: lamp-room\nstorylets", "    place: lamp-room\n    goto: tell\nstorylets")
    assert "there is no slot {Ally} here" in problems(changed(elsewhere, after, scene + after))[0]


def test_libyaml_and_the_fallback_make_the_same_world(example: str) -> None:
    assert load_pack(example, fast=False).world == load_pack(example).world


def test_the_json_schema_speaks_of_every_key() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert {"schema", "storylets", "attempts", "epilogue"} <= properties.keys()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["schema", "id", "version", "title", "summary", "setting"]


def test_the_json_schema_takes_what_the_loader_takes(example: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    assert list(validator.iter_errors(read_pack(example, name="w.yaml").data)) == []
    wrong = read_pack(changed(example, "genre: [mystery]", "genre: mystery"), name="w.yaml")
    assert len(list(validator.iter_errors(wrong.data))) == 1


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_random_bytes_put_into_a_pack_raise_nothing_but_pack_errors(example: str, data: st.DataObject) -> None:
    raw = bytearray(example.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"- ", b"{", b"}", b"null", b": ", b"\n", b"[1]", b"-1", b"'"])
        )
    try:
        assert isinstance(lint(load_pack(bytes(raw), name="w.yaml")), tuple)
    except PackError as error:
        assert error.problems
        assert all("Input should" not in problem.message for problem in error.problems)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_values_of_any_shape_anywhere_raise_nothing_but_pack_errors(example: str, data: st.DataObject) -> None:
    """Take one value of the example and put another in its place, whatever its type."""
    lines = example.split("\n")
    keyed = [index for index, line in enumerate(lines) if re.match(r" *(- )?\w+:", line)]
    index = data.draw(st.sampled_from(keyed))
    head = lines[index][: lines[index].index(":") + 1]
    value = data.draw(
        st.sampled_from(["", "7", "x", "[]", "{}", "[[1]]", "{a: {b: 1}}", "true", "[{}, 1, x, null]", "1.5"])
    )
    indent = len(head) - len(head.lstrip(" -"))
    rest = index + 1
    while rest < len(lines) and (not lines[rest].strip() or len(lines[rest]) - len(lines[rest].lstrip(" -")) > indent):
        rest += 1
    try:
        pack = load_pack("\n".join([*lines[:index], f"{head} {value}", *lines[rest:]]), name="w.yaml")
        assert load_world(dump_world(pack.world)) == pack.world
        assert all(warning.line for warning in lint(pack))
    except PackError as error:
        assert all(problem.line for problem in error.problems)
        assert all("makes no sense" not in problem.message for problem in error.problems)
