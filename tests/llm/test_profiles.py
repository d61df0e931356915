"""What is remembered of servers, how it heals, and what it never holds."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiction.llm.capabilities.capabilities import Capabilities, OutputMode, TokenCap, capabilities_from
from fiction.llm.capabilities.handshake import acquainted
from fiction.llm.capabilities.presets import ServerKind, beginning
from fiction.llm.capabilities.probe import ProbeResult
from fiction.llm.capabilities.profiles import MAX_PROFILES, Profiles
from fiction.llm.capabilities.reasoning_off import ReasoningOff
from fiction.llm.server import ServerSettings

SERVER = ServerSettings("http://127.0.0.1:8080/v1", "tiny")
LEARNED = Capabilities(
    token_cap=TokenCap.MAX_COMPLETION_TOKENS,
    refused=frozenset({"temperature", "top_k"}),
    quiet=ReasoningOff.TEMPLATE,
    tried=frozenset({"effort"}),
    rung=OutputMode.JSON_OBJECT,
    garbled=2,
    context=2600,
    told=4096,
    token_ratio=1.3,
    slots=2,
    kind="llama.cpp",
    version="abc",
)


def test_what_was_learned_is_there_in_the_next_game(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "servers.json"
    Profiles(file).put(SERVER.profile, LEARNED)
    assert Profiles(file).get(SERVER.profile) == LEARNED
    assert Profiles(file).get("http://127.0.0.1:8080/v1 other") is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["servers.json"]


def test_a_link_to_what_was_learned_stays_one(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept" / "servers.json", tmp_path / "servers.json"
    kept.parent.mkdir()
    link.symlink_to("kept/servers.json")
    Profiles(link).put("a", LEARNED)
    assert link.is_symlink()
    assert Profiles(kept).get("a") == LEARNED


def test_two_games_do_not_forget_for_each_other(tmp_path: Path) -> None:
    one, other = Profiles(tmp_path / "servers.json"), Profiles(tmp_path / "servers.json")
    one.put("a", LEARNED)
    other.put("b", LEARNED)
    one.put("c", LEARNED)
    again = Profiles(tmp_path / "servers.json")
    assert all(again.get(name) == LEARNED for name in "abc")


def test_the_ones_used_last_are_kept(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "servers.json")
    for number in range(MAX_PROFILES + 9):
        profiles.put(f"server {number}", LEARNED)
    kept = json.loads((tmp_path / "servers.json").read_text())["servers"]
    assert list(kept) == [f"server {number}" for number in range(9, MAX_PROFILES + 9)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[1, 2]",
        '{"format": 9, "servers": {"a": {"rung": 2}}}',
        '{"format": 1, "servers": [1]}',
        '{"format": 1, "servers": {"a": 7}}',
        '{"format": 1, "servers": {"a": {"rung": "high", "context": -4, "refused": 3, "quiet": "loud", "x": 1}}}',
        "[" * 9000,
        '{"format": 1, "servers": {"a": {"rung": 2}}}' + " " * 300_000,
    ],
)
def test_a_broken_or_foreign_file_is_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "servers.json"
    file.write_text(text)
    assert Profiles(file).get("a") in (None, Capabilities())
    Profiles(file).put("a", LEARNED)
    assert Profiles(file).get("a") == LEARNED


def test_a_file_that_can_not_be_written_costs_nothing_but_the_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    profiles = Profiles(tmp_path / "cache" / "servers.json")
    profiles.put("a", LEARNED)
    assert profiles.get("a") == LEARNED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
NAMES = st.sampled_from([field.name for field in dataclasses.fields(Capabilities)])


@given(st.dictionaries(NAMES, JSON))
def test_whatever_a_file_says_comes_out_as_something_that_can_be_sent(kept: dict[str, object]) -> None:
    found = capabilities_from(kept)
    if found is not None:
        assert json.dumps(found.parameters(max_tokens=400, temperature=0.8), allow_nan=False)
        assert capabilities_from(found.as_json()) == found


# --- healing ---


def test_after_two_hundred_turns_one_rung_up_is_tried() -> None:
    known = LEARNED
    for _ in range(199):
        known = known.after_turn()
    assert known.rung is OutputMode.JSON_OBJECT
    known = known.after_turn()
    assert known.rung is OutputMode.OBJECT_WITH_SCHEMA
    assert known.context == 4096
    assert not known.small
    assert known.turns == 0


def test_another_version_of_the_server_is_tried_anew() -> None:
    told = ProbeResult(answered=True, kind=ServerKind.LLAMA_CPP, context=4096, version="def")
    known = acquainted(LEARNED, SERVER, told)
    assert (known.rung, known.version) == (OutputMode.OBJECT_WITH_SCHEMA, "def")
    assert acquainted(known, SERVER, told) == known


def test_another_server_at_the_same_address_is_begun_with_anew() -> None:
    told = ProbeResult(answered=True, kind=ServerKind.VLLM, context=8192)
    assert acquainted(LEARNED, SERVER, told) == dataclasses.replace(
        beginning(ServerKind.VLLM, SERVER), context=8192, told=8192
    )


def test_a_context_told_anew_replaces_what_was_learned_and_the_same_one_does_not() -> None:
    assert acquainted(LEARNED, SERVER, ProbeResult(kind=ServerKind.LLAMA_CPP, context=4096)).context == 2600
    assert acquainted(LEARNED, SERVER, ProbeResult(kind=ServerKind.LLAMA_CPP, context=16384)).context == 16384


def test_a_context_in_the_settings_goes_before_a_larger_one() -> None:
    server = dataclasses.replace(SERVER, context=3000)
    assert (
        acquainted(Capabilities.of(server), server, ProbeResult(kind=ServerKind.LLAMA_CPP, context=16384)).context
        == 3000
    )
    assert (
        acquainted(Capabilities.of(server), server, ProbeResult(kind=ServerKind.LLAMA_CPP, context=2048)).context
        == 2048
    )


# --- thinking ---


def test_the_ways_to_switch_thinking_off_are_tried_in_turn_and_then_it_has_room() -> None:
    known, ways = Capabilities(), list[ReasoningOff]()
    for _ in range(8):
        ways.append(known.quiet)
        known = known.after_thinking()
    assert ways[:4] == [ReasoningOff.EFFORT, ReasoningOff.TEMPLATE, ReasoningOff.OBJECTS, ReasoningOff.EFFORT]
    assert known.thinking
    assert (known.quiet, known.reasoning_effort) == (ReasoningOff.EFFORT, "low")
    assert known.after_thinking() == known


@pytest.mark.parametrize(
    ("words", "effort"),
    [
        ("Unsupported value: 'none'. Supported values are: 'minimal', 'low', 'medium'. reasoning_effort", "minimal"),
        ("reasoning_effort: Input should be 'low', 'medium' or 'high'", "low"),
        ("Reasoning is mandatory for this endpoint and cannot be disabled.", "low"),
        ("Unrecognized request argument supplied: reasoning_effort", ""),
    ],
)
def test_a_refused_effort_makes_way_for_one_that_is_listed(words: str, effort: str) -> None:
    known = Capabilities().after_refusal(words)
    assert known is not None
    sent = known.parameters(max_tokens=400, temperature=0.8)
    assert sent.get("reasoning_effort", "") == effort
    assert known.thinking is bool(effort)


@given(st.lists(st.sampled_from(["minimal low", "reasoning", "max_tokens", "temperature", "value none"]), max_size=40))
def test_refusals_never_go_round_in_circles(said: list[str]) -> None:
    known, seen = Capabilities(), set[Capabilities]()
    for words in said:
        learned = known.after_refusal(f"reasoning_effort {words}" if "n" in words else words)
        if learned is None:
            continue
        assert learned not in seen
        seen.add(known)
        known = learned
    assert len(seen) <= 16


def test_what_is_nested_without_end_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "servers.json"
    Profiles(file).put("a", LEARNED)
    deep = '{"x": ' * 700 + "1" + "}" * 700
    file.write_text(file.read_text().replace('"servers": {', f'"servers": {{"deep": {deep},'), encoding="utf-8")
    Profiles(file).put("b", LEARNED)
    assert (Profiles(file).get("a"), Profiles(file).get("deep")) == (LEARNED, None)
