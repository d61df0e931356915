"""What a model calls the protagonist in its notes, in whatever language it takes them: all of it is `you`."""

from fiction.text.folding import fold

YOU = "you"

_EVERYWHERE = frozenset((YOU, "yourself", "the protagonist", "protagonist", "the reader", "the player", "player"))
_SAID = {
    "ar": "أنت أنتِ أنتَ البطل",
    "cs": "ty vy hrdina hrdinka",
    "da": "du dig hovedpersonen",
    "de": "du dich dir ich protagonist protagonistin",
    "el": "εσύ εσένα",
    "es": "tú tu ti usted vos yo protagonista",
    "fi": "sinä sinut sinulle",
    "fr": "tu toi vous je protagoniste",
    "he": "אתה את",
    "hi": "तुम आप तू",
    "hu": "te ön téged",
    "id": "kamu anda engkau",
    "it": "tu te ti io protagonista",
    "ja": "あなた 君 きみ お前 おまえ 貴方 私 主人公",
    "ko": "너 당신 그대 나 주인공",
    "nb": "du deg hovedpersonen",
    "nl": "jij je jou u ik hoofdpersoon",
    "no": "du deg hovedpersonen",
    "pl": "ty ciebie tobie bohater bohaterka",
    "pt": "você tu te ti eu protagonista",
    "ro": "tu tine dumneavoastră",
    "ru": "ты вы тебя тебе вас вам я герой героиня",
    "sv": "du dig huvudpersonen",
    "th": "คุณ",
    "tr": "sen siz seni sana",
    "uk": "ти ви тебе тобі я",
    "vi": "bạn ngươi",
    "zh": "你 您 妳 我 主角 主人公",
}
"""By language, since what is a pronoun in one is a name in another."""
_ARTICLES = ("der ", "die ", "el ", "la ", "il ", "le ", "o ", "a ", "l’", "l'")


def is_protagonist(name: str, language: str, *own: str) -> bool:
    """Whether a name in notes of this language (BCP 47) means the protagonist: a pronoun, or an `own` name."""
    said = " ".join(name.casefold().split())
    bare = next((said.removeprefix(article) for article in _ARTICLES if said.startswith(article)), said)
    words = _SAID.get(language.partition("-")[0].casefold(), "").split()
    return said in _EVERYWHERE or bare in words or fold(name) in {fold(each) for each in own if each}


def as_you(name: str, language: str, *own: str) -> str:
    """The name, or `you` where it is the protagonist's."""
    return YOU if is_protagonist(name, language, *own) else name
