"""The steps of a ground form as clauses over two copies of its fields: before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias, final

from msgspec import Struct, field

from checker.engines.inductive.atoms import Atoms
from checker.engines.inductive.encode import Bits, Encoder, Values
from checker.engines.inductive.events import GaveUp
from checker.engines.inductive.gates import FALSE, TRUE, Clause, Gates, Literal
from checker.engines.inductive.leaves import Atom
from checker.engines.inductive.questions import Questions
from checker.ground.ends import enabled
from checker.ground.graph import Node
from checker.ground.program import GroundModel
from checker.ground.well_formed import well_formed

MOST_VALUES = 200  # of a number
Start: TypeAlias = tuple[frozenset[int], list[frozenset[int]]]


@final
class Copy(Struct, kw_only=True):
    """One copy of the fields: `literals[a]` is the literal of atom number a; `encoder`: of the nodes of the ground form in that state."""

    literals: list[Literal]
    encoder: Encoder


@final
class Outcome(Struct, kw_only=True):
    """One way to go on: `taken` where it is, `works` where it can be. `after`: of the atoms that it may change whether they hold then."""

    number: int
    taken: Literal
    works: Literal
    after: dict[int, Literal] = field(default_factory=dict)


class System:
    """`gates` define the literals of both copies and say what holds of every state; `steps` are the clauses of a step from `now` to `then`, or of
    none.

    `initial`: of each part of the state that starts independently of all others its atoms, by number, and the ways in which it starts, as those
    that hold. `questions`: solvers about it.
    """

    def __init__(self, form: GroundModel) -> None:
        self.form = form
        self.gates = Gates()
        self.atoms = Atoms(form)
        self.now, self.then = self._copy(), self._copy()
        for copy in (self.now, self.then):
            self.gates.say(copy.encoder.truth(well_formed(form)))
        self.initial = list(self._initial())
        self.outcomes: list[Outcome] = []
        self.steps: list[Clause] = []
        for number, node in enumerate(enabled(form)):
            self._outcome(number, node)
        self._say_steps()
        self.questions = Questions(self)

    # --- copies of the state -----------------------------------------------------------------------------------------

    def _copy(self) -> Copy:
        literals: list[Literal] = []
        values: dict[int, Values] = {}
        bits: dict[int, Bits] = {}
        for number, atoms in enumerate(self.atoms.of_field):
            own = [self.gates.new() for _ in atoms]
            literals += own
            if not atoms:
                continue
            if atoms[0].test == "has" and len(atoms) > 1:
                bits[number] = own
            else:
                values[number] = self._values(number, atoms[0].test, own)
        encoder = Encoder(self.gates, self.form.graph, values, bits)
        literals += [encoder.truth(node) for node in self.atoms.nodes.values()]
        return Copy(literals=literals, encoder=encoder)

    def _values(self, number: int, test: str, own: list[Literal]) -> Values:
        low, high = self.form.fields[number]
        if high - low >= MOST_VALUES:
            raise GaveUp(f"a number of more than {MOST_VALUES} values is part of its states")
        if len(own) == 1:
            return {low: -own[0], high: own[0]}
        if test == "is":
            self.gates.one_of(own)
            return dict(zip(range(low, high + 1), own, strict=True))
        from_here = [TRUE, *own, FALSE]  # from low, from low + 1, ...
        for a, b in pairwise(own):
            self.gates.say(a, -b)
        return {low + i: self.gates.all([from_here[i], -from_here[i + 1]]) for i in range(high - low + 1)}

    def starts(self, first: Literal) -> list[Clause]:
        """Clauses that hold in the initial states, `now`. Literals from `first` on are free for them."""
        clauses: list[Clause] = []
        for mine, ways in self.initial:
            choices = list(range(first, first + len(ways))) if len(ways) > 1 else [TRUE]
            first += len(ways)
            clauses.append(choices)
            for choice, way in zip(choices, ways, strict=True):
                for number in sorted(mine):
                    literal = self.now.literals[number]
                    clauses.append([-choice, literal if number in way else -literal])
        return clauses

    def _initial(self) -> Iterator[Start]:
        atoms = self.atoms
        for part in atoms.parts:
            mine = [atoms.numbers[atom] for field in part.fields for atom in atoms.of_field[field]]
            mine += [number for number, reads in atoms.reads.items() if reads <= part.fields]
            yield frozenset(mine), [frozenset(number for number in mine if atoms.holds(number, way)) for way in part.ways]

    # --- steps -------------------------------------------------------------------------------------------------------

    def _outcome(self, number: int, node: Node) -> None:
        form, encoder = self.form, self.now.encoder
        outcome = form.outcomes[number]
        works = encoder.truth(form.graph.both(node, form.graph.negate(outcome.failed)))
        if works == FALSE:
            return
        made, news = Outcome(number=number, taken=self.gates.new(), works=works), dict[int, Node]()
        for changed, new in outcome.updates:
            new = form.graph.within(new, *form.fields[changed])  # where it would not be, the outcome fails
            news[changed] = new
            for atom in self.atoms.of_field[changed]:
                made.after[self.atoms.numbers[atom]] = self._holds(atom, new)
        for predicate, reads in self.atoms.reads.items():
            if not reads.isdisjoint(news):
                made.after[predicate] = encoder.after(news).truth(self.atoms.nodes[predicate])
        self.outcomes.append(made)

    def _holds(self, atom: Atom, node: Node) -> Literal:
        graph, encoder = self.form.graph, self.now.encoder
        match atom.test:
            case "is":
                return encoder.is_value(node, atom.value)
            case "from":
                return encoder.truth(graph.le(graph.const(atom.value), node))
        return encoder.bit(node, atom.value)

    def _say_steps(self) -> None:
        say = self.steps.append
        stays = self.gates.new()  # a state from which no step leads has one too: it stays as it is
        taken = [stays, *(outcome.taken for outcome in self.outcomes)]
        before = len(self.gates.clauses)
        self.gates.one_of(taken)
        self.steps += self.gates.clauses[before:]
        del self.gates.clauses[before:]
        writers: dict[int, list[Literal]] = {}
        for outcome in self.outcomes:
            say([-outcome.taken, outcome.works])
            for number, holds in outcome.after.items():
                if number in self.atoms.nodes:  # a predicate follows from the fields
                    continue
                writers.setdefault(number, []).append(outcome.taken)
                then = self.then.literals[number]
                if holds != TRUE:
                    say([-outcome.taken, holds, -then] if holds != FALSE else [-outcome.taken, -then])
                if holds != FALSE:
                    say([-outcome.taken, -holds, then] if holds != TRUE else [-outcome.taken, then])
        for number, (now, then) in enumerate(zip(self.now.literals, self.then.literals, strict=True)):
            if number in self.atoms.nodes:
                continue
            others = writers.get(number, [])
            say([*others, -now, then])
            say([*others, now, -then])
