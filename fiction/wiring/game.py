"""The composition root: the parts put together into a Game. Every part is imported when it is first needed."""

import asyncio
import dataclasses
import os
from collections.abc import Coroutine, Mapping
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING
from uuid import uuid4

from fiction.engine.game import NewStory
from fiction.engine.ports import LongTermMemory, SaveStore, Storyteller
from fiction.errors import NotFound, PackError
from fiction.packs.premise import as_sentence, premise_pack
from fiction.paths import Home, ensure_writable, sweep_drafts
from fiction.story.cards import SaveCard, StorytellerCard, WorldCard
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.world import World
from fiction.text.sanitise import clean_line
from fiction.wiring.models import NO_MODEL, NO_MODEL_HINT, Models

if TYPE_CHECKING:
    from fiction.config import Configuration
    from fiction.engine.budget import Costs
    from fiction.engine.making import Making
    from fiction.engine.session import Session
    from fiction.engine.setup import Setup
    from fiction.packs.library import WorldLibrary
    from fiction.saves.library import SaveLibrary


NO_WORLD = "The model's world could not be used; the story is told from your sentence alone."
"""Said where a model was asked for a world and made nothing usable."""
NOT_WAITED_FOR = "The story is told from your sentence alone, as you wished."
"""Said where the reader did not wait for the model's world."""


class LocalGame:
    """The game of one home: implements `engine.game.Game`."""

    def __init__(self, home: Home, *, environment: Mapping[str, str] = os.environ) -> None:
        self.home = home
        self._models = Models(home, environment)
        for file in (home.config, home.reader, home.servers):
            sweep_drafts(file)

    # --- the parts ---

    @property
    def configuration(self) -> "Configuration":
        """The settings in force. Raises SettingsError."""
        return self._models.configuration

    @property
    def setup(self) -> "Setup":
        """Finds, tries and keeps models."""
        return self._models.setup

    @property
    def spent(self) -> "Costs":
        """What was spent today, and the caps. Raises SettingsError."""
        return self._models.spent

    def close(self) -> None:
        """End what was started for the game and runs beside it. Idempotent."""
        self._models.close()

    @cached_property
    def world_library(self) -> "WorldLibrary":
        """The worlds, bundled and installed."""
        from fiction.packs.library import WorldLibrary

        return WorldLibrary(self.home.world_folders)

    @cached_property
    def save_library(self) -> "SaveLibrary":
        """The folder of saves."""
        from fiction.saves.library import SaveLibrary

        return SaveLibrary(self.home.saves)

    # --- the library ---

    def worlds(self) -> tuple[WorldCard, ...]:
        """Every world, bundled first, broken ones with their trouble."""
        return tuple(self.world_library.cards())

    def world(self, world: str) -> World:
        """One world, whole. Raises NotFound or PackError."""
        return self.world_library.world(world)

    def saves(self) -> tuple[SaveCard, ...]:
        """Every save, the newest first, damaged ones with their trouble."""
        return tuple(self.save_library.cards())

    def rename(self, save: str, title: str) -> None:
        """Give a save another title."""
        self.save_library.rename(save, title)

    def delete(self, save: str) -> None:
        """Delete a save; the face has asked."""
        self.save_library.delete(save)

    def storytellers(self) -> tuple[StorytellerCard, ...]:
        """Storytellers to choose from; the default of new stories first."""
        from fiction.storytellers.offline import OfflineStoryteller

        settings = self.configuration.settings
        cards = [StorytellerCard("offline", OfflineStoryteller().about)]
        for name in settings.model_storytellers:
            cards.append(StorytellerCard(name, self._models.about(name)))
        if "model" not in settings.model_storytellers:
            cards.append(StorytellerCard("model", "a model", available=False, why_not=f"{NO_MODEL} {NO_MODEL_HINT}"))
        return tuple(sorted(cards, key=lambda card: card.name != settings.new_storyteller))

    # --- the reader ---

    def reader(self) -> ReaderProfile:
        """The profile on disk, or an empty one. Raises SettingsError where the file is broken."""
        from fiction.config.profile import load_reader

        return load_reader(self.home.reader, passage_length=self.configuration.settings.passage_length)

    def keep_reader(self, reader: ReaderProfile) -> None:
        """Write the profile."""
        from fiction.config.profile import keep_reader

        keep_reader(self.home.reader, reader)

    # --- stories ---

    async def start(self, story: NewStory, *, making: "Making | None" = None) -> "Session":
        """A new save with a session on it; nothing is told before `Session.proceed`.

        `making` is told how far a world is that a model makes of a sentence, and may end the wait for it.

        Raises:
            FictionError: the world, the opening or the storyteller is not to be had; no save is made.
        """
        ensure_writable(self.home.saves)
        if story.settings.storyteller != "offline":
            self._models.server_of(story.settings.storyteller)
        settings = dataclasses.replace(story.settings, premise=story.premise or story.settings.premise)
        uuid = uuid4().hex
        world, text, notice = await self._world_of(story, settings, uuid, making)
        _check_opening(settings.opening, world)
        record = StoryRecord(
            uuid=uuid,
            title=world.title,
            world_id=world.id,
            world_version=world.version,
            world_text=text,
            world_title=world.title,
            reader=story.reader,
            settings=settings,
        )
        return self._session(self.save_library.create(record, name=story.name), world, notice=notice)

    async def resume(self, save: str = "") -> "Session":
        """A session on a save; the newest by default. Raises NotFound, SaveBusy, SaveDamaged, SaveTooNew."""
        store = self.save_library.open(save)
        try:
            ensure_writable(self.home.saves)
            return self._session(store, self._kept_world(store))
        except BaseException:
            store.close()
            raise

    def warm(self) -> None:
        """Load what the first turn will need; called once in a daemon thread after the first frame. Never raises."""
        try:
            from fiction import memory
            from fiction.packs import loader  # noqa: F401
            from fiction.saves import library  # noqa: F401
            from fiction.setup import model_setup  # noqa: F401

            if self.configuration.settings.model_storytellers:
                from fiction.storytellers.model import ModelStoryteller

                ModelStoryteller.warm()
            memory.warm()
        except Exception:  # noqa: BLE001 - what can't be loaded now says so when it is needed
            return

    def _kept_world(self, store: SaveStore) -> World:
        """The world that a save keeps, or the installed one of that id where a repair could not bring it back."""
        from fiction.packs.loader import load_world

        story = store.story
        if story.world_text.strip():
            return load_world(story.world_text, name=f"{store.name}/world.yaml")
        try:
            return self.world(story.world_id)
        except NotFound:
            world = story.world_id or "unnamed"
            said = f"The world of this story ({world}) is lost from its save, and not installed here."
            raise NotFound(said, hint="Install it with `fiction worlds install`; the turns are kept.") from None

    async def _world_of(
        self, story: NewStory, settings: StorySettings, uuid: str, making: "Making | None"
    ) -> tuple[World, str, str]:
        """The world of a new story, the text that its save keeps, and what the reader should know of it."""
        from fiction.packs.loader import load_world

        if story.world:
            return self.world(story.world), self.world_library.text(story.world), ""
        text, notice = premise_pack(story.premise, story.genre), ""
        if settings.storyteller != "offline":
            work = self._imagined(story, settings.storyteller, uuid, making)
            imagined, whole = await _unless_given_up(work, making)
            alone = NOT_WAITED_FOR if making is not None and making.over else NO_WORLD
            text, notice = imagined or text, "" if whole else alone
        return load_world(text, name="premise"), text, notice

    async def _imagined(
        self, story: NewStory, storyteller: str, uuid: str, making: "Making | None"
    ) -> tuple[str, bool]:
        """The model's world for a premise, as a pack, and whether it is of its own making; empty where it is none."""
        from fiction.packs.loader import load_world
        from fiction.packs.writer import dump_world

        model = self._models.storyteller(storyteller, self._models.budget(uuid))
        try:
            premise, genre = as_sentence(story.premise), as_sentence(story.genre)
            world, whole = await model.imagine(premise, genre, story.reader, making)
            text = dump_world(world)
            load_world(text, name="premise")
        except PackError:
            return "", False
        finally:
            await model.close()
        return text, whole

    def _session(self, store: SaveStore, world: World, *, notice: str = "") -> "Session":
        from fiction.engine.session import Session

        budget = self._models.budget(store.story.uuid)
        storytellers = self._models.registry(self._offline(), store.story.settings.storyteller, budget)
        memory = self._memory(world)
        return Session(store=store, world=world, memory=memory, storytellers=storytellers, budget=budget, notice=notice)

    def _offline(self) -> Storyteller:
        from fiction.storytellers.offline import OfflineStoryteller

        return OfflineStoryteller(general=self._general)

    @cached_property
    def _general(self) -> World:
        from fiction.packs.loader import load_world

        file = resources.files("fiction.storytellers") / "general.yaml"
        return load_world(file.read_bytes(), name="general.yaml")

    def _memory(self, world: World) -> LongTermMemory:
        """The long-term memory, loaded when the story opens; without its libraries a story is told without one."""
        from fiction.memory.late import LateMemory, NoMemory

        chroma = self.configuration.settings.memory.chroma

        def make() -> LongTermMemory:
            try:
                from fiction.memory.recall import StoryMemory

                return StoryMemory(cache=self.home.cache, language=world.language, chroma=chroma)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with an index, the story goes on
                return NoMemory(f"The long-term memory could not be started ({type(error).__name__}).")

        return LateMemory(make)


async def _unless_given_up(
    work: Coroutine[object, object, tuple[str, bool]], making: "Making | None"
) -> tuple[str, bool]:
    """The world that `work` makes; none where the reader begins without it."""
    making_it = asyncio.ensure_future(work)
    given_up = asyncio.ensure_future(making.given_up()) if making is not None else None
    try:
        if given_up is not None:
            await asyncio.wait({making_it, given_up}, return_when=asyncio.FIRST_COMPLETED)
            if not making_it.done():
                return "", False
        return await making_it
    finally:
        for task in filter(None, (making_it, given_up)):
            task.cancel()
        await asyncio.gather(*filter(None, (making_it, given_up)), return_exceptions=True)


def _check_opening(opening: str, world: World) -> None:
    known = [each.id for each in world.openings]
    if opening and opening not in known:
        said = f"{world.title} has no opening {clean_line(opening)!r}."
        raise NotFound(said, hint=f"It has: {', '.join(known)}." if known else "")
