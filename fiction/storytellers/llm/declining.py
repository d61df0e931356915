"""Tells a model that declines, or that answers with its notes, from one that tells."""

import re

_MAX_LENGTH = 600
_DECLINES = re.compile(
    r"\W*(?:I(?:'m|’m| am) (?:really |very |so )?(?:sorry|unable|not able)\b"
    r"|(?:sorry|apologies)\b[,.]? (?:but )?I\b|As an? (?:AI|language model)\b|I (?:must|have to|need to) decline\b"
    r"|I (?:can(?:'t|’t|not)|won(?:'t|’t)|will not|am unable to)\b.{0,40}?\b(?:assist|help|continue|create|write"
    r"|generate|fulfil|fulfill|comply|provide|engage|produce|depict)\b)",
    re.IGNORECASE | re.DOTALL,
)
_DECLINES_ELSEWHERE = re.compile(
    r"\W*(?:(?:非常|很|十分)?(?:抱歉|对不起|對不起)[，,。 ]{0,2}(?:但)?我(?:无法|不能|無法|没办法)"
    r".{0,12}(?:继续|協助|协助|帮助|幫助|创作|創作|生成|满足|提供|撰写|描写|完成)"
    r"|作为(?:一个|一名)?(?:AI|人工智能|语言模型)"
    r"|(?:es )?tut mir (?:sehr )?leid,? (?:aber )?(?:das |dabei |hierbei )?(?:kann|darf) ich"
    r"|(?:es )?tut mir (?:sehr )?leid,? (?:aber )?ich (?:kann|darf|werde)\b.{0,60}\b(?:nicht|keine?n?)\b"
    r"|(?:je suis )?(?:désolée?|navrée?),? (?:mais )?je ne (?:peux|pourrai|suis pas en mesure)\b"
    r"|lo (?:siento|lamento),? (?:pero )?no puedo (?:continuar|ayudar|escribir|generar|crear|cumplir|proporcionar)"
    r"|(?:desculpe|lamento|sinto muito),? (?:mas )?não posso (?:continuar|ajudar|escrever|gerar|criar)"
    r"|(?:mi dispiace|spiacente),? (?:ma )?non posso (?:continuare|aiutare|scrivere|generare|creare)"
    r"|申し訳(?:ありません|ございません)が?[、,].{0,30}(?:できません|いたしかねます)"
    r"|죄송(?:하지만|합니다).{0,40}(?:수 없습니다|드릴 수 없))",
    re.IGNORECASE | re.DOTALL,
)
_NOTES = re.compile(r"\s*(?:```\w*\s*)?\{\s*\"(?:plans|rationale|memory|ledger)\"\s*:")


def declines(reply: str) -> bool:
    """Whether a reply is a refusal rather than a passage: short, and opening the way refusals do."""
    if len(reply) > _MAX_LENGTH:
        return False
    return _DECLINES.match(reply) is not None or _DECLINES_ELSEWHERE.match(reply) is not None


def is_notes(reply: str) -> bool:
    """Whether a reply is the notes that were not asked for yet, rather than a passage."""
    return _NOTES.match(reply) is not None
