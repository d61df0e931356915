"""What the pages for readers and builders point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "worlds" / "README.md"],
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
NAMED = re.compile(r"`((?:fiction|tests|bench|docs|worlds|\.ci|\.github)/[\w./-]*)`")
SECTION = re.compile(r"docs/design\.md section (\d+)")


def broken_links(page: Path, text: str) -> list[str]:
    """Relative links of a page that lead nowhere."""
    links = [link for link in LINK.findall(text) if ":" not in link]
    return [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_something(page: Path) -> None:
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


def missing_paths(text: str) -> list[str]:
    """Paths from the root of the repository that a page names in backticks and that are not there."""
    return [path for path in NAMED.findall(text) if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    assert missing_paths(page.read_text(encoding="utf-8")) == []


def test_a_path_that_is_not_there_is_found() -> None:
    assert missing_paths("`fiction/cli.py` `fiction/gone.py` `worlds/<id>/world.yaml` `.ci/run`") == ["fiction/gone.py"]


def test_a_link_to_nothing_is_found() -> None:
    assert broken_links(ROOT / "README.md", "[a](bench/) [b](gone.md#x) [c](https://example.org)") == ["gone.md"]


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_every_section_of_the_design_that_code_names_is_there() -> None:
    sections = set(re.findall(r"^## (\d+)\. ", (ROOT / "docs" / "design.md").read_text(encoding="utf-8"), re.MULTILINE))
    code = [path for folder in ("fiction", "bench") for path in (ROOT / folder).rglob("*.py")]
    named = {number for path in code for number in SECTION.findall(path.read_text(encoding="utf-8"))}
    assert named
    assert named <= sections


def test_every_file_on_the_map_of_the_house_is_there() -> None:
    drawn = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    named = set(re.findall(r"\w+\.(?:py|md)\b", drawn))
    assert "session.py" in named
    assert named <= {path.name for path in (ROOT / "fiction").rglob("*") if path.is_file()}
