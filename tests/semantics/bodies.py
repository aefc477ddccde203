"""Strategies for well-typed bodies of steps over the world of `tests.semantics.expressions`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from checker.language.types import Type
from checker.model.expr import Local
from checker.model.model import Assert, Assign, Body, Choose, Either, For, If, Let, Mark, Note, Require, Statement, While
from tests.semantics.building import BOOL, HERE
from tests.semantics.expressions import BELOW, CELLS, COLOUR, COUNT, LOCALS, QUEUE, SIGN, TASK, TASKS, Pick, expr_of, leaf_of

# The variables that statements assign: few, so that statements meet each other's writes.
ASSIGNED: tuple[Type, ...] = (BOOL, COUNT, TASK, TASKS)
LOOP_DOMAINS: tuple[tuple[Type, Type], ...] = ((TASK, TASK), (COLOUR, COLOUR), (TASK, TASKS), (TASK, QUEUE))
FIRST_LOOP, FIRST_CHOICE = 40, 60  # registers, apart from those that expressions use


@st.composite
def bodies(draw: Any, depth: int, branching: bool) -> Body:
    """A body of up to three statements, with statements in them `depth` deep; without `branching`, a straight one."""
    return _Maker(lambda options: options[draw(BELOW[len(options)])], branching).body(depth, ())


class _Maker:
    def __init__(self, pick: Pick, branching: bool) -> None:
        self.pick = pick
        self.branching = branching
        self.used = 0

    def body(self, depth: int, bound: tuple[Local, ...]) -> Body:
        return tuple(self.statement(depth, bound) for _ in range(self.pick(range(1, 4))))

    def register(self, first: int, type: Type) -> Local:
        self.used += 1
        return Local(first + self.used, f"r{first + self.used}", type)

    def expr(self, type: Type, bound: tuple[Local, ...]) -> Any:
        return expr_of(self.pick, type, 1, bound)

    def statement(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        kinds = ["assign", "assign", "assign", "let", "assert", "mark", "note"]
        if depth:
            kinds += ["if", "for", "for", "while"]
        if self.branching:
            kinds += ["choose", "require", *(["either"] if depth else [])]
        return getattr(self, f"_{self.pick(kinds)}")(depth, bound)

    def _assign(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        type = self.pick(ASSIGNED)
        variable = self.pick(CELLS[type][:3])
        indices = tuple(leaf_of(self.pick, t, bound) for t in variable.index)
        return Assign(variable=variable, indices=indices, value=self.expr(type, bound))

    def _let(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        type = self.pick((COUNT, TASK, BOOL))
        return Let(local=LOCALS[type], value=self.expr(type, bound))

    def _if(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        orelse = self.body(depth - 1, bound) if self.pick((False, True)) else ()
        return If(condition=self.expr(BOOL, bound), then=self.body(depth - 1, bound), orelse=orelse)

    def _for(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        of, domain = self.pick(LOOP_DOMAINS)
        local = self.register(FIRST_LOOP, of)
        over = domain if of == domain else self.expr(domain, bound)
        body = self.body(depth - 1, (*bound, local))
        return For(local=local, domain=over, body=body, independent=self.pick((False, False, True)), at=HERE)

    def _while(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        body = self.body(depth - 1, bound)
        return While(condition=self.expr(BOOL, bound), limit=self.pick((1, 2)), body=body, at=HERE)

    def _choose(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        of, domain = self.pick(((COUNT, COUNT), (TASK, TASK), (TASK, TASKS)))
        where = self.expr(BOOL, (*bound, LOCALS[of])) if self.pick((False, True)) else None
        return Choose(local=LOCALS[of], domain=domain if of == domain else self.expr(domain, bound), where=where)

    def _either(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        return Either(branches=tuple(self.body(depth - 1, bound) for _ in range(2)))

    def _require(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        return Require(condition=self.expr(BOOL, bound))

    def _assert(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        return Assert(condition=self.expr(BOOL, bound), kind=self.pick(("assert", "overflow", "spawn")), text="said", at=HERE)

    def _mark(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        when = self.expr(BOOL, bound) if self.pick((False, True)) else None
        return Mark(mark=self.pick(("progress", "other")), condition=when)

    def _note(self, depth: int, bound: tuple[Local, ...]) -> Statement:
        return Note(kind="send", text="M", agent=self.expr(TASK, bound), values=(self.expr(SIGN, bound),))
