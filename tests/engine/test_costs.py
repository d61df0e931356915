"""What the next turn and the rest of a story will about cost."""

import dataclasses
import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.engine.budget import Costs
from fiction.engine.costs import Billed, forecast, mean, times, turns_left, with_work_ahead
from fiction.engine.ports import Ahead
from fiction.errors import StorytellerError, Trouble
from fiction.story.events import TurnFailed
from fiction.story.memory import TurnId
from fiction.story.money import Price
from fiction.story.plan import Choice, ChoiceKind
from fiction.story.reader import ENDLESS, StorySettings
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Stage, Turn, Usage
from support.scripted import Scripted
from support.table import Table, drain

CAPPED = StorytellerError("It would cost about $0.02; the cap is $1.00.", trouble=Trouble.CAPPED, hint="Raise it.")
ORDER = (Ahead.OFF, Ahead.WARM, Ahead.BEST, Ahead.ALL)

counts = st.integers(0, 10**9)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    prompt = draw(counts)
    return Usage(prompt, draw(counts), draw(st.integers(0, prompt)), draw(st.booleans()), draw(counts))


def at_most(one: Usage, other: Usage) -> bool:
    return all(getattr(one, name) <= getattr(other, name) for name in ("prompt", "completion", "cached", "cost"))


def turn(
    depth: int,
    usage: Usage,
    *,
    storyteller: str = "mind",
    stage: Stage = Stage.COMPLETE,
    ending: str = "",
    plain: bool = False,
) -> Turn:
    told = Turn(TurnId(depth), None, depth, 1, Choice(ChoiceKind.CONTINUE), stage, "It rains.")
    return dataclasses.replace(told, usage=usage, storyteller=storyteller, ending=ending, plain=plain)


@dataclass
class Tin:
    """A budget in which a token costs ten millionths, and that can refuse."""

    refuses: StorytellerError | None = None
    allowed: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        if self.refuses is not None and not self.allowed:
            raise self.refuses

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Prices are of no interest here."""

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        return self.forecast(usage, model=model, base_url=base_url)

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        self.asked.append((model, base_url))
        return dataclasses.replace(usage, cost=10 * usage.total)

    def allow(self) -> None:
        self.allowed += 1

    def costs(self) -> Costs:
        return Costs(story=Usage(7, 7), story_cap=1_000_000)


@dataclass
class Priced(Scripted):
    """A scripted storyteller that asks a budget, as one with a server does."""

    model: str = "gpt"
    base_url: str = "https://example.org/v1"
    budget: Tin = field(default_factory=Tin)

    async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        self.budget.permit(Usage(1000, 100), model=self.model, base_url=self.base_url)
        async for event in super()._tell(scene):
            yield event


def cast(teller: Scripted, *recent: Turn, turns: int = 20, budget: Tin | None = None) -> Costs:
    settings = StorySettings(turns=turns, budget=4096)
    return forecast(Costs(), recent=recent, settings=settings, storyteller=teller, budget=budget)


class TestNextTurn:
    def test_it_is_the_mean_of_the_last_five_turns_of_this_storyteller(self) -> None:
        told = [turn(n, Usage(1000 * n, 100 * n, 10 * n, cost=n)) for n in range(1, 8)]
        told.insert(3, turn(99, Usage(9**9, 9**9), storyteller="offline"))
        assert cast(Scripted(name="mind"), *told).next_turn == Usage(5000, 500, 50, estimated=True, cost=5)

    def test_openings_told_for_nothing_and_turns_without_notes_are_no_measure(self) -> None:
        told = [turn(1, Usage()), turn(2, Usage(10, 10)), turn(3, Usage(1, 1), plain=True)]
        told.append(turn(4, Usage(1, 1), stage=Stage.TOLD))
        assert cast(Scripted(name="mind"), *told).next_turn.prompt == 10

    def test_before_the_first_turn_it_is_by_the_budget_and_priced_if_it_is_known_who_is_asked(self) -> None:
        budget = Tin()
        priced = cast(Priced(name="mind"), budget=budget).next_turn
        assert priced == Usage(4341, 1700, estimated=True, cost=60410)
        assert budget.asked == [("gpt", "https://example.org/v1")]
        assert cast(Scripted(name="mind"), budget=budget).next_turn == dataclasses.replace(
            priced, cost=0, unpriced=True
        )
        assert cast(Priced(name="mind")).next_turn.unpriced
        assert not isinstance(Scripted(), Billed)

    def test_the_built_in_storyteller_costs_nothing(self) -> None:
        free = cast(Scripted(name="offline"), turn(1, Usage(9, 9)))
        assert free.next_turn == Usage()
        assert free.rest is not None
        assert free.rest.total == 0

    def test_of_three_passages_written_ahead_two_are_thrown_away(self) -> None:
        usage = Usage(4000, 1000, 2000, cost=1000)
        assert with_work_ahead(usage, Ahead.OFF) == usage
        assert with_work_ahead(usage, Ahead.ALL) == Usage(10_000, 1_801, 5_000, estimated=True, cost=1_950)

    @given(st.lists(usages(), min_size=1, max_size=9))
    def test_a_mean_lies_among_what_it_is_a_mean_of(self, some: list[Usage]) -> None:
        middle = mean(some)
        assert min(u.prompt for u in some) <= middle.prompt <= max(u.prompt for u in some)
        assert min(u.cost for u in some) <= middle.cost <= max(u.cost for u in some)
        assert middle.cached <= middle.prompt

    @given(usages())
    def test_the_further_ahead_the_more_it_costs_and_never_less_than_nothing(self, usage: Usage) -> None:
        each = [with_work_ahead(usage, ahead) for ahead in ORDER]
        assert at_most(Usage(), each[0])
        for less, more in itertools.pairwise(each):
            assert at_most(less, more)
            assert more.cached <= more.prompt

    @given(usages(), usages(), st.sampled_from(ORDER))
    def test_dearer_turns_make_a_dearer_forecast(self, one: Usage, more: Usage, ahead: Ahead) -> None:
        teller = Scripted(name="mind", ahead=ahead)
        less_told = [turn(1, dataclasses.replace(one, prompt=one.prompt + 1))]
        more_told = [turn(1, dataclasses.replace(one, prompt=one.prompt + 1) + more)]
        assert at_most(cast(teller, *less_told).next_turn, cast(teller, *more_told).next_turn)


class TestTheRest:
    def test_it_is_the_turns_that_are_left_by_the_contract(self) -> None:
        story = cast(Scripted(name="mind"), turn(5, Usage(100, 10)))
        assert story.rest == times(story.next_turn, 15)
        assert cast(Scripted(name="mind"), turns=30).rest == times(cast(Scripted(name="mind")).next_turn, 30)

    def test_an_endless_story_has_no_rest(self) -> None:
        assert cast(Scripted(name="mind"), turn(5, Usage(1, 1)), turns=ENDLESS).rest is None

    def test_a_story_beyond_its_length_has_a_turn_left_and_one_that_ended_none(self) -> None:
        assert turns_left(StorySettings(turns=20), turn(40, Usage())) == 1
        assert turns_left(StorySettings(turns=20), turn(20, Usage(), ending="home")) == 0

    @given(usages(), st.integers(0, 500), st.integers(0, 500))
    def test_more_turns_never_cost_less(self, usage: Usage, few: int, more: int) -> None:
        assert at_most(times(usage, min(few, more)), times(usage, max(few, more)))

    @given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300))
    def test_the_further_the_story_the_less_is_left(self, length: int, one: int, other: int) -> None:
        settings = StorySettings(turns=length)
        near, far = (turns_left(settings, turn(depth, Usage())) for depth in sorted((one, other)))
        assert near is not None
        assert far is not None
        assert near >= far >= 1


class TestSession:
    @pytest.fixture
    async def priced(self, tmp_path: Path) -> Table:
        teller = Priced(name="mind", spends=Usage(1000, 100, cost=500))
        settings = StorySettings(turns=20, storyteller="mind")
        return Table.laid(tmp_path, teller, settings=settings, budget=teller.budget)

    async def test_it_says_what_was_spent_and_what_is_to_come(self, priced: Table) -> None:
        await priced.play(1, 2)
        stands = priced.session.costs
        assert (stands.story, stands.story_cap) == (Usage(7, 7), 1_000_000)
        assert priced.session.turn is not None
        assert stands.next_turn.total == priced.session.turn.usage.total
        assert stands.rest == times(stands.next_turn, 17)
        await priced.session.close()

    async def test_without_a_budget_nothing_was_spent(self, table: Table) -> None:
        assert table.session.costs == Costs(rest=table.session.costs.rest)
        table.session.allow()

    async def test_a_cap_before_the_notes_keeps_the_passage_and_asks(self, priced: Table) -> None:
        teller = priced.storyteller
        assert isinstance(teller, Priced)
        await priced.play(1)
        teller.fail_reflect[3] = CAPPED
        failed = (await drain(priced.session.play(priced.session.written("knock twice"))))[-1]
        assert isinstance(failed, TurnFailed)
        assert failed.trouble is Trouble.CAPPED
        told = priced.session.turn
        assert told is not None
        assert (told.stage, told.passage) == (Stage.TOLD, "Passage 3: knock twice.")
        priced.session.allow()
        await drain(priced.session.retry())
        done = priced.session.turn
        assert done is not None
        assert (done.stage, done.passage, done.plain) == (Stage.COMPLETE, told.passage, False)
        await priced.session.close()

    async def test_a_cap_keeps_the_words_asks_nothing_and_can_be_lifted(self, priced: Table) -> None:
        await priced.play(1)
        teller = priced.storyteller
        assert isinstance(teller, Priced)
        teller.budget.refuses = CAPPED
        before, scenes = priced.session.turn, len(teller.scenes)
        failed = (await drain(priced.session.play(priced.session.written("knock twice"))))[-1]
        assert isinstance(failed, TurnFailed)
        assert (failed.trouble, failed.message, failed.hint) == (Trouble.CAPPED, CAPPED.message, CAPPED.hint)
        assert priced.session.turn == before
        assert priced.session.pending == priced.session.written("knock twice")
        assert len(teller.scenes) == scenes
        await drain(priced.session.retry())
        assert priced.session.turn == before
        priced.session.allow()
        await drain(priced.session.retry())
        assert priced.session.turn is not None
        assert priced.session.turn.passage == "Passage 3: knock twice."
        await priced.session.close()
