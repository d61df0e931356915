"""The second call of a turn: what a model notes down about the passage it told, asked for and made sound."""

from fiction.llm.lenient_json import JsonObject, numbered_lines, read_object
from fiction.llm.request import TOKENS_A_MESSAGE, Message
from fiction.llm.structured_output import Answer, Question
from fiction.story.memory import Rationale
from fiction.story.plan import Plan
from fiction.story.scene import Scene
from fiction.story.turn import Reflection, Usage
from fiction.storytellers.prompts.system import language_of, notes_format
from fiction.storytellers.prompts.templates import prompt
from fiction.storytellers.prompts.token_budget import TokenBudget
from fiction.storytellers.prompts.turn import Prompt
from fiction.storytellers.replies.memory_update import ledger_ops, new_memory, notebook_ops, rationale_of
from fiction.storytellers.replies.notes import Notes
from fiction.storytellers.replies.plans import PLANS, before, filled_up, sound_plans
from fiction.storytellers.replies.schemas import NOTES, NOTES_OF_ENDING, NOTES_SMALL
from fiction.storytellers.replies.summaries import chapter_asked, summary_asked, summary_ops
from fiction.text.folding import fold
from fiction.text.sanitise import clean_line
from fiction.text.tokens import clip, clip_start, estimate, joined, sentences, whole_sentences, words

THE_END = "The End"
_FORCED_END = 1.3
"""From this progress on a passage that was told as the ending is the ending, whatever the model says."""
_ENOUGH_PLANS = 2
"""With so many plans of its own a model's notes are good; a general plan is the third."""
_MIN_MEMORY_WORDS = 4
_LEANS = 1.15
_SHOWN_OFFERS = 6
REMIND_EVERY = 2
"""Turns between two words about a waiting thread."""
_MAX_TITLE = 60
_MAX_IDS = 8
_TEMPERATURE = 0.6


def questions(scene: Scene, passage: str, rendered: Prompt) -> list[Question]:
    """What is asked about the passage: whole notes, then small ones; only small ones where there is no more room."""
    room = rendered.room
    told: list[Message] = [
        *rendered.messages,
        {"role": "assistant", "content": clip_start(passage, room.passage)},
    ]
    small = _question("small_notes", NOTES_SMALL, told, _small_instruction(scene, room), rendered)
    if room.small:
        return [small]
    schema = NOTES_OF_ENDING if scene.direction.goes_to_its_end else NOTES
    whole = _question("notes", schema, told, _whole_instruction(scene, rendered), rendered)
    if whole.max_tokens < room.notes:
        whole = _question("notes", schema, told, _whole_instruction(scene, rendered, chapter=False), rendered)
    return [whole, small]


def _question(name: str, schema: JsonObject, told: list[Message], instruction: str, rendered: Prompt) -> Question:
    messages: list[Message] = [*told, {"role": "user", "content": instruction}]
    asked = sum(estimate(message["content"]) + TOKENS_A_MESSAGE for message in messages)
    return Question(name, schema, messages, rendered.room.notes_after(asked), _TEMPERATURE, rendered.mark)


class Answers:
    """What the replies to one turn's questions have given so far: for each part the first good one."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.plans: tuple[Plan, ...] = ()
        self.notes: Notes | None = None

    def take(self, answer: Answer) -> bool:
        """Read a reply; whether all that is needed is there now."""
        notes = read_notes(answer)
        plans = sound_plans(notes.plans, self._scene)
        if len(plans) > len(self.plans):
            self.plans = plans
        if self.notes is None and words(notes.memory) >= _MIN_MEMORY_WORDS:
            self.notes = notes
        return self.notes is not None and (len(self.plans) >= _ENOUGH_PLANS or _ends(self.notes, self._scene))

    def reflection(self, passage: str, usage: Usage) -> Reflection:
        """What came of it all. Where no reply was any good: the old memory and general plans, marked as such."""
        scene, notes = self._scene, self.notes or Notes()
        rationale = rationale_of(notes.rationale)
        memory, notice = new_memory(notes.memory, scene.memory, rationale)
        ending = _ending(notes, scene)
        plans = () if ending else filled_up(self.plans, scene)
        return Reflection(
            memory=memory or joined(sentences(passage)[:3]),
            plans=plans,
            rationale=rationale if self.notes else Rationale(),
            ledger_ops=(
                *ledger_ops(notes.ledger, scene),
                *notebook_ops(notes.notebook, scene),
                *summary_ops(notes, scene),
            ),
            importance=notes.importance,
            title=_title(notes, scene),
            ending=ending,
            usage=usage,
            plain=not ending and not self.plans,
            notice=_notice(own=PLANS if ending else len(self.plans), memory=notice, remembered=self.notes is not None),
        )


def read_notes(answer: Answer) -> Notes:
    """The notes in a reply; empty ones where there are none. A numbered list counts as plans."""
    value = read_object(answer.text)
    if value is None:
        return Notes.model_validate({"plans": numbered_lines(answer.text)})
    notes = Notes.model_validate(value)
    if answer.cut and "ledger" not in value and "importance" not in value:
        notes = notes.model_copy(update={"memory": whole_sentences(notes.memory)})
    return notes


def _ends(notes: Notes, scene: Scene) -> bool:
    forced = scene.direction.must_end and scene.direction.progress >= _FORCED_END
    return scene.direction.goes_to_its_end and (notes.ending or forced)


def _ending(notes: Notes, scene: Scene) -> str:
    """The title of the ending that the passage was: the world's own where the model names one; empty if it was none."""
    if not _ends(notes, scene):
        return ""
    named = fold(notes.title)
    own = next((ending.title for ending in scene.world.endings if fold(ending.title) == named), "")
    return own or clean_line(notes.title, limit=_MAX_TITLE) or THE_END


def _title(notes: Notes, scene: Scene) -> str:
    title = clean_line(notes.title, limit=_MAX_TITLE).strip(' "“”*')
    running = scene.parent.title if scene.parent else ""
    return "" if fold(title) == fold(running) else title


def _notice(*, own: int, memory: str, remembered: bool) -> str:
    if not own and not remembered:
        return "The storyteller's notes could not be read: the memory is as it was, and the plans are general ones."
    if not own:
        return "None of the storyteller's plans could be offered; these are general ones."
    if not remembered:
        return "The storyteller's notes held no memory; the old one was kept."
    if own < PLANS:
        return memory or "Too few of the storyteller's plans could be offered; the rest are general ones."
    return memory


def _whole_instruction(scene: Scene, rendered: Prompt, *, chapter: bool = True) -> str:
    room = rendered.room
    asked = prompt(
        "notes_ask",
        toward=f"{prompt('notes_toward')} " if scene.direction.toward_ending else "",
        thread=_thread(scene),
        leaning=_leaning(scene),
        ids=_ids(scene),
        offered=_offered(scene),
        summary=summary_asked(scene, room),
        chapter=chapter_asked(scene, room, rendered.mark) if chapter else "",
        ending=prompt("notes_ending" if scene.direction.goes_to_its_end else "notes_no_ending"),
    )
    return asked if room.notes_in_system else f"{notes_format(scene.world, scene.reader, room)}\n\n{asked}"


def _small_instruction(scene: Scene, room: TokenBudget) -> str:
    said = room.measure.said
    return prompt(
        "notes_small",
        language=language_of(scene.world, scene.reader),
        label=said(12),
        stake=said(8),
        words=said(min(140, room.memory_words)),
    )


def _thread(scene: Scene) -> str:
    """The thread to be moved on, every other turn; one that was touched just now is left alone."""
    waiting = [thread for thread in scene.ledger.open_threads if scene.depth - thread.touched > 1]
    if not waiting or scene.direction.must_end or scene.depth % REMIND_EVERY:
        return ""
    setup = clip(clean_line(waiting[0].setup), 40).rstrip(".")
    return f"One plan moves this forward, unless the passage just did: {setup}. "


def _ids(scene: Scene) -> str:
    """All open threads by name, so that each can be closed, whether or not the prompt had room for it."""
    ids = [clean_line(thread.id, limit=40) for thread in scene.ledger.open_threads[:_MAX_IDS]]
    return f"Threads that are open: {', '.join(ids)}. " if ids else ""


def _leaning(scene: Scene) -> str:
    """Two plans to the reader's taste and one that is not, so that the taste can change."""
    leans = sorted(scene.reader.leanings, key=lambda leaning: -leaning[1])
    liked = [approach.value for approach, weight in leans if weight >= _LEANS][:2]
    return f"The reader leans to {' and '.join(liked)} ways: at least one plan is of another kind. " if liked else ""


def _offered(scene: Scene) -> str:
    labels = [clean_line(label, limit=70) for label in before(scene)[-_SHOWN_OFFERS:]]
    if not labels:
        return ""
    return f"Offered just now, so not again in these words: {' / '.join(labels)}. "
