"""What the interpreter does wherever it would do the same: a tree of the cells that it looks at, grown as states are asked for.

A step, run by the reference interpreter on cells that note what is read, looks at a cell, goes on by its value, and looks at the next: in
every state that agrees in these cells it does the same. So one run of it stands for all of them, and the meaning stays the interpreter's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.language.types import Type, Value, cardinality, values
from checker.model.expr import Const, Local
from checker.model.model import Bind, Either, Let, Model, Step
from checker.semantics.branch import forking
from checker.semantics.candidates import candidates
from checker.semantics.execute import Mode
from checker.semantics.failure import EvaluationError, Failure
from checker.semantics.registers import CHOICES, Registers, kept_registers, new_registers, step_registers

MOST_INSTANCES = 4_096  # of one step

Choices: TypeAlias = tuple[tuple[Local | Either, Value], ...]


@final
class Effect(Struct, frozen=True):
    """One outcome: the values of the step's agent and parameters, what its body chose, and what it writes; `failure`: it fails."""

    instance: tuple[Value, ...]
    choices: Choices
    writes: tuple[tuple[int, Value], ...]
    failure: Failure | None


class Watched(list[Value]):
    """Cells that note which of them are read before they are written. Copies share the note of reads, and have writes of their own."""

    def __init__(self, cells: Sequence[Value], reads: dict[int, None], written: set[int]) -> None:
        super().__init__(cells)
        self.reads, self.written = reads, written

    def __getitem__(self, place: Any) -> Any:
        for cell in range(len(self))[place] if isinstance(place, slice) else (place,):
            if cell not in self.written:
                self.reads.setdefault(cell)
        return super().__getitem__(place)

    def __setitem__(self, place: Any, value: Any) -> None:
        assert isinstance(place, int)
        self.written.add(place)
        super().__setitem__(place, value)

    def __iter__(self) -> Iterator[Value]:
        return (self[cell] for cell in range(len(self)))

    def copy(self) -> Watched:
        return Watched([list.__getitem__(self, cell) for cell in range(len(self))], self.reads, set(self.written))


@final
class Case(Struct):
    """`cell` None: what follows is known, `found`. Otherwise what follows depends on the cell, as far as its values were met."""

    cell: int | None = None
    then: dict[Value, Case] = {}
    found: Any = None


@final
class Cases:
    """What `ask` gives for states, each case asked for once. `ask` looks at a state through the cells that it is given, and nowhere else."""

    def __init__(self, ask: Callable[[Watched], Any]) -> None:
        self.ask = ask
        self.root: Case | None = None

    def grown(self, state: Sequence[Value]) -> Case:
        """The tree with the case of `state` in it."""
        reads: dict[int, None] = {}
        found = self.ask(Watched(state, reads, set()))
        at = self.root = self.root or Case(cell=next(iter(reads), None), then={})
        cells = list(reads)
        for place, cell in enumerate(cells):
            assert at.cell == cell, "the interpreter looked elsewhere in a state that agrees so far"
            following = cells[place + 1] if place + 1 < len(cells) else None
            at = at.then.setdefault(state[cell], Case(cell=following, then={}))
        at.found = found
        return self.root


@final
class Instance(Struct, frozen=True):
    """A step with some of its values. `fixed`: those of its agent ("") and parameters. `idle`: a timeout that happens only when nothing else can."""

    step: int
    fixed: dict[str, Value]
    cases: Cases
    idle: bool


def instances(model: Model, number: int) -> list[Instance]:
    """A step as one for each of its agents and parameters that are of a type."""
    step = model.steps[number]
    idle = model.timeouts_only_when_stuck and step.kind == "timeout" and step.fault is None
    bound = [item for item in step.prelude if isinstance(item, Bind) and isinstance(item.domain, Type)]
    domains = [item.domain for item in bound if isinstance(item.domain, Type)]
    count = 1
    for domain in domains:
        count *= cardinality(domain)
    if count > MOST_INSTANCES:
        bound, domains = [], []
    found = []
    for chosen in product(*(tuple(values(domain)) for domain in domains)):
        fixed = {id(item): value for item, value in zip(bound, chosen, strict=True)}
        prelude = tuple(
            Let(local=item.local, value=Const(fixed[id(item)], item.local.type))
            if isinstance(item, Bind) and id(item) in fixed
            else item
            for item in step.prelude
        )
        names = {"" if item.local == step.agent else item.local.name: value for item, value in zip(bound, chosen, strict=True)}
        found.append(Instance(number, names, Cases(_asking(replace(step, prelude=prelude))), idle))
    return found


def _asking(step: Step) -> Callable[[Watched], list[Effect]]:
    """The outcomes of a step, as the interpreter has them."""
    fork = forking(step.body, Mode(False, kept_registers(step), {}))
    numbers = [local.number for local in ((step.agent,) if step.agent else ()) + step.parameters]
    registers = new_registers(step_registers(step))

    def take(c: Watched, r: Registers, out: list[Effect]) -> None:
        instance = tuple(r[number] for number in numbers)
        for cells, after, failure in fork(c.copy(), r.copy()):
            writes = tuple((cell, cells[cell]) for cell in sorted(cells.written))
            out.append(Effect(instance, after[CHOICES], writes, failure))

    def refuse(failure: Failure, r: Registers, out: list[Effect]) -> None:
        out.append(Effect(tuple(r[number] for number in numbers), (), (), failure))

    run = candidates(step.prelude, take, refuse)

    def ask(cells: Watched) -> list[Effect]:
        found: list[Effect] = []
        run(cells, registers.copy(), found)
        return found

    return ask


def truth(condition: Callable[[Any, Any], Value]) -> Cases:
    """Whether a condition holds; None where it has no value."""

    def ask(cells: Watched) -> bool | None:
        try:
            return bool(condition(cells, None))
        except EvaluationError:
            return None

    return Cases(ask)
