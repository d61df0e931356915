"""Three plans out of whatever a model wrote: distinct, of different approaches, short, and not those of before."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from fiction.story.plan import Approach, Plan, Scope
from fiction.story.scene import Scene
from fiction.storytellers.prompts.templates import prompt
from fiction.storytellers.replies.approaches import approach_of
from fiction.text.folding import fold
from fiction.text.sanitise import clean_line
from fiction.text.tokens import clip, wide, words

if TYPE_CHECKING:
    from fiction.storytellers.replies.notes import PlanNote

PLANS = 3
MAX_LABEL_WORDS = 14
_LABEL_OF_BRIEF = 4
"""A plan without a label takes its brief for one, if that has so many words."""
_MAX_LABEL_WIDE = 36
"""Characters of a label in a script without spaces."""
_MAX_STAKE = 70
_BRIEF_TOKENS = 140
_TURNS_BEFORE = 3
_MAX_REPEATS = 1
_ALIKE, _ALIKE_PAIRS = 0.75, 0.5
"""Two labels that share this much of their words, or pairs of wide characters, are one plan."""

_NUMBERING = re.compile(
    r"^\s*(?:[-*•>#]+\s*|[(（]?\d{1,2}[.):、．）：]\s*|[①-⑨]\s*|[一二三四]、\s*"
    r"|(?:plan|option|choice|choix|opción|opzione|opção|wahl|план|вариант)\s*[\da-c]?\s*[:.)-]\s*"
    r"|(?:方案|选项|選項|选择|计划|計画|選択肢|선택지|선택|계획)\s*[\d一二三四]?\s*[:：.、-]\s*)+",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"(?:(?:you )?(?:just |simply )?(?:wait|continue|do nothing|stay put|go on|keep going)\b[^,;]{0,12}"
    r"|(?:einfach |nur )?(?:warten?|abwarten|mach weiter|weitermachen|nichts tun|tu nichts)\b[^,;]{0,8}"
    r"|(?:attend(?:s|re)|continue[rz]?|ne (?:fais|rien faire)|laisse faire)\b[^,;]{0,8}"
    r"|(?:esperar?|continuar?|continúa|no hagas nada|no hacer nada|sigue adelante)\b[^,;]{0,8}"
    r"|(?:aspetta(?:re)?|continuare|prosegui(?:re)?|non fare n(?:ulla|iente))\b[^,;]{0,8}"
    r"|(?:não (?:faças?|fazer) nada|segue em frente)\b[^,;]{0,8}"
    r"|(?:просто )?(?:ждать|жди|подожд(?:и|ать)|продолж(?:ай|ать|ить)|ничего не дела(?:й|ть))\b[^,;]{0,8}"
    r"|(?:原地)?(?:等待|等一等|等等|等着|继续|繼續|什么[都也]不做|不动|静观其变|按兵不动)[^，、；]{0,2}"
    r"|(?:待つ|待ち続ける|続ける|何もしない|様子を見る)"
    r"|(?:그냥 )?(?:기다린다|기다리기|기다려|계속한다|계속하기|아무것도 하지 않는다))[.!。！…]*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”„«»‹›「『‚‘'](?P<said>[^\"“”„«»‹›「」『』‚‘]+)[\"“”«»‹›」』‘’'][.。]?")
_WORD = re.compile(r"\w+")


def sound_plans(notes: "Sequence[PlanNote]", scene: Scene) -> tuple[Plan, ...]:
    """Those of a model's plans that can be offered, at most three, no two of one approach.

    One that was offered lately and not taken may stand in for a third: it is about this story, as no general plan is.
    """
    offered = before(scene)
    taken = [scene.choice.text, *(turn.choice.text for turn in scene.recent[-_TURNS_BEFORE:])]
    found: list[Plan] = []
    repeats: list[Plan] = []
    for note in notes:
        plan = _plan(note)
        if plan is not None and not any(alike(plan.label, label) for label in taken):
            taken.append(plan.label)
            again = any(alike(plan.label, label) for label in offered)
            (repeats if again else found).append(plan)
    return with_distinct_approaches([*found, *repeats[:_MAX_REPEATS]][:PLANS])


def filled_up(plans: tuple[Plan, ...], scene: Scene) -> tuple[Plan, ...]:
    """Three plans: the ones given, and general ones in the story's language for what is missing."""
    used = {plan.approach for plan in plans}
    offered = [*before(scene), *(plan.label for plan in plans)]
    pool = list(_plain(scene))
    turned = scene.depth % max(1, len(pool))
    fresh = [*pool[turned:], *pool[:turned]]
    fresh.sort(key=lambda plan: any(alike(plan.label, label) for label in offered))
    found = list(plans)
    for plan in fresh:
        if len(found) >= PLANS:
            break
        if plan.approach not in used:
            used.add(plan.approach)
            found.append(plan)
    return tuple(found)


def with_distinct_approaches(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """The same plans; one whose approach was taken already gets one that is free."""
    found: list[Plan] = []
    listed = list(plans)
    claimed = {plan.approach for plan in listed}
    for plan in listed:
        if any(plan.approach is other.approach for other in found):
            free = next(approach for approach in Approach if approach not in claimed)
            claimed.add(free)
            plan = dataclasses.replace(plan, approach=free)
        found.append(plan)
    return tuple(found)


def before(scene: Scene) -> list[str]:
    """The labels that the last turns offered, the newest last."""
    return [plan.label for turn in scene.recent[-_TURNS_BEFORE:] for plan in turn.plans]


def alike(label: str, other: str) -> bool:
    """Whether two labels say the same, word order and endings of sentences apart."""
    said, others = _said(label), _said(other)
    if not said or not others:
        return not said and not others
    least = _ALIKE_PAIRS if wide(label) and wide(other) else _ALIKE
    return len(said & others) / len(said | others) >= least


@lru_cache(maxsize=256)
def _said(label: str) -> frozenset[str]:
    found = _WORD.findall(fold(label))
    if wide(label):
        found = [word[at : at + 2] for word in found for at in range(max(1, len(word) - 1))]
    return frozenset(found)


def _plan(note: "PlanNote") -> Plan | None:
    label = _label(note.label or (note.brief if words(note.brief) >= _LABEL_OF_BRIEF else ""))
    if not label or _IDLE.match(label):
        return None
    stake = clean_line(_NUMBERING.sub("", note.stake), limit=_MAX_STAKE).rstrip(".。")
    return Plan(label, stake, approach_of(note.approach), clip(note.brief, _BRIEF_TOKENS), scope=_scope(note.scope))


def _scope(said: str) -> Scope:
    """The scope that a model named; the usual one for anything else."""
    word = said.strip(" .\"'").casefold()
    return Scope(word) if word in tuple(Scope) else Scope.USUAL


def _label(text: str) -> str:
    """One line of at most fourteen words, cut at the end of a word, without numbering, quotes and full stop."""
    line = clean_line(_NUMBERING.sub("", text), limit=300).strip(" *_`")
    quoted = _QUOTED.fullmatch(line)
    line = (quoted["said"] if quoted else line).rstrip(".。 ")
    parts = line.split(" ")
    if len(parts) > MAX_LABEL_WORDS:
        line = " ".join(parts[:MAX_LABEL_WORDS]).rstrip(",;:-–— ")
    if wide(line) and len(line) > _MAX_LABEL_WIDE:
        line = line[: max(line.rfind("，", _MAX_LABEL_WIDE // 2, _MAX_LABEL_WIDE), 0) or _MAX_LABEL_WIDE]
    return line[:1].upper() + line[1:]


def _plain(scene: Scene) -> Iterator[Plan]:
    language = (scene.reader.language or scene.world.language).split("-")[0].lower()
    somebody = max(scene.ledger.cast, key=lambda member: member.seen, default=None)
    for approach, label, stake in _plain_lines().get(language) or _plain_lines()["en"]:
        if "{name}" not in label:
            yield Plan(label, stake, approach)
        elif somebody is not None:
            yield Plan(_label(label.replace("{name}", somebody.name)), stake, approach)


@cache
def _plain_lines() -> dict[str, list[tuple[Approach, str, str]]]:
    found: dict[str, list[tuple[Approach, str, str]]] = {}
    language = ""
    for line in prompt("plain_plans").split("\n"):
        if line.startswith("# "):
            language = line[2:].strip()
        elif language and line.count("|") == 2:
            approach, label, stake = (part.strip() for part in line.split("|"))
            found.setdefault(language, []).append((Approach(approach), label, stake))
    return found
