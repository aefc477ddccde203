"""A step, run on values of which not all is known: one way through it at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import final

from checker.elaborate.meters import MESSAGES, told_cost
from checker.language.types import SetOf, Sort, Type, sort_key
from checker.model.expr import Expr, Local, Read
from checker.model.model import (
    Assert,
    Assign,
    Bind,
    Body,
    Choose,
    Either,
    For,
    Guard,
    If,
    Let,
    Mark,
    Note,
    Require,
    Statement,
    Step,
    While,
)
from checker.semantics.registers import kept_registers
from checker.sizing.potential.evaluate import Evaluation
from checker.sizing.potential.sizes import is_size_free
from checker.sizing.potential.values import (
    UNKNOWN,
    Abstract,
    Cell,
    Element,
    Members,
    Pruned,
    Refused,
    Several,
    Unknown,
    all_values,
    is_plain,
    is_small,
    many,
)
from checker.sizing.potential.world import Rule, World, is_counted, is_told_apart


@final
class Execution:
    """Of one step. `spent`: of each meter what calls and messages have cost, in the round of a loop for an element apart; `entries`: of each variable
    of sequences or bags how many more they hold, of each round apart; `uncounted`: those of which that is not known."""

    def __init__(self, world: World, step: Step) -> None:
        self.world, self.step = world, step
        self.at = Evaluation(world, {})
        self.spent: dict[tuple[str, Element | None], int] = {}
        self.entries: dict[tuple[str, Element | None], int] = {}
        self.uncounted: set[str] = set()
        self._kept: Mapping[int, tuple[int, ...]] = kept_registers(step)
        self._round: Element | None = None

    def run(self) -> None:
        """Raises Pruned where this way does not exist, Refused."""
        for item in self.step.prelude:
            match item:
                case Bind():
                    self._bind(item.local, item.domain)
                case Let():
                    self._set(item.local, self.at.decided(item.value))
                case Guard():
                    self.at.assume(item.condition)
        self._body(self.step.body)

    def _set(self, local: Local, value: Abstract) -> None:
        self.at.registers[local.number] = Unknown() if isinstance(value, Unknown) else value

    def _bind(self, local: Local, domain: Type | Expr) -> None:
        """Any element of the domain."""
        if isinstance(domain, Sort) and many(domain):
            self._set(local, self.world.any_element(domain.name))
            return
        if isinstance(domain, Type):
            self._set(local, self.world.any_value(domain))
            return
        among = self.at.value(domain)
        value = self.world.any_value(local.type) if is_size_free(local.type) else UNKNOWN
        if isinstance(among, frozenset) and is_plain(local.type):
            value = self.world.choices.pick(sorted(among, key=sort_key))
        if isinstance(among, Members):
            value = self.world.settled(value)
            if not self.world.contains(among, value):
                raise Pruned
        self._set(local, value)

    # --- statements --------------------------------------------------------------------------------------------------

    def _body(self, body: Body) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, statement: Statement) -> None:
        match statement:
            case Let():
                self._set(statement.local, self.at.decided(statement.value))
            case Assign():
                self._assign(statement)
            case If():
                self._body(statement.then if self.at.truth(statement.condition) else statement.orelse)
            case For():
                self._for(statement)
            case While():
                self._while(statement)
            case Choose():
                self._bind(statement.local, statement.domain)
                if statement.where is not None:
                    self.at.assume(statement.where)
            case Either():
                self._body(self.world.choices.pick(statement.branches))
            case Require() | Assert():
                self.at.assume(statement.condition)
            case Note():
                self._spend(statement)
            case Mark():
                pass

    def _spend(self, note: Note) -> None:
        for meter in (MESSAGES, *(name for name, _ in note.costs)):
            cost = told_cost(note, meter)
            if cost:
                key = meter, self._round
                self.spent[key] = self.spent.get(key, 0) + cost

    def _assign(self, statement: Assign) -> None:
        variable = statement.variable
        value = self.at.value(statement.value)
        if is_counted(variable):
            self._enter(self.at.cell(variable, statement.indices), value)
        else:
            key = self.world.key(variable, tuple(map(self.at.value, statement.indices)))
            self.world.assign(key, variable, value)

    def _enter(self, cell: Cell, value: Abstract) -> None:
        """Count what was put into a sequence or bag, less what was taken out. What is assigned whole is counted where it is empty."""
        self.world.versions[cell.variable] = cell.version + 1
        if isinstance(value, Several) and value.cell.is_surely(cell):
            more = value.added - value.removed
        elif value == ():
            more = 0  # whatever was there is gone
        else:
            self.uncounted.add(cell.variable)
            return
        key = cell.variable, self._round
        self.entries[key] = self.entries.get(key, 0) + more

    def _while(self, statement: While) -> None:
        for _ in range(statement.limit):
            if not self.at.truth(statement.condition):
                return
            self._body(statement.body)
        if self.at.truth(statement.condition):
            raise Pruned

    # --- loops -------------------------------------------------------------------------------------------------------

    def _for(self, statement: For) -> None:
        domain, number = statement.domain, statement.local.number
        if isinstance(domain, Type) and is_small(domain):
            for value in all_values(domain):
                self.at.registers[number] = value
                self._body(statement.body)
            return
        of = domain if isinstance(domain, Type) else getattr(domain.type, "of", domain.type)
        if isinstance(of, Sort) and many(of):
            self._for_elements(statement, of, None if isinstance(domain, Type) else self.at.value(domain))
        elif isinstance(of, Type) and is_small(of) and not isinstance(domain, Type) and isinstance(domain.type, SetOf):
            among = self.at.value(domain)
            if not isinstance(among, frozenset) and not is_size_free(of) and not isinstance(domain, Read):
                raise Refused(f"a loop over numbers that are not known ({statement.at})")
            self._for_values(statement, of, among)
        else:
            raise Refused(f"a loop over many values ({statement.at})")
        for register in self._kept.get(id(statement), ()):
            self.at.registers[register] = Unknown()

    def _for_values(self, statement: For, of: Type, among: Abstract) -> None:
        for value in sorted(among, key=sort_key) if isinstance(among, frozenset) else all_values(of):
            if isinstance(among, frozenset) or self.world.choices.pick((False, True)):
                self.at.registers[statement.local.number] = value
                self._body(statement.body)

    def _for_elements(self, statement: For, of: Sort, among: Abstract) -> None:
        """The body with each element, those too that are met after the loop: as it is now, for the rounds do not touch each other."""
        if any(isinstance(inner, For) for inner in _statements(statement.body)):
            raise Refused(f"a loop within a loop ({statement.at})")
        registers, after = dict(self.at.registers), dict(self.world.after)

        def round_of(element: Element) -> None:
            inside = self.world.choices.pick((False, True)) if among is not None and not isinstance(among, Members) else True
            if isinstance(among, Members):
                inside = self.world.contains(among, element)
            if not inside:
                return
            outer, self.at = self.at, Evaluation(self.world, {**registers, statement.local.number: element})
            now, self.world.after = self.world.after, dict(after)
            outside, self._round = self._round, element
            self._body(statement.body)
            self._round = outside
            made, self.world.after, self.at = self.world.after, now, outer
            self.world.after.update({key: value for key, value in made.items() if after.get(key, self) is not value})

        self._require_apart(statement)
        self.world.every(Rule(sort=of.name, run=round_of))

    def _require_apart(self, statement: For) -> None:
        """No round reads what another one may have set."""
        number, places = statement.local.number, dict[str, set[int]]()
        for inner in _statements(statement.body):
            if isinstance(inner, Assign) and not is_counted(inner.variable) and is_told_apart(inner.variable):
                here = _places(inner.indices, number)
                places[inner.variable.name] = places.get(inner.variable.name, here) & here
                if not places[inner.variable.name]:
                    raise Refused(f"a loop sets `{inner.variable.name}`, which does not belong to its element ({statement.at})")
        for read in _reads(statement.body):
            if read.variable.name in places and not places[read.variable.name] & _places(read.indices, number):
                raise Refused(f"the rounds of a loop read and set `{read.variable.name}` of each other ({statement.at})")


def _places(indices: Sequence[Expr], number: int) -> set[int]:
    """Where the element of a loop stands among the indices of a cell."""
    return {place for place, index in enumerate(indices) if isinstance(index, Local) and index.number == number}


def _statements(body: Body) -> list[Statement]:
    found: list[Statement] = []
    for statement in body:
        found.append(statement)
        match statement:
            case If():
                found += [*_statements(statement.then), *_statements(statement.orelse)]
            case For() | While():
                found += _statements(statement.body)
            case Either():
                found += [inner for branch in statement.branches for inner in _statements(branch)]
            case _:
                pass
    return found


def _reads(body: Body) -> list[Read]:
    from checker.elaborate.make import reads
    from checker.semantics.registers import in_bodies

    return [read for expr in in_bodies(body) for read in reads(expr)]
