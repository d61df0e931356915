"""What is recalled: the port's contract, and laws that hold for every tree of turns."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiction.engine.ports import LongTermMemory
from fiction.memory.columns import Floats
from fiction.memory.embedders import Rarity
from fiction.memory.recall import StoryMemory, story_key
from fiction.story.memory import Cue, Embedding, Lineage, Memory, Recall, Recalled, TurnId
from support.memory_stories import ONE_BRANCH, ListArchive, cue, played, story, told

TALE = story(
    "The ferryman Imre buried a brass key under the mill.",
    "Rain fell on the salt road all night, and nobody came.",
    "Mara swore to bring the bell back to the drowned chapel.",
    "A fox stole the bread from the pack.",
    "The mill burned down to its stones.",
    "An old woman sold you a lantern of green glass.",
)


async def asked(memories: list[Memory], question: Cue, overrides: tuple[Memory, ...] = ()) -> Recall:
    memory = StoryMemory(cache=None)
    await memory.open(ListArchive(memories))
    assert await memory.ready(10)
    found = await memory.recall(question, overrides)
    await memory.close()
    return found


def turns(found: Recall) -> list[int]:
    return [int(item.turn) for item in found.items]


async def test_it_is_a_long_term_memory() -> None:
    memory: LongTermMemory = StoryMemory(cache=None)
    archive = ListArchive(TALE)
    await memory.open(archive)
    vector = await memory.embed("You dig under the mill.")
    assert vector is not None
    assert (vector.model, len(vector.vector)) == ("hashed-2048", 4096)
    await memory.remember(told(7, "You dig under the mill."), vector)
    assert 7 in turns(await memory.recall(cue("Dig at the mill")))
    await memory.close()
    await memory.close()
    assert archive.closed


async def test_a_plan_brings_back_what_it_needs_with_the_reasons() -> None:
    found = await asked(TALE, cue("Ask Imre what he buried", limit=2))
    best = max(found.items, key=lambda item: item.score)
    assert best.turn == 1
    assert (best.dense, best.lexical) == (1.0, 1.0)
    assert 2.0 <= best.score <= 2.1
    assert found.lexical[0].turn == 1
    assert [item.depth for item in found.items] == sorted(item.depth for item in found.items)
    assert found.notice == ""


async def test_the_open_thread_is_asked_for_too() -> None:
    assert 3 in turns(await asked(TALE, cue("Light the lantern", limit=2, thread="Mara's oath about the bell")))


async def test_nothing_is_recalled_twice() -> None:
    again = [*TALE, told(7, "The ferryman Imre buried a brass key under the mill!")]
    assert len({1, 7} & set(turns(await asked(again, cue("Imre's buried key", limit=4))))) == 1


async def test_an_important_turn_wins_a_draw() -> None:
    twins = [told(1, "The bell rang over fog."), told(2, "Fog, and over it rang a bell.", importance=10), *TALE[3:5]]
    assert (await asked(twins, cue("the bell in the fog", limit=1))).items[0].turn == 2


async def test_what_the_reader_changed_holds() -> None:
    forgotten = Memory(TurnId(1), 0, 1, TALE[0].text, forgotten=True)
    edited = Memory(TurnId(2), 0, 2, "A rider in grey gave you the astrolabe.", edited=True)
    pinned = Memory(TurnId(4), 0, 4, TALE[3].text, pinned=True)
    found = await asked(TALE, cue("Imre's buried key, the astrolabe, the rain", limit=2), (forgotten, edited, pinned))
    assert 1 not in turns(found)
    assert 4 in turns(found)
    assert next(item.text for item in found.items if item.turn == 2) == edited.text
    assert 1 not in [item.turn for item in found.lexical]
    elsewhere = await asked(TALE, cue("the astrolabe", limit=6))
    assert all(item.text != edited.text for item in elsewhere.items)


async def test_an_edited_wording_can_be_remembered_ahead_and_its_passage_taken_up_again() -> None:
    memory = StoryMemory(cache=None)
    await memory.open(ListArchive(TALE))
    edited = Memory(TurnId(2), 0, 2, "A rider in grey gave you the astrolabe.", edited=True)
    await memory.remember(edited, None)
    assert 2 in turns(await memory.recall(cue("astrolabe", limit=1), (edited,)))
    assert (await memory.recall(cue("rain on the salt road", limit=1))).items[0].text == TALE[1].text
    await memory.close()


async def test_a_long_passage_comes_back_whole_and_once() -> None:
    long = told(7, "Nothing happens on the river for a while. " * 60 + "At last Hesper hands you the astrolabe.")
    found = await asked([*TALE, long], cue("Give Hesper her astrolabe", limit=3))
    assert turns(found).count(7) == 1
    assert next(item.text for item in found.items if item.turn == 7) == long.text
    assert found.lexical[0].turn == 7


async def test_chinese_stories_remember() -> None:
    tale = story("李雷在河边找到一把剑。", "今天下雨,没有人来。", "王婆婆给你一盏绿色的灯。", "磨坊烧了。")
    found = await asked(tale, cue("向王婆婆要那盏灯", limit=1))
    assert turns(found) == [3]


async def test_a_memory_without_a_vector_gets_one_and_the_save_keeps_it() -> None:
    archive = ListArchive(TALE)
    archive.store_embeddings([(TurnId(1), Embedding("hashed-2048", b"torn"))])
    memory = StoryMemory(cache=None)
    await memory.open(archive)
    await memory.remember(told(7, "One more."), None)
    assert await memory.ready(10)
    assert {turn for _, turn in archive.vectors} == {1, 2, 3, 4, 5, 6, 7}
    assert len(archive.vectors["hashed-2048", TurnId(1)].vector) == 4096
    await memory.close()


async def test_a_story_that_can_not_be_read_says_so_once_and_goes_on() -> None:
    class Unreadable(ListArchive):
        def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
            raise OSError("gone")

    memory = StoryMemory(cache=None)
    await memory.open(Unreadable())
    await memory.remember(told(1, "The ferryman buried a key."), None)
    found = await memory.recall(cue("the key"))
    assert turns(found) == [1]
    assert "could not read" in found.notice
    assert (await memory.recall(cue("the key"))).notice == ""
    await memory.close()


async def test_nothing_is_raised_before_opening_or_after_closing() -> None:
    memory = StoryMemory(cache=None)
    pinned = (Memory(TurnId(1), 0, 1, "A key.", pinned=True),)
    assert turns(await memory.recall(cue("key"), pinned)) == [1]
    await memory.open(ListArchive(TALE))
    await memory.close()
    assert turns(await memory.recall(cue("key"), pinned)) == [1]
    assert await memory.embed("text") is None
    await memory.remember(told(9, "late"), None)
    assert await memory.ready(1)


async def test_a_cancelled_recall_leaves_the_memory_well() -> None:
    memory = StoryMemory(cache=None)
    await memory.open(ListArchive(played(300)))
    waiting = asyncio.ensure_future(memory.recall(cue("thing0007")))
    await asyncio.sleep(0)
    waiting.cancel()
    assert turns(await memory.recall(cue("thing0007", limit=1))) == [7]
    await memory.close()


async def test_closing_while_opening_is_quick() -> None:
    memory = StoryMemory(cache=None)
    await memory.open(ListArchive(played(400)))
    start = time.monotonic()
    await memory.close()
    assert time.monotonic() - start < 3


async def test_an_embedder_that_fails_costs_only_its_arm() -> None:
    class Failing:
        name, dim = "failing-4", 4

        def embed(self, texts: Sequence[str]) -> Floats:
            raise OSError("no server")

        def question(self, text: str, rarity: Rarity) -> Floats:
            raise OSError("no server")

    memory = StoryMemory(cache=None, embedder=Failing())
    await memory.open(ListArchive(TALE))
    assert await memory.embed("text") is None
    assert turns(await memory.recall(cue("Imre's key", limit=1))) == [1]
    await memory.close()


def test_a_foreign_save_names_no_path() -> None:
    assert story_key("6f1c2a34-0000-4000-8000-000000000001") == "6f1c2a34-0000-4000-8000-000000000001"
    assert Path(story_key("../../etc")).name == story_key("../../etc")
    assert story_key("") != story_key("x")


# --- laws over any tree of turns ---

WORDS = st.lists(
    st.sampled_from(["key", "mill", "Imre", "bell", "fog", "rain", "lantern", "road"]), min_size=1, max_size=6
)


@st.composite
def trees(draw: st.DrawFn) -> list[Memory]:
    """Turns of three branches: segment 0 from the start, 1 and 2 forking off it."""
    made = []
    for turn in range(1, draw(st.integers(1, 14)) + 1):
        segment = draw(st.integers(0, 2))
        depth = draw(st.integers(1, 6)) + (3 if segment else 0)
        made.append(told(turn, " ".join(draw(WORDS)), segment=segment, depth=depth))
    return made


LINEAGES = st.sampled_from([Lineage(((0, 3), (1, 9))), Lineage(((0, 2), (2, 5))), Lineage(((0, 6),)), Lineage()])


@settings(max_examples=60, deadline=None)
@given(trees(), LINEAGES, st.integers(1, 10), WORDS, st.lists(st.booleans(), min_size=28, max_size=28))
def test_only_what_may_be_recalled_is_recalled(
    tree: list[Memory], lineage: Lineage, before: int, question: list[str], marks: list[bool]
) -> None:
    overrides = tuple(
        Memory(m.turn, m.segment, m.depth, m.text, pinned=marks[2 * at], forgotten=marks[2 * at + 1])
        for at, m in enumerate(tree)
        if at % 3 == 0
    )
    cues = cue(" ".join(question), lineage=lineage, before=before, limit=3)
    found = asyncio.run(asked(tree, cues, overrides))
    places = {m.turn: m for m in tree}
    for item in (*found.items, *found.lexical):
        assert lineage.holds(places[item.turn].segment, places[item.turn].depth)
        assert item.depth == places[item.turn].depth < before
    forgotten = {m.turn for m in overrides if m.forgotten}
    assert not forgotten & {item.turn for item in (*found.items, *found.lexical)}
    must = {
        m.turn
        for m in overrides
        if m.pinned and not m.forgotten and lineage.holds(m.segment, m.depth) and m.depth < before
    }
    assert must <= {item.turn for item in found.items if item.pinned}
    assert sum(not item.pinned for item in found.items) <= 3
    assert len(found.lexical) <= 8
    assert [i.lexical for i in found.lexical] == sorted((i.lexical for i in found.lexical), reverse=True)


@settings(max_examples=25, deadline=None)
@given(trees(), LINEAGES, WORDS)
def test_the_same_question_has_the_same_answer_whatever_other_branches_hold(
    tree: list[Memory], lineage: Lineage, question: list[str]
) -> None:
    path = [m for m in tree if lineage.holds(m.segment, m.depth)]
    whole = asyncio.run(asked(tree, cue(" ".join(question), lineage=lineage)))
    alone = asyncio.run(asked(path, cue(" ".join(question), lineage=lineage)))
    assert whole.lexical == alone.lexical
    assert whole.items == alone.items


@pytest.mark.parametrize("grown", [0, 3, 6])
async def test_a_memory_that_grew_answers_like_one_that_was_opened_whole(grown: int) -> None:
    memory = StoryMemory(cache=None)
    await memory.open(ListArchive(TALE[:grown]))
    for told_now in TALE[grown:]:
        await memory.remember(told_now, await memory.embed(told_now.text))
    question = cue("Bring the bell and the lantern to the chapel", lineage=ONE_BRANCH, limit=3)
    assert await memory.recall(question) == await asked(TALE, question)
    await memory.close()


async def test_whoever_waits_too_short_is_told_so() -> None:
    held = threading.Event()

    class Slow(ListArchive):
        def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
            assert held.wait(30)
            return super().memories(after=after)

    memory = StoryMemory(cache=None)
    await memory.open(Slow(TALE))
    assert await memory.ready(0.05) is False
    held.set()
    assert await memory.ready(30) is True
    await memory.close()


async def test_a_memory_is_opened_once() -> None:
    memory, other = StoryMemory(cache=None), ListArchive([told(1, "Another story.")])
    await memory.open(ListArchive(TALE))
    await memory.open(other)
    assert await memory.ready(30)
    assert turns(await memory.recall(cue("Imre's buried key", limit=1))) == [1]
    await memory.close()
    assert not other.closed


async def test_what_the_reader_pinned_comes_even_when_all_fails() -> None:
    pinned = Memory(TurnId(4), 0, 4, TALE[3].text, pinned=True)
    memory = StoryMemory(cache=None)
    expected = Recall((Recalled(TurnId(4), 4, TALE[3].text, pinned=True),))
    assert await memory.recall(cue("?"), (pinned,)) == expected
    await memory.open(ListArchive(TALE))
    await memory.close()
    assert await memory.recall(cue("?"), (pinned,)) == expected


async def test_nothing_is_written_without_a_folder_and_no_chroma_where_none_is_wanted(tmp_path: Path) -> None:
    for cache, chroma in ((None, True), (tmp_path, False)):
        memory = StoryMemory(cache=cache, chroma=chroma)
        await memory.open(ListArchive(played(80)))
        assert await memory.ready(30)
        await memory.close()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["words.npz"]


async def test_a_long_story_is_answered_by_words_until_its_vectors_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiction.memory.recall._AT_ONCE", 3)
    found = await asked(TALE, cue("Imre's buried key", limit=1))
    assert turns(found) == [1]
    assert found.items[0].dense > 0


@pytest.mark.parametrize(
    ("uuid", "same"),
    [("6f1c2a34-0000-4000-8000-000000000001", True), ("a" * 8, True), ("a" * 64, True), ("a" * 7, False),
     ("a" * 65, False), ("../../../etc", False), ("A" * 8, False), ("", False)],
)  # fmt: skip
def test_a_storys_files_have_its_identity_for_a_name_or_a_digest_of_it(uuid: str, same: bool) -> None:
    key = story_key(uuid)
    assert (key == uuid) is same
    assert same or (len(key) == 32 and key.isalnum())


async def test_nobody_waits_for_the_vectors_of_a_long_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiction.memory.recall._AT_ONCE", 3)
    words, vectors = threading.Event(), threading.Event()

    class Slow(ListArchive):
        def memories(self, *, after: TurnId | None = None) -> Iterator[Memory]:
            assert words.wait(30)
            return super().memories(after=after)

        def embeddings(self, model: str) -> Iterator[tuple[TurnId, Embedding]]:
            assert vectors.wait(30)
            return super().embeddings(model)

    memory = StoryMemory(cache=None)
    await memory.open(Slow(TALE))
    asking = asyncio.create_task(memory.recall(cue("Imre's buried key", limit=1)))
    await asyncio.sleep(0)
    words.set()
    found = await asyncio.wait_for(asking, 20)
    assert (turns(found), found.items[0].dense) == ([1], 0.0)
    vectors.set()
    assert await memory.ready(30)
    assert (await memory.recall(cue("Imre's buried key", limit=1))).items[0].dense > 0
    await memory.close()
