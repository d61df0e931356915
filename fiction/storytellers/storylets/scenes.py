"""Telling a storylet: place, cast, body, an echo of earlier events, effects, plans."""

from fiction.story.storylets import StoryletKind
from fiction.storytellers.storylets import callbacks, drawing, endings, offering, wandering
from fiction.storytellers.storylets.deck import CODA
from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.word_forms import capital


def call_back(page: PageDraft) -> None:
    if line := callbacks.call_back(page):
        page.paragraphs.append(line)


def go_on(page: PageDraft) -> None:
    """Tell the next storylet of a new scene; or the ending where it is due; or let the moment run on."""
    coda = page.deck.services.get(CODA)
    if page.tale.ended and coda and page.once("coda"):
        page.say(page.draw(CODA, coda.bodies, insist=True))
        page.tale.storylet, page.tale.cast = CODA, {}
        page.plans = offering.offer(page, coda)
        return None
    drawn = drawing.draw(page)
    if drawing.time_is_up(page) and (drawn is None or drawn.storylet.kind is not StoryletKind.CLIMAX):
        return endings.tell(page, endings.ANY)
    if drawn:
        return tell(page, drawn)
    page.tale.storylet = ""
    page.plans = offering.offer(page, None)
    return None


def tell(page: PageDraft, drawn: drawing.Drawn) -> None:
    """Tell a storylet: place, cast, body, at most one echo; then its effects and its plans."""
    storylet, tale = drawn.storylet, page.tale
    general = page.deck.is_general(storylet.id)
    if not drawn.follows:
        tale.scene += 1
        tale.title = ""
    if general:
        tale.filled = page.depth
        wandering.wander(page, storylet)
    page.go(storylet.place)
    before = frozenset(tale.met)
    page.meet(drawn.cast)
    tale.storylet, tale.lingers, tale.tension = storylet.id, 0, storylet.tension
    if storylet.kind is StoryletKind.HINGE:
        tale.hinged.append(page.scene.direction.act)
    if storylet.title:
        tale.title = page.title = page.fill(storylet.title)
    if general:
        wandering.introduce(page, before)
    page.say(page.draw(storylet.id, storylet.bodies, insist=True))
    _echo(page, drawn)
    if general:
        wandering.overhear(page)
    page.importance = max(page.importance, storylet.importance)
    page.affect(storylet.effects)
    page.open_threads(storylet.opens)
    page.remember(storylet.note, "note", "this is where things stand")
    page.plans = offering.offer(page, storylet)


def _echo(page: PageDraft, drawn: drawing.Drawn) -> None:
    """Add the first echo whose condition holds and that was never told to the body's last paragraph."""
    for index, echo in enumerate(drawn.storylet.echoes):
        key = f"{drawn.storylet.id}!{index}"
        if key not in page.tale.told and page.holds(echo.when):
            page.once(key)
            last = page.paragraphs.pop() if page.paragraphs else ""
            page.paragraphs.append(f"{last} {capital(' '.join(page.fill(echo.text).split()))}".strip())
            return
