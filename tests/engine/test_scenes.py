"""What a storyteller is told about one turn, and how rarely the save and the memory are asked for it."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from fiction.engine.scenes import Scenes
from fiction.saves.store import SaveFile
from fiction.story.ledger import AddFact, Ledger, OpenThread
from fiction.story.memory import Cue, Memory, Recall, Recalled, TurnId
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.turn import Turn
from support.scripted import ListMemory
from support.table import WORLD, Table

WAVE = Choice(ChoiceKind.WRITTEN, "wave to the neighbour")


class Noticing(ListMemory):
    """Says something once, with its first answer."""

    said: bool = False

    async def recall(self, cue: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
        notice, self.said = "" if self.said else "Rebuilt.", True
        return dataclasses.replace(await super().recall(cue, overrides), notice=notice)


@pytest.fixture
async def told(table: Table) -> AsyncIterator[tuple[SaveFile, Turn]]:
    """A save of six turns, open to be read, and its head."""
    table.storyteller.ops[1] = (OpenThread("well", "What is in the well?"), AddFact("Oda", "is in", "the mill"))
    table.storyteller.ops[2] = (AddFact("Oda", "is in", "the tower"),)
    await table.play(1, 1, 2, 1, 3)
    with closing(SaveFile.open(table.path, read_only=True)) as save:
        head = save.head()
        assert head is not None
        yield save, head


def offered(turn: Turn, number: int) -> Choice:
    plan = turn.plans[number - 1]
    return Choice(ChoiceKind.OFFERED, plan.label, plan)


async def test_before_the_first_turn_there_is_nothing_to_recall(told: tuple[SaveFile, Turn]) -> None:
    memory = ListMemory()
    scene = await Scenes(told[0], WORLD, memory).after(None, Choice(ChoiceKind.BEGIN))
    assert (scene.depth, scene.recent, scene.memory, scene.ledger) == (1, (), "", Ledger())
    assert (scene.recall, scene.choice.kind) == (Recall(), ChoiceKind.BEGIN)
    assert memory.cues == []


async def test_a_scene_holds_the_turns_that_it_follows_and_the_newest_memory(
    told: tuple[SaveFile, Turn],
) -> None:
    save, head = told
    scene = await Scenes(save, WORLD, ListMemory()).after(head, WAVE)
    assert (scene.depth, scene.parent, scene.choice) == (7, head, WAVE)
    assert [turn.depth for turn in scene.recent] == [1, 2, 3, 4, 5, 6]
    assert scene.memory == head.memory == "Depth 6: Passage 6: Read notice 5."
    unreflected = dataclasses.replace(head, memory="")
    assert (await Scenes(save, WORLD, ListMemory()).after(unreflected, WAVE)).memory.startswith("Depth 5: ")


async def test_of_a_long_story_a_scene_holds_the_last_64_turns(table: Table) -> None:
    await table.play(*[1] * 65)
    assert [turn.depth for turn in table.storyteller.scenes[-1].recent] == [*range(2, 66)]


async def test_the_memory_is_asked_with_the_choice_the_path_and_the_oldest_thread(told: tuple[SaveFile, Turn]) -> None:
    save, head = told
    memory = ListMemory()
    await Scenes(save, WORLD, memory).after(head, WAVE)
    (cue,) = memory.cues
    assert (cue.text, cue.thread, cue.lineage) == (WAVE.query, "What is in the well?", save.lineage(head.id))
    assert cue.before == 7 - save.story.settings.recent_passages
    await Scenes(save, WORLD, memory).after(head, Choice(ChoiceKind.CONTINUE))
    assert memory.cues[-1].text == head.passage


async def test_what_is_recalled_for_the_plans_is_asked_for_once_and_anew_when_memories_change(
    told: tuple[SaveFile, Turn],
) -> None:
    save, head = told
    memory = ListMemory()
    scenes = Scenes(save, WORLD, memory)
    ahead = await scenes.ahead(head)
    assert (ahead.choice, ahead.recall, ahead.depth) == (Choice(ChoiceKind.OFFERED), Recall(), 7)
    assert len(memory.cues) == 3
    taken = await scenes.after(head, offered(head, 2))
    assert (len(memory.cues), taken.choice) == (3, offered(head, 2))
    await scenes.after(head, WAVE)
    assert len(memory.cues) == 4
    scenes.forget_recalls()
    await scenes.ahead(head)
    assert len(memory.cues) == 7
    await scenes.ahead(save.turn(TurnId(5)))
    assert len(memory.cues) == 10


async def test_after_an_ending_it_is_asked_what_is_remembered_for_going_on(told: tuple[SaveFile, Turn]) -> None:
    save, head = told
    memory = ListMemory()
    await Scenes(save, WORLD, memory).ahead(dataclasses.replace(head, plans=()))
    assert [cue.text for cue in memory.cues] == [head.passage]


async def test_a_notice_is_said_with_the_first_scene_that_is_told_and_not_again(told: tuple[SaveFile, Turn]) -> None:
    save, head = told
    scenes = Scenes(save, WORLD, Noticing())
    await scenes.ahead(head)
    assert (await scenes.after(head, offered(head, 3))).recall.notice == "Rebuilt."
    assert (await scenes.after(head, offered(head, 1))).recall.notice == ""
    assert (await scenes.after(head, WAVE)).recall.notice == ""


async def test_the_ledger_is_folded_for_one_turn_at_a_time(
    told: tuple[SaveFile, Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    save, head = told
    asked: list[int] = []
    before = save.ledger_before

    def counted(turn: TurnId) -> tuple[Ledger, tuple[Turn, ...]]:
        asked.append(turn)
        return before(turn)

    monkeypatch.setattr(save, "ledger_before", counted)
    scenes = Scenes(save, WORLD, ListMemory())
    assert scenes.ledger_at(None) == Ledger()
    first = scenes.ledger_at(head)
    assert scenes.ledger_at(head) is first
    scenes.ledger_at(save.turn(TurnId(2)))
    assert scenes.ledger_at(head) == first
    assert asked == [6, 2, 6]


async def test_the_ledger_of_a_turn_that_was_just_completed_is_known(
    told: tuple[SaveFile, Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    save, head = told
    scene = await Scenes(save, WORLD, ListMemory()).after(save.turn(TurnId(5)), WAVE)
    scenes = Scenes(save, WORLD, ListMemory())
    expected = scenes.ledger_at(head)
    entering = Scenes(save, WORLD, ListMemory())
    entering.entered(scene, head)
    monkeypatch.setattr(save, "ledger_before", lambda turn: pytest.fail("it was folded once more"))
    assert entering.ledger_at(head) == expected


async def test_what_contradicts_the_ledger_is_said_as_it_was_established(told: tuple[SaveFile, Turn]) -> None:
    save, _ = told
    scenes = Scenes(save, WORLD, ListMemory())
    assert (await scenes.after(save.turn(TurnId(2)), WAVE)).established == ("Oda is in the mill",)
    assert (await scenes.after(save.turn(TurnId(3)), WAVE)).established == ()


async def test_settings_that_change_make_another_scene(table: Table) -> None:
    await table.play(1)
    store, head = table.session._store, table.session.turn
    assert head is not None
    scenes = Scenes(store, WORLD, ListMemory())
    assert (await scenes.after(head, WAVE)).settings.turns == 20
    store.configure(dataclasses.replace(store.story.settings, turns=60), store.story.reader)
    assert (await scenes.after(head, WAVE)).settings.turns == 60
    store.configure(store.story.settings, dataclasses.replace(store.story.reader, name="Ada"))
    assert (await scenes.after(head, WAVE)).reader.name == "Ada"


def item(turn: int, score: float, *, pinned: bool = False) -> Recalled:
    return Recalled(TurnId(turn), turn, f"passage {turn}", score, pinned=pinned)
