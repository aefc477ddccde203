"""The tables of the reference: every row is tried, and no table forgets one of the things that it lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct

from checker.api import load
from checker.engines.explicit import explore
from checker.language import tree
from checker.language.checking.calls import BUILTINS
from checker.language.checking.declarations import RESERVED
from checker.language.lalr import RESERVED as RESERVED_BY_GRAMMAR
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source, Span
from checker.language.tree import AgentFact, FaultKind, QuantifierKind
from checker.model.model import GoalKind
from tests.docs.fragments import STAGE_SPEC, Whole, completed
from tests.docs.pages import ROOT, Table, blocks, code, read
from tests.docs.test_pages import stage_of

PAGE = "docs/language.md"
TABLES = {item.name: item for item in read(ROOT / PAGE) if isinstance(item, Table)}
STAGE = stage_of(PAGE) + "\nrecord Item: task: Task?, size: 0..9\n"


def column(name: str, title: str) -> list[str]:
    """The code in a column of a table, one piece for each row."""
    found = [code(row[title]) for row in TABLES[name].rows]
    assert all(len(pieces) == 1 for pieces in found), found
    return [pieces[0] for pieces in found]


def all_code(name: str) -> str:
    return "\n".join(piece for row in TABLES[name].rows for cell in row.values() for piece in code(cell))


def is_mentioned(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def rows(name: str, title: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", column(name, title))


# --- expressions -----------------------------------------------------------------------------------------------------


@rows("expressions", "example")
def test_the_example_of_an_expression_is_true(example: str, tmp_path: Path) -> None:
    whole = Whole(protocol=STAGE, spec=STAGE_SPEC + f"always row: {example}\n")
    (result,) = [r for r in whole.check(tmp_path, states=50).results if r.property == "row"]
    assert result.verdict != "violated"
    assert "no value" not in result.reason


def test_an_example_that_is_false_would_be_found(tmp_path: Path) -> None:
    whole = Whole(protocol=STAGE, spec=STAGE_SPEC + "always row: len({4, 5}) == 3\n")
    assert [r.verdict for r in whole.check(tmp_path, states=50).results if r.property == "row"] == ["violated"]


def test_every_function_quantifier_and_operator_has_a_row() -> None:
    text = "\n".join(column("expressions", "example"))
    functions = set(BUILTINS) - {"old", "waiting"}  # these two belong to specs: tables `properties` and `questions`
    assert [name for name in sorted(functions | set(get_args(QuantifierKind))) if not re.search(rf"\b{name}\(", text)] == []
    assert [
        op for op in (*get_args(tree.BinaryOperator), "!", "if", "not") if f" {op} " not in f" {text} " and op not in text
    ] == []
    assert is_mentioned("old", all_code("properties"))
    assert is_mentioned("waiting", all_code("questions"))


# --- declarations ------------------------------------------------------------------------------------------------------


@rows("types", "example")
def test_the_example_of_a_type_is_accepted(example: str, tmp_path: Path) -> None:
    whole = completed("declarations", example, STAGE)
    assert whole.refusal(tmp_path) is None


@rows("channels", "example")
def test_the_example_of_a_channel_is_accepted_and_used(example: str, tmp_path: Path) -> None:
    role = "\nrole Worker:\n    action tell: send Note(1) to Lead\nrole Lead:\n    on Note(n): pass\n"
    whole = completed("declarations", example + role, STAGE)
    whole.check(tmp_path, states=200)
    model = load(str(tmp_path / "board.team"))
    assert "Note" in {channel.message for channel in model.channels}


def test_every_attribute_of_a_channel_has_a_row() -> None:
    fields = tree.MessageDecl.__struct_fields__
    assert {"channel", "policy", "lost_if_down", "capacity"} <= set(fields)
    text = all_code("channels")
    for word in ("fifo", "unordered", "persistent", "block", "drop", "error", "lost if down", "capacity"):
        assert word in text


# --- specs ---------------------------------------------------------------------------------------------------------------


@rows("properties", "example")
def test_the_example_of_a_property_holds_or_not_but_is_decided(example: str, tmp_path: Path) -> None:
    if example == "no error":
        return  # always checked
    whole = Whole(protocol=STAGE, spec=STAGE_SPEC + example + "\n")
    report = whole.check(tmp_path, states=20_000)
    decided = [r for r in report.results if r.property != "no error"]
    assert [r.verdict for r in decided] in (["holds"], ["violated"])
    assert not report.counts


def test_every_kind_of_property_has_a_row() -> None:
    text = all_code("properties")
    assert [kind for kind in get_args(GoalKind) if not is_mentioned(kind, text)] == []


@rows("faults", "fault")
def test_a_fault_of_the_table_happens(example: str, tmp_path: Path) -> None:
    """The last fault of the row is among the steps of the stage's graph."""
    members = "\nmessage Ping(n: 0..1) to Worker: fifo, capacity 2, drop\nrole Worker:\n"
    members += "    action never_asked when last == none should false: send Ping(1) to self\n"
    members += (
        "    action twice when last == none:\n        send Ping(0) to self\n        send Ping(1) to self\n    on Ping(n): pass\n"
    )
    whole = Whole(protocol=STAGE + members, spec=STAGE_SPEC + f"instance one: tasks = 1\nfaults it: {example}\n")
    whole.check(tmp_path, states=1)
    graph = explore(load(str(tmp_path / "board.spec"), "one", "it"), states_limit=20_000)
    kind, target = re.findall(r"(\w+) (\w+)(?: <= \d+| unlimited)", example)[-1]
    assert f"{kind} {target}" in {graph.model.steps[step].fault for step, _, _ in graph.classes}


def test_every_fault_has_a_row() -> None:
    kinds = {kind for cell in column("faults", "fault") for kind in re.findall(r"(\w+) \w+ (?:<=|unlimited)", cell)}
    assert kinds == set(get_args(FaultKind))


def test_every_question_about_an_agent_has_a_row(tmp_path: Path) -> None:
    text = all_code("questions")
    assert [fact for fact in get_args(AgentFact) if not is_mentioned(f"is {fact}", text)] == []


@pytest.mark.parametrize("question", [piece for row in TABLES["questions"].rows for piece in code(row["form"])])
def test_a_question_can_be_asked(question: str, tmp_path: Path) -> None:
    """It has a value, whatever it is, in every state that is looked at."""
    run = "\nrole Worker:\n    run: pass\n" if "finished" in question else ""
    asked = re.sub(r"\bw\b", "Worker0", question)
    whole = Whole(protocol=STAGE + run, spec=STAGE_SPEC + f"always row: {asked} == {asked}\n")
    if " at " in asked or " is " in asked:
        whole = Whole(protocol=STAGE + run, spec=STAGE_SPEC + f"always row: {asked} or not ({asked})\n")
    (result,) = [r for r in whole.check(tmp_path, states=500).results if r.property == "row"]
    assert result.verdict != "violated"
    assert "no value" not in result.reason


@pytest.mark.parametrize("line", [piece for row in TABLES["refused"].rows for piece in code(row["refused"])])
def test_what_this_version_refuses_is_refused(line: str, tmp_path: Path) -> None:
    assert Whole(protocol=STAGE, spec=STAGE_SPEC + line + "\n").refusal(tmp_path) == "T901"


# --- the whole language ----------------------------------------------------------------------------------------------------


def nodes(value: object) -> Iterator[object]:
    """A tree and everything in it."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, Struct) and not isinstance(value, Span):
        yield value
        for field in value.__struct_fields__:
            yield from nodes(getattr(value, field))


def trees() -> Iterator[object]:
    """Everything in the accepted examples of the page."""
    for block in blocks(ROOT / PAGE):
        directive = block.directive
        if directive is None or "refused" in directive.options or block.language not in ("team", "spec"):
            continue
        whole = completed(directive.value, block.text, STAGE) if directive.word == "fragment" else None
        if block.language == "team":
            yield from nodes(parse_protocol(Source("p.team", whole.protocol if whole else block.text)))
        else:
            yield from nodes(parse_spec(Source("p.spec", whole.spec if whole else block.text)))
    for example in column("expressions", "example"):
        yield from nodes(parse_spec(Source("p.spec", STAGE_SPEC + f"always row: {example}\n")))
    for example in column("types", "example"):
        yield from nodes(parse_protocol(Source("p.team", STAGE + example + "\n")))


def test_the_page_shows_every_construct() -> None:
    concrete = {kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, tree.Node)}
    concrete -= {base for kind in concrete for base in kind.__mro__[1:]}
    assert len(concrete) > 50
    shown = {type(node) for node in trees()}
    assert sorted(kind.__name__ for kind in concrete - shown) == []


def test_the_page_says_every_word_of_the_grammar() -> None:
    grammar = json.loads((ROOT / "checker" / "language" / "grammar.json").read_text(encoding="utf-8"))
    examples = (ROOT / PAGE).read_text(encoding="utf-8")
    words = {word.rstrip(":") for word in grammar["words"] if word[0].isalpha()}
    assert [word for word in sorted(words) if not is_mentioned(word, examples)] == []


def test_the_page_lists_the_words_that_are_no_names() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8").partition("These words are never names")[2].partition("Every other word")[0]
    listed = {word for line in text.splitlines() if line.startswith("|") for word in code(line.split("|")[1])}
    assert listed == RESERVED_BY_GRAMMAR | RESERVED | set(BUILTINS)
