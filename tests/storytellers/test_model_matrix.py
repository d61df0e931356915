"""The matrix: every habit that servers are known for, and a whole story of five turns on each."""

import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

import support.server_habits as habits
from fiction.engine.ports import Ahead
from fiction.engine.session import Session
from fiction.llm.capabilities.capabilities import Capabilities, OutputMode
from fiction.llm.connections import Connections
from fiction.llm.server import Sampling
from fiction.memory.recall import StoryMemory
from fiction.saves.library import SaveLibrary
from fiction.story.events import Event, TurnFailed, TurnSaved
from fiction.story.reader import StoryRecord, StorySettings
from fiction.story.turn import Stage
from fiction.storytellers.model import ModelStoryteller, ServerSettings
from support.model_scenes import WORLD
from support.model_server import ModelServer, Request, Wire, a_story
from support.server_habits import no_format, no_parameter, no_room, only_caps, strict, tell, thinks

pytestmark = pytest.mark.slow

TURNS = 5
A_TURN = 3
"""Requests: the passage, the notes, and the next prompt made ready."""
MODEL = StorySettings(storyteller="model")
KEY = "sk-verysecret123"


@dataclass
class Story:
    """A server, and the game that is played on it."""

    server: ModelServer
    folder: Path
    profiles: Path
    settings: ServerSettings
    ahead: Ahead = Ahead.WARM
    played: int = 0
    said: set[str] = field(default_factory=set)
    """All that the model has said."""

    async def told(self, *, lessons: int = 0, plain: bool = False) -> Capabilities:
        """Play five turns; `lessons` are the requests that are refused or wasted. What is known at the end."""
        self.played += 1
        self.server.requests.clear()
        self.server.says = self._remembered
        teller = ModelStoryteller(self.settings, connections=Connections(self.profiles), ahead=self.ahead)
        record = StoryRecord(f"{self.played:032}", "The Landing", "landing", "1.0.0", "", settings=MODEL)
        session = Session(
            store=SaveLibrary(self.folder).create(record),
            world=WORLD,
            memory=StoryMemory(cache=self.folder / "cache", chroma=False),
            storytellers={"model": teller},
        )
        try:
            for number in range(TURNS):
                turns = session.play(session.offered(number % 3 + 1)) if number else session.proceed()
                self._is_a_good_turn([event async for event in turns], session, plain=plain)
        finally:
            await session.close()
        assert len(self.server.requests) <= TURNS * A_TURN + lessons
        return teller.capabilities

    def _remembered(self, wire: Wire) -> str:
        reply = a_story(wire)
        self.said.add(reply)
        return reply

    def _is_a_good_turn(self, events: list[Event], session: Session, *, plain: bool) -> None:
        failed = [event.message for event in events if isinstance(event, TurnFailed)]
        assert not failed, failed
        assert isinstance(events[-1], TurnSaved)
        turn = session.turn
        assert turn is not None
        assert turn.stage is Stage.COMPLETE
        assert turn.passage in self.said
        assert turn.plain is plain
        assert len(session.plans) == 3
        assert turn.memory

    def holds(self, name: str) -> list[bool]:
        """For each request whether it held the parameter."""
        return [name in request for request in self.server.requests]


@pytest.fixture
async def story(server: ModelServer, tmp_path: Path) -> AsyncIterator[Story]:
    settings = ServerSettings(server.url, "tiny", KEY, stall_timeout=20)
    yield Story(server, tmp_path / "saves", tmp_path / "known.json", settings)


# --- a server that is none of the known ones, with one habit ---


async def test_no_habits_at_all(story: Story) -> None:
    story.server.habit = tell
    known = await story.told()
    assert known.rung is OutputMode.JSON_SCHEMA


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_json_schema_is_refused(story: Story, status: int) -> None:
    story.server.habit = strict(no_format("json_schema", status=status))
    assert (await story.told(lessons=1)).rung is OutputMode.OBJECT_WITH_SCHEMA


async def test_json_schema_is_refused_without_a_reason(story: Story) -> None:
    story.server.habit = strict(no_format("json_schema", status=500, said="Internal Server Error"))
    assert (await story.told(lessons=1)).rung is OutputMode.OBJECT_WITH_SCHEMA


async def test_json_object_is_refused_too(story: Story) -> None:
    story.server.habit = strict(no_format("json_schema", "json_object"))
    assert (await story.told(lessons=3)).rung is OutputMode.TEXT


async def test_every_format_is_refused_with_500(story: Story) -> None:
    story.server.habit = strict(no_format("json_schema", "json_object", status=500))
    assert (await story.told(lessons=3)).rung is OutputMode.TEXT


async def test_the_schema_is_silently_ignored(story: Story) -> None:
    def habit(wire: Wire) -> None:
        wire.stream(f"Sure! Here are the notes:\n```json\n{wire.reply}\n```" if wire.format else wire.reply)

    story.server.habit = habit
    await story.told()


async def test_the_schema_is_silently_ignored_and_the_notes_are_no_json(story: Story) -> None:
    def habit(wire: Wire) -> None:
        wire.stream("I think the story goes on very well." if wire.format == "json_schema" else wire.reply)

    story.server.habit = habit
    known = await story.told(lessons=2)
    assert known.rung is OutputMode.OBJECT_WITH_SCHEMA


async def test_the_schema_is_ignored_and_json_object_is_refused(story: Story) -> None:
    def habit(wire: Wire) -> None:
        wire.stream("I think the story goes on very well." if wire.format == "json_schema" else wire.reply)

    said = "'response_format.type' must be 'json_schema' or 'text'"
    story.server.habit = strict(no_format("json_object", said=said), then=habit)
    assert (await story.told(lessons=3)).rung is OutputMode.TEXT


async def test_a_format_brings_an_empty_object(story: Story) -> None:
    story.server.habit = lambda wire: wire.stream("{}" if wire.format == "json_object" else wire.reply)
    await story.told()


async def test_the_notes_are_never_more_than_chatter(story: Story) -> None:
    said = "I would rather talk about the weather, which is fine today."
    story.server.habit = lambda wire: wire.stream(said if wire.asks_for_notes or wire.format else wire.reply)
    await story.told(lessons=TURNS * 3, plain=True)


async def test_tokens_are_never_counted(story: Story) -> None:
    story.server.habit = lambda wire: wire.stream(wire.reply, usage=False)
    assert not (await story.told()).counts


async def test_tokens_are_counted_in_every_chunk(story: Story) -> None:
    story.server.habit = habits.counting_always
    assert (await story.told()).counts


async def test_stream_options_are_refused(story: Story) -> None:
    story.server.habit = strict(no_parameter("stream_options", status=422))
    await story.told(lessons=1)
    assert sum(story.holds("stream_options")) == 1


async def test_max_tokens_is_refused(story: Story) -> None:
    story.server.habit = strict(
        no_parameter("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        habits.both_caps,
    )
    await story.told(lessons=1)
    assert sum(story.holds("max_completion_tokens")) == len(story.server.requests) - 1


async def test_max_completion_tokens_is_passed_over(story: Story) -> None:
    story.server.habit = only_caps("max_tokens")
    await story.told()


async def test_both_caps_are_refused(story: Story) -> None:
    story.server.habit = strict(no_parameter("max_tokens"), no_parameter("max_completion_tokens"))
    await story.told(lessons=2)


async def test_temperature_is_refused(story: Story) -> None:
    story.server.habit = strict(no_parameter("temperature"))
    await story.told(lessons=1)


async def test_every_way_of_drawing_words_is_refused_one_by_one(story: Story) -> None:
    sampling = Sampling(0.9, top_p=0.95, top_k=40, min_p=0.05, frequency_penalty=0.1, presence_penalty=0.1)
    story.settings = dataclasses.replace(story.settings, sampling=sampling)
    names = list(sampling.parameters)
    story.server.habit = strict(*(no_parameter(name) for name in names))
    await story.told(lessons=len(names))
    assert not {name for request in story.server.requests[-2:] for name in request} & set(names)


async def test_reasoning_effort_is_unknown(story: Story) -> None:
    story.server.habit = strict(no_parameter("reasoning_effort"))
    await story.told(lessons=1)


async def test_reasoning_effort_has_other_values(story: Story) -> None:
    habits.gpt(story.server, "minimal", "low", "medium", "high")
    known = await story.told(lessons=4)
    assert known.reasoning_effort == "minimal"


async def test_thinking_is_switched_off_in_the_template(story: Story) -> None:
    story.server.habit = thinks("reasoning_content", unless="template")
    await story.told(lessons=1)
    assert story.server.requests[-1]["chat_template_kwargs"] == {"enable_thinking": False}


async def test_thinking_is_switched_off_as_routers_do(story: Story) -> None:
    story.server.habit = thinks("reasoning", unless="router")
    await story.told(lessons=2)
    assert story.server.requests[-1]["reasoning"] == {"effort": "none"}


async def test_thinking_is_switched_off_by_its_type(story: Story) -> None:
    story.server.habit = thinks("reasoning_content", unless="typed")
    await story.told(lessons=2)
    assert story.server.requests[-1]["thinking"] == {"type": "disabled"}


@pytest.mark.parametrize("way", ["template", "router", "typed"])
async def test_a_model_that_thinks_says_nothing(story: Story, way: str) -> None:
    story.server.habit = habits.mute(unless=way)
    await story.told(lessons=3)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "<think>", "<thinking>", "<THINK>"])
async def test_thinking_can_not_be_switched_off(story: Story, field: str) -> None:
    story.server.habit = thinks(field)
    assert (await story.told(lessons=2)).thinking


async def test_the_cap_is_spent_on_thinking(story: Story) -> None:
    story.server.habit = thinks("reasoning", tokens=2500)
    assert (await story.told(lessons=2)).thinking


async def test_the_cap_is_spent_on_thinking_in_the_text(story: Story) -> None:
    story.server.habit = thinks("<think>", tokens=2500)
    assert (await story.told(lessons=2)).thinking


async def test_thinking_is_begun_in_the_template(story: Story) -> None:
    story.server.habit = lambda wire: wire.stream(f"The reader wants stairs.</think>\n\n{wire.reply}")
    await story.told()


async def test_a_prompt_that_does_not_fit_brings_an_empty_stream(story: Story) -> None:
    story.server.habit = strict(no_room(2600))
    known = await story.told(lessons=4)
    assert 0 < known.context < 8192


OVERFLOWS: dict[str, Callable[[Wire], str]] = {
    "openai": lambda w: (
        f"This model's maximum context length is 2600 tokens. Your messages resulted in {w.size} tokens"
    ),
    "openai-limit": lambda w: "Input tokens exceed the configured limit of 2600 tokens.",
    "llama.cpp": lambda w: f"request ({w.size} tokens) exceeds the available context size (2600 tokens)",
    "lm-studio": lambda w: f"greater than the context length (n_keep: {w.size} >= n_ctx: 2600). Try to load the model",
    "lm-studio-old": lambda w: f"Trying to keep the first {w.size} tokens when context the overflows.",
    "vllm": lambda w: (
        f"This model's maximum context length is 2600 tokens. However, you requested {w.cap} output tokens"
    ),
    "llama-cpp-python": lambda w: (
        f"maximum context length is 2600 tokens. However, you requested {w.size + w.cap} tokens"
    ),
    "anthropic": lambda w: f"prompt is too long: {w.size} tokens > 2600 maximum",
    "google": lambda w: f"The input token count ({w.size}) exceeds the maximum number of tokens allowed (2600).",
}


@pytest.mark.parametrize("server_of", OVERFLOWS)
async def test_a_prompt_that_does_not_fit_is_refused(story: Story, server_of: str) -> None:
    story.server.habit = strict(no_room(2600, OVERFLOWS[server_of]))
    known = await story.told(lessons=4)
    assert 0 < known.context <= 2600


async def test_a_prompt_that_does_not_fit_is_refused_in_the_stream(story: Story) -> None:
    def habit(wire: Wire) -> None:
        if wire.size + 600 <= 2600:
            return tell(wire)
        wire.head(200, "text/event-stream")
        return wire.event({"error": {"message": "Trying to keep the first tokens: n_ctx: 2600 context length"}})

    story.server.habit = habit
    assert 0 < (await story.told(lessons=4)).context <= 2600


async def test_a_second_request_kills_the_stream(story: Story) -> None:
    one = habits.OneAtATime()
    story.server.habit = one
    await story.told()


async def test_system_messages_are_refused(story: Story) -> None:
    story.server.habit = strict(habits.no_role("system", "Jinja Exception: System role not supported", status=500))
    await story.told(lessons=1)


async def test_two_messages_of_one_role_are_refused(story: Story) -> None:
    story.server.habit = strict(habits.two_in_a_row)
    await story.told(lessons=1)


async def test_replies_come_in_one_piece(story: Story) -> None:
    story.server.habit = habits.in_one_piece
    await story.told()


async def test_comments_stand_between_the_pieces(story: Story) -> None:
    story.server.habit = habits.with_comments
    await story.told()


async def test_lines_end_in_crlf(story: Story) -> None:
    story.server.habit = habits.with_crlf
    await story.told()


async def test_content_is_a_list_of_parts(story: Story) -> None:
    story.server.habit = habits.in_parts
    await story.told()


async def test_nothing_marks_the_end_of_the_stream(story: Story) -> None:
    story.server.habit = habits.without_done
    await story.told()


async def test_connections_are_dropped_as_they_are_used(story: Story) -> None:
    story.server.habit = habits.Dropping()
    await story.told(lessons=TURNS * 2)


async def test_the_model_is_unknown_and_served_anyway(story: Story) -> None:
    story.server.pages = {"/v1/models": {"data": [{"id": "another", "owned_by": "somebody"}]}}
    story.server.habit = tell
    await story.told()


async def test_it_tells_nonsense_about_itself(story: Story) -> None:
    nonsense = {"data": [{"id": ["tiny"], "owned_by": 7, "meta": "big", "max_model_len": -4}]}
    story.server.pages = {"/v1/models": nonsense, "/props": ["?"], "/api/ps": {"models": "none"}}
    story.server.habit = tell
    assert (await story.told()).context == 0


# --- faults that come once ---


def html(wire: Wire) -> None:
    wire.head(200, "text/html")
    wire.write(b"<html>Sign in to the network</html>")


def error_chunk(wire: Wire) -> None:
    wire.head(200, "text/event-stream")
    wire.delta(content="You turn")
    wire.event({"error": {"message": "Provider disconnected", "code": 502}})


def silent_end(wire: Wire) -> None:
    wire.stream(wire.reply[:60], finish=None)


@pytest.mark.parametrize("fault", [html, error_chunk, silent_end], ids=lambda fault: fault.__name__)
async def test_a_fault_of_a_moment_costs_a_turn_that_can_be_told_again(
    story: Story, fault: Callable[[Wire], None]
) -> None:
    story.server.habit = tell
    story.server.says = a_story
    teller = ModelStoryteller(story.settings, ahead=Ahead.OFF)
    record = StoryRecord("1" * 32, "The Landing", "landing", "1.0.0", "", settings=MODEL)
    memory = StoryMemory(cache=story.folder / "cache", chroma=False)
    store = SaveLibrary(story.folder).create(record)
    session = Session(store=store, world=WORLD, memory=memory, storytellers={"model": teller})
    assert isinstance([event async for event in session.proceed()][-1], TurnSaved)
    before = session.turn
    story.server.script = [fault]
    events = [event async for event in session.play(session.offered(1))]
    assert isinstance(events[-1], TurnFailed)
    assert session.turn == before
    assert isinstance([event async for event in session.retry()][-1], TurnSaved)
    await session.close()


# --- servers that are known ---

SERVERS: dict[str, Callable[[ModelServer], None]] = {
    "llama.cpp": habits.llama_cpp,
    "Ollama": habits.ollama,
    "LM Studio": habits.lm_studio,
    "vLLM": habits.vllm,
    "KoboldCpp": habits.koboldcpp,
    "llama-cpp-python": habits.llama_cpp_python,
    "litert-lm": habits.litert_lm,
    "OpenRouter": habits.openrouter,
}


class Loading(Protocol):
    """A server that names the context it loaded its model with."""

    def __call__(self, server: ModelServer, *, context: int) -> None: ...


LOADED: dict[str, Loading] = {
    "llama.cpp": habits.llama_cpp,
    "LM Studio": habits.lm_studio,
    "Ollama": habits.ollama,
    "KoboldCpp": habits.koboldcpp,
}


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_known_server_is_recognised_and_asked_as_it_likes_from_the_first_request_on(
    story: Story, kind: str
) -> None:
    SERVERS[kind](story.server)
    known = await story.told()
    assert known.kind == kind


@pytest.mark.parametrize("kind", LOADED)
async def test_a_small_context_is_kept_to_because_the_server_tells_it(story: Story, kind: str) -> None:
    LOADED[kind](story.server, context=2600)
    known = await story.told()
    assert known.context == 2600


async def test_what_ollama_drops_in_silence_is_noticed(story: Story) -> None:
    habits.ollama(story.server, context=2048)
    known = await story.told()
    assert known.context == 2048
    assert all(wire_size(request) <= 2048 for request in story.server.requests[-2:])


def wire_size(request: Request) -> int:
    return sum(len(message["content"]) for message in request["messages"]) // 4


async def test_the_slots_of_a_server_are_learned(story: Story) -> None:
    habits.llama_cpp(story.server, slots=3)
    assert (await story.told()).slots == 3


@pytest.mark.parametrize("efforts", [("none", "low"), ("minimal", "low"), ("low", "high")])
async def test_a_gpt_of_today_behind_another_address(story: Story, efforts: tuple[str, ...]) -> None:
    habits.gpt(story.server, *efforts)
    await story.told(lessons=4)


# --- what is remembered ---


async def test_what_was_refused_is_not_asked_again_in_the_next_game(story: Story) -> None:
    story.server.habit = strict(
        no_format("json_schema", status=500), no_parameter("temperature"), no_parameter("reasoning_effort")
    )
    await story.told(lessons=3)
    await story.told(lessons=0)
    assert not any(story.holds("temperature"))
    assert not any(story.holds("reasoning_effort"))


async def test_a_file_of_profiles_holds_no_key_and_is_for_its_owner_alone(story: Story) -> None:
    url = story.server.url.replace("http://", "http://ada:hush@")
    story.settings = ServerSettings(f"{url}?key={KEY}", "tiny", KEY)
    story.server.habit = tell
    teller = ModelStoryteller(story.settings, connections=Connections(story.profiles))
    await teller.close()
    story.settings = ServerSettings(story.server.url, "tiny", KEY, stall_timeout=20)
    await story.told()
    text = story.profiles.read_text()
    assert KEY not in text
    assert "hush" not in text
    assert story.profiles.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(text)["servers"]) == [f"{story.server.url} tiny"]


async def test_models_that_differ_in_their_tag_are_different(story: Story) -> None:
    story.server.habit = strict(no_parameter("temperature"))
    story.settings = dataclasses.replace(story.settings, model="tiny:4b")
    await story.told(lessons=1)
    story.settings = dataclasses.replace(story.settings, model="tiny:8b")
    await story.told(lessons=1)
    assert sum(story.holds("temperature")) == 1


async def test_a_key_goes_to_no_other_origin(story: Story) -> None:
    habits.llama_cpp(story.server)
    await story.told()
    assert story.server.looked_at
    assert all(headers["authorization"] == f"Bearer {KEY}" for _, headers in story.server.looked_at)
