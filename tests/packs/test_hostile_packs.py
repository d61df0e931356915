"""Packs made to do harm: each is answered quickly, in little memory, by a PackError and nothing else."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fiction.errors import PackError
from fiction.packs.loader import load_pack, load_world

HEAD = """\
schema: 1
id: hostile
version: 1.0.0
title: Hostile
summary: One line.
setting: A setting that is at least forty characters long, as it has to be.
"""
MANY = 40_000
LIMIT = 3.0
"""Seconds of processor time; under one where nothing else runs."""


def laughs(levels: int = 9) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int = 25) -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, levels)]
    return "\n".join(lines)


STORYLET = "- id: s{0}\n  bodies: x\n  plans: []\n"
REFUSED: dict[str, Callable[[], str | bytes]] = {
    "billion laughs": laughs,
    "merge bomb": merges,
    "quadratic blow-up": lambda: f"a: &a {'x' * 30_000}\nb: [{'*a, ' * 1000}]",
    "recursive anchor": lambda: "&a [*a]",
    "recursive mapping": lambda: "a: &a {b: *a}",
    "deep flow": lambda: "[" * 100_000,
    "deep flow, closed": lambda: "[" * 5_000 + "]" * 5_000,
    "deep flow mappings": lambda: "{a: " * 100_000,
    "deep block sequence": lambda: "- " * 100_000,
    "deep block mapping": lambda: "".join(f"{' ' * n}a:\n" for n in range(500)),
    "explicit keys": lambda: "? " * 50_000,
    "brackets as keys": lambda: "? [" * 10_000,
    "many simple keys": lambda: HEAD + "".join(f"k{n}: 1\n" for n in range(200_000)),
    "many unknown keys": lambda: HEAD + "".join(f"k{n}: 1\n" for n in range(MANY)),
    "many misspelt keys": lambda: HEAD + "storylets:\n" + "- {id: s, bodies: x, boddies: x, plaans: []}\n" * 9_000,
    "many unknown references": lambda: (
        HEAD
        + "places:\n"
        + "".join(f"- {{id: place-{n}, name: N, exits: [plice-{n}, plece-{n}]}}\n" for n in range(9_000))
    ),
    "many expressions": lambda: (
        HEAD + "epilogue:\n" + "".join(f"- {{when: a{n} > 1 and seen('x{n}'), text: x}}\n" for n in range(20_000))
    ),
    "many long expressions": lambda: (
        HEAD
        + "epilogue:\n"
        + "".join(f"- {{when: {'not ' * 90} (turn + {n}), text: x}}\n" for n in range(3_000))
        + "x: 1"
    ),
    "huge expressions": lambda: HEAD + f"epilogue:\n- {{when: {'(' * 39_000}, text: x}}\n",
    "many slots": lambda: HEAD + "callbacks: [" + ", ".join([f"'{'{a}' * 2_000}'"] * 300) + "]",
    "many braces": lambda: HEAD + "callbacks: [" + ", ".join([f"'{'{' * 7_000}'"] * 400) + "]",
    "a long chain of goto": lambda: (
        HEAD
        + "storylets:\n"
        + "".join(
            f"- {{id: s{n}, only_by_goto: true, roles: {{r{n % 8}: {{}}}}, bodies: '{{x}}', "
            f"plans: [{{id: p, label: x, goto: s{n - 1}}}]}}\n"
            for n in range(999, 0, -1)
        )
    ),
    "many openings and plans": lambda: (
        HEAD
        + "openings:\n"
        + "".join(
            f"- {{id: o{n}, title: t, text: x, plans: [{{id: p, label: x}}, {{id: p, label: y}}]}}\n"
            for n in range(6_000)
        )
    ),
    "huge int": lambda: "a: " + "9" * 30_000,
    "huge hex": lambda: "a: 0x" + "f" * 39_000,
    "huge float": lambda: HEAD + "acts: [{title: x, share: 1e999}]",
    "base sixty": lambda: HEAD + "acts: " + "1:" * 15_000 + "59",
    "inf": lambda: "a: .inf",
    "nan": lambda: HEAD + "acts: [{title: x, share: .nan}]",
    "bad timestamp": lambda: HEAD + "title2: 2026-99-99",
    "python tag": lambda: 'a: !!python/object/apply:os.system ["true"]',
    "python name tag": lambda: "a: !!python/name:os.system",
    "tag directive": lambda: "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [x]",
    "binary tag": lambda: "a: !!binary aGVsbG8=",
    "set tag": lambda: "a: !!set {x, y}",
    "omap tag": lambda: "a: !!omap [x: 1]",
    "two documents": lambda: HEAD + "---\n" + HEAD,
    "many documents": lambda: "---\n" * 100_000,
    "unhashable key": lambda: "? {a: b}\n: c",
    "NUL": lambda: HEAD.replace("Hostile", "Hos\x00tile"),
    "escape": lambda: HEAD.replace("Hostile", "\x1b]0;PWNED\x07"),
    "escape in quotes": lambda: HEAD.replace("Hostile", '"\\e]52;c;cHduZWQ=\\a"'),
    "C1 in quotes": lambda: HEAD.replace("Hostile", '"\\x9b31m"'),
    "next line in quotes": lambda: HEAD.replace("Hostile", '"a\\Nb"'),
    "bidi": lambda: HEAD.replace("Hostile", "abc\u202edef"),
    "zero width": lambda: HEAD.replace("Hostile", "ab\u200bc"),
    "tag characters": lambda: HEAD.replace("Hostile", "ab\U000e0041c"),
    "private use": lambda: HEAD.replace("Hostile", "ab\ue000c"),
    "noncharacter": lambda: HEAD.replace("Hostile", "ab\ufdd0c"),
    "surrogate in quotes": lambda: HEAD.replace("Hostile", '"\\ud800"'),
    "surrogate in the text": lambda: HEAD.replace("Hostile", "\ud800"),
    "zalgo": lambda: HEAD.replace("Hostile", "a" + "\u0301" * 190),
    "UTF-16": lambda: HEAD.encode("utf-16"),
    "UTF-32": lambda: HEAD.encode("utf-32"),
    "latin-1": lambda: HEAD.replace("Hostile", "Höstile").encode("latin-1"),
    "overlong UTF-8": lambda: b"a: \xc0\xaf",
    "gzip": lambda: b"\x1f\x8b\x08\x00" + bytes(100),
    "five megabytes": lambda: b"a: " + b"x" * 5_000_000,
    "a long scalar": lambda: "a: " + "x" * 3_900_000,
    "a long quoted scalar": lambda: "a: '" + "x" * 3_900_000 + "'",
    "a long open quote": lambda: "a: '" + "x " * 1_900_000,
    "a long block": lambda: "a: |\n" + " x\n" * 1_000_000,
    "a long key": lambda: "k" * 3_900_000 + ": 1",
    "a long comment": lambda: "#" * 3_900_000,
    "many comments": lambda: "#\n" * 1_900_000,
    "blank lines": lambda: "\n" * 3_900_000,
    "spaces": lambda: " " * 3_900_000,
    "tabs": lambda: "\t" * 100_000,
    "carriage returns": lambda: HEAD.replace("\n", "\r") + "x: 1\r",
    "path as an id": lambda: HEAD.replace("id: hostile", "id: ../../etc/cron.d/x"),
    "device as an id": lambda: HEAD.replace("id: hostile", "id: nul"),
    "format string": lambda: HEAD + "callbacks: '{recollection:>999999999}'",
    "attribute slot": lambda: HEAD + "callbacks: '{recollection.__class__.__mro__}'",
    "expression that calls": lambda: HEAD + "epilogue: [{when: \"__import__('os').system('x')\", text: x}]",
    "expression that is huge": lambda: HEAD + "epilogue: [{when: 9**9**9 > turn, text: x}]",
    "expression with a lambda": lambda: HEAD + 'epilogue: [{when: "(lambda: 0)()", text: x}]',
    "markup is text, but the key is not": lambda: HEAD + "'[@click=app.quit]': x",
    "wide cover": lambda: HEAD + f"cover: '{'#' * 3_000}'",
    "high cover": lambda: HEAD + "cover: |\n" + "  #\n" * 1_000,
    "file link": lambda: HEAD + "homepage: file:///etc/passwd",
    "script link": lambda: HEAD + "homepage: javascript:alert(1)",
    "link with a newline": lambda: HEAD + 'homepage: "https://x.example/\\nSet-Cookie"',
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_pack_is_refused_quickly(case: str) -> None:
    raw = REFUSED[case]()
    begun = time.process_time()
    with pytest.raises(PackError) as caught:
        load_world(raw, name="hostile.yaml")
    taken = time.process_time() - begun
    assert taken < LIMIT, f"{taken:.1f} s"
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.line >= 1
        assert len(str(problem)) < 1_000
        assert str(problem).isprintable()


@pytest.mark.parametrize(
    "case", [case for case in REFUSED if not case.startswith(("a long", "many", "five", "blank", "spaces"))]
)
def test_the_fallback_parser_refuses_the_same(case: str) -> None:
    with pytest.raises(PackError):
        load_pack(REFUSED[case](), name="hostile.yaml", fast=False)


ROCKET = "\U0001f469\u200d\U0001f680"
HARMLESS = (
    "[@click=app.pwn('x')]click me[/]",
    "[/]",
    "%s %(x)s",
    "`rm -rf`",
    "<script>",
    "no",
    "\U0001f469\u200d\U0001f680",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_only_text_is_only_text(text: str) -> None:
    assert load_world(HEAD.replace("Hostile", json.dumps(text, ensure_ascii=False))).title == text


WORST = ("billion laughs", "merge bomb", "deep flow", "many simple keys", "a long scalar", "huge hex")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("case", WORST)
def test_the_worst_need_little_memory_and_end_no_process(case: str, tmp_path: Path) -> None:
    raw = REFUSED[case]()
    pack = tmp_path / "hostile.yaml"
    pack.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    program = f"""
import resource
from fiction.errors import PackError
from fiction.packs.loader import load_world
resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))
try:
    load_world(open({str(pack)!r}, "rb").read())
except PackError:
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr
