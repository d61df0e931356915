"""The bounded reader, with both of PyYAML's parsers."""

import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fiction.bounded_yaml.faults import Refused
from fiction.bounded_yaml.limits import PACK, Limits
from fiction.bounded_yaml.reader import read_yaml

pytestmark = pytest.mark.parametrize(
    "fast", [pytest.param(True, marks=pytest.mark.skipif(not yaml.__with_libyaml__, reason="no libyaml")), False]
)


def refusal(text: str | bytes, fast: bool, limits: Limits = PACK) -> Refused:
    with pytest.raises(Refused) as caught:
        read_yaml(text, name="w.yaml", limits=limits, fast=fast)
    return caught.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("1:59:59", "1:59:59"),
        ("2026-11-22", "2026-11-22"),
        ("1.10", 1.1),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("+3", 3),
        ("-3", -3),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("", None),
        ("~", None),
        ("null", None),
        ("'null'", "null"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ('!!int "7"', 7),
        ("=", "="),
        ("0x", "0x"),
        ("a\n  b", "a b"),
    ],
)
def test_scalars_follow_the_core_schema(written: str, meant: object, fast: bool) -> None:
    data = read_yaml(f"key: {written}", name="w.yaml", fast=fast).data
    assert data == {"key": meant}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(meant)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: &x 1\nb: *x\n", (1, 4), "anchors"),
        ("a: *x\n", (1, 4), "aliases"),
        ("a: 1\n<<: {b: 1}\n", (2, 1), "merge keys"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), "'a' stands here twice (first in line 1)"),
        ("a: !!python/object:os.system x\n", (1, 4), "tags"),
        ("a: !!binary aGk=\n", (1, 4), "tags"),
        ("a: !!set {x}\n", (1, 4), "tags"),
        ("a: !!int x\n", (1, 4), "this is no int"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second YAML document"),
        ("? [a]\n: b\n", (1, 3), "plain text"),
        ("a: {b\n", (2, 1), "ends in the middle"),
        ("a:\n\t- b\n", (2, 1), "a tab"),
        ("a: b: c\n", (1, 5), "a colon that makes no key"),
        ("a: 'b\n", (1, 4), "never closed"),
        ('a: "\\q"\n', (1, 4), "escape"),
        ("a: @x\n", (1, 4), "no value begins with '@'"),
        ("- a\nb: c\n", (2, 1), "list above"),
        ("a: 'b' c\nd: e\n", (1, 8), "keys above"),
        ("a: [b\nc: d\n", (2, 2), "comma"),
        ("a\nb: c\n", (2, 2), ""),
        ("%FOO bar\n%YAML 9.9\n---\na: 1\n", (2, 1), ""),
        ("a: \x1b[31m\n", (1, 4), "U+001B"),
        ("a: b\x00\n", (1, 5), "U+0000"),
        ("a: b\u2028c\n", (1, 5), "U+2028"),
        ("a: 1\n\ufeffb: 2\n", (2, 1), "U+FEFF"),
        ("a: " + "9" * 20 + "\n", (1, 4), "20 digits"),
        ("a: 0x" + "f" * 400 + "\n", (1, 4), "digits"),
        ("a: .inf\n", (1, 4), "a number that is none"),
        ("a: -.INF\n", (1, 4), "a number that is none"),
        ("a: .nan\n", (1, 4), "a number that is none"),
        ("a: " + "x" * (PACK.max_scalar + 1) + "\n", (1, 4), "40,001 characters"),
        ("k" * 300 + ": 1\n", (1, 1), "a key of 300"),
        ("[" * 17 + "]" * 17, (1, 17), "nested deeper than 16"),
        ("", (1, 1), "empty"),
        ("# only a comment\n", (1, 1), "empty"),
    ],
)
def test_what_a_pack_may_not_hold_is_refused_at_its_place(
    text: str, place: tuple[int, int], words: str, fast: bool
) -> None:
    found = refusal(text, fast)
    assert words in found.message
    if words:
        assert (found.line + 1, found.column + 1) == place


@pytest.mark.parametrize("escape", ["\\ud800", "\\uDFFF", "\\ud83d\\ude00"])
def test_half_characters_are_refused(escape: str, fast: bool) -> None:
    assert refusal(f'a: "{escape}"', fast).line == 0


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("a: é\n".encode("utf-16"), "UTF-16"),
        ("a: é\n".encode("utf-16-be"), ""),
        ("a: 1\nb: é\n".encode("latin-1"), "0xe9"),
        (b"a: " + b"x" * PACK.max_bytes, "the limit is 4,000,000"),
        (b"\x89PNG\r\n\x1a\n", "0x89"),
    ],
)
def test_what_is_no_text_in_utf_8_is_refused(raw: bytes, words: str, fast: bool) -> None:
    assert words in refusal(raw, fast).message


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(fast: bool) -> None:
    document = read_yaml("\ufeffa: 1\r\nb: [x,\r\n  y]\r\n".encode(), name="w.yaml", fast=fast)
    assert document.data == {"a": 1, "b": ["x", "y"]}
    assert (document.places[("b", 1)].line, document.places[("b", 1)].column) == (2, 2)


def test_too_many_values_are_refused(fast: bool) -> None:
    limits = Limits(max_values=1_000)
    assert len(str(read_yaml("[" + "1," * 999 + "]", name="w.yaml", limits=limits, fast=fast).data)) == 2_997
    assert "more than 1,000 values" in refusal("[" + "1," * 1_000 + "]", fast, limits).message


def test_each_kind_of_file_has_bounds_of_its_own(fast: bool) -> None:
    narrow = Limits(max_bytes=30, max_depth=2, max_scalar=5, max_key=3, word_keys=True)
    assert read_yaml("a: [b, c]", name="w.yaml", limits=narrow, fast=fast).data == {"a": ["b", "c"]}
    for text, said in (
        ("a: [[b]]", "deeper than 2"),
        ("a: bbbbbb", "6 characters; the limit is 5"),
        ("aaaa: b", "a key of 4"),
        ("# " + "a" * 30, "the limit is 30"),
        ("1: b", "no word"),
        ("~: b", "no word"),
        ("0x" + "f" * 20 + ": b", "no word"),
    ):
        assert said in refusal(text, fast, narrow).message
    assert read_yaml("'1': b", name="w.yaml", limits=narrow, fast=fast).data == {"1": "b"}


def test_a_file_may_be_read_without_types(fast: bool) -> None:
    text = "a: [0.10, ~, true, 0x1F, '7', 99999999999999999999]"
    data = read_yaml(text, name="w.yaml", limits=Limits(untyped=True), fast=fast).data
    assert data == {"a": ["0.10", "~", "true", "0x1F", "7", "9" * 20]}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0o17", "0o17"), ("1e3", "1e3"), ("010", "010"), ("0x1F", "0x1F"), ("7", 7), ("-0.5", -0.5), ("1.0e-05", 1e-05)],
)
def test_only_decimal_numbers_may_be_numbers(written: str, meant: object, fast: bool) -> None:
    data = read_yaml(f"a: {written}", name="w.yaml", limits=Limits(decimal=True), fast=fast).data
    assert data == {"a": meant}


def test_tabs_stand_where_yaml_lets_them_if_the_bounds_do(fast: bool) -> None:
    text = "a: 'b\tc'\t# d\te\n"
    assert "a tab" in refusal(text, fast).message
    assert read_yaml("a: 'b\tc'  # d\te\n", name="w.yaml", limits=Limits(tabs=True), fast=fast).data == {"a": "b\tc"}


def test_every_value_has_its_place(fast: bool) -> None:
    document = read_yaml("a:\n- x: 1\n  é: 'zwei'\nb: >\n  long\n  text\n", name="w.yaml", fast=fast)
    assert document.data == {"a": [{"x": 1, "é": "zwei"}], "b": "long text\n"}
    place = document.places[("a", 0, "é")]
    assert (place.line, place.column, place.key_line, place.key_column) == (2, 5, 2, 2)
    assert document.text[place.start : place.end] == "'zwei'"
    found = document.problem(("b",), "x", word="text")
    assert (found.line, found.column) == (6, 3)


def test_a_path_that_is_not_there_has_the_place_of_what_is_above(fast: bool) -> None:
    document = read_yaml("a:\n  b: 1\n", name="w.yaml", fast=fast)
    found = document.problem(("a", "c", 3), "x", key=True)
    assert (found.line, found.column) == (1, 1)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_random_bytes_are_read_or_refused(fast: bool, raw: bytes) -> None:
    try:
        read_yaml(raw, name="w.yaml", fast=fast)
    except Refused as refused:
        assert refused.line >= 0


TOKENS = [
    "a",
    "b: ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    '"',
    "|",
    "> ",
    "&a ",
    "*a",
    "!x ",
    "# c",
    " :",
    "é",
]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
@example("[b: ]")
@example("[b:  , a]")
@example("{b:   }")
def test_both_parsers_accept_the_same_texts_and_read_them_alike(fast: bool, text: str) -> None:
    def read(parser: bool) -> object:
        try:
            document = read_yaml(text, name="w.yaml", fast=parser)
        except Refused:
            return Refused
        return document.data, document.places

    if "|#" not in text.replace("# c", "#"):  # libyaml takes `|#` for `| #`
        assert read(fast) == read(False)


@pytest.mark.parametrize(
    "text", ["'[' * 100_000", "'{a: ' * 100_000", "'- ' * 100_000", "''.join(' ' * i + 'a:\\n' for i in range(2_000))"]
)
def test_deep_nesting_ends_no_process(text: str, fast: bool) -> None:
    program = f"""
from fiction.bounded_yaml.faults import Refused
from fiction.bounded_yaml.reader import read_yaml
try:
    read_yaml({text}, name="w.yaml", fast={fast})
except Refused as refused:
    print(refused.message)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "nested deeper than 16 levels"), done.stderr
