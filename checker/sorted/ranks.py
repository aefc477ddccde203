"""Properties of whole runs, where every run ends: a rank, which is never below 0, falls with every step of the team, and no fault raises it.

Then a fair run is finite, for none consists of faults for ever, and it ends where no step is owed fairness. So `eventually P` holds where P holds in
each such state; `whenever P leads to Q` where none of them has P without Q, and no step ends P without it; nothing goes round for ever without
progress, and nobody is passed over for ever. The rank of a run at any size is a whole number, however large. The source is the rule of well-founded
ranks (Floyd 1967; Manna and Pnueli, Completing the temporal picture, 1991).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from checker.elaborate import make
from checker.elaborate.rewrite import map_expr
from checker.ground.ends import is_owed
from checker.model.expr import Apply, Const, Expr, Read
from checker.model.model import Goal, Step
from checker.sorted.ends import nobody_acts
from checker.sorted.logic import Term, conj, negate
from checker.sorted.refusals import Refused
from checker.sorted.statements import State
from checker.sorted.system import Sorted

AT_THE_END = ("eventually", "eventually always", "infinitely often")  # hold where the last state has it
OF_ENDS = (*AT_THE_END, "whenever")  # which ask something of the state where a run ends
OF_RUNS = (*OF_ENDS, "no livelock", "no starvation")


def with_rank(goal: Goal, lemmas: Sequence[Expr]) -> tuple[Goal, Sequence[Expr]]:
    """A goal of whole runs takes the first lemma, `0 <= rank`, as its last condition, its only one where nothing else is asked (what starves is said
    of each agent by itself); the others are left. Other goals are as they are."""
    if goal.kind not in OF_RUNS:
        return goal, lemmas
    asked = goal.conditions if goal.kind in OF_ENDS else ()
    return replace(goal, conditions=(*asked, *lemmas[:1])), lemmas[1:]


def falls(goal: Goal, step: Step) -> Expr:
    """The condition on a step that it lowers the rank; of a fault, that it does not raise it."""
    rank = _rank(goal)
    before = map_expr(rank, lambda node: replace(node, old=True) if isinstance(node, Read) else node)
    return make.compare("lt" if step.fault is None else "le", rank, before)


def never_negative(goal: Goal) -> Expr:
    """`0 <= rank`. Raises Refused where the goal has none, or asks for Q within so many steps."""
    if goal.within is not None:
        raise Refused("it asks for something within so many steps, and how many there are is not counted", goal.at)
    _rank(goal)
    return goal.conditions[-1]


def wrong_at_the_end(form: Sorted, goal: Goal) -> Iterator[Term]:
    """A run may rest for ever there, and the last state is not as it has to be. Nothing is said for goals that hold where every run ends."""
    if goal.kind in AT_THE_END:
        yield negate(form.holds(goal.conditions[0], form.state))
    elif goal.kind == "whenever":
        yield _open(form, goal, form.state)
    else:
        return
    yield from nobody_acts(form, lambda step: is_owed(step, form.model))


def gives_up(form: Sorted, goal: Goal, after: State) -> Iterator[Term]:
    """Of `whenever P leads to Q`: that a step to `after` leaves P behind without Q. Nothing is said for other goals."""
    if goal.kind == "whenever":
        yield _open(form, goal, form.state)
        yield negate(_open(form, goal, after))
        yield negate(form.holds(goal.conditions[1], after))


def _open(form: Sorted, goal: Goal, state: State) -> Term:
    """P holds there, or has no value, and Q does not."""
    trigger, target = goal.conditions[:2]
    return conj(negate(form.holds(make.negate(trigger), state)), negate(form.holds(target, state)))


def _rank(goal: Goal) -> Expr:
    match goal.conditions[-1:]:
        case (Apply("le", (Const(0), rank)),):
            return rank
    raise Refused(f"`{goal.kind}` is about whole runs, and nothing says that every run ends", goal.at)
