"""Rules of a few parts, made as they are needed: each excludes a state that the others allow, and from which a step breaks one of them.

As IC3 learns a clause from a state that leads to a bad one (A. R. Bradley, VMCAI 2011), but what it learns is told by small runs, and said of agents
and things by name: `told_apart`. Where nothing tells a state apart from those of the runs, the rule that is broken from there is given up. What is
found is inductive at these sizes; whether it is at every size is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import final

from msgspec import Struct

from checker.engines.inductive.gates import Literal
from checker.engines.inductive.pool import Pool
from checker.engines.inductive.prove import Proofs, own_condition
from checker.engines.inductive.solver import Solver, solver
from checker.engines.inductive.told_apart import Samples
from checker.ground.graph import Node
from checker.ground.program import GroundModel
from checker.model.expr import Expr
from checker.model.model import Goal
from checker.semantics.interpreter import State

MOST_RULES = 200
MOST_GIVEN_UP = 200


@final
class Wanted(Struct, frozen=True, kw_only=True):
    """What of a goal is to be shown in one size: that no state is `wrong`, and that no step ends what it says of every state (`own`; [] where it
    says nothing).
    """

    wrong: Node
    own: list[Node]


def wanted(form: GroundModel, goal: Goal, wrong: Node) -> Wanted:
    """`wrong`: where a state is."""
    return Wanted(wrong=wrong, own=own_condition(form, goal, wrong))


@final
class _Rule(Struct, frozen=True):
    """`now` and `then`: in each size."""

    now: list[Literal]
    then: list[Literal]


class Guided:
    """Rules for the goals of one protocol in growing sizes. Questions may raise GaveUp."""

    def __init__(self, proofs: Sequence[Proofs], pool: Pool, deadline: float | None) -> None:
        self.pool = pool
        self.sizes = [_Size(one, deadline) for one in proofs]
        self._samples = Samples([one.model for one in proofs])

    def rules(self, wanted: Sequence[Wanted]) -> tuple[list[Expr], list[Expr]] | None:
        """Rules that are inductive in all sizes, and enough there: a few, and the others that were made; None where none were found. `wanted`:
        in each size.
        """
        search = _Search(self, wanted)
        if not search.succeeds():
            return None
        all = search.needed()
        search.thin()
        few = search.needed()
        return few, [rule for rule in all if rule not in few]

    def excluding(self, at: int, state: State, without: set[Expr]) -> Expr | None:
        return self._samples.excluding(state, at, without)


class _Search:
    """For one goal. Rules are known by what they say; the goal, which is not given up, by None."""

    def __init__(self, guided: Guided, wanted: Sequence[Wanted]) -> None:
        self.guided, self.sizes = guided, guided.sizes
        self.wrong = [size.now(one.wrong) for size, one in zip(self.sizes, wanted, strict=True)]
        self.rules: dict[Expr | None, _Rule] = {}
        if wanted[0].own:
            self.rules[None] = self._rule([one.own[0] for one in wanted])
        self.given_up: set[Expr] = set()
        self.kept: dict[tuple[int, Expr | None], set[Literal]] = {}  # by which rules, as literals of the size, no step breaks it
        self.safe: dict[int, set[Literal]] = {}

    def succeeds(self) -> bool:
        """Whether rules are found that are enough."""
        while (broken := self._broken()) is not None:
            at, name, state = broken
            more = self.guided.excluding(at, state, self.given_up)
            if more is not None:
                self._take(more)
            elif name is None:
                return False
            else:
                self._give_up(name)
            if len(self.rules) > MOST_RULES or len(self.given_up) > MOST_GIVEN_UP:
                return False
        return True

    def needed(self) -> list[Expr]:
        """What the goal rests on."""
        return [name for name, _ in self._rests_on() if name is not None]

    def thin(self) -> None:
        """Leave out rules without which it does too, the last ones first."""
        for name in reversed(self.needed()):
            if name in self.needed() and self._goes_without(name):
                self._give_up(name)

    def _goes_without(self, name: Expr) -> bool:
        """Whether what rests on the rule rests on others as well; then it does."""
        gone, needed = self.rules[name], self.needed()
        others_say = (rule.now for other, rule in self.rules.items() if other != name)
        if any(own == said for now in others_say for own, said in zip(gone.now, now, strict=True)):
            return False  # they say the same in some size, so what rests on which is not told apart
        others = [*([None] if None in self.rules else []), *(other for other in needed if other != name)]
        safe, kept = dict(self.safe), dict(self.kept)
        for at, size in enumerate(self.sizes):
            known = [self.rules[other].now[at] for other in others]
            if gone.now[at] in safe[at]:
                if size.solver.solve([*known, self.wrong[at]]):
                    return False
                safe[at] = size.solver.core()
            for other in others:
                if gone.now[at] in kept[at, other]:
                    if size.solver.solve([*known, -self.rules[other].then[at]]):
                        return False
                    kept[at, other] = size.solver.core()
        self.safe, self.kept = safe, kept
        return True

    def _broken(self) -> tuple[int, Expr | None, State] | None:
        """A size, a rule that a step breaks there (or the goal), and the state before the step. Only rules that the goal rests on are asked about."""
        for at, size in enumerate(self.sizes):
            if at not in self.safe:
                state = size.state([*self._known(at, ()), self.wrong[at]])
                if state is not None:
                    return at, None, state
                self.safe[at] = size.solver.core()
        for name, first in self._rests_on():
            for at, size in enumerate(self.sizes):
                if (at, name) not in self.kept:
                    state = size.state([*self._known(at, first), -self.rules[name].then[at]])
                    if state is not None:
                        return at, name, state
                    self.kept[at, name] = size.solver.core()
        return None

    def _known(self, at: int, first: Iterable[Expr | None]) -> list[Literal]:
        """All rules, those first that serve already: what is assumed first is what an answer rests on, where that is enough."""
        return [self.rules[name].now[at] for name in dict.fromkeys([*first, *self.rules])]

    def _rests_on(self) -> Iterator[tuple[Expr | None, Iterable[Expr | None]]]:
        """The goal where it is a rule, what it rests on, and what that rests on, as far as it is asked by then; each with those known so far."""
        found: dict[Expr | None, None] = {None: None} if None in self.rules else {}
        for at, core in self.safe.items():
            found.update(dict.fromkeys(self._named(at, core)))
        left: list[Expr | None] = list(found)
        while left:
            name = left.pop(0)
            yield name, found
            for at in range(len(self.sizes)):
                more = [other for other in self._named(at, self.kept[at, name]) if other not in found]
                found.update(dict.fromkeys(more))
                left += more

    def _take(self, rule: Expr) -> None:
        there = [self.guided.pool.nodes([rule], at) for at in range(len(self.sizes))]
        if all(there):
            self.rules[rule] = self._rule([one[0] for one in there])
        else:
            self.given_up.add(rule)

    def _give_up(self, rule: Expr) -> None:
        """With what rested on it."""
        gone = self.rules.pop(rule)
        self.given_up.add(rule)
        self.kept = {key: core for key, core in self.kept.items() if key[1] != rule and gone.now[key[0]] not in core}
        self.safe = {at: core for at, core in self.safe.items() if gone.now[at] not in core}

    def _named(self, at: int, core: set[Literal]) -> list[Expr | None]:
        return [name for name, rule in self.rules.items() if rule.now[at] in core]

    def _rule(self, nodes: Sequence[Node]) -> _Rule:
        pairs = list(zip(self.sizes, nodes, strict=True))
        return _Rule([size.now(node) for size, node in pairs], [size.then(node) for size, node in pairs])


@final
class _Size:
    """One size, and the solver that is asked about it."""

    def __init__(self, proofs: Proofs, deadline: float | None) -> None:
        self.system, self._decoded = proofs.system, proofs.form.decoded
        self._told = len(self.system.gates.clauses)
        self.solver: Solver = solver([*self.system.gates.clauses, *self.system.steps], deadline)

    def now(self, node: Node) -> Literal:
        return self._known(self.system.now.encoder.truth(node))

    def then(self, node: Node) -> Literal:
        """After a step."""
        return self._known(self.system.then.encoder.truth(node))

    def _known(self, literal: Literal) -> Literal:
        """With the gates that were made for it."""
        clauses = self.system.gates.clauses
        for clause in clauses[self._told :]:
            self.solver.add(clause)
        self._told = len(clauses)
        return literal

    def state(self, assumed: Sequence[Literal]) -> State | None:
        """A state in which this is so, and from which a step leads to where it is so then; None where there is none."""
        if not self.solver.solve(assumed):
            return None
        true = [self.solver.true(literal) for literal in self.system.now.literals]
        return self._decoded(list(self.system.atoms.fields(true)))
