"""The house holds: arrows point downwards only, and heavy parts are loaded when they are needed."""

import ast
import graphlib
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

import fiction

ROOT = Path(fiction.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

MAY_IMPORT = {
    "errors": set(),
    "file_lock": set(),
    "paths": {"errors", "text"},
    "text": {"errors"},
    "bounded_yaml": {"errors", "text"},
    "story": {"errors", "text"},
    "engine": {"errors", "text", "story"},
    "config": {"errors", "text", "story", "paths", "bounded_yaml"},
    "packs": {"errors", "text", "story", "bounded_yaml"},
    "saves": {"errors", "text", "story", "file_lock"},
    "memory": {"errors", "text", "story", "file_lock", "engine.ports"},
    "spending": {"errors", "text", "story", "paths", "bounded_yaml", "engine.budget"},
    "llm": {"errors", "text", "story", "engine.budget", "engine.setup"},
    "tui": {"errors", "text", "story", "engine"},
    "plain": {"errors", "text", "story", "engine"},
    "setup": {"errors", "text", "story", "paths", "config", "llm", "engine.setup", "engine.ports", "engine.budget"},
    "storytellers": {"errors", "text", "story", "llm", "engine.ports", "engine.budget"},
}
"""What a room may know of the others; `cli`, `commands` and `wiring` put the parts together and may know all."""

THIRD_PARTY = {
    "errors": set(),
    "file_lock": set(),
    "paths": {"platformdirs"},
    "text": set(),
    "bounded_yaml": {"yaml"},
    "story": set(),
    "engine": {"pydantic"},
    "config": {"pydantic", "yaml"},
    "packs": {"pydantic", "pydantic_core", "yaml"},
    "saves": {"pydantic"},
    "memory": {"chromadb", "pydantic_settings", "numpy", "snowballstemmer"},
    "spending": {"pydantic"},
    "llm": {"openai", "pydantic", "jiter", "httpx2"},
    "tui": {"textual", "markdown_it", "rich"},
    "plain": set(),
    "setup": {"pydantic", "yaml", "openai", "httpx2"},
    "storytellers": {"openai", "pydantic", "jiter", "httpx2"},
}
"""Which libraries a room may load; `sqlite3`, which Python brings, belongs to saves and memory."""


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level: bool = False) -> set[str]:
    """Every module that a file imports; with `top_level` only what importing the file itself loads."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                found.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                found.add(child.module or "")
                if child.module in ("fiction", "fiction.engine"):
                    found.update(f"{child.module}.{alias.name}" for alias in child.names)
                    found.discard(child.module)
            if not (top_level and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
                visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in MAY_IMPORT], ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_downwards_only(path: Path) -> None:
    own = room(path)
    for name in imports(path):
        if not name.startswith("fiction.") or name == "fiction.__version__":
            continue
        target = name.removeprefix("fiction.")
        allowed = {own, *MAY_IMPORT[own]}
        assert any(target == a or target.startswith(f"{a}.") for a in allowed), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in THIRD_PARTY], ids=lambda p: str(p.relative_to(ROOT)))
def test_each_library_stays_in_its_room(path: Path) -> None:
    for name in imports(path):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names and top not in ("fiction", ""):
            assert top in THIRD_PARTY[room(path)], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_openai_and_chromadb_are_imported_on_first_use_only(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path, top_level=True)} & {"openai", "chromadb"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_first_frame_loads_neither_servers_nor_databases_nor_models() -> None:
    loaded = loaded_by("import fiction.tui.app")
    assert not loaded & {"openai", "chromadb", "numpy", "sqlite3", "yaml", "pydantic", "onnxruntime", "httpx"}


def test_help_loads_nothing_but_the_standard_library() -> None:
    statement = (
        "from contextlib import suppress\nimport fiction.cli\nwith suppress(SystemExit): fiction.cli.main(['--help'])\n"
    )
    loaded = loaded_by(f"exec({statement!r})")
    assert not loaded & {"textual", "pydantic", "yaml", "openai", "chromadb", "numpy", "sqlite3", "rich"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {".".join(path.relative_to(ROOT.parent).with_suffix("").parts): path for path in MODULES}
    sorter = graphlib.TopologicalSorter({name: modules_of(path, names) - {name} for name, path in names.items()})
    sorter.prepare()


def modules_of(path: Path, names: Mapping[str, Path]) -> set[str]:
    """The modules of the package that a file imports anywhere, for its types too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("fiction"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found |= {whole if whole in names else node.module} & set(names)
    return found


def test_no_two_public_classes_share_a_name() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in MODULES)
    classes = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert [name for name, count in classes.items() if count > 1 and not name.startswith("_")] == []


def test_no_more_than_two_files_share_a_name() -> None:
    files = Counter(path.name for path in MODULES if path.name != "__init__.py")
    assert [name for name, count in files.items() if count > 2] == []
