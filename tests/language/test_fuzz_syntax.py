"""Whatever the text: a tree or located errors, soon; and what the grammar allows survives formatting."""

from __future__ import annotations

import re
import time
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language import tree
from checker.language.diagnostics import BadInput, Diagnostic
from checker.language.format import format_protocol, format_spec
from checker.language.layout import read_layout
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from tests.language.grammar_texts import OTHER_TEXT, PLAIN_NAMES, SOFT_WORDS, grammatical, nearly
from tests.language.tree_text import nodes, shown

STARTS = ("protocol", "spec")

# Errors of the functions that build the tree: the grammar allows what they refuse.
BUILT = {
    *("T130", "T131", "T132", "T133", "T134", "T135", "T136", "T137", "T138", "T139", "T140", "T141", "T142", "T143"),
    *("T144", "T146", "T147", "T148", "T150", "T151", "T152", "T157", "T158"),
}

# The grammar allows a list there, but the word is a name then, as in `next[t]`.
BEFORE_A_LIST = re.compile(r"\b(always|eventually|next|spawn|stop) \[")


def parse(text: str, start: str) -> tree.Node:
    source = Source("x", text)
    return parse_protocol(source) if start == "protocol" else parse_spec(source)


def formatted(text: str, start: str) -> str:
    source = Source("x", text)
    return format_protocol(source) if start == "protocol" else format_spec(source)


def check_errors(errors: tuple[Diagnostic, ...], text: str) -> None:
    """Every error has its texts, and a place in the text."""
    assert errors
    lines = text.split("\n")
    for error in errors:
        assert error.title_text
        assert isinstance(error.label_text + error.help_text, str)
        if error.span is not None:
            assert 1 <= error.span.line <= len(lines) + 1
            assert 1 <= error.span.column <= len(lines[min(error.span.line, len(lines)) - 1]) + 2
            assert (error.span.line, error.span.column) < (error.span.end_line, error.span.end_column)


def attempt(text: str, start: str) -> tuple[tree.Node | None, tuple[Diagnostic, ...]]:
    """The tree, or what is wrong. Nothing but BadInput may come out of a parse."""
    try:
        return parse(text, start), ()
    except BadInput as bad:
        return None, bad.diagnostics


def check_any(text: str, start: str) -> bool:
    """Parses `text`; whether it is right."""
    made, errors = attempt(text, start)
    if made is None:
        check_errors(errors, text)
        return False
    check_formatting(text, start, made)
    return True


def check_formatting(text: str, start: str, made: tree.Node) -> None:
    once = formatted(text, start)
    assert formatted(once, start) == once
    assert shown(parse(once, start)) == shown(made)
    comments = [c.text for c in read_layout(Source("x", text)).comments]
    assert [c.text for c in read_layout(Source("x", once)).comments] == comments


def check_places(made: tree.Node) -> None:
    """The place of every node lies within that of the file, and is not empty."""
    for node in nodes(made):
        start, end = (node.span.line, node.span.column), (node.span.end_line, node.span.end_column)
        assert (made.span.line, made.span.column) <= start < end <= (made.span.end_line, made.span.end_column)


def check_grammatical(seed: int) -> bool:
    random = Random(seed)
    start = random.choice(STARTS)
    text = grammatical(random, start)
    made, errors = attempt(text, start)
    if made is None:
        check_errors(errors, text)
        assert {error.code for error in errors} <= BUILT | ({"T101"} if BEFORE_A_LIST.search(text) else set()), text
        return False
    check_places(made)
    check_formatting(text, start, made)
    return True


def check_nearly(seed: int) -> bool:
    random = Random(seed)
    start = random.choice(STARTS)
    return check_any(nearly(random, start), start)


def concrete_nodes() -> set[type[tree.Node]]:
    """The classes of nodes that have no subclasses."""
    found, waiting = set(), [tree.Node]
    while waiting:
        cls = waiting.pop()
        if cls.__module__ == tree.__name__:
            waiting += cls.__subclasses__()
            found |= set() if any(c.__module__ == tree.__name__ for c in cls.__subclasses__()) else {cls}
    return found


def test_the_generator_reaches_every_kind_of_node() -> None:
    found: set[type[tree.Node]] = set()
    for seed in range(600):
        random = Random(seed)
        start = random.choice(STARTS)
        made, _ = attempt(grammatical(random, start), start)
        found |= {type(node) for node in nodes(made)} if made is not None else set()
    assert concrete_nodes() - found == set()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_what_the_grammar_allows_is_parsed(seed: int) -> None:
    check_grammatical(seed)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32))
def test_what_the_grammar_nearly_allows(seed: int) -> None:
    check_nearly(seed)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(STARTS))
def test_any_text(text: str, start: str) -> None:
    check_any(text, start)


PIECES = st.sampled_from(
    [*PLAIN_NAMES, *SOFT_WORDS, *OTHER_TEXT, "if", "else", "in", "await", "shared", "protocol p\n", "spec", '"a"', "# c"]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(PIECES, st.sampled_from([" ", "", "\n", "\n    ", "\n        "])), max_size=60), st.sampled_from(STARTS)
)
def test_soup(pieces: list[tuple[str, str]], start: str) -> None:
    header = 'spec s for "x"\n' if start == "spec" else "protocol p\n"
    check_any(header + "".join(piece + space for piece, space in pieces), start)


# --- long texts ----------------------------------------------------------------------------------------------------

SIZE = 1_000_000
HEADER = "protocol p\n"


def noise(seed: int) -> str:
    random = Random(seed)
    return "".join(random.choices([chr(c) for c in range(32, 127)] + ["\n"] * 3, k=SIZE))


LONG = {
    "noise": lambda: noise(1),
    "brackets": lambda: HEADER + "done when " + "(" * 10_000 + "a" + ")" * 10_000,
    "many brackets": lambda: "[" * SIZE,
    "a chain": lambda: HEADER + "done when a" + " or a" * 20_000,
    "nots": lambda: HEADER + "done when " + "not " * 20_000 + "a",
    "fields": lambda: HEADER + "done when a" + ".a" * 20_000,
    "options": lambda: HEADER + "shared a: T" + "?" * 20_000 + " = b",
    "blocks": lambda: HEADER + "role W:\n    run:\n" + "".join(" " * i + "if a:\n" for i in range(8, 1400)),
    "one name": lambda: "a" * SIZE,
    "one number": lambda: HEADER + "done when " + "1" * (SIZE - 100),
    "quotes": lambda: '"' * SIZE,
    "an open description": lambda: '"""' + "a\n" * (SIZE // 2 - 10),
    "closing brackets": lambda: HEADER + ")" * (SIZE - 100),
    "open brackets": lambda: HEADER + "shared x: (\n" * (SIZE // 13),
    "steps": lambda: HEADER + "  x\n x\n" * 20_000,
    "tabs": lambda: HEADER + "\tx\n" * 20_000,
    "errors": lambda: HEADER + "role W:\n    action x: y == 1\n" * 20_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_is_refused_in_seconds(name: str) -> None:
    text = LONG[name]()
    started = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse(text, "protocol")
    assert time.process_time() - started < 10
    assert len(caught.value.diagnostics) <= 51
    check_errors(caught.value.diagnostics, text)


@pytest.mark.parametrize("name", ["brackets", "a chain", "nots", "fields", "options", "blocks"])
def test_deep_nesting_is_called_by_its_name(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(LONG[name](), "protocol")
    (error,) = caught.value.diagnostics
    assert error.code == "T111"


# --- many texts --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_texts() -> None:
    found = Counter(check_grammatical(seed) for seed in range(30_000))
    assert found[True] > 10_000
    found = Counter(check_nearly(seed) for seed in range(70_000))
    assert found[True] > 1_000
    assert found[False] > 30_000
