"""Knows a plan's approach by the word that a model wrote for it, in the language that it writes in."""

import re

from fiction.story.plan import Approach

_STEMS = {
    Approach.BOLD: (
        *("bold", "brave", "daring", "mutig", "kühn", "verwegen", "dreist", "forsch", "tapfer", "audaci", "hardi"),
        *("courageu", "audac", "audaz", "atrevid", "valient", "osad", "ardit", "coraggios", "ousad", "coraj"),
        *("смел", "дерзк", "храбр", "отваж", "решител", "大胆", "大膽", "勇敢", "果断", "果敢", "冒险", "冒險"),
        *("대담", "과감", "용감"),
    ),
    Approach.CAREFUL: (
        *("careful", "cautious", "prudent", "wary", "vorsicht", "behutsam", "bedächtig", "umsichtig", "cautel"),
        *(
            "cuidados",
            "cauto",
            "cauta",
            "осторож",
            "осмотрит",
            "谨慎",
            "謹慎",
            "小心",
            "稳妥",
            "穩妥",
            "慎重",
            "用心深",
        ),
        *("신중", "조심"),
    ),
    Approach.WARM: (
        *("warm", "kind", "gentle", "friendly", "herzlich", "freundlich", "mitfühlend", "einfühlsam", "chaleur"),
        *("bienveillan", "tendre", "gentil", "cálid", "amable", "cariños", "afectuos", "caloros", "affettuos"),
        *("premuros", "cordial", "afetuos", "carinhos", "amáve", "acolhed", "calid", "тёпл", "тепл", "добр", "сердеч"),
        *(
            "ласков",
            "дружел",
            "温暖",
            "溫暖",
            "温情",
            "热情",
            "熱情",
            "友善",
            "友好",
            "真诚",
            "真誠",
            "温和",
            "温柔",
            "体贴",
        ),
        *("温か", "優し", "あたたか", "親切", "따뜻", "다정", "친절", "온화"),
    ),
    Approach.CUNNING: (
        *("cunning", "sly", "clever", "crafty", "devious", "listig", "schlau", "gerissen", "verschlagen", "gewitzt"),
        *("raffiniert", "rusé", "astuc", "malin", "astut", "ladin", "taimad", "sagaz", "furb", "scaltr", "ardilos"),
        *(
            "espert",
            "manhos",
            "хитр",
            "лукав",
            "изворот",
            "狡猾",
            "狡黠",
            "机智",
            "機智",
            "机巧",
            "巧妙",
            "精明",
            "智取",
        ),
        *("計略", "ずる", "抜け目", "교활", "영리", "교묘", "약삭"),
    ),
    Approach.CURIOUS: (
        *("curious", "inquisitive", "neugier", "wissbegier", "curieu", "curios", "любопыт", "любозн", "пытлив"),
        *("好奇", "探究", "探索", "호기심", "궁금"),
    ),
    Approach.PRINCIPLED: (
        *("princip", "honest", "upright", "prinzip", "grundsatz", "aufrecht", "aufrichtig", "ehrlich", "standhaft"),
        *("intègr", "honnêt", "íntegr", "honrad", "integr", "onest", "princíp", "принцип", "честн", "благород"),
        *(
            "原则",
            "原則",
            "正直",
            "坚守",
            "堅守",
            "坚定",
            "堅定",
            "正义",
            "正義",
            "诚实",
            "誠實",
            "信念",
            "誠実",
            "원칙",
            "정직",
        ),
        *("신념", "양심"),
    ),
}
_NAMED = re.compile(
    r"(?<![a-zà-ÿа-яё])(?:"
    + "|".join(f"(?P<{approach.name}>{'|'.join(stems)})" for approach, stems in _STEMS.items())
    + ")"
)


def approach_of(words: str) -> Approach:
    """The approach that is named first, wherever it stands in what a model wrote; curious where none is."""
    named = _NAMED.search(words.casefold())
    return Approach[named.lastgroup] if named is not None and named.lastgroup else Approach.CURIOUS
