"""Tells a model that declines, or that answers with its notes, from one that tells."""

import re

from fiction.text.tokens import wide

_MAX_LENGTH, _MAX_WIDE = 600, 200
"""Characters of a refusal, in scripts with and without spaces; longer replies tell."""
_UNSPOKEN = r"[^\w\"“”„«»‹›‚‘'「『—–-]*"
"""Before a refusal; a mark of speech there means that somebody in the story is sorry."""
_DECLINES = re.compile(
    _UNSPOKEN + r"(?:I(?:'m|’m| am) (?:really |very |so )?(?:sorry|unable|not able)\b"
    r"|(?:sorry|apologies)\b[,.]? (?:but )?I\b|As an? (?:AI|language model)\b|I (?:must|have to|need to) decline\b"
    r"|I (?:can(?:'t|’t|not)|won(?:'t|’t)|will not|am unable to)\b.{0,40}?\b(?:assist|help|continue|create|write"
    r"|generate|fulfil|fulfill|comply|provide|engage|produce|depict)\b)",
    re.IGNORECASE | re.DOTALL,
)
_DECLINES_ELSEWHERE = re.compile(
    _UNSPOKEN + r"(?:作为(?:一个|一名)?(?:AI|人工智能|语言模型)"
    r"|(?:(?:es )?tut mir (?:sehr )?leid|entschuldigung|leider|bedaure),? (?:aber )?"
    r"(?:(?:das |dabei |hierbei )(?:kann|darf) ich\b|(?:kann|darf|werde) ich\b.{0,60}\b(?:nicht|keine?n?)\b.{0,20}"
    r"(?:schreiben|fortsetzen|fortführen|erstellen|erzählen|helfen|erfüllen)"
    r"|ich (?:kann|darf|werde)\b.{0,60}\b(?:nicht|keine?n?)\b)"
    r"|ich kann (?:dir |ihnen )?(?:dabei|damit|bei dieser anfrage) (?:leider )?nicht (?:helfen|weiterhelfen)"
    r"|(?:je suis )?(?:désolée?|navrée?|(?:je )?regrette),? (?:mais )?je ne (?:peux|pourrai|suis pas en mesure)\b"
    r"|je ne peux pas (?:vous aider|t.aider|répondre|donner suite|continuer (?:cette|ce))\b"
    r"|(?:lo (?:siento|lamento),? (?:pero )?)?no puedo (?:continuar|ayudar|escribir|generar|crear|cumplir|proporcionar)"
    r"[^.]{0,12}\b(?:con|es[ao]|est[aeo]|contenido|solicitud|historia)\b"
    r"|(?:desculpe|lamento|sinto muito),? (?:mas )?não posso (?:continuar|ajudar|escrever|gerar|criar|atender)"
    r"|não posso (?:ajudar|continuar|atender)[^.]{0,12}\b(?:com|es[st][ae]|isso|pedido|história)\b"
    r"|(?:mi dispiace|spiacente),? (?:ma )?non posso (?:continuare|aiutar|scrivere|generare|creare|soddisfare)"
    r"|non posso (?:aiutarti|aiutarla|continuare questa|soddisfare|scrivere quest)"
    r"|(?:извини(?:те)?|прости(?:те)?|к сожалению|мне жаль),? (?:но )?я не (?:могу|смогу) .{0,30}?"
    r"(?:продолж|помочь|написать|писать|создать|создавать|выполнить|описывать|ответить)"
    r"|я не могу (?:помочь (?:вам |тебе )?с|выполнить (?:этот|ваш|данный)|продолжить эту))",
    re.IGNORECASE | re.DOTALL,
)
_SORRY_WIDE = r"(?:非常|很|十分|真的)?(?:抱歉|对不起|對不起|不好意思)"
_CANNOT_WIDE = r"(?:无法|無法|不能|没法|沒法|不便|没办法|沒辦法|不可以)"
_WRITING_WIDE = (
    r"(?:继续(?:写|创作|生成|这|该|此|讲|描|为|下去写|进行)|繼續(?:寫|創作|這|該|此)|续写|写|寫|协助|協助|帮助|幫助|帮您"
    r"|创作|創作|生成|满足|滿足|提供|撰写|撰寫|描写|描寫|完成(?:这|该|此|您|這|該)|回答|处理(?:这|该|此)|响应|执行(?:这|该|此))"
)
_UNQUOTED = r"[^“”「」『』\"\n]"
_DECLINES_WIDE = re.compile(
    rf"{_UNSPOKEN}(?:{_SORRY_WIDE}{_UNQUOTED}{{0,60}}?{_CANNOT_WIDE}{_UNQUOTED}{{0,12}}?{_WRITING_WIDE}"
    rf"|(?:我|本模型){_CANNOT_WIDE}(?:再)?{_WRITING_WIDE}"
    r"|(?:大変|誠に)?(?:申し訳(?:ありません|ございません)|ごめんなさい|すみません|恐れ入ります)"
    r"[^「」『』]{0,50}(?:できません|できかねます|いたしかねます|お応えできない)"
    r"|(?:その|この|ご)(?:要求|リクエスト|依頼|内容)[^「」『』]{0,20}(?:応|対応|書|続)[^「」『』]{0,8}(?:できません|できかねます)"
    r"|(?:죄송|미안)(?:하지만|합니다만?|해요)[^“”\"]{0,50}(?:수 없|어렵습니다|불가능합니다)"
    r"|(?:이|해당|그) (?:요청|내용|장면)(?:은|는|을|를|에)[^“”\"]{0,30}(?:드릴|할|쓸|작성할) 수 없)"
)
_NOTES = re.compile(r"\s*(?:```\w*\s*)?\{\s*\"(?:plans|rationale|memory|ledger)\"\s*:")


def declines(reply: str) -> bool:
    """Whether a reply is a refusal rather than a passage: short, and opening the way refusals do."""
    if len(reply) > (_MAX_WIDE if wide(reply) else _MAX_LENGTH):
        return False
    return any(known.match(reply) for known in (_DECLINES, _DECLINES_ELSEWHERE, _DECLINES_WIDE))


def is_notes(reply: str) -> bool:
    """Whether a reply is the notes that were not asked for yet, rather than a passage."""
    return _NOTES.match(reply) is not None
