"""An invariant is checked once more, with Z3 on terms of the ground form: nothing here knows how its lemmas were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

import z3

from checker.engines.inductive.events import GaveUp
from checker.engines.symbolic.formula import in_words
from checker.engines.symbolic.terms import Terms
from checker.ground.ends import enabled
from checker.ground.graph import Node
from checker.ground.program import GroundModel, cell_types
from checker.ground.shapes import encode, flat
from checker.ground.violations import bad
from checker.ground.well_formed import well_formed
from checker.model.expr import Expr
from checker.model.model import Goal


def not_inductive(form: GroundModel, goal: Goal, lemmas: Sequence[Expr], deadline: float | None = None) -> str | None:
    """Why the lemmas are no inductive invariant of the model that excludes what the goal forbids; None where they are one. A lemma must have a value.

    The invariant holds at the start, every step from a state that has it leads to one that has it, and no state that has it is bad. The goal is
    part of it where it says something of every state (`always`, `never`). Raises GaveUp.
    """
    return _Check(form, goal, lemmas, deadline).failed()


class _Check:
    def __init__(self, form: GroundModel, goal: Goal, lemmas: Sequence[Expr], deadline: float | None) -> None:
        self.form = form
        self.deadline = deadline
        self.terms = Terms(form.graph)
        self.parts = [("the encoding", well_formed(form))]
        for number, lemma in enumerate(lemmas, 1):
            said = form.predicate(lemma)
            self.parts.append((f"lemma {number}", form.graph.both(said.value, form.graph.negate(said.undefined))))
        wrong = bad(form, goal)
        assert wrong is not None, f"{goal.kind} is not about single states and steps"
        self.wrong = wrong
        if goal.kind in (
            "always",
            "never",
        ):  # it says something of every state; of the others the lemmas have to say that no state is wrong
            self.parts.append(("the goal", form.graph.negate(wrong)))
        self.fields = {n: node for n in range(len(form.fields)) if (node := form.graph.known.get(("field", n))) is not None}
        self.solver = z3.SolverFor("QF_FD")
        self.solver.add([self._bounds(field, node) for field, node in self.fields.items()])

    def _bounds(self, field: int, node: Node) -> z3.BoolRef:
        (low, high), term = self.form.fields[field], self.terms.term(node)
        if z3.is_bool(term):
            return z3.BoolVal(True)
        return z3.And(term >= low, term <= high) if low < 0 else z3.And(z3.UGE(term, low), z3.ULE(term, high))

    def failed(self) -> str | None:
        holds = [self.terms.truth(node) for _, node in self.parts]
        for (name, _), term in zip(self.parts, holds, strict=True):
            if self._possible([self._initial(), z3.Not(term)]):
                return f"{name} does not hold at the start"
        self.solver.add(holds)
        if self._possible([self.terms.truth(self.wrong)]):
            return "a state that has all lemmas is bad"
        for number, works in enumerate(enabled(self.form)):
            outcome = self.form.outcomes[number]
            goes = self.terms.truth(self.form.graph.both(works, self.form.graph.negate(outcome.failed)))
            after = list(self._after(outcome.updates))
            for (name, _), term in zip(self.parts, holds, strict=True):
                then = z3.substitute(term, *after)
                if not then.eq(term) and self._possible([goes, z3.Not(then)]):
                    return f"{self.form.model.steps[outcome.step].name} may lead to a state without {name}"
        return None

    def _initial(self) -> z3.BoolRef:
        graph, conditions = self.form.graph, list[z3.BoolRef]()
        starts = [choices for variable in self.form.model.variables for choices in variable.initial]
        for type, cell, choices in zip(cell_types(self.form.model), self.form.cells, starts, strict=True):
            ways = [
                z3.And(
                    [
                        self.terms.truth(graph.eq(node, graph.const(n)))
                        for node, n in zip(flat(cell), encode(type, value), strict=True)
                    ]
                )
                for value in choices
            ]
            conditions.append(z3.Or(ways))
        return z3.And([z3.BoolVal(True), *conditions])

    def _after(self, updates: Sequence[tuple[int, Node]]) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
        """Of each field that a step changes its term, and that of its new value."""
        for field, new in updates:
            if field not in self.fields:
                continue
            node = self.fields[field]
            new = self.form.graph.within(new, *self.form.fields[field])  # where it would not be, the outcome fails
            if z3.is_bool(self.terms.term(node)):
                yield self.terms.truth(node), self.terms.truth(new)
            else:
                size = self.terms.number(node).size()
                yield self.terms.number(node), _of_size(self.terms.number(new), size)

    def _possible(self, conditions: Sequence[z3.BoolRef]) -> bool:
        self.solver.push()
        try:
            if self.deadline is not None:
                self.solver.set("timeout", max(1, int((self.deadline - perf_counter()) * 1000)))
            self.solver.add(conditions)
            answer = self.solver.check()
        finally:
            self.solver.pop()
        if answer == z3.unknown:
            raise GaveUp(f"Z3 could not check the lemmas: {in_words(self.solver.reason_unknown())}")
        return bool(answer == z3.sat)


def _of_size(term: z3.BitVecRef, size: int) -> z3.BitVecRef:
    """The lowest bits, of which there are enough: the value is one of the field's."""
    more = size - term.size()
    return term if more == 0 else z3.ZeroExt(more, term) if more > 0 else z3.Extract(size - 1, 0, term)
