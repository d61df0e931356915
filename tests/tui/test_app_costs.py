"""What a story costs on the reading screen, and what is done when a cap or a busy server stands in the way."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
from textual.content import Content

from fiction.engine.budget import Costs
from fiction.engine.ports import Ahead
from fiction.errors import StorytellerError, Trouble
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Usage
from fiction.tui import words
from fiction.tui.app import FictionApp
from fiction.tui.reading import cost_words
from fiction.tui.reading.choices import OptionRow
from fiction.tui.reading.costs import costs_words
from fiction.tui.reading.phases import Phase
from fiction.tui.reading.remedies import trouble_ways
from fiction.tui.widgets.keys import Keys
from support.tui_game import Shelf, Teller
from support.tui_screens import begin, reading, sees, shown, until

Opened = Callable[..., FictionApp]
STORY = Usage(31_200, 4_100, 20_000, cost=123_456)
CAPPED = StorytellerError("This turn would cost about $0.02, and the cap is $1.00.", trouble=Trouble.CAPPED)


def busy(wait: float | None) -> StorytellerError:
    return StorytellerError("The server is busy.", trouble=Trouble.BUSY, wait=wait)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, Teller("model", "gpt-5.6 at api.openai.com"), Teller())


@pytest.fixture
def app(shelf: Shelf) -> FictionApp:
    return FictionApp(lambda: shelf, animations="none")


# --- in words ---


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (Usage(), ""),
        (Usage(100, 50), ""),
        (Usage(100, 50, cost=4_100), "$0.0041"),
        (Usage(100, 50, cost=1_234_567), "$1.24"),
        (Usage(100, 50, cost=1), "$0.0001"),
        (Usage(100, 50, cost=2_000_000, estimated=True), "about $2.00"),
        (Usage(100, 50, cost=2_000_000, unpriced=True), "at least $2.00"),
        (Usage(100, 50, unpriced=True), "cost unknown"),
    ],
)
def test_money_is_said_only_where_there_is_any(usage: Usage, said: str) -> None:
    assert cost_words.money(usage) == said


def test_tokens_tell_those_from_the_cache_apart() -> None:
    assert cost_words.tokens(Usage(2310, 412, 1980)) == "2,310 in (1,980 from the cache), 412 out"
    assert cost_words.tokens(Usage(2310, 412, estimated=True)) == "about 2,310 in, 412 out"
    assert [cost_words.rounded(n) for n in (950, 31_200, 1_240_000)] == ["950", "31k", "1.2M"]


def test_a_story_that_asked_no_server_has_no_bill() -> None:
    assert cost_words.bill(Usage(), Costs()) == []
    assert [line.plain for line in costs_words(Usage(), Costs())] == [
        "Nothing was asked of a server for this story, so it costs nothing."
    ]


def test_a_local_story_has_tokens_and_no_dollars() -> None:
    text = Content("\n").join(list(costs_words(Usage(10, 5), Costs(story=Usage(1_000, 500))))).plain
    assert "1,000" in text
    assert "$" not in text
    assert "dollars" not in text


def test_a_price_that_nobody_knows_is_called_unknown_in_the_head_and_in_the_table() -> None:
    unknown = Usage(31_200, 4_100, unpriced=True)
    assert cost_words.so_far(unknown) == "35k tokens, cost unknown"
    lines = [line.plain for line in costs_words(Usage(), Costs(story=unknown, next_turn=unknown, story_cap=10_000))]
    assert [line.endswith("unknown") for line in lines if line.startswith(("This story", "Next turn"))] == [True, True]
    assert any("counts towards no cap" in line for line in lines)


def test_caps_are_said_with_how_much_of_them_is_spent() -> None:
    costs = Costs(story=STORY, today=STORY, story_cap=1_000_000, day_cap=500_000)
    text = "\n".join(line.plain for line in costs_words(Usage(), costs))
    assert "Cap for this story: $1.00, 12% of it spent." in text
    assert "Cap for a day: $0.50, 25% of it spent." in text


def test_long_waits_are_said_in_minutes() -> None:
    assert [words.waited(seconds) for seconds in (5, 60, 192)] == ["5 s", "1 min 0 s", "3 min 12 s"]


# --- on the page ---


@pytest.mark.parametrize("size", [(60, 20), pytest.param((130, 40), marks=pytest.mark.slow)])
async def test_the_head_says_what_the_story_costs_so_far(shelf: Shelf, app: FictionApp, size: tuple[int, int]) -> None:
    shelf.budget.spent = Costs(story=STORY)
    async with app.run_test(size=size, notifications=True) as pilot:
        await begin(pilot)
        await sees(pilot, "turn 1 of ~20 · $0.13")


async def test_the_panel_and_the_costs_view_say_it_in_full(shelf: Shelf, app: FictionApp) -> None:
    shelf.budget.spent = Costs(story=STORY, today=Usage(51_200, 8_100, cost=323_456), story_cap=5_000_000)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await begin(pilot)
        await sees(pilot, "WHAT IT COST", "31,200 in (20,000 from")
        await pilot.press("dollar_sign")
        await sees(pilot, "What this story costs", "Today, all", "Next turn", "Cap for this story: $5.00")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is reading(app))


async def test_the_built_in_storyteller_costs_nothing_and_nothing_is_said_of_it(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await begin(pilot)
        await sees(pilot, "OPEN THREADS")
        text = shown(app)
        assert "COST" not in text
        assert "$" not in text.replace("$ costs", "")
        assert "token" not in text


# --- ways on ---


@pytest.mark.parametrize(
    ("trouble", "keys"),
    [
        (Trouble.CAPPED, "g b w e Esc"),
        (Trouble.BUSY, "r b w e Esc"),
        (Trouble.KEY, "w b r Esc"),
        (Trouble.MODEL, "w b r Esc"),
        (Trouble.UNREACHABLE, "r w b e Esc"),
        (Trouble.REFUSED, "R e b r Esc"),
        (Trouble.EMPTY, "r R b e Esc"),
        (Trouble.STALLED, "r R b e Esc"),
        (Trouble.CUT_OFF, "r R b e Esc"),
        (None, "r R b e Esc"),
    ],
)
def test_what_helps_most_comes_first(trouble: Trouble | None, keys: str) -> None:
    ways = trouble_ways(trouble, builtin=True, told=False, editable=True)
    assert " ".join(way.key for way in ways) == keys


@pytest.mark.parametrize("trouble", [*Trouble, None])
def test_a_told_passage_is_never_told_over_and_there_is_always_a_way_back(trouble: Trouble | None) -> None:
    ways = trouble_ways(trouble, builtin=True, told=True, editable=True)
    assert {way.action for way in ways} <= {"retry", "allow", "minds", "go_back"}
    assert ways[-1].key == "Esc"
    assert len(ways) > 1


async def test_a_cap_asks_and_the_reader_goes_on_all_the_same(shelf: Shelf, app: FictionApp) -> None:
    model = shelf.tellers[0]
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("g")
        assert shelf.budget.allowed == 0
        model.fail = CAPPED
        await pilot.press("1")
        await sees(pilot, "the cap is $1.00", "❯ g   Go on all the same", "Let the built-in storyteller")
        await pilot.press("g")
        await sees(pilot, "turn 2", "> Climb down")
        assert shelf.budget.allowed == 1


async def test_a_cap_can_be_gone_around_with_the_built_in_storyteller(shelf: Shelf, app: FictionApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        shelf.tellers[0].fail = CAPPED
        await pilot.press("1")
        await sees(pilot, "the cap is $1.00")
        await pilot.press("b")
        await sees(pilot, "turn 2")
        assert screen.session.turn is not None
        assert screen.session.turn.storyteller == "offline"


async def test_a_refused_key_leads_to_the_storytellers_and_the_turn_is_told_after_all(
    shelf: Shelf, app: FictionApp
) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        shelf.tellers[0].fail = StorytellerError("The server refuses the key.", trouble=Trouble.KEY)
        await pilot.press("slash", *"dive", "enter")
        await sees(pilot, "❯ w   Who tells: choose or mend the server")
        await pilot.press("w")
        await sees(pilot, "THIS STORY", "tells now")
        await pilot.press("escape")
        await sees(pilot, "The server refuses the key.")
        await pilot.press("r")
        await sees(pilot, "> dive", "turn 2")


# --- a busy server ---


async def test_a_busy_server_is_asked_again_by_itself(shelf: Shelf, app: FictionApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        shelf.tellers[0].fail = busy(2)
        await pilot.press("1")
        asking = re.compile(r"The server is busy\..*❯ r   Try now \(by itself in [12] s", re.DOTALL)
        await until(pilot, lambda: asking.search(shown(app)))
        await sees(pilot, "turn 2")


@pytest.mark.slow
async def test_any_key_stops_the_asking_by_itself(shelf: Shelf, app: FictionApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        shelf.tellers[0].fail = busy(3)
        await pilot.press("1")
        await sees(pilot, "by itself in")
        await pilot.press("down")
        await sees(pilot, "Try again (better in")
        await until(pilot, lambda: "better in" not in shown(app))
        await asyncio.sleep(0.2)
        await sees(pilot, "Try again")
        assert screen.phase is Phase.TROUBLE
        await pilot.press("r")
        await sees(pilot, "turn 2")


class Busy(Teller):
    """Always busy, once it is told to be."""

    begun = False
    asked = 0

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        self.asked += self.begun
        self.fail = busy(0.1) if self.begun else None
        async for event in super().narrate(scene):
            yield event


@pytest.mark.slow
async def test_a_busy_server_is_asked_five_times_in_a_row_and_then_the_reader_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fiction.tui.reading.recovering.SECOND", 0.05)
    teller = Busy("model", "a model")
    app = FictionApp(lambda: Shelf(tmp_path, teller), animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        teller.begun = True
        await pilot.press("1")
        await until(pilot, lambda: teller.asked == 6)
        await asyncio.sleep(0.5)
        assert teller.asked == 6
        teller.begun = False
        await pilot.press("r")
        await sees(pilot, "turn 2")


@pytest.mark.slow
async def test_a_wish_is_kept_when_a_turn_is_tried_again(shelf: Shelf, app: FictionApp) -> None:
    model = shelf.tellers[0]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        model.fail = busy(None)
        await pilot.press("R", *"shorter", "enter")
        await sees(pilot, "The server is busy.")
        await pilot.press("r")
        await sees(pilot, "Climb down")
        await until(pilot, lambda: reading(app).phase is Phase.CHOOSING)
        assert model.hints[-1] == "shorter"


# --- waiting ---


async def test_a_story_taken_up_between_passage_and_memory_says_that_it_waits(shelf: Shelf, app: FictionApp) -> None:
    model = shelf.tellers[0]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        model.reflecting = asyncio.Event()
        await pilot.press("1")
        await sees(pilot, "remembers, and thinks of ways on")
        await pilot.press("q")
        await sees(pilot, "Continue")
        await pilot.press("c")
        await sees(pilot, "remembers, and thinks of ways on", "(Esc to stop)")
        model.reflecting.set()
        await sees(pilot, "turn 2", "Climb down")


# --- passages that are written already ---


async def test_a_plan_whose_passage_is_written_carries_a_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiction.tui.reading.screen.LOOKING_AHEAD", 0.05)
    app = FictionApp(lambda: Shelf(tmp_path, Teller("model", "a model", ahead=Ahead.ALL)), animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await until(pilot, lambda: screen.session.ready == frozenset({1, 2, 3}))
        await sees(pilot, "1 · Climb down", "2 · Call", "3 · Ask")
        sizes = [row.region for row in screen.query(OptionRow)]
        await pilot.press("2")
        await sees(pilot, "turn 2", "> Call Imre's name once")
        assert [row.region.width for row in screen.query(OptionRow)] == [region.width for region in sizes]


async def test_the_keys_of_the_page_name_the_costs_and_the_storytellers(opened: Opened) -> None:
    app = opened()
    async with app.run_test(size=(200, 50), notifications=True) as pilot:
        screen = await begin(pilot)
        line = screen.query_one(Keys).render().plain
        assert "w who tells" in line
        assert "$ costs" in line
