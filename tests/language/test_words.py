"""Few words are reserved: every other word may be a name, wherever a name may stand."""

from __future__ import annotations

import pytest

from checker.language import tree
from checker.language.lalr import RESERVED, load_tables
from checker.language.parse import parse_protocol, parse_spec
from checker.language.source import Source
from tests.language.tree_text import nodes


def protocol(text: str) -> tree.Protocol:
    return parse_protocol(Source("x.team", "protocol p\n" + text))


def spec(text: str) -> tree.Spec:
    return parse_spec(Source("x.spec", 'spec s for "x.team"\n' + text))


def free_words() -> list[str]:
    return sorted(word for word in load_tables().words - RESERVED if word.isalpha())


def test_few_words_are_reserved() -> None:
    assert len(RESERVED) == 19
    assert len(free_words()) > 80


@pytest.mark.parametrize("word", free_words())
def test_a_word_that_is_free_is_a_name(word: str) -> None:
    made = protocol(
        f"enum E: a, {word}\nshared {word}: map[E, {word}] = {word}\nmessage {word}({word}: {word}) to {word}\nids {word} * {word}\n"
        f"def {word}({word}: {word}): {word} == {word} and {word}({word}) in those({word} in {word}: {word}.{word} at {word})\n"
        f"role {word}:\n    var {word}: bool = {word}\n    action {word}({word}: {word}) when {word} should {word}:\n"
        f"        {word} = {word}\n        {word}[{word}] += {word}\n        {word}.{word} -= {word}\n        let {word} = {word} + 1\n"
        f"        send {word}({word}) to {word}\n        await {word}({word}: 1) as {word}\n        await {word} == {word}\n"
        f"    on {word}({word}) from {word} when {word}: {word} = 1\n"
    )
    names = {node.name for node in nodes(made) if isinstance(node, tree.Name)}
    assert names == {word, "a"}


@pytest.mark.parametrize("word", free_words())
def test_a_word_that_is_free_is_a_name_in_a_spec(word: str) -> None:
    made = spec(
        f"instance {word}: {word} = {word}\nfaults {word}: crash {word} <= {word}\nalways {word}: {word}\nwhenever {word}: {word} leads to {word}\n"
        f"check {word} under {word}\nexpect {word} violated in {word} under {word}\nno lost update on {word}\n"
    )
    assert {node.name for node in nodes(made) if isinstance(node, tree.Name)} == {word}


def test_every_reserved_word_is_one_of_the_grammar() -> None:
    assert load_tables().words >= RESERVED
