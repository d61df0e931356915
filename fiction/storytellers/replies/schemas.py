"""The JSON Schemas of structured replies: flat, without references, strict, in the order in which keys are wanted.

Lengths are bounded only by count: OpenAI's strict mode takes no `maxLength`, and texts are cut after reading.
"""

from fiction.llm.lenient_json import JsonObject
from fiction.story.plan import Approach, Scope

_STRING: JsonObject = {"type": "string"}


def one_of(*words: str) -> JsonObject:
    """A string that is one of the words."""
    return {"type": "string", "enum": list(words)}


def array(items: JsonObject) -> JsonObject:
    """A list of such items."""
    return {"type": "array", "items": items}


def fields(**properties: JsonObject) -> JsonObject:
    """An object with just these keys, all required."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def strings(*names: str) -> JsonObject:
    """An object of which all values are strings."""
    return fields(**dict.fromkeys(names, _STRING))


_APPROACH = one_of(*(approach.value for approach in Approach))
_SCOPE = one_of(*(scope.value for scope in Scope))
_THREE: JsonObject = {"minItems": 3, "maxItems": 3}
_PLANS: JsonObject = {
    **array(fields(label=_STRING, stake=_STRING, approach=_APPROACH, scope=_SCOPE, brief=_STRING)),
    **_THREE,
}
_SMALL_PLANS: JsonObject = {**array(fields(label=_STRING, stake=_STRING, approach=_APPROACH, brief=_STRING)), **_THREE}
_CHANGES = array(strings("what", "why"))

_NOTES_FIELDS: dict[str, JsonObject] = {
    "plans": _PLANS,
    "rationale": fields(dropped=_CHANGES, added=_CHANGES),
    "memory": _STRING,
    "ledger": fields(
        facts=array(fields(subject=_STRING, relation=_STRING, object=_STRING, status=one_of("new", "changed"))),
        over=array({"type": "integer"}),
        threads=array(
            fields(id=_STRING, status=one_of("open", "advanced", "paid", "dropped"), setup=_STRING, payoff=_STRING)
        ),
        cast=array(strings("name", "who", "where", "stance")),
    ),
    "notebook": fields(done=array({"type": "integer"}), now={"type": "integer"}, notes=array(strings("about", "note"))),
    "importance": {"type": "integer"},
    "title": _STRING,
    "summary": _STRING,
    "chapter": _STRING,
    "ending": {"type": "boolean"},
}
NOTES = fields(**_NOTES_FIELDS)
"""What a storyteller notes down about a passage."""

NOTES_OF_ENDING = fields(**{**_NOTES_FIELDS, "plans": {**_PLANS, "minItems": 0}})
"""The same where the passage may be the story's end, after which there are no plans."""

NOTES_SMALL = fields(plans=_SMALL_PLANS, memory=_STRING)
"""The same for small models and small contexts."""

IMAGINED = fields(
    language=_STRING,
    title=_STRING,
    summary=_STRING,
    setting=_STRING,
    protagonist=_STRING,
    genre=array(_STRING),
    style=fields(tense=one_of("present", "past"), tone=array(_STRING), avoid=array(_STRING), sample=_STRING),
    characters=array(
        fields(
            name=_STRING,
            role=_STRING,
            description=_STRING,
            voice=_STRING,
            goals=array(_STRING),
            secret=_STRING,
            pronouns=one_of("she/her", "he/him", "they/them"),
        )
    ),
    places=array(strings("name", "description")),
    truth=_STRING,
    outline=array(_STRING),
    threads=array(strings("setup", "payoff")),
    endings=array(strings("title", "condition")),
)
"""A world made from a reader's wish."""
