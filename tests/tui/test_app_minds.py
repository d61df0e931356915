"""The storyteller screen: finding, trying and keeping a model, by keyboard and by mouse; and how it looks."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from fiction.engine.setup import FoundServer, ModelConfig, Pulling, Recommended, Runner, TrialResult
from fiction.errors import FictionError
from fiction.tui.app import FictionApp
from fiction.tui.library.title import TitleScreen
from fiction.tui.library.worlds import WorldsScreen
from fiction.tui.models.download import Speed
from fiction.tui.models.key import KeyInput
from fiction.tui.models.model_list import ModelsScreen, fitting
from fiction.tui.models.storytellers import StorytellersScreen
from fiction.tui.models.trial import TrialScreen
from fiction.tui.widgets.menu import Menu
from fiction.tui.widgets.pick import Pick
from support.tui_game import GEMMA, OLLAMA, Arranging, Shelf, Teller
from support.tui_screens import begin, reading, sees, shown, until

SECRET = "sk-live-0123456789abcdef"
SIZES = [(60, 20), pytest.param((80, 24), marks=pytest.mark.slow)]
EMPTY_OLLAMA = FoundServer(OLLAMA.base_url, "Ollama")
BROKEN = (
    TrialResult("models", True, "It lists 1 model."),
    TrialResult("story", False, "The server sent an empty page."),
)


@pytest.fixture
def setup(shelf: Shelf) -> Arranging:
    return shelf.setup


@pytest.fixture
def app(shelf: Shelf) -> FictionApp:
    return FictionApp(lambda: shelf, animations="none")


async def at(pilot: Pilot[None], line: str) -> None:
    """Move the caret of the list to the line that holds these words, and take it."""
    menu = pilot.app.screen.query_one(Menu)
    await until(pilot, lambda: any(line in str(option.prompt) for option in menu.options))
    menu.highlighted = next(at for at, option in enumerate(menu.options) if line in str(option.prompt))
    await pilot.press("enter")
    await pilot.pause(0.1)


# --- the title ---


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_found_here_is_offered_on_the_title_and_two_keys_lead_to_the_worlds(
    app: FictionApp, setup: Arranging, size: tuple[int, int]
) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=size, notifications=True) as pilot:
        await sees(pilot, "Found Ollama with gemma4:e4b here: Enter tries it", "told by the built-in storyteller")
        await pilot.press("m")
        await sees(pilot, "Trying gemma4:e4b at 127.0.0.1:11434", "It can tell stories. Enter keeps it and plays.")
        assert setup.kept == []
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, WorldsScreen))
        assert [(config.model, config.name) for config in setup.kept] == [("gemma4:e4b", "")]
        await pilot.press("enter")
        await pilot.pause(0.1)
        await sees(pilot, "gemma4:e4b at a server")


async def test_nothing_found_says_nothing_and_the_built_in_storyteller_is_one_key_away(
    app: FictionApp, setup: Arranging
) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "m  Who tells")
        await until(pilot, lambda: setup.looked)
        assert "Found" not in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, WorldsScreen))


async def test_the_title_looks_for_servers_only_after_it_is_up(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, "told by")
        assert setup.looked == 0
        await until(pilot, lambda: setup.looked)


async def test_nothing_is_looked_for_where_a_model_is_set_up(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Teller("model", "gemma4 at a server"))
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, "told by gemma4 at a server")
        await pilot.pause(0.6)
        assert shelf.setup.looked == 0


async def test_a_search_that_fails_is_no_matter_of_the_title(app: FictionApp, setup: Arranging) -> None:
    setup.fails = FictionError("The network is odd.")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: setup.looked)
        await pilot.pause(0.1)
        assert "odd" not in shown(app)
        await pilot.press("m")
        await sees(pilot, "The network is odd.", "No server of models answers here.")


async def test_an_ollama_without_models_leads_to_those_it_can_fetch(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (EMPTY_OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama with no model yet here: Enter fetches one")
        await pilot.press("m")
        await sees(pilot, "FETCH THROUGH OLLAMA", "Gemma 4 E4B  4.2 GB")


# --- the list ---


async def test_everything_that_could_tell_is_listed(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    setup.programs = (Runner("llama-server", "/usr/bin/llama-server"), Runner("litert-lm", "/usr/bin/litert-lm"))
    setup.kept = [
        ModelConfig("http://127.0.0.1:8080/v1", "tiny"),
        ModelConfig("https://x.example/v1", "big", name="home"),
    ]
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        await pilot.press("m")
        await sees(
            pilot, "tiny at 127.0.0.1:8080  tells new stories", "home: big at x.example", "gemma4:e4b  Ollama at",
            "its 2 models", "OpenAI  with a key", "Another server", "FETCH THROUGH OLLAMA", "WITH LLAMA-SERVER",
            "WITH LITERT-LM", "A file of weights", "The built-in storyteller",
        )  # fmt: skip


async def test_a_model_that_ollama_has_already_is_tried_not_fetched(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (FoundServer(OLLAMA.base_url, "Ollama", (GEMMA.ollama,)),)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await sees(pilot, "is here already")
        await at(pilot, "is here already")
        await sees(pilot, "It can tell stories.")
        assert setup.pulls == 0


async def test_a_program_runs_a_model_as_a_child(app: FictionApp, setup: Arranging) -> None:
    setup.programs = (Runner("llama-server", "/usr/bin/llama-server"),)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await at(pilot, "Gemma 4 E4B")
        await sees(pilot, "Trying ggml-org/gemma-4-E4B, run by llama-server")
        assert setup.tried == [ModelConfig(run="llama-server", model="ggml-org/gemma-4-E4B")]
        await pilot.press("escape")
        await at(pilot, "A file of weights")
        await pilot.press(*"/tmp/a.gguf", "enter")
        await until(pilot, lambda: setup.tried[-1] == ModelConfig(run="llama-server", model="/tmp/a.gguf"))


async def test_a_model_is_taken_out_of_the_settings_after_a_question(app: FictionApp, setup: Arranging) -> None:
    setup.kept = [ModelConfig("http://127.0.0.1:8080/v1", "tiny")]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await sees(pilot, "IN YOUR SETTINGS", "tiny at 127.0.0.1:8080")
        await pilot.press("d")
        await sees(pilot, "out of the settings?")
        await pilot.press("n", "d")
        await pilot.pause(0.1)
        assert len(setup.kept) == 1
        await pilot.press("y")
        await until(pilot, lambda: not setup.kept)
        await until(pilot, lambda: "IN YOUR SETTINGS" not in shown(app))


async def test_a_found_server_is_not_taken_out_of_anything(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    setup.kept = [ModelConfig(OLLAMA.base_url, "gemma4:e4b")]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await sees(pilot, "gemma4:e4b  Ollama at")
        menu = app.screen.query_one(Menu)
        menu.highlighted = next(at for at, o in enumerate(menu.options) if "Ollama at" in str(o.prompt))
        await pilot.press("d")
        await pilot.pause(0.1)
        assert isinstance(app.screen, StorytellersScreen)


async def test_a_click_chooses(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await sees(pilot, "gemma4:e4b  Ollama at")
        row = next(at for at, line in enumerate(shown(app).splitlines()) if "gemma4:e4b  Ollama" in line)
        await pilot.click(offset=(12, row))
        await sees(pilot, "It can tell stories.")


async def test_the_caret_stays_where_it_is_when_a_server_is_found_late(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await sees(pilot, "No server of models answers here.", "❯   OpenAI")
        setup.servers = (OLLAMA,)
        await pilot.press("l")
        await sees(pilot, "gemma4:e4b  Ollama", "❯   OpenAI")


# --- a key ---


async def paste_key(pilot: Pilot[None]) -> None:
    await pilot.press("m")
    await at(pilot, "OpenAI")
    await sees(pilot, "Keys are to be had at platform.openai.com.")
    await pilot.press(*SECRET)
    await sees(pilot, "•" * len(SECRET))


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_leads_to_the_models_of_its_service_and_is_never_shown(
    app: FictionApp, setup: Arranging, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size, notifications=True) as pilot:
        await paste_key(pilot)
        seen = [shown(app), app.export_screenshot()]
        app.screen.query_one(KeyInput).action_select_all()
        await pilot.press("ctrl+c", "ctrl+x")
        assert SECRET not in app.clipboard
        await pilot.press(*SECRET, "enter")
        await sees(pilot, "2 models", "❯ gpt-5.6-mini  recommended")
        assert setup.asked == [ModelConfig("https://api.openai.com/v1", api_key=SECRET)]
        seen += [shown(app), app.export_screenshot()]
        await pilot.press("enter")
        await sees(pilot, "It can tell stories.")
        seen += [shown(app), app.export_screenshot(), repr(setup.tried), repr(app.screen.__dict__)]
        await pilot.press("escape", "escape")
        await sees(pilot, "paste it here")
        seen += [shown(app), app.export_screenshot(), app.clipboard]
        assert not [text for text in seen if SECRET in text]


async def test_a_refused_key_is_a_sentence_without_the_key(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await paste_key(pilot)
        setup.fails = FictionError("The service refuses the key.", hint="Paste it anew.")
        await pilot.press("enter")
        await sees(pilot, "The service refuses the key. Paste it anew.")
        assert SECRET not in shown(app)
        setup.fails = None
        await pilot.press("ctrl+r")
        await sees(pilot, "2 models")


async def test_no_key_asks_for_one(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await at(pilot, "OpenAI")
        await pilot.press("enter")
        await sees(pilot, "Paste the key first.")
        assert not setup.asked


async def test_another_server_is_named_by_its_address(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("m")
        await at(pilot, "Another server")
        await pilot.press("enter")
        await sees(pilot, "Type the address of the server.")
        await pilot.press(*"10.0.0.7:8080/v1", "enter")
        await sees(pilot, "A model of 10.0.0.7:8080", "2 models")
        assert setup.asked == [ModelConfig("http://10.0.0.7:8080/v1")]


# --- models ---


def test_every_typed_word_must_be_in_a_name() -> None:
    models = ("Gemma-4-it", "qwen3.5:9b", "gemma-3-base")
    assert fitting(models, "gemma IT") == ("Gemma-4-it",)
    assert fitting(models, "") == models


@pytest.mark.parametrize("size", SIZES)
async def test_five_hundred_models_are_narrowed_by_typing(
    app: FictionApp, setup: Arranging, size: tuple[int, int]
) -> None:
    setup.listed = tuple(f"vendor-{number % 7}/model-{number}" for number in range(500))
    async with app.run_test(size=size, notifications=True) as pilot:
        await paste_key(pilot)
        await pilot.press("enter")
        await sees(pilot, "500 models")
        await pilot.press(*"r-3 499", "backspace", "8")
        await sees(pilot, "as it is typed: r-3 498")
        await pilot.press("ctrl+u", *"r-2 l-499", "enter")
        await until(pilot, lambda: [config.model for config in setup.tried] == ["vendor-2/model-499"])


async def test_a_name_that_is_not_listed_can_be_typed(app: FictionApp, setup: Arranging) -> None:
    setup.listed = ()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await paste_key(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        await pilot.press("enter", *"my-own", "enter")
        await until(pilot, lambda: [config.model for config in setup.tried] == ["my-own"])


async def test_the_caret_moves_while_the_typing_goes_on(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await paste_key(pilot)
        await pilot.press("enter")
        await sees(pilot, "2 models")
        await pilot.press(*"gpt", "down", "enter")
        await until(pilot, lambda: [config.model for config in setup.tried] == ["gpt-5.6"])


# --- trying out ---


async def test_findings_come_line_by_line_and_escape_leaves_all_as_it_was(app: FictionApp, setup: Arranging) -> None:
    setup.servers, setup.hold = (OLLAMA,), asyncio.Event()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "✓ It streams", "! Its context is 2,048 tokens", "A short real turn is being told ...")
        await pilot.press("enter", "n", "r")
        assert isinstance(app.screen, TrialScreen)
        await pilot.press("escape")
        await until(pilot, lambda: setup.let_go == 1)
        assert isinstance(app.screen, StorytellersScreen)
        assert setup.kept == []


async def test_a_model_that_cannot_tell_is_not_kept_and_can_be_tried_again(app: FictionApp, setup: Arranging) -> None:
    setup.servers, setup.findings = (OLLAMA,), BROKEN
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "! The server sent an empty page.", "It can't tell a story as it is.")
        await pilot.press("enter", "n")
        await pilot.pause(0.1)
        assert setup.kept == []
        setup.findings = (TrialResult("story", True, "It streams."),)
        await pilot.press("r")
        await sees(pilot, "It can tell stories.")
        assert "empty page" not in shown(app)


@pytest.mark.parametrize("fault", [FictionError("The server went away.", hint="Start it."), ZeroDivisionError(SECRET)])
async def test_a_server_that_dies_in_mid_trial_ends_it_with_a_sentence(
    app: FictionApp, setup: Arranging, fault: Exception
) -> None:
    setup.servers, setup.hold = (OLLAMA,), asyncio.Event()
    setup.findings = (TrialResult("models", True, "It lists 2 models."),)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "It lists 2 models.")
        setup.fails = fault
        setup.hold.set()
        await sees(pilot, "It can't tell a story as it is.", "went")
        assert SECRET not in shown(app)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: isinstance(app.screen, StorytellersScreen))


async def test_settings_that_cannot_be_written_are_said_and_the_trial_stays(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "It can tell stories.")
        setup.fails = FictionError("The disk is full.", hint="Make room.")
        await pilot.press("enter")
        await sees(pilot, "The disk is full. Make room.", "It can tell stories.")


async def test_a_model_gets_a_name_beside_the_default_one(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "It can tell stories.")
        await pilot.press("n", *"home", "enter")
        await until(pilot, lambda: isinstance(app.screen, WorldsScreen))
        assert [(config.name, config.model) for config in setup.kept] == [("home", "gemma4:e4b")]
        assert app.preferred == "model:home"


async def test_writing_ahead_is_asked_about_once_where_it_may_cost_money(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await paste_key(pilot)
        await pilot.press("enter")
        await sees(pilot, "2 models")
        await pilot.press("enter")
        await sees(pilot, "It can tell stories.")
        await pilot.press("left")
        await sees(pilot, "1.2 to 1.8 times as much", "y switch it on")
        await pilot.press("n")
        await sees(pilot, "as it is best for this server")
        await pilot.press("left")
        await sees(pilot, "1.2 to 1.8 times as much")
        await pilot.press("y")
        await sees(pilot, "for all three plans")
        await pilot.press("left")
        await sees(pilot, "for the likeliest plan")
        await pilot.press("enter")
        await until(pilot, lambda: setup.kept)
        assert setup.kept[0].ahead == "best"


async def test_writing_ahead_on_this_machine_is_not_asked_about(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "It can tell stories.")
        await pilot.press("left")
        await sees(pilot, "for all three plans")
        assert app.screen.query_one(Pick).value == "all"
        await pilot.press("enter")
        await until(pilot, lambda: setup.kept)
        assert setup.kept[0].ahead == "all"


# --- fetching ---


def test_the_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    assert speed.after(1_000_000, 0.0) == 0
    assert speed.after(1_000_001, 0.5) == 0
    assert speed.after(3_000_000, 2.0) == 1_000_000
    assert speed.after(23_000_000, 12.0) == 0
    assert speed.after(25_000_000, 13.0) == 2_000_000
    assert speed.after(0, 14.0) == 0


async def fetching(pilot: Pilot[None], setup: Arranging) -> None:
    setup.servers, setup.hold = (EMPTY_OLLAMA,), asyncio.Event()
    await sees(pilot, "Found Ollama")
    await pilot.press("m")
    await at(pilot, "Gemma 4 E4B")
    await sees(pilot, "Fetching Gemma 4 E4B", "25 %", "1.1 GB of 4.2 GB")


@pytest.mark.parametrize("size", SIZES)
async def test_a_download_is_stopped_and_taken_up_again_and_tried_at_its_end(
    app: FictionApp, setup: Arranging, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size, notifications=True) as pilot:
        await fetching(pilot, setup)
        await pilot.press("escape")
        await sees(pilot, "You stopped it.", "Enter goes on with it.")
        await until(pilot, lambda: setup.let_go == 1)
        await pilot.press("enter")
        await until(pilot, lambda: setup.pulls == 2)
        assert setup.hold is not None
        setup.hold.set()
        await sees(pilot, "Trying gemma4:e4b-it-qat", "It can tell stories.")
        await pilot.press("escape")
        await sees(pilot, "All of it is here. Enter tries it out.")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, StorytellersScreen))


async def test_a_download_that_fails_says_why_and_goes_on_when_asked(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await fetching(pilot, setup)
        setup.fails = FictionError("There is no room on the disk.")
        assert setup.hold is not None
        setup.hold.set()
        await sees(pilot, "There is no room on the disk.", "Enter goes on with it.", "25 %")
        setup.fails = None
        await pilot.press("enter")
        await sees(pilot, "It can tell stories.")


async def test_a_download_that_ends_behind_the_help_waits_for_the_reader(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await fetching(pilot, setup)
        await pilot.press("question_mark")
        await sees(pilot, "How this works")
        assert setup.hold is not None
        setup.hold.set()
        await pilot.pause(0.2)
        await pilot.press("escape")
        await sees(pilot, "All of it is here.")
        await pilot.press("enter")
        await sees(pilot, "It can tell stories.")


async def test_leaving_the_game_stops_what_is_under_way(app: FictionApp, setup: Arranging) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await fetching(pilot, setup)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: setup.let_go == 1)


# --- in mid-story ---


async def test_a_story_goes_on_with_another_storyteller(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Teller(), Teller("model", "gemma4 at a server"))
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("w")
        await sees(pilot, "THIS STORY", "❯   the built-in storyteller  tells now", "gemma4 at a server")
        await at(pilot, "gemma4 at a server")
        await sees(pilot, "Told by gemma4 at a server from here on.", "Climb down")
        assert reading(app).session.storyteller.name == "model"


async def test_a_model_that_is_kept_in_mid_story_tells_it_from_there(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("1")
        await sees(pilot, "turn 2")
        await pilot.press("w")
        await at(pilot, "Ollama at")
        await sees(pilot, "It can tell stories.")
        await pilot.press("enter")
        await sees(pilot, "turn 2", "Climb down")
        assert reading(app) is screen
        assert screen.session.storyteller.name == "model"
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, TitleScreen))


async def test_the_story_is_where_it_was_when_the_reader_only_looked(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await begin(pilot)
        await pilot.press("w")
        await at(pilot, "Ollama at")
        await sees(pilot, "It can tell stories.")
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("1")
        await sees(pilot, "turn 2")


async def test_the_palette_leads_to_the_storytellers(app: FictionApp) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause(0.2)
        await pilot.press(*"who tells")
        await sees(pilot, "Key: w")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StorytellersScreen))


# --- hostile text ---

QUIT = "[@click=app.quit]here[/]"
EVIL = [f'{QUIT} [/x] a [b c="]', "\x1b]0;PWNED\x07\x1b[2J\x9b31m\u202e\x00" + "x" * 5000]


@pytest.mark.parametrize("evil", EVIL, ids=["markup", "escapes"])
async def test_what_servers_say_is_text_on_every_screen(tmp_path: Path, evil: str) -> None:
    shelf = Shelf(tmp_path, Teller(), Teller("model", f"about {evil}"))
    setup = shelf.setup
    setup.servers = (FoundServer("http://127.0.0.1:11434/v1", "Ollama", (f"m {evil}", evil)),)
    setup.models_to_fetch = (Recommended(f"t {evil}", 1, 2, evil, evil, ollama=f"o {evil}", llama=evil),)
    setup.kept = [ModelConfig(f"http://{evil}", f"k {evil}", name="n")]
    setup.findings = (TrialResult("models", False, f"lists {evil}"), TrialResult("story", True, f"says {evil}"))
    setup.steps = (Pulling(f"pulling {evil}", 5, 4),)
    setup.listed = (f"one {evil}", evil)
    app = FictionApp(lambda: shelf, animations="none")
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        await begin(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause(0.2)
        await pilot.press("escape", "w")
        for line in ("Ollama at", "its 2 models", "1 GB"):
            await at(pilot, line)
            await pilot.pause(0.2)
            clean_screen(app)
            for _ in range(4):
                if not isinstance(app.screen, StorytellersScreen):
                    await pilot.press("escape")
                    await pilot.pause(0.1)
        setup.fails = FictionError(f"No {evil}", hint=evil)
        await at(pilot, "OpenAI")
        await pilot.press("k", "enter")
        await pilot.pause(0.2)
        clean_screen(app)
        assert app.is_running
        assert app.return_code is None


def clean_screen(app: FictionApp) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown(app))
    strips = app.screen._compositor.render_strips()
    metas = [str(s.style.meta) for strip in strips for s in strip if s.style and s.style.meta]
    assert not [meta for meta in metas if "app.quit" in meta]


@pytest.mark.parametrize("keys", [["m"], ["m", "enter"], ["m", "enter", "a", "enter"]])
async def test_escape_leads_back_to_the_title_from_everywhere(
    app: FictionApp, setup: Arranging, keys: list[str]
) -> None:
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.2)
        for _ in keys:
            await pilot.press("escape")
            await pilot.pause(0.1)
        await until(pilot, lambda: isinstance(app.screen, TitleScreen))
        assert setup.kept == []


async def test_without_colours_everything_is_still_told(app: FictionApp, setup: Arranging) -> None:
    setup.servers = (OLLAMA,)
    app.no_color = True
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "✓ It streams", "! Its context")


# --- how it looks ---


class Compare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: FictionApp, *, terminal_size: tuple[int, int], run_before: Callable[[Pilot[None]], Awaitable[None]]
    ) -> bool: ...


@pytest.mark.parametrize("size", SIZES)
def test_the_list(snap_compare: Compare, app: FictionApp, setup: Arranging, size: tuple[int, int]) -> None:
    setup.servers, setup.programs = (OLLAMA,), (Runner("llama-server", "/usr/bin/llama-server"),)
    setup.kept = [ModelConfig("https://api.openai.com/v1", "gpt-5.6", api_key=SECRET)]

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("m")
        await sees(pilot, "gpt-5.6 at api.openai.com", "gemma4:e4b  Ollama at")

    assert snap_compare(app, terminal_size=size, run_before=steps)


@pytest.mark.parametrize("size", SIZES)
def test_the_trial(snap_compare: Compare, app: FictionApp, setup: Arranging, size: tuple[int, int]) -> None:
    setup.servers = (OLLAMA,)

    async def steps(pilot: Pilot[None]) -> None:
        await sees(pilot, "Found Ollama")
        await pilot.press("m")
        await sees(pilot, "It can tell stories.", "Meanwhile")

    assert snap_compare(app, terminal_size=size, run_before=steps)


@pytest.mark.parametrize("size", SIZES)
def test_the_key(snap_compare: Compare, app: FictionApp, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await paste_key(pilot)

    assert snap_compare(app, terminal_size=size, run_before=steps)


@pytest.mark.parametrize("size", SIZES)
def test_the_download(snap_compare: Compare, app: FictionApp, setup: Arranging, size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await fetching(pilot, setup)
        await pilot.press("escape")
        await sees(pilot, "You stopped it.")

    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_no_picture_holds_a_key() -> None:
    pictures = list((Path(__file__).parent / "__snapshots__" / "test_app_minds").iterdir())
    assert pictures
    assert not [picture for picture in pictures if SECRET in picture.read_text(encoding="utf-8")]
