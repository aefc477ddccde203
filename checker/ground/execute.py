"""Statements in straight-line code: every way through a body is one outcome, what `if` decides within it becomes a selection.

An outcome exists in a state where `enabled` is true, and fails there where `failed` is. `Choose`, `Either` and a branch that forks split
an outcome; `Require` narrows `enabled`; other conditions only narrow `path`, under which statements have their effect. With `split`, every
branch is an outcome of its own, which touches less than both together: for what asks which outcomes touch what.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from checker.ground.convert import convert
from checker.ground.evaluate import Cells, Place, Registers
from checker.ground.graph import Graph, Node, Unsupported
from checker.ground.shapes import Shape, same, select
from checker.language.types import Type
from checker.model.model import (
    Assert,
    Assign,
    Body,
    Choose,
    Either,
    For,
    If,
    Let,
    Mark,
    Note,
    Require,
    Statement,
    While,
)

MOST_OUTCOMES = 4096
MOST_ORDERED = 5  # elements of a loop of which every subset is tried in every order

Element: TypeAlias = tuple[Type, Shape, Node]


def forks(body: Body) -> bool:
    """Whether a body may have several outcomes in one state."""
    for statement in body:
        match statement:
            case Choose() | Either():
                return True
            case If():
                if forks(statement.then) or forks(statement.orelse):
                    return True
            case For() | While():
                if forks(statement.body):
                    return True
    return False


class Outcome(Struct, kw_only=True):
    """One way through a body so far."""

    enabled: Node
    failed: Node
    cells: Cells
    registers: Registers
    marks: dict[str, Node] = field(default_factory=dict)

    def copy(self) -> Outcome:
        return replace(self, cells=list(self.cells), registers=dict(self.registers), marks=dict(self.marks))


class Execution(Struct):
    """Runs bodies on outcomes; `path` is the condition under which control is where it is, within the outcome; `kept`: what
    `kept_registers` says of the step."""

    graph: Graph
    path: Node
    kept: Mapping[int, tuple[int, ...]]
    split: bool = False
    most: int = MOST_OUTCOMES

    def run(self, body: Body, outcome: Outcome) -> list[Outcome]:
        outcomes = [outcome]
        for statement in body:
            if isinstance(statement, Note):
                continue
            outcomes = [after for before in outcomes for after in self._statement(statement, before)]
            if len(outcomes) > self.most:
                raise Unsupported(f"a step with more than {self.most} outcomes")
        return outcomes

    def place(self, outcome: Outcome) -> Place:
        path = self.graph.both(outcome.enabled, self.graph.both(self.path, self.graph.negate(outcome.failed)))
        return Place(graph=self.graph, cells=outcome.cells, registers=outcome.registers, path=path, failed=outcome.failed)

    def _statement(self, statement: Statement, outcome: Outcome) -> list[Outcome]:
        match statement:
            case Let():
                place = self.place(outcome)
                value = place.as_type(statement.value, statement.local.type)
                outcome.failed = place.failed
                outcome.registers[statement.local.number] = (statement.local.type, value)
            case Assign():
                self._assign(statement, outcome)
            case If():
                return self._if(statement, outcome)
            case For():
                return self._for(statement, outcome)
            case While():
                return self._while(statement, outcome)
            case Choose():
                return self._choose(statement, outcome)
            case Either():
                return [after for branch in statement.branches for after in self.run(branch, outcome.copy())]
            case Require():
                place = self.place(outcome)
                allowed = place.truth(statement.condition)
                outcome.failed = place.failed
                may = self.graph.either(self.graph.negate(self.path), self.graph.either(allowed, outcome.failed))
                outcome.enabled = self.graph.both(outcome.enabled, may)
            case Assert():
                place = self.place(outcome)
                place.fail_unless(place.truth(statement.condition))
                outcome.failed = place.failed
            case Mark():
                self._mark(statement, outcome)
        return [outcome] if self.graph.value(outcome.enabled) != 0 else []

    def _assign(self, statement: Assign, outcome: Outcome) -> None:
        place = self.place(outcome)
        variable = statement.variable
        value = place.as_type(statement.value, variable.type)
        for offset, condition in list(place.places(variable.index, statement.indices)):
            cell = variable.offset + offset
            outcome.cells[cell] = select(self.graph, condition, value, outcome.cells[cell])
        outcome.failed = place.failed

    def _mark(self, statement: Mark, outcome: Outcome) -> None:
        place = self.place(outcome)
        condition = self.graph.const(1) if statement.condition is None else place.truth(statement.condition)
        outcome.failed = place.failed
        here = self.graph.both(self.path, condition)
        before = outcome.marks.get(statement.mark, self.graph.const(0))
        outcome.marks[statement.mark] = self.graph.either(before, here)

    # --- control -----------------------------------------------------------------------------------------------------

    def _if(self, statement: If, outcome: Outcome) -> list[Outcome]:
        place = self.place(outcome)
        condition = place.truth(statement.condition)
        outcome.failed = place.failed
        return self._both(condition, statement.then, statement.orelse, outcome)

    def _both(self, condition: Node, then: Body, orelse: Body, outcome: Outcome) -> list[Outcome]:
        graph, before = self.graph, self.path
        known = graph.value(condition)
        if known is not None:
            return self.run(then if known else orelse, outcome)
        if self.split or forks(then) or forks(orelse):
            return self._split(condition, then, orelse, outcome)
        self.path = graph.both(before, condition)
        yes = self.run(then, outcome.copy())
        self.path = graph.both(before, graph.negate(condition))
        no = self.run(orelse, outcome.copy())
        self.path = before
        if yes and no:
            return [self._merged(condition, yes[0], no[0])]
        return yes or no

    def _split(self, condition: Node, then: Body, orelse: Body, outcome: Outcome) -> list[Outcome]:
        """Each branch as outcomes of their own, which exist where it is taken."""
        assert self.graph.value(self.path) == 1, "a path narrows only where nothing forks"
        made: list[Outcome] = []
        for here, body in ((condition, then), (self.graph.negate(condition), orelse)):
            branch = outcome.copy()
            branch.enabled = self.graph.both(branch.enabled, here)
            if self.graph.value(branch.enabled) != 0:
                made += self.run(body, branch)
        return made

    def _merged(self, condition: Node, yes: Outcome, no: Outcome) -> Outcome:
        graph = self.graph
        merged = no.copy()
        merged.enabled = graph.select(condition, yes.enabled, no.enabled)
        merged.failed = graph.select(condition, yes.failed, no.failed)
        merged.cells = [a if a == b else select(graph, condition, a, b) for a, b in zip(yes.cells, no.cells, strict=True)]
        for number, (type, shape) in yes.registers.items():
            other = no.registers.get(number)
            if other is None:
                merged.registers[number] = (type, shape)
            elif other != (type, shape):
                merged.registers[number] = (type, select(graph, condition, shape, convert(graph, other[1], other[0], type)))
        for mark in {*yes.marks, *no.marks}:
            zero = graph.const(0)
            merged.marks[mark] = graph.select(condition, yes.marks.get(mark, zero), no.marks.get(mark, zero))
        return merged

    def _for(self, statement: For, outcome: Outcome) -> list[Outcome]:
        place = self.place(outcome)
        elements = list(place.elements(statement.domain))
        outcome.failed = place.failed
        elements = [element for element in elements if self.graph.value(element[2]) != 0]
        if not statement.independent and len(elements) > 1:
            return [replace(self, split=False)._in_any_order(statement, elements, outcome)]
        outcomes = [outcome]
        for element in elements:
            outcomes = [after for before in outcomes for after in self._round(statement, element, before)]
        return outcomes

    def _round(self, statement: For, element: Element, outcome: Outcome) -> list[Outcome]:
        type, shape, there = element
        outcome.registers[statement.local.number] = (type, shape)
        return self._both(there, statement.body, (), outcome)

    def _in_any_order(self, statement: For, elements: list[Element], start: Outcome) -> Outcome:
        """The reference's order check: for every subset of the elements all orders must lead to the same cells."""
        if forks(statement.body):
            raise Unsupported("a `for` that makes choices and whose rounds may touch each other")
        if len(elements) > MOST_ORDERED:
            why = f"a `for` over more than {MOST_ORDERED} elements whose rounds may touch each other"
            raise Unsupported(f"{why}; a map by a rule, `m = {{k: ... for k in K}}`, has no rounds")
        after: dict[frozenset[int], Outcome] = {frozenset(): start}
        failed = start.failed
        for subset in sorted(
            (frozenset(c) for k in range(1, len(elements) + 1) for c in combinations(range(len(elements)), k)), key=len
        ):
            ends = []
            for last in sorted(subset):
                before = after[subset - {last}].copy()
                before.failed = start.failed
                ends += self._round(statement, elements[last], before)
            if len(ends) != len(subset):
                raise Unsupported("a `for` whose rounds may block, and touch each other")
            for end in ends:
                bad = self.graph.either(end.failed, self.graph.negate(self._same_result(statement, ends[0], end)))
                failed = self.graph.either(failed, self.graph.both(self.path, bad))
            after[subset] = ends[0]
        result = after[frozenset(range(len(elements)))]
        # that a later round would block does not hide that an earlier one has failed
        result.enabled = self.graph.both(start.enabled, self.graph.either(result.enabled, failed))
        result.failed = failed
        return result

    def _same_result(self, loop: For, a: Outcome, b: Outcome) -> Node:
        """Whether both block, or both end alike: what `checker.semantics.order` compares."""
        graph, zero = self.graph, self.graph.const(0)
        alike = graph.const(1)
        for x, y in zip(a.cells, b.cells, strict=True):
            alike = graph.both(alike, same(graph, x, y))
        for mark in {**a.marks, **b.marks}:
            alike = graph.both(alike, graph.eq(a.marks.get(mark, zero), b.marks.get(mark, zero)))
        for number in self.kept.get(id(loop), ()):
            (type, x), (other, y) = a.registers[number], b.registers[number]
            alike = graph.both(alike, same(graph, x, convert(graph, y, other, type)))
        return graph.both(graph.eq(a.enabled, b.enabled), graph.either(graph.negate(a.enabled), alike))

    def _while(self, statement: While, outcome: Outcome) -> list[Outcome]:
        return self._rounds(statement, statement.limit, outcome)

    def _rounds(self, statement: While, left: int, outcome: Outcome) -> list[Outcome]:
        place = self.place(outcome)
        condition = place.truth(statement.condition)
        if left == 0:
            place.fail_unless(self.graph.negate(condition))
        outcome.failed = place.failed
        if left == 0 or self.graph.value(condition) == 0:
            return [outcome]
        again = While(condition=statement.condition, limit=left - 1, body=statement.body, at=statement.at)
        return self._both(condition, (*statement.body, again), (), outcome)

    def _choose(self, statement: Choose, outcome: Outcome) -> list[Outcome]:
        place = self.place(outcome)
        elements = list(place.elements(statement.domain))
        outcome.failed = place.failed
        works = self.graph.negate(outcome.failed)
        made: list[Outcome] = []
        for number, (type, element, there) in enumerate(elements):
            one = outcome.copy()
            one.registers[statement.local.number] = (type, element)
            chosen = self.graph.both(works, there)  # an outcome that has failed goes on once, not once for each element
            one.enabled = self.graph.both(one.enabled, chosen if number else self.graph.either(chosen, outcome.failed))
            if statement.where is not None:
                inside = self.place(one)
                fits = inside.truth(statement.where)
                one.failed = inside.failed
                one.enabled = self.graph.both(one.enabled, self.graph.either(fits, one.failed))
            if self.graph.value(one.enabled) != 0:
                made.append(one)
        return made
