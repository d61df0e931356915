"""The reader's own words first: what an act refers to stands in its prompt, however small and however long ago."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from fiction.engine.session import Session
from fiction.memory.recall import StoryMemory
from fiction.saves.library import SaveLibrary
from fiction.story.events import ProseDelta
from fiction.story.reader import ReaderProfile, StoryRecord, StorySettings
from fiction.story.scene import Scene, Telling
from fiction.storytellers.prompts.turn import render_turn
from support.model_scenes import WORLD
from support.scripted import Scripted
from support.table import drain

TOLD_AT, ASKED_AT = 1, 7
BUDGETS = (4096, 8192, 16_384)

PLANTED = (
    ("en", "The ticket is folded in four, and on its back somebody has drawn a heron.", "Ask her who drew the heron"),
    (
        "en",
        "He wears his watch on the right wrist, with the glass turned inward.",
        "Look which way his watch is turned",
    ),
    ("en", "The third oar has a notch near the blade, stopped with pitch.", "Take the oar with the notch in it"),
    ("en", "In the lock hangs a key too small for it, on a green thread.", "Show him the green thread from the lock"),
    ("en", "Oda hums the song about the millwheel and stops before its last line.", "Sing the last line of Oda's song"),
    ("en", "A boy has written the number 212 in chalk on the bollard.", "Rub the 212 off the bollard"),
    ("en", "There is a smell of quinces in the empty granary.", "Ask where the quinces in the granary came from"),
    (
        "de",
        "Auf dem Fensterbrett liegt eine Eierschale, mit Tinte beschrieben.",
        "Frag nach der beschriebenen Eierschale",
    ),
    ("de", "Der Müller hat zwei verschiedene Schuhe an, einen mit Schnalle.", "Zeig auf die Schnalle an seinem Schuh"),
    (
        "de",
        "Im Futter der Mütze ist ein Fahrschein nach Görlitz eingenäht.",
        "Trenn die Mütze auf und nimm den Fahrschein",
    ),
    ("fr", "Au-dessus de la porte, on a cloué une plume de geai bleue.", "Demande qui a cloué la plume de geai"),
    ("fr", "La cloche du bac porte une fêlure en forme d'hameçon.", "Touche la fêlure de la cloche"),
    ("es", "En la jarra rota alguien guarda tres dientes de caballo.", "Pregunta por los dientes de caballo"),
    ("it", "Sul remo più corto è inciso il nome di Fiammetta.", "Chiedi chi era Fiammetta"),
    ("ru", "На подоконнике стоит стеклянная лодка с красным парусом.", "Возьми стеклянную лодку с подоконника"),
    ("el", "Στο σκοινί κρέμεται ένα κουδούνι χωρίς γλώσσα.", "Ρώτα για το κουδούνι χωρίς γλώσσα"),
    ("zh", "桌角压着一枚缺了口的铜钱，上面刻着一只蝉。", "问他铜钱上的蝉是谁刻的"),
    ("zh", "船篷里挂着一盏没有灯芯的绿灯笼。", "把绿灯笼取下来给他看"),
    ("ja", "棚の上に、赤い糸で結ばれた貝殻がある。", "赤い糸の貝殻について尋ねる"),
    ("ko", "문고리에 파란 단추 하나가 실로 매달려 있다.", "문고리의 파란 단추를 떼어 낸다"),
)
"""Language, a small detail of the first passage, and the act that refers to it six turns later. Twenty of them."""

FILLER = {
    "en": "The water comes up another step, and the people on the landing move their baskets back from it. ",
    "de": "Das Wasser steigt um eine weitere Stufe, und die Leute am Steg ziehen ihre Körbe zurück. ",
    "fr": "L'eau monte d'une marche encore, et les gens du quai reculent leurs paniers. ",
    "es": "El agua sube otro peldaño, y la gente del muelle aparta sus cestas. ",
    "it": "L'acqua sale di un altro gradino, e la gente del molo ritira le ceste. ",
    "ru": "Вода поднимается ещё на ступень, и люди на пристани отодвигают корзины. ",
    "el": "Το νερό ανεβαίνει άλλο ένα σκαλί και οι άνθρωποι τραβούν τα καλάθια τους. ",
    "zh": "水又涨了一级台阶，岸边的人把篮子往后挪了挪。",
    "ja": "水がもう一段上がり、岸の人々は籠を後ろへ下げた。",
    "ko": "물이 한 계단 더 오르고, 나루의 사람들은 바구니를 뒤로 물린다. ",
}


class Planting(Scripted):
    """Tells a long passage each turn, with the detail in the middle of the first one."""

    def __init__(self, language: str, detail: str) -> None:
        super().__init__(name="model")
        self.filler = FILLER[language] * 9
        self.detail = detail

    async def _tell(self, scene: Scene) -> AsyncGenerator[Telling, None]:
        self.scenes.append(scene)
        yield ProseDelta(self.filler)
        if scene.depth == TOLD_AT:
            yield ProseDelta(f"{self.detail} ")
        yield ProseDelta(f"{self.filler} ({scene.depth})")


@pytest.mark.parametrize(("language", "detail", "act"), PLANTED, ids=range(20))
async def test_the_detail_that_an_act_refers_to_is_in_its_prompt(
    tmp_path: Path, language: str, detail: str, act: str
) -> None:
    teller = Planting(language, detail)
    settings = StorySettings(storyteller="model", turns=20)
    record = StoryRecord("7" * 32, "S", "w", "1.0.0", "", ReaderProfile(language=language), settings)
    memory = StoryMemory(cache=tmp_path / "cache", chroma=False, language=language)
    store = SaveLibrary(tmp_path).create(record)
    session = Session(store=store, world=WORLD, memory=memory, storytellers={"model": teller})
    await drain(session.proceed())
    for number in range(TOLD_AT + 1, ASKED_AT):
        await drain(session.play(session.offered(number % 3 + 1)))
    await memory.ready(5)
    await drain(session.play(session.written(act)))
    await session.close()
    for budget in BUDGETS:
        prompt = render_turn(teller.scenes[-1], budget=budget)
        assert any(detail in message["content"] for message in prompt.messages)
    assert detail in render_turn(teller.scenes[-1], budget=BUDGETS[0]).tail, "no told turn has it any more"
