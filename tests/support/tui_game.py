"""A game in a folder, told by a script: the real Session over real saves; the storyteller can be made to fail."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from pathlib import Path

from fiction.engine.budget import Costs
from fiction.engine.game import NewStory
from fiction.engine.making import Making
from fiction.engine.ports import Ahead, Storyteller
from fiction.engine.session import Session
from fiction.engine.setup import FoundServer, ModelConfig, Provider, Pulling, Recommended, Runner, TrialResult
from fiction.errors import FictionError, NotFound, StorytellerError
from fiction.saves.store import SaveFile
from fiction.story.cards import SaveCard, StorytellerCard, WorldCard
from fiction.story.events import ProseDelta, Spent
from fiction.story.ledger import AddFact, OpenThread, PutCast
from fiction.story.memory import MemoryChange, Rationale
from fiction.story.money import Price
from fiction.story.plan import Approach, Plan
from fiction.story.reader import ReaderProfile, StoryRecord
from fiction.story.scene import Scene, Telling
from fiction.story.turn import Reflection, Usage
from fiction.story.world import Opening, Safety, World
from support.scripted import ListMemory

COVER = r"""
        |    |    |
       )_)  )_)  )_)
      )___))___))___)\
     )____)____)_____)\\
   _____|____|____|____\\\__
---\                   /---------
  ^^^^^ ^^^^^^^^^^^^^^^^^^^^^
"""

SALT = World(
    id="salt-road",
    version="1.0.0",
    title="The Salt Road",
    summary="A ferry, a debt, and a chapel that the lake took forty years ago.",
    setting="The lake rose in one night and never went down again. What stood below the chapel hill is still there, "
    "under nine fathoms of green water, and some evenings its bell can be heard.\n\nPeople here pay in salt, and "
    "remember every debt.",
    authors=("Ines Varga",),
    license="CC-BY-4.0",
    genre=("gothic", "mystery"),
    protagonist="You are the one who left, and now you are back.",
    cover=COVER,
    safety=Safety("teen", ("death", "drowning")),
    openings=(
        Opening("ferry", "The last ferry", "The ferryman looks at your shoes.", "You come back after dark."),
        Opening("bell", "The bell", "It rings once.", "You have heard it all your life."),
    ),
)

GREEN = World(
    id="green-lamp",
    version="0.3.0",
    title="The Green Lamp",
    summary="A lighthouse on a hill far from any sea, and a keeper who writes down every traveller.",
    setting="Nobody remembers who built a lighthouse inland, but somebody has to keep the lamp.",
    openings=(Opening("door", "At the door", "You knock."),),
)

WORLDS = (SALT, GREEN)

PROSE = (
    "The light goes down a long way before it finds water, and when it does the water is already moving.\n\n"
    "“Don't,” says Imre behind you, and then, more quietly, “*please*.” He has the brass key in his hand, the one he "
    "told you was lost. Somewhere under your feet the bell turns over in its sleep.",
    "The ferryman takes the salt and does not count it. That is worse than counting. He looks past you to the chapel "
    "hill, where a second lantern has begun to come down the path, slowly, as if whoever carries it has all night.",
)

PLANS = (
    Plan("Climb down after the sound", "the rope is forty years old", Approach.BOLD),
    Plan("Call Imre's name once, softly", "something else may answer", Approach.WARM),
    Plan("Ask the ferryman what he buried", "it costs the last of his trust", Approach.CURIOUS),
)


@dataclasses.dataclass
class Teller:
    """Tells the same two passages in turn; fails, waits or ends where it is told to."""

    name: str = "offline"
    about: str = "the built-in storyteller"
    passages: tuple[str, ...] = PROSE
    plans: tuple[Plan, ...] = PLANS
    fail: Exception | None = None
    fail_reflect: StorytellerError | None = None
    halfway: asyncio.Event | None = None
    """Narration waits for it in the middle."""
    reflecting: asyncio.Event | None = None
    """Reflection waits for it."""
    ends_at: int = 0
    pace: float = 0.0
    """Seconds between two words."""
    usage: Usage = Usage()
    """What each passage costs."""
    ahead: Ahead = Ahead.OFF
    hints: list[str] = dataclasses.field(default_factory=list)

    async def narrate(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        self.hints.append(scene.choice.hint)
        words = self.passages[scene.depth % len(self.passages)].split(" ")
        for at, word in enumerate(words):
            if at == len(words) // 2:
                if self.fail is not None:
                    error, self.fail = self.fail, None
                    raise error
                if self.halfway is not None:
                    await self.halfway.wait()
            if self.pace:
                await asyncio.sleep(self.pace)
            yield ProseDelta(word if at == 0 else f" {word}")
        if self.usage.total:
            yield Spent(self.usage)

    async def prepare(self, scene: Scene) -> None:
        return

    async def reflect(self, scene: Scene, passage: str) -> Reflection:
        if self.reflecting is not None:
            await self.reflecting.wait()
        if self.fail_reflect is not None:
            error, self.fail_reflect = self.fail_reflect, None
            raise error
        ends = scene.depth == self.ends_at
        return Reflection(
            memory=f"You are back at the lake. Turn {scene.depth} has passed. Imre has the brass key.",
            plans=() if ends else self.plans,
            rationale=Rationale(
                dropped=(MemoryChange("The ferryman looked at your shoes.", "it led nowhere"),),
                added=(MemoryChange("Imre still has the brass key.", "he said that it was lost"),),
            ),
            ledger_ops=(
                AddFact("Imre", "holds", "the brass key"),
                OpenThread("bell", "The drowned bell rings when somebody lies"),
                PutCast("Imre", "the ferryman's son", "at the well", "afraid for you"),
            ),
            title="The drowned chapel" if scene.depth > 1 else "The last ferry",
            ending="home" if ends else "",
        )

    async def close(self) -> None:
        return


class Pocket:
    """`engine.budget.Budget` without a list of prices: what is put in by a test is what it says."""

    def __init__(self) -> None:
        self.spent = Costs()
        self.allowed = 0

    def permit(self, expected: Usage, *, model: str, base_url: str) -> None:
        return

    def learn(self, price: Price | None, *, model: str, base_url: str) -> None:
        """Prices are of no interest here."""

    def pay(self, usage: Usage, *, model: str, base_url: str, billed: int | None = None) -> Usage:
        return usage

    def forecast(self, usage: Usage, *, model: str, base_url: str) -> Usage:
        return dataclasses.replace(usage, estimated=True, cost=usage.total)

    def allow(self) -> None:
        self.allowed += 1

    def costs(self) -> Costs:
        return self.spent


OLLAMA = FoundServer("http://127.0.0.1:11434/v1", "Ollama", ("gemma4:e4b", "qwen3.5:9b"))
GOOD = (
    TrialResult("models", True, "127.0.0.1:11434 lists 2 models, gemma4:e4b among them."),
    TrialResult("story", True, "It streams: first words after 0.4 s, then 31 tokens/s."),
    TrialResult("context", False, "Its context is 2,048 tokens: set OLLAMA_CONTEXT_LENGTH=8192."),
)
GEMMA = Recommended(
    "Gemma 4 E4B", 4.2, 8, "Apache-2.0", "Clean prose.", ollama="gemma4:e4b-it-qat", llama="ggml-org/gemma-4-E4B"
)


class Arranging:
    """`engine.setup.Setup` without a machine: what there is to find, and what comes of trying, is up to the test."""

    def __init__(self) -> None:
        self.servers: tuple[FoundServer, ...] = ()
        self.listed: tuple[str, ...] = ("gpt-5.6", "gpt-5.6-mini")
        self.offered = (Provider("OpenAI", "https://api.openai.com/v1", ("gpt-5.6-mini",), "platform.openai.com"),)
        self.programs: tuple[Runner, ...] = ()
        self.models_to_fetch = (GEMMA,)
        self.findings: tuple[TrialResult, ...] = GOOD
        self.steps: tuple[Pulling, ...] = (
            Pulling("pulling manifest"), Pulling("pulling 1a2b", 1_050_000_000, 4_200_000_000),
        )  # fmt: skip
        self.hold: asyncio.Event | None = None
        """A trial or a download waits for it before its end."""
        self.fails: Exception | None = None
        """Every question is answered with it."""
        self.kept: list[ModelConfig] = []
        self.tried: list[ModelConfig] = []
        self.asked: list[ModelConfig] = []
        self.pulls = 0
        self.let_go = 0
        """How many trials and downloads were closed before their end."""
        self.looked = 0

    async def find(self) -> tuple[FoundServer, ...]:
        self.looked += 1
        self._fail()
        return self.servers

    async def models(self, config: ModelConfig) -> tuple[str, ...]:
        self.asked.append(config)
        self._fail()
        return self.listed

    def providers(self) -> tuple[Provider, ...]:
        return self.offered

    def recommended(self) -> tuple[Recommended, ...]:
        return self.models_to_fetch

    def runners(self) -> tuple[Runner, ...]:
        return self.programs

    async def try_out(self, config: ModelConfig) -> AsyncGenerator[TrialResult, None]:
        self.tried.append(config)
        try:
            for tried in self.findings:
                yield tried
            await self._wait()
        except (GeneratorExit, asyncio.CancelledError):
            self.let_go += 1
            raise

    async def pull(self, server: FoundServer, model: str) -> AsyncGenerator[Pulling, None]:
        self.pulls += 1
        try:
            for step in self.steps:
                yield step
            await self._wait()
        except (GeneratorExit, asyncio.CancelledError):
            self.let_go += 1
            raise

    def model_configs(self) -> tuple[ModelConfig, ...]:
        default_first = sorted(self.kept, key=lambda config: config.name != "")
        return tuple(dataclasses.replace(config, api_key="") for config in default_first)

    def keep(self, config: ModelConfig) -> None:
        self._fail()
        self.kept = [config, *(other for other in self.kept if other.name != config.name)]

    def forget(self, name: str) -> None:
        if name and name not in [config.name for config in self.kept]:
            raise FictionError(f"The settings name no server {name}.")
        self.kept = [config for config in self.kept if config.name != name]

    async def _wait(self) -> None:
        if self.hold is not None:
            await self.hold.wait()
        self._fail()

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


class ByName(Mapping[str, Storyteller]):
    """Storytellers as they are at each moment: one that is kept while a story is open can tell it."""

    def __init__(self, now: Callable[[], Mapping[str, Storyteller]]) -> None:
        self._now = now

    def __getitem__(self, name: str) -> Storyteller:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


class Shelf:
    """`engine.game.Game` over a folder of saves."""

    def __init__(
        self,
        folder: Path,
        *tellers: Teller,
        worlds: tuple[World, ...] = WORLDS,
        broken: tuple[WorldCard, ...] = (),
        why_no_model: str = "No model is set up.",
    ) -> None:
        self.folder = folder
        self.tellers = tellers or (Teller(),)
        self.by_id = {world.id: world for world in worlds}
        self.broken = broken
        self.profile = ReaderProfile()
        self.kept: list[ReaderProfile] = []
        self.started: list[NewStory] = []
        self.sessions: list[Session] = []
        self.warmed = 0
        self.extra_saves: tuple[SaveCard, ...] = ()
        self.why_no_model = why_no_model
        self.setup = Arranging()
        self.budget = Pocket()
        self.refuses: FictionError | None = None
        """What `start` and `resume` answer."""
        self.made: dict[str, Teller] = {}
        """By name: those made of the kept models."""
        self.slow = ""
        """What is heard of a world that is never made to its end."""

    def worlds(self) -> tuple[WorldCard, ...]:
        cards = tuple(
            WorldCard(
                world.id, world.title, world.summary, world.version, world.authors, world.genre, world.language,
                world.safety.rating, world.safety.content_warnings, storylets=True,
            )
            for world in self.by_id.values()
        )  # fmt: skip
        return (*cards, *self.broken)

    def world(self, world: str) -> World:
        if world not in self.by_id:
            raise NotFound(f"There is no world {world!r}.")
        return self.by_id[world]

    def saves(self) -> tuple[SaveCard, ...]:
        cards = [self._card(path) for path in self.folder.glob("*.fiction")]
        return (*sorted(cards, key=lambda card: -card.updated), *self.extra_saves)

    def _card(self, path: Path) -> SaveCard:
        store = SaveFile.open(path, read_only=True)
        head, story, pending = store.head(), store.story, store.pending()
        store.close()
        world = self.by_id.get(story.world_id)
        return SaveCard(
            path.stem, story.title, story.world_id, world.title if world else "", head.depth if head else 0,
            head.title if head else "", story.updated, ended=bool(head and head.ending),
            pending=pending.text if pending else "", storyteller=story.settings.storyteller,
        )  # fmt: skip

    def rename(self, save: str, title: str) -> None:
        store = SaveFile.open(self.folder / f"{save}.fiction")
        store.rename(title)
        store.close()

    def delete(self, save: str) -> None:
        if save not in [card.name for card in self.saves()]:
            raise NotFound(f"There is no save called {save}.")
        (self.folder / f"{save}.fiction").unlink()

    def storytellers(self) -> tuple[StorytellerCard, ...]:
        tellers = self._by_name().values()
        ready = tuple(StorytellerCard(teller.name, teller.about) for teller in tellers)
        if any(teller.name == "model" for teller in tellers):
            return ready
        return (*ready, StorytellerCard("model", "a model", available=False, why_not=self.why_no_model))

    def reader(self) -> ReaderProfile:
        return self.profile

    def keep_reader(self, reader: ReaderProfile) -> None:
        self.profile = reader
        self.kept.append(reader)

    async def start(self, story: NewStory, *, making: Making | None = None) -> Session:
        if self.refuses is not None:
            raise self.refuses
        if self.slow and making is not None:
            making.hear(self.slow)
            await making.given_up()
        self.started.append(story)
        world = self.world(story.world) if story.world else dataclasses.replace(GREEN, title=story.premise)
        record = StoryRecord(
            f"{len(self.started):032x}", world.title, world.id, world.version, world.id, story.reader, story.settings
        )
        return self._session(SaveFile.create(self.folder / f"{world.id}-{len(self.started)}.fiction", record), world)

    async def resume(self, save: str = "") -> Session:
        if self.refuses is not None:
            raise self.refuses
        newest = next((card.name for card in self.saves()), "")
        if not (save or newest):
            raise NotFound("There is no story to go on with yet.")
        store = SaveFile.open(self.folder / f"{save or newest}.fiction")
        return self._session(store, self.world(store.story.world_id))

    def _session(self, store: SaveFile, world: World) -> Session:
        tellers = ByName(self._by_name)
        session = Session(store=store, world=world, memory=ListMemory(), storytellers=tellers, budget=self.budget)
        self.sessions.append(session)
        return session

    def _by_name(self) -> dict[str, Teller]:
        """The tellers of the test, and one for every kept model."""
        configs = {f"model:{config.name}" if config.name else "model": config for config in self.setup.kept}
        for name, config in configs.items():
            self.made.setdefault(name, Teller(name, f"{config.model} at a server"))
        return {**{teller.name: teller for teller in self.tellers}, **{name: self.made[name] for name in configs}}

    def warm(self) -> None:
        self.warmed += 1
