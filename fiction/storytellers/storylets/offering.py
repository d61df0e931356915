"""The three plans after a passage: of different approaches, the due thread's among them, slots filled."""

from collections.abc import Iterable, Sequence

from fiction.story.plan import Approach, Plan
from fiction.story.storylets import Storylet, StoryletPlan
from fiction.storytellers.storylets.deck import CODA, SERVICES
from fiction.storytellers.storylets.page_draft import PageDraft
from fiction.storytellers.storylets.word_forms import capital

COUNT = 3

PLAIN = (
    StoryletPlan("look", "Look around for what has changed", "it takes time", Approach.CURIOUS),
    StoryletPlan("go", "Go on, whatever is waiting", "there may be no way back", Approach.BOLD),
    StoryletPlan("heed", "Keep out of sight and listen", "the moment may pass", Approach.CAREFUL),
    StoryletPlan("ask", "Ask the nearest person for help", "you will owe something", Approach.WARM),
    StoryletPlan("keep", "Do first what you promised", "it will cost the better chance", Approach.PRINCIPLED),
)
"""Plans where no storylet has any; told as attempts."""


def offer(page: PageDraft, storylet: Storylet | None) -> tuple[Plan, ...]:
    """Three plans of a storylet, general ones added where it has too few."""
    chosen = _chosen(page, storylet.id, storylet.plans) if storylet else []
    for scene, plans in _general(page):
        if len(chosen) >= COUNT:
            break
        spirits = {plan.approach for _, plan in chosen}
        spare = [(key, plan) for key, plan in _chosen(page, scene, plans) if plan.approach not in spirits]
        chosen.extend(_varied(page, spare)[: COUNT - len(chosen)])
    return tuple(_said(page, key, plan) for key, plan in chosen[:COUNT])


def _general(page: PageDraft) -> Iterable[tuple[str, Sequence[StoryletPlan]]]:
    """Sources of general plans; after the ending those of CODA come first."""
    order = SERVICES if not page.tale.ended else (CODA, *(name for name in SERVICES if name != CODA))
    for name in order:
        if name in page.deck.services and (name != CODA or page.tale.ended):
            yield name, page.deck.services[name].plans
    yield "", PLAIN


def _varied(page: PageDraft, plans: list[tuple[str, StoryletPlan]]) -> list[tuple[str, StoryletPlan]]:
    """Plans of different approaches, new ones before those taken before."""
    first: dict[Approach, tuple[str, StoryletPlan]] = {}
    for key, plan in sorted(plans, key=lambda item: page.tale.done.get(item[0], 0)):
        first.setdefault(plan.approach, (key, plan))
    return list(first.values())


def _chosen(page: PageDraft, scene: str, plans: Sequence[StoryletPlan]) -> list[tuple[str, StoryletPlan]]:
    """Up to three plans: the due thread's, then conditional, then new ones; of different approaches if possible."""
    able = [plan for plan in plans if _may(page, scene, plan)]
    due = page.scene.direction.due_thread
    ranked = sorted(
        able,
        key=lambda plan: (
            not (due and due in (*plan.advances, *plan.pays)),
            not plan.when,
            page.tale.done.get(f"{scene}/{plan.id}", 0) if page.deck.is_general(scene) else 0,
        ),
    )
    picked: list[StoryletPlan] = []
    for plan in ranked:
        if all(plan.approach is not other.approach for other in picked):
            picked.append(plan)
    picked = _off_profile(page, picked)
    picked.extend(plan for plan in ranked if plan not in picked)
    three = picked[:COUNT]
    return [(f"{scene}/{plan.id}" if scene else "", plan) for plan in able if plan in three]


def _may(page: PageDraft, scene: str, plan: StoryletPlan) -> bool:
    """Whether a plan can be offered: its condition holds, no line is crossed, no general one taken lately."""
    if page.deck.is_general(scene) and page.tired(f"{scene}/{plan.id}"):
        return False
    return page.holds(plan.when) and not page.forbidden(plan)


def _off_profile(page: PageDraft, picked: list[StoryletPlan]) -> list[StoryletPlan]:
    """Of more than three plans, the first two and the one furthest from the reader's leanings."""
    leanings = dict(page.scene.reader.leanings)
    if len(picked) <= COUNT or not leanings:
        return picked
    far = min(picked[COUNT - 1 :], key=lambda plan: leanings.get(plan.approach, 1.0))
    return [*picked[: COUNT - 1], far]


def _said(page: PageDraft, key: str, plan: StoryletPlan) -> Plan:
    label, stake, brief = (page.fill(text).strip() for text in (plan.label, plan.stake, plan.brief))
    return Plan(capital(label) or "Go on", stake, plan.approach, brief, key)
