"""Loads a World from the text of a pack: from a file, an installed pack, or a save."""

from dataclasses import dataclass, field
from itertools import islice

from pydantic import ValidationError

from fiction.bounded_yaml.document import Document
from fiction.bounded_yaml.reader import FAST
from fiction.errors import Problem
from fiction.packs.checks.expressions import check_expressions
from fiction.packs.checks.references import check_ids, ids_of
from fiction.packs.checks.slots import check_slots
from fiction.packs.pack_file import MAX_PROBLEMS, pack_error, read_pack
from fiction.packs.schema.mistakes import problems_of
from fiction.packs.schema.schema import PackPart
from fiction.story.world import World

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A world with its source document, which gives warnings their lines."""

    world: World
    document: Document = field(repr=False)


def load_world(text: str | bytes, *, name: str = "world.yaml") -> World:
    """The world of a pack's text; `name` is the file's name in problems.

    Raises:
        PackError: it can't be used; lists every mistake, in file order.
    """
    return load_pack(text, name=name).world


def load_pack(text: str | bytes, *, name: str = "world.yaml", fast: bool = FAST) -> LoadedPack:
    """The world of a pack's text, with the place of every value; `fast` selects libyaml's parser.

    Raises:
        PackError: it can't be used; lists every mistake, in file order.
    """
    document = read_pack(text, name=name, fast=fast)
    if not isinstance(document.data, dict):
        problem = document.problem((), "a pack is a mapping at its top level (key: value)")
        raise pack_error(name, [problem])
    problems = _cross_problems(document)
    try:
        pack = PackPart.model_validate(document.data)
    except ValidationError as error:
        raise pack_error(name, [*problems_of(error, document), *problems]) from None
    if problems:
        raise pack_error(name, problems)
    return LoadedPack(pack.to_world(), document)


def _cross_problems(document: Document) -> list[Problem]:
    """Problems beyond the schema: references, expressions, slots."""
    ids = ids_of(document)
    checks = (check_ids(document, ids), check_expressions(document, ids), check_slots(document))
    return [problem for check in checks for problem in islice(check, MAX_PROBLEMS)]


def json_schema() -> dict[str, object]:
    """The pack format as a JSON Schema (draft 2020-12), for editors."""
    schema: dict[str, object] = PackPart.model_json_schema(by_alias=True)
    return {"$schema": SCHEMA_DIALECT, **schema, "title": "fiction world pack"}
