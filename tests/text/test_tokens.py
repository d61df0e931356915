"""Where sentences end in ten languages, and what is left of a text that has to be shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.text.tokens import (
    clip,
    clip_middle,
    clip_start,
    ends_whole,
    estimate,
    is_wide_language,
    joined,
    sentences,
    terms,
    whole_sentences,
    wide,
    words,
)

TEXTS = st.text(
    alphabet=st.sampled_from('aBIz 1 .!?…。！？"“”„«»‘’」「\n*—,，好他と가ß>:)（ \u00a0'), max_size=80
) | st.text(max_size=60)
TOKENS = st.integers(-2, 60)


def visible(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    "told",
    [
        ["He paid 3.50 dollars.", "Then left."],
        ["It costs 3.50 now.", "He left."],
        ['"Go!" he says.', "Mr. Vass met J. K. Rook at 4 p. m. sharp.", "So did I.", "Is it No. 4?", "No.", "He left."],
        ["He waits... and waits.", "Then — nothing.", "“Yes.”", "She left."],
        ["„Die Küche nicht.“", "Er geht.", "„Warum?“ fragt sie.", "»Ja.«", "‚Nein.‘", "›Gut.‹", "Ende."],
        ["Am 26. Februar kommt er.", "Um 6.24 Uhr ging er bis zum 26. November, z. B. nach Ulm.", "Dr. Finke blieb."],
        ["Er zählte bis 12.", "Dann ging er zu Nr. 7.", "Der 3. Mann stand da."],
        ["« Non. »", "Il part.", "« Allons ! » dit-il.", "Il dit : « Où vas-tu ? »", "Mme Roux et M. Blanc rient."],
        ["—¿Vienes? —dice Ana—.", "No puedo.", "¡Ya!", "¿Y tú?", "Vino el Sr. López."],
        ["«Andiamo!» disse lui.", "Il Sig. Rossi arrivò.", "«Sì.»", "Poi tacque."],
        ["— Vamos! — disse ele.", "O Sr. Melo ficou.", "Não."],
        ["— Идём! — сказал он.", "Это был я.", "Потом пришёл А. С. Пушкин с ул. Мира.", "«Да.»", "Все встали."],
        ["他走了。", "“好。”她说。", "（他说。）", "然后走了。", "“那年头，只有管簿的……”", "他转身去扶闸板。"],
        ["他花了3.50元。", "我……我不知道！", "“走？！”", "没有人动。"],
        ["「行こう。」と彼は言った。", "「え！？」", "海だ。"],
        ['"가자."', "그가 말했다.", "민수는 웃었다.", '"그래."라고 했다.'],
    ],
)
def test_sentences_end_where_a_reader_ends_them(told: list[str]) -> None:
    text = joined(told)
    assert sentences(text) == told
    assert ends_whole(text)
    assert whole_sentences(text) == text
    assert whole_sentences(f"{text}\nUnd dann die") == text


@pytest.mark.parametrize(
    "text", ["„Nein.“", "»Nein.«", "‚Nein.‘", "›Ja.‹", "« Non. »", "“好。”", "「行こう」", "„Ich —“"]
)
def test_speech_that_is_closed_ends_a_passage(text: str) -> None:
    assert ends_whole(text)


@pytest.mark.parametrize("text", ["And the", "He met Dr.", "他说：“好", "Er sagte »Ja«", "Она ушла, а", ""])
def test_what_breaks_off_is_known(text: str) -> None:
    assert not ends_whole(text)


@given(TEXTS)
def test_nothing_is_lost_between_sentences(text: str) -> None:
    assert visible("".join(sentences(text))) == visible(text)
    assert visible(joined(sentences(text))) == visible(text)


@given(TEXTS)
def test_whole_sentences_begin_the_text_and_are_whole(text: str) -> None:
    whole = whole_sentences(text)
    assert text.startswith(whole)
    assert whole_sentences(whole) == whole
    assert not whole or ends_whole(whole)


@given(TEXTS, TOKENS)
def test_what_is_shortened_fits_and_is_not_shortened_twice(text: str, tokens: int) -> None:
    for shorten in (clip, clip_start, clip_middle):
        short = shorten(text, tokens)
        assert estimate(short) <= max(0, tokens)
        assert shorten(short, tokens) == short


@given(TEXTS, TOKENS)
def test_a_clipped_text_is_its_beginning(text: str, tokens: int) -> None:
    short = clip(text, tokens)
    assert text.startswith((short, short.removesuffix("…")))


@given(TEXTS.filter(lambda text: not text.startswith("> ")), TOKENS)
def test_a_text_clipped_at_its_start_is_its_end(text: str, tokens: int) -> None:
    short = clip_start(text, tokens).strip()
    assert text.rstrip().endswith(short) or text.rstrip().endswith(short.removeprefix("…"))


@given(TEXTS, TOKENS)
def test_a_text_clipped_in_its_middle_keeps_its_order(text: str, tokens: int) -> None:
    left = iter(visible(text))
    assert all(char in left for char in visible(clip_middle(text, tokens)).replace("…", ""))


TOLD = "> I open the door\nThe hall is dark. Nobody is here.\n\nA bell rings. You wait.\n\nThe light goes out. You run."


def test_paragraphs_and_the_choice_outlast_a_clipping() -> None:
    assert clip_start(TOLD, 20) == "> I open the door\n… A bell rings. You wait.\n\nThe light goes out. You run."
    assert clip_start(TOLD, 6) == "You run.", "the choice leaves half of the room to the rest"


def test_a_memory_keeps_how_it_began() -> None:
    memory = "You came by night. Imre has the key. It rained. The mill burned. You owe him a coin."
    assert clip_middle(memory, 19) == "You came by night. Imre has the key. … You owe him a coin."
    assert clip_middle(memory, 8) == "You owe him a coin."
    assert (
        clip_middle("你夜里来。钥匙在他手里。下雨了。磨坊烧了。你欠他一枚。", 20)
        == "你夜里来。钥匙在他手里。…磨坊烧了。你欠他一枚。"
    )


def test_a_date_is_no_place_to_cut() -> None:
    text = "Es regnet seit dem Morgen. Sie blieb bis zum 26. November in der Stadt und dann noch länger als geplant."
    cut = clip(text, estimate(text[: text.index("26.") + 3]))
    assert not cut.endswith("26.")


def test_scripts_without_spaces_are_told_from_the_others() -> None:
    assert wide("他走了。“好。”") and wide("「行こう」と彼は")
    assert not wide("Er sagt 他走了 und geht") and not wide("민수는 웃었다") and not wide("")
    assert is_wide_language("zh-Hant") and is_wide_language("ja") and not is_wide_language("ko")


def test_korean_words_are_counted_by_their_spaces() -> None:
    assert words("민수는 낡은 집에서 조용히 웃었다.") == 5


def test_terms_are_long_words_names_and_pairs() -> None:
    assert terms("Ruth öffnet Анна die Tür, then 老周说") == {"ruth", "öffnet", "анна", "老周", "周说"}
    assert "민수" in terms("민수는 웃었다") & terms("민수가 운다")
