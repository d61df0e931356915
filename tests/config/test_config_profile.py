"""The reader profile as a file."""

from pathlib import Path

import pytest

from fiction.config.profile import TEMPLATE, keep_reader, load_reader
from fiction.errors import SettingsError
from fiction.story.plan import Approach
from fiction.story.reader import Length, Pronouns, ReaderProfile

ADA = ReaderProfile(
    name="Ada",
    pronouns=Pronouns.parse("she/her"),
    about="a surveyor",
    likes=("the sea", "slow mysteries"),
    lines=("spiders",),
    veils=("torture",),
    language="de",
    reading_level="plain",
    passage_length=Length.LONG,
    leanings=((Approach.BOLD, 1.25), (Approach.WARM, 0.5)),
)


def test_a_profile_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    file = tmp_path / "reader.yaml"
    keep_reader(file, ADA)
    assert load_reader(file) == ADA


def test_without_a_file_nobody_in_particular_reads_at_the_set_length(tmp_path: Path) -> None:
    assert load_reader(tmp_path / "none", passage_length=Length.SHORT) == ReaderProfile(passage_length=Length.SHORT)


def test_keeping_a_profile_keeps_the_readers_comments(tmp_path: Path) -> None:
    file = tmp_path / "reader.yaml"
    file.write_text("name: Ada  # my grandmother\nlikes: the sea\n# never again\nlines: [spiders]\n")
    keep_reader(file, ReaderProfile(name="Ada", likes=("the sea",), lines=("spiders", "clowns")))
    assert "# my grandmother" in file.read_text()
    assert "# never again" in file.read_text()
    assert load_reader(file).lines == ("spiders", "clowns")


def test_the_template_says_nothing_yet(tmp_path: Path) -> None:
    file = tmp_path / "reader.yaml"
    file.write_text(TEMPLATE)
    assert load_reader(file) == ReaderProfile()


def test_the_template_is_a_profile_once_its_lines_are_taken_in(tmp_path: Path) -> None:
    file = tmp_path / "reader.yaml"
    first, *rest = TEMPLATE.splitlines()
    file.write_text("\n".join([first, *(line.removeprefix("# ") for line in rest)]))
    assert load_reader(file).name == "Ada"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: Ada\nlieks: [x]\n", 2),
        ("name: [a, b]\n", 1),
        ("passage_length: endless\n", 1),
        ("leanings:\n  sly: 1\n", 2),
    ],
)
def test_a_broken_profile_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "reader.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=f"reader.yaml:{line}: "):
        load_reader(file)
