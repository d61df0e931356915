"""One turn of the built-in storyteller, as a pure function: the same scene always makes the same step."""

from dataclasses import dataclass
from typing import assert_never

from fiction.story.plan import Choice, ChoiceKind
from fiction.story.scene import Scene
from fiction.story.storylets import Body, StoryletKind, StoryletPlan
from fiction.story.turn import Reflection
from fiction.storytellers.storylets import attempts, deeds, drawing, endings, offering, scenes, short_term_memory
from fiction.storytellers.storylets.chance import digest
from fiction.storytellers.storylets.deck import PASSING, Deck
from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.tale import Recollection, Tale, load
from fiction.storytellers.storylets.word_forms import paragraphs
from fiction.text.tokens import sentences

PATIENCE = 1
"""Attempts after which the story moves on; scenes that need an outcome wait longer."""
ROOTS = 4
"""Sentences of an opening's memory that are never dropped: the reader's part and aim."""
_STUBBORN = frozenset({StoryletKind.HINGE, StoryletKind.CLIMAX})

STILL = "The moment passes, and nothing tells you whether it was the right one."
"""The passage where there is no other text."""
OFF_HAND = "You {act}. It changes less than you hoped and more than anybody will admit."
"""The outcome of an attempt for which neither the world nor the general storylets have one."""


@dataclass(frozen=True, slots=True)
class Step:
    """A turn told and reflected."""

    passage: str
    reflection: Reflection


def step(scene: Scene, deck: Deck) -> Step:
    """Tell one turn."""
    page = PageDraft(scene, deck, restore(scene, deck))
    page.tale.path = digest(page.tale.path, scene.choice.kind, scene.choice.text, _key(scene.choice), scene.choice.hint)
    if scene.choice.kind is ChoiceKind.BEGIN:
        _begin(page)
    else:
        _go_on(page, deeds.read(page))
    passage = "\n\n".join(filter(None, page.paragraphs)) or STILL
    return Step(passage, _reflection(page))


def restore(scene: Scene, deck: Deck) -> Tale:
    """The state after our last turn; where a foreign storyteller told it, one made from the save."""
    for turn in reversed(scene.recent):
        if tale := load(turn.state):
            return tale
    opening = deck.opening(scene.settings.opening)
    tale = Tale(opening=opening.id if opening else "", place=opening.place if opening else "")
    if tale.place not in deck.places:
        tale.place = next(iter(deck.places), "")
    tale.qualities = {quality.id: quality.start for quality in deck.world.qualities}
    tale.opened = [thread.id for thread in scene.ledger.open_threads]
    named = {someone.name: who for who, someone in deck.characters.items()}
    tale.met = {named[member.name]: member.seen for member in scene.ledger.cast if member.name in named}
    return tale


def _key(choice: Choice) -> str:
    return choice.plan.key or choice.plan.label if choice.plan else ""


# --- the first turn ---


def _begin(page: PageDraft) -> None:
    opening = page.deck.opening(page.scene.settings.opening)
    page.importance = 6
    if opening is None:
        page.say(page.deck.world.setting)
        page.remember(" ".join(sentences(page.deck.world.setting)[:2]), "root", "this is where you are")
        return scenes.go_on(page)
    page.say(opening.text)
    page.tale.told[opening.id] = [page.depth]
    page.tale.storylet, page.tale.title = opening.id, page.fill(opening.title)
    page.title = page.tale.title
    first = sentences(opening.memory or f"{page.deck.world.protagonist} {' '.join(sentences(opening.text)[:2])}")
    for index, sentence in enumerate(first[:6]):
        page.remember(sentence, "root" if index < ROOTS else "deed", "this is how the story begins")
    page.affect(opening.effects)
    page.open_threads(opening.threads)
    if opening.plans:
        page.plans = offering.offer(page, page.deck.scenes.get(opening.id))
    else:
        scenes.go_on(page)
    return None


# --- every other turn ---


def _go_on(page: PageDraft, deed: deeds.Deed) -> None:
    """Tell the outcome of a deed, then what follows."""
    match deed:
        case deeds.Taken(key, plan):
            _outcome(page, key, plan)
            _follow(page, plan)
        case deeds.Tried(act):
            _attempt(page, act)
            _after_attempt(page)
        case deeds.Waited():
            passing = page.deck.services.get(PASSING)
            if passing and not page.tale.ended:
                page.say(page.draw(PASSING, passing.bodies))
            scenes.call_back(page)
            scenes.go_on(page)
        case _:
            assert_never(deed)


def _outcome(page: PageDraft, key: str, plan: StoryletPlan) -> None:
    """Tell the outcome of a plan, and apply its effects."""
    page.say(page.draw(key, plan.outcome, insist=True))
    page.tale.done[key] = page.depth
    running = page.deck.scenes.get(key.rpartition("/")[0])
    page.importance = running.importance if running else page.importance
    page.affect(plan.effects)
    page.establish(plan.facts)
    page.open_threads(plan.opens)
    page.touch_threads(plan)
    page.go(plan.place)
    threads = (*plan.opens, *plan.advances, *plan.pays)
    page.remember(plan.memory, "deed", "you did this, and it may matter again", threads)
    if plan.recollection:
        text = page.fill(plan.recollection)
        page.tale.recollect(key, Recollection(page.depth, page.importance, text))


def _follow(page: PageDraft, plan: StoryletPlan) -> None:
    """Tell the ending or storylet that a plan leads to."""
    if plan.ending and not page.tale.ended:
        return endings.tell(page, plan.ending)
    follower = drawing.follow(page, plan.goto) if plan.goto else None
    if follower and not (page.scene.direction.must_end and not _near_end(page, follower)):
        scenes.call_back(page)
        return scenes.tell(page, follower)
    if _climax_is_over(page):
        return endings.tell(page, endings.ANY)
    scenes.call_back(page)
    return scenes.go_on(page)


def _near_end(page: PageDraft, drawn: drawing.Drawn) -> bool:
    """Whether a storylet belongs to the end of the story."""
    running = page.deck.scenes.get(page.tale.storylet)
    kinds = {drawn.storylet.kind, running.kind if running else StoryletKind.SCENE}
    return StoryletKind.CLIMAX in kinds or any(plan.ending for plan in drawn.storylet.plans)


def _climax_is_over(page: PageDraft) -> bool:
    """Whether the running climax leads nowhere, and the story is to end."""
    running = page.deck.scenes.get(page.tale.storylet)
    ends = page.scene.direction.toward_ending or page.scene.direction.must_end
    return bool(ends and not page.tale.ended and running and running.kind is StoryletKind.CLIMAX)


def _attempt(page: PageDraft, act: attempts.ParsedAct) -> None:
    """Tell the outcome of the reader's own act: that they tried it, never that it went as they wished."""
    sets = [(key, tuple(map(Body, texts))) for key, texts in page.deck.attempts(act.approach)] or [
        ("", (Body(OFF_HAND),))
    ]
    key, variants = next((item for item in sets if page.fresh(*item)), sets[0])
    told = page.fill(page.draw(key, variants, insist=True), act=act.phrase)
    page.paragraphs.extend(paragraphs(attempts.smooth(told)))
    page.remember(act.deed, "deed", "you tried this in your own way")


def _after_attempt(page: PageDraft) -> None:
    """Offer the same plans again; after PATIENCE attempts the story moves on."""
    running = page.deck.scenes.get(page.tale.storylet)
    page.tale.lingers += 1
    patience = 3 * PATIENCE if running and running.kind in _STUBBORN else PATIENCE
    if running and running.plans and page.tale.lingers <= patience and not page.scene.direction.must_end:
        page.plans = offering.offer(page, running)
        return None
    if _climax_is_over(page):
        return endings.tell(page, endings.ANY)
    scenes.call_back(page)
    return scenes.go_on(page)


# --- reflection ---


def _reflection(page: PageDraft) -> Reflection:
    memory = short_term_memory.update(page)
    page.tale.notes = memory.notes
    if page.tale.ended and page.ending:
        page.plans = ()
    return Reflection(
        memory=memory.text,
        plans=page.plans,
        rationale=memory.rationale,
        ledger_ops=tuple(page.ops),
        importance=page.importance,
        title=page.title,
        state=page.tale.dump(),
        ending=page.ending,
    )


def reflect_foreign(scene: Scene, deck: Deck) -> Reflection:
    """Reflect a passage of another storyteller: the memory keeps the reader's deed, the plans are general."""
    page = PageDraft(scene, deck, restore(scene, deck))
    page.tale.path = digest(page.tale.path, scene.choice.kind, scene.choice.text, _key(scene.choice), "foreign")
    page.tale.storylet, page.tale.cast = "", {}
    page.tale.scene += 1
    if scene.choice.text:
        page.remember(attempts.read(scene.choice.text, deck.names).deed, "deed", "you tried this in your own way")
    page.plans = offering.offer(page, None)
    return _reflection(page)
