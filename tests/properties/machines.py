"""Machines drawn by hand: one number that says where the machine is, and steps along arrows between the numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from checker.engines.explicit import explore
from checker.language.source import Span
from checker.language.types import Bool, Int, SetOf
from checker.model.expr import Apply, Const, Expr, Local, Read
from checker.model.formula import TRUE, Formula, Literal, until
from checker.model.model import Assert, Assign, Bind, Goal, GoalKind, Guard, Mark, Model, Step, Variable
from checker.properties.finding import Finding
from checker.properties.judge import judge
from checker.properties.search import Search
from checker.semantics.interpreter import Interpreter

HERE = Span("hand.team", 1, 1, 1, 2)
FAILS = -1


@dataclass(frozen=True)
class Move:
    """One step: `arrows` are pairs (from, to), FAILS as `to` for a step that fails there."""

    arrows: tuple[tuple[int, int], ...]
    fairness: str = "weak"
    fault: bool = False
    mark: str | None = None


class Machine:
    """`at` is the model's only variable."""

    def __init__(self, size: int, initial: Sequence[int] = (0,)) -> None:
        self.number = Int(0, size - 1)
        self.at = Variable(name="at", kind="shared", index=(), type=self.number, initial=(tuple(initial),), offset=0, at=HERE)

    def among(self, numbers: Collection[int], *, old: bool = False) -> Expr:
        """The machine is at one of `numbers`."""
        return Apply("in_set", (Read(self.at, (), old), Const(frozenset(numbers), SetOf(self.number))), Bool())

    def without_value(self, numbers: Collection[int]) -> Expr:
        """A predicate that has no value at `numbers`, and is true elsewhere."""
        nothing = Apply(
            "eq", (Apply("floordiv", (Const(1, Int(1, 1)), Const(0, Int(0, 0))), self.number, HERE), Read(self.at, ())), Bool()
        )
        return Apply("if", (self.among(numbers), nothing, Const(True, Bool())), Bool())

    def step(self, place: int, move: Move) -> Step:
        to = Local(0, "to", Int(-1, self.number.high))
        arrows = [Apply("and", (self.among({a}), Apply("eq", (to, Const(b, to.type)), Bool())), Bool()) for a, b in move.arrows]
        fails = Assert(condition=Apply("ge", (to, Const(0, Int(0, 0))), Bool()), kind="assert", text="it fails", at=HERE)
        mark = () if move.mark is None else (Mark(mark=move.mark),)
        return Step(
            name=f"step{place}",
            phrase=f"takes step {place}",
            kind="fault" if move.fault else "start",
            role=None,
            activity=None,
            agent=None,
            parameters=(),
            prelude=(Bind(local=to, domain=to.type), Guard(condition=Apply("or", tuple(arrows), Bool()))),
            body=(*mark, fails, Assign(variable=self.at, indices=(), value=to)),
            fairness=move.fairness,  # type: ignore[arg-type]
            fault=f"fault {place}" if move.fault else None,
            at=HERE,
        )

    def model(self, moves: Sequence[Move], goals: Sequence[Goal] = (), done: Expr | None = None) -> Model:
        return Model(
            protocol="machine",
            instance="default",
            faults="none",
            parameters=(),
            sorts=(),
            variables=(self.at,),
            steps=tuple(self.step(place, move) for place, move in enumerate(moves)),
            goals=tuple(goals),
            done=done,
            has_progress=any(move.mark == "progress" for move in moves),
        )


def goal(kind: GoalKind, *conditions: Expr, mark: str | None = None) -> Goal:
    return Goal(name=kind, kind=kind, text=None, conditions=conditions, mark=mark, at=HERE)


def searched(model: Model, states_limit: int | None = None) -> Search:
    return Search(explore(model, states_limit=states_limit), Interpreter(model))


def found(
    size: int,
    moves: Sequence[Move],
    kind: GoalKind,
    *sets: Collection[int],
    done: Collection[int] | None = None,
    initial: Sequence[int] = (0,),
    states_limit: int | None = None,
    mark: str | None = None,
    formula: Formula | None = None,
) -> tuple[Finding, Search]:
    """The finding on one goal whose conditions are sets of numbers; an `ltl` without a formula asks that the first one comes."""
    machine = Machine(size, initial)
    asked = goal(kind, *(machine.among(numbers) for numbers in sets), mark=mark)
    if kind == "ltl":
        asked = replace(asked, formula=until(TRUE, Literal(0)) if formula is None else formula)
    model = machine.model(moves, [asked], None if done is None else machine.among(done))
    search = searched(model, states_limit)
    return judge(search, asked), search


def numbers(search: Search, finding: Finding) -> list[int]:
    """Where the machine is along the path of a finding."""
    from checker.properties.traces import replayed

    assert finding.path is not None
    run = replayed(search, finding.path)
    return [run.start[0], *(taken.after[0] for taken in run.taken)]
