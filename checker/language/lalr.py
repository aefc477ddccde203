"""Drives the tables of the compiled grammar over the tokens of a file, and builds the tree as it goes.

The loop is the textbook LALR one: no recursion, so no input is too deep for it. Two things are its own. Words become keywords only where
the grammar wants them (`Parser.terminal_of`). Errors go to recovery.py, which mends the tokens or sets the parser back to the start of a line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, json

from checker.language.layout import Layout
from checker.language.source import Source, Span
from checker.language.tokens import MOST_ERRORS, GiveUp, Token, words

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic

MOST_NODES_DEEP = 150  # nodes of the tree inside one another: later passes recurse
MOST_RECOVERIES = 400  # silent ones included

RESERVED = words("and or not implies in is if then else elif true false none for while return await let assert")
AFTER_NO = words("deadlock livelock unhandled error lost stale overwrite")
NAME_GOES_ON = frozenset(("=", "+=", "-=", "==", ".", "["))  # after a name that is assigned to

Build = Callable[["Building", Span, list[Any]], Any]


class Building:
    """What the functions of build_*.py get: a place to report to, and the file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.errors: list[Diagnostic] = []

    def span(self, token: Token) -> Span:
        return Span(self.source.path, token.line, token.column, token.end_line, token.end_column)


class Tables(Struct, frozen=True):
    """`rules`: (symbol, build function or None to splice or pass, whether to pass, length, children); see compile_grammar.

    `chains` remembers where runs of reductions by rules of one symbol end, which is most of what an expression needs:
    (state below, state, next terminal) -> state.
    """

    starts: dict[str, list[int]]
    words: frozenset[str]
    rules: list[tuple[str, Build | None, bool, int, list[int | None]]]
    states: list[dict[str, int]]
    chains: dict[tuple[int, int, str], int]


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    from checker.language.build import BUILDERS

    with open(os.path.join(os.path.dirname(__file__), "grammar.json"), "rb") as file:
        data = json.decode(file.read())
    rules = [(symbol, BUILDERS.get(name), name == "=", length, children) for symbol, name, length, children in data["rules"]]
    return Tables(data["starts"], frozenset(data["words"]), rules, data["states"], {})


class Mark(Struct):
    """The parser as it was before the first token of a line."""

    level: int
    at: int
    states: list[int]
    values: list[Any]
    firsts: list[Token | None]
    lasts: list[Token | None]
    depths: list[int]
    lengths: list[tuple[list[Any], int]]  # of the lists among the values, which grow in place


class Parser:
    """One parse of one file. `states` has one entry more than the other stacks."""

    def __init__(self, layout: Layout, source: Source, start: str) -> None:
        self.tables = load_tables()
        self.building = Building(source)
        self.start = start
        first, self.end_state = self.tables.starts[start]
        self.tokens = layout.tokens
        self.spoilt = layout.spoilt
        self.at = 0
        self.states = [first]
        self.values: list[Any] = []
        self.firsts: list[Token | None] = []
        self.lasts: list[Token | None] = []
        self.depths: list[int] = []
        self.marks: list[Mark] = []
        self.resumed_at = -1  # the token that a recovery skipped to
        self.recoveries = 0
        self.headless = False  # the file has no header where it must be

    def parse(self) -> Any:
        """The tree; None after errors that left nothing."""
        table, rules = self.tables.states, self.tables.rules
        while True:
            token = self.tokens[self.at]
            if token.level >= 0:
                self.mark(token)
            terminal = token.terminal = token.terminal or self.terminal_of(self.at)
            while True:
                action = table[self.states[-1]].get(terminal)
                if action is None:
                    self.recover()
                    break
                if action >= 0:
                    self.shift(action, token)
                    self.at += 1
                    break
                if rules[~action][2] and rules[~action][3] == 1:
                    self.states[-1] = self.end_of_chain(terminal)
                    continue
                self.reduce(~action)
                if terminal == "$END" and self.states[-1] == self.end_state:
                    return self.values[-1]

    def end_of_chain(self, terminal: str) -> int:
        """The state after the reductions before `terminal` that leave the value on top as it is: only the state changes."""
        below, top = self.states[-2:]
        known = self.tables.chains.get((below, top, terminal))
        if known is None:
            known = top
            while (action := self.tables.states[known].get(terminal, 0)) < 0:
                symbol, _, passes, length, _ = self.tables.rules[~action]
                if not passes or length != 1:
                    break
                known = self.tables.states[below][symbol]
            self.tables.chains[below, top, terminal] = known
        return known

    def mark(self, token: Token) -> None:
        """Keeps the state before a line; marks of lines inside others are kept while the outer lines are open."""
        while self.marks and self.marks[-1].level >= token.level:
            self.marks.pop()
        lengths = [(value, len(value)) for value in self.values if type(value) is list]
        self.marks.append(
            Mark(token.level, self.at, self.states[:], self.values[:], self.firsts[:], self.lasts[:], self.depths[:], lengths)
        )

    def shift(self, state: int, token: Token) -> None:
        self.states.append(state)
        self.values.append(token)
        visible = None if token.kind[0] == "_" else token
        self.firsts.append(visible)
        self.lasts.append(visible)
        self.depths.append(0)

    def reduce(self, number: int) -> None:
        symbol, build, passes, length, children = self.tables.rules[number]
        cut = len(self.values) - length
        if length == 1:
            values, first, last, depth = [self.values.pop()], self.firsts.pop(), self.lasts.pop(), self.depths.pop()
        else:
            values, firsts, lasts, depths = self.values[cut:], self.firsts[cut:], self.lasts[cut:], self.depths[cut:]
            first = next((token for token in firsts if token is not None), None)
            last = next((token for token in reversed(lasts) if token is not None), None)
            depth = max(depths, default=0)
            del self.values[cut:], self.firsts[cut:], self.lasts[cut:], self.depths[cut:]
        del self.states[cut + 1 :]
        value: Any = _children(values, children)
        if passes:
            (value,) = value
        elif build is not None:
            value = build(self.building, self.span(first, last), value)
            depth += 1
            if depth > MOST_NODES_DEEP:
                self.too_deep(first)
        self.values.append(value)
        self.firsts.append(first)
        self.lasts.append(last)
        self.depths.append(depth)
        self.states.append(self.tables.states[self.states[-1]][symbol])

    def span(self, first: Token | None, last: Token | None) -> Span:
        if first is None or last is None:  # nothing was written: the place before the token that comes
            first = last = self.tokens[self.at]
            return Span(self.building.source.path, first.line, first.column, first.line, first.column)
        return Span(self.building.source.path, first.line, first.column, last.end_line, last.end_column)

    # --- words ----------------------------------------------------------------------------------------

    def terminal_of(self, at: int) -> str:
        """The terminal that token `at` is where the parser stands: a keyword only if the grammar wants it there, and if it cannot
        be a name, or what follows says that it is none."""
        token = self.tokens[at]
        if token.kind == "WORD":
            return self.word(at, token.text)
        if token.kind != "SYMBOL":
            return token.kind
        if token.text == ":" and self.is_role_colon(at):
            return "from:"
        return token.text

    def word(self, at: int, text: str) -> str:
        if text not in self.tables.words:
            return "NAME"
        row = self.tables.states[self.states[-1]]
        if text == "at" and self.text(at + 1) == "most" and "at most" in row and self.accepts("at most"):
            self.tokens[at].text = "at most"  # one terminal of two words
            self.tokens[at].end_column = self.tokens[at + 1].end_column
            del self.tokens[at + 1]
            return "at most"
        if text in RESERVED:
            return text
        if text not in row:
            return "NAME"
        if "NAME" not in row:
            return text
        if not self.accepts(text) or (self.goes_on_as_name(at, text) and self.accepts("NAME")):
            return "NAME"
        return text

    def goes_on_as_name(self, at: int, text: str) -> bool:
        following = self.text(at + 1)
        if text in ("set", "map", "seq"):
            return following != "["
        if text == "no":
            return following not in AFTER_NO
        if text == "as":
            return self.tokens[at + 1].kind != "WORD"
        return following in NAME_GOES_ON

    def is_role_colon(self, at: int) -> bool:
        """Whether this colon is the one of `from x: Role`, not the one that opens a block."""
        row = self.tables.states[self.states[-1]]
        if "from:" not in row:
            return False
        if not self.accepts(":"):
            return True
        after = at + 1
        while self.tokens[after].kind == "WORD" and self.text(after + 1) == ".":
            after += 2
        return self.tokens[after].kind == "WORD" and self.text(after + 1) in (":", "when")

    def text(self, at: int) -> str:
        """The text of token `at`, "" past the end."""
        return self.tokens[at].text if at < len(self.tokens) else ""

    # --- questions that recovery asks ---------------------------------------------------------------------

    def accepts(self, *terminals: str) -> bool:
        """Whether the parser could go on with `terminals`."""
        states = self.states[:]
        table = self.tables.states
        for terminal in terminals:
            while True:
                action = table[states[-1]].get(terminal)
                if action is None:
                    return False
                if action >= 0:
                    states.append(action)
                    break
                symbol, _, _, length, _ = self.tables.rules[~action]
                if length:
                    del states[-length:]
                if terminal == "$END" and table[states[-1]][symbol] == self.end_state:
                    return True
                states.append(table[states[-1]][symbol])
        return True

    def expected(self) -> list[str]:
        """Every terminal that may come here."""
        row = self.tables.states[self.states[-1]]
        return [t for t in row if t[0] != "<" or t in ("<", "<=") if self.accepts(t)]

    def feed(self, *terminals: str) -> None:
        """Goes on as if `terminals` stood here. They must be accepted."""
        here = self.tokens[self.at]
        for terminal in terminals:
            kind = terminal if terminal[0] == "_" else "WORD"
            token = Token(
                kind, "_" if terminal == "NAME" else terminal, here.start, here.line, here.column, here.line, here.column
            )
            token.terminal = terminal
            while (action := self.tables.states[self.states[-1]][terminal]) < 0:
                self.reduce(~action)
            self.shift(action, token)

    def restore(self, mark: Mark) -> None:
        self.states, self.values = mark.states[:], mark.values[:]
        self.firsts, self.lasts, self.depths = mark.firsts[:], mark.lasts[:], mark.depths[:]
        for value, length in mark.lengths:
            del value[length:]

    # --- errors ---------------------------------------------------------------------------------------

    def recover(self) -> None:
        from checker.language.recovery import recover

        self.recoveries += 1
        if self.recoveries > MOST_RECOVERIES or len(self.building.errors) > MOST_ERRORS:
            raise GiveUp
        self.tokens[self.at].terminal = ""
        recover(self)

    def too_deep(self, token: Token | None) -> None:
        from checker.language.layout_errors import NestedTooDeeply

        span = self.span(token, token)
        self.building.errors.append(NestedTooDeeply(span=span, most=MOST_NODES_DEEP, what="expressions and blocks"))
        raise GiveUp


def _children(values: Sequence[Any], places: list[int | None]) -> list[Any]:
    """The children of a rule: a helper's list spliced in, None for an option that is not there."""
    if places and places[0] is not None and places[0] < 0:  # lists grow in place: a file of n declarations costs n, not n squared
        children: list[Any] = values[~places[0]]
        places = places[1:]
    else:
        children = []
    for place in places:
        if place is None:
            children.append(None)
        elif place >= 0:
            children.append(values[place])
        else:
            children += values[~place]
    return children
