"""What has to be shown for lemmas and a goal to hold in every reachable state, at every size: queries that must have no model.

The lemmas (and an `always` goal with them) hold at the start (*initiation*), every step keeps each of them (*consecution*), and where they hold the
goal is not violated (*safety*). For a goal of whole runs every step lowers a *rank*. Each is a query of its own, small enough to be decided alone,
and negated: a model of it is a counterexample. The source is the rule of invariants (Floyd 1967; Manna and Pnueli, Temporal Verification of Reactive
Systems, 1995).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Literal, TypeAlias, final

from msgspec import Struct
from msgspec.structs import replace

from checker.elaborate.rewrite import nodes as inside
from checker.language.types import Bool, elements_in
from checker.model.expr import Apply, Const, Expr
from checker.model.model import Goal, Step
from checker.model.resize import NotOfThisSize, resized
from checker.sorted.ends import messages_wait, nobody_acts
from checker.sorted.logic import (
    KEPT,
    TRUE,
    App,
    Quantified,
    Term,
    disj,
    negate,
    normal,
    substituted,
    symbols,
)
from checker.sorted.quantifiers import HAS, QUORUM, is_quorum
from checker.sorted.ranks import OF_RUNS, falls, gives_up, never_negative, wrong_at_the_end
from checker.sorted.refusals import Refused
from checker.sorted.signature import Signature
from checker.sorted.smtlib import conjuncts, script
from checker.sorted.statements import Run
from checker.sorted.system import Sorted
from checker.sorted.totals import without_sums

Part: TypeAlias = Literal["initiation", "consecution", "safety", "rank"]
Parts: TypeAlias = list[tuple[int | None, Term]]
OF_ENDS = ("no deadlock", "no unhandled message")
PROVABLE = ("always", "never", "step", "no error", *OF_ENDS, "no lost update", "no stale write", "no overwrite")


@final
class Obligation(Struct, frozen=True, kw_only=True, dict=True):
    """Shown where `smtlib` is unsatisfiable.

    `step`: its name, of consecution and of safety of steps; `lemma`: which of the lemmas (an `always` goal is the last) it is about,
    of initiation and consecution. `known`: these lemmas; `goal`: what they are for. `parts`: what the formula says, each with the number of the
    lemma that says it of the state before, or None. What is made of them is made when it is asked for: of many questions the answer is known.
    """

    name: str
    part: Part
    step: str | None
    lemma: int | None
    goal: str
    known: tuple[Expr, ...]
    form: Sorted
    parts: tuple[tuple[int | None, Term], ...]

    @property
    def signature(self) -> Signature:
        return self.form.signature

    @cached_property
    def _skolemised(self) -> list[tuple[int | None, Term]]:
        said = [(None, law) for law in self.form.laws([term for _, term in self.parts])]
        return [(lemma, found) for lemma, term in (*said, *self.parts) for found in skolemised(self.form, [term])]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The formula, whose negated part is skolemised."""
        return tuple(term for _, term in self._skolemised)

    @cached_property
    def told(self) -> tuple[Term, ...]:
        """What solvers are told of the formula: without sums. Raises Refused."""
        return without_sums(self.signature, self.terms)

    @cached_property
    def smtlib(self) -> str:
        """Raises Refused."""
        return script(self.signature, self.told, about=self.name)

    def lemmas_of(self, assertions: Iterable[int]) -> frozenset[int]:
        """The lemmas that these assertions of `smtlib`, by their places, say of the state before. Raises Refused."""
        known = [lemma for lemma, _ in self._skolemised]
        of_each = [lemma for term, lemma in zip_longest(self.told, known) for _ in conjuncts(term)]
        return frozenset(lemma for place in assertions if (lemma := of_each[place]) is not None)

    @property
    def majorities(self) -> tuple[str, ...]:
        """The sorts of whose majorities it is said that any two have an element in common."""
        found = frozenset[str]().union(*map(symbols, self.terms))
        return tuple(sorted(name.removeprefix(QUORUM).removesuffix(HAS) for name in found if is_quorum(name)))


def invariants(lemmas: Sequence[Expr], goal: Goal) -> tuple[Expr, ...]:
    """What is shown of every reachable state: the lemmas, and what an `always` or `never` goal asks."""
    match goal.kind:
        case "always":
            return (*lemmas, goal.conditions[0])
        case "never":
            return (*lemmas, Apply("not", (goal.conditions[0],), Bool()))
    return tuple(lemmas)


def names_an_element(lemma: Expr, free: Collection[str]) -> bool:
    """Whether it names an element of one of the sorts of any size other than the first: which one that is, is another thing at every size."""
    known = [node for node in inside(lemma) if isinstance(node, Const)]
    return any(place != 0 for node in known for sort, place in elements_in(node.type, node.value) if sort.name in free)


def obligations(form: Sorted, lemmas: Sequence[Expr], goal: Goal) -> tuple[Obligation, ...]:
    """All that has to be shown for `goal` with the help of `lemmas`, which may come from models of other sizes. A goal of whole runs has its rank
    (`ranks.with_rank`).

    Raises Refused where the goal, or a lemma, is of no form for it.
    """
    if goal.kind not in (*PROVABLE, *OF_RUNS):
        raise Refused(f"`{goal.kind}` is not a property of states or single steps: it is not proved for every size", goal.at)
    if goal.name in form.sized:
        raise Refused(f"`{goal.name}` speaks of a size itself, so it says something else at every size", form.sized[goal.name])
    if any(names_an_element(lemma, form.signature.free) for lemma in lemmas):
        raise Refused("a lemma names an element of what there is any number of")
    try:
        here = [resized(lemma, form.model) for lemma in lemmas]
        goal = replace(goal, conditions=tuple(resized(condition, form.model) for condition in goal.conditions))
    except NotOfThisSize as no:
        raise Refused(str(no), goal.at) from None
    return tuple(_Maker(form, invariants(here, goal), goal).all())


class _Maker:
    def __init__(self, form: Sorted, known: tuple[Expr, ...], goal: Goal) -> None:
        self.form, self.known, self.goal = form, known, goal
        self.before = [form.holds(condition, form.state) for condition in known]
        self.bounds = list(form.bounds())

    def all(self) -> Iterator[Obligation]:
        start = [(None, term) for term in self.form.initial()]
        for place, condition in enumerate(self.known):
            wrong = negate(self.form.holds(condition, self.form.state))
            yield self.make("initiation", None, place, [*self._always(), *start, (None, wrong)])
        for step, run in self.form.steps:
            yield from self.of_step(step, run)
        if self.goal.kind in OF_ENDS:
            end = [(None, term) for term in self.not_met_at_the_end()]
            yield self.make("safety", None, None, [*self._always(), *self._before(), *end])
        if self.goal.kind in OF_RUNS:
            yield from self.of_whole_runs()

    def of_step(self, step: Step, run: Run) -> Iterator[Obligation]:
        taken = [*self._always(), *self._before(), (None, run.lasting)]
        for place, condition in enumerate(self.known):
            after = self.form.holds(condition, run.state)
            if after == self.before[place]:  # the step touches nothing that it reads
                continue
            yield self.make("consecution", step, place, [*taken, (None, negate(after))])
        match self.goal.kind:
            case "step":
                holds = self.form.holds(self.goal.conditions[0], run.state, old=self.form.state)
                yield self.make("safety", step, None, [*taken, (None, negate(holds))])
            case "no error":
                if run.failures:
                    fails = disj(*(failing.condition for failing in run.failures))
                    yield self.make("safety", step, None, [*self._always(), *self._before(), (None, fails)])
            case kind if kind in OF_RUNS:
                lower = self.form.holds(falls(self.goal, step), run.state, old=self.form.state)
                yield self.make("rank", step, None, [*taken, (None, negate(lower))])
                given_up = [(None, term) for term in gives_up(self.form, self.goal, run.state)]
                if given_up:
                    yield self.make("safety", step, None, [*taken, *given_up])
            case "no lost update" | "no stale write" | "no overwrite":
                marked = [when for mark, when in run.marks if mark == self.goal.mark]
                if marked:
                    ends = disj(run.lasting, *(failing.condition for failing in run.failures))
                    happens = [(None, disj(*marked)), (None, ends)]
                    yield self.make("safety", step, None, [*self._always(), *self._before(), *happens])

    def not_met_at_the_end(self) -> Iterator[Term]:
        """No step that is not a fault is enabled, and the goal is not met."""
        if self.goal.kind == "no unhandled message":
            yield messages_wait(self.form)
        elif self.form.model.done is not None:
            yield negate(self.form.holds(self.form.model.done, self.form.state))
        yield from nobody_acts(self.form)

    def of_whole_runs(self) -> Iterator[Obligation]:
        """The rank is never below 0, and where a run ends the goal is met."""
        low = negate(self.form.holds(never_negative(self.goal), self.form.state))
        yield self.make("rank", None, None, [*self._always(), *self._before(), (None, low)])
        end = [(None, term) for term in wrong_at_the_end(self.form, self.goal)]
        if end:
            yield self.make("safety", None, None, [*self._always(), *self._before(), *end])

    def _always(self) -> Parts:
        return [(None, term) for term in self.bounds]

    def _before(self) -> Parts:
        return list(enumerate(self.before))

    def make(self, part: Part, step: Step | None, lemma: int | None, parts: Parts) -> Obligation:
        about = [part] if step is None else [part, step.name]
        name = " ".join(about if lemma is None else [*about, f"#{lemma}"])
        return Obligation(
            name=name,
            part=part,
            step=None if step is None else step.name,
            lemma=lemma,
            goal=self.goal.name,
            known=self.known,
            form=self.form,
            parts=tuple(parts),
        )


def skolemised(form: Sorted, terms: Sequence[Term]) -> Iterator[Term]:
    """The conjuncts of `terms`, negations in front of atoms, with constants for what exists regardless of anything else."""
    for found in (part for term in terms for part in _normal_parts(term)):
        if isinstance(found, Quantified) and found.kind == "exists":
            names = (form.signature.variable(v.name.split("!")[0], v.sort) for v in found.variables)
            constants: dict[Term, Term] = {
                v: form.signature.apply(fresh.name, (), v.sort, "choice") for v, fresh in zip(found.variables, names, strict=True)
            }
            yield from skolemised(form, [substituted(found.body, constants)])
        else:
            yield found


@lru_cache(KEPT)
def _normal_parts(term: Term) -> tuple[Term, ...]:
    """The conjuncts of a term, negations in front of atoms."""
    found = normal(term)
    if isinstance(found, App) and found.symbol == "and":
        return tuple(part for argument in found.arguments for part in _normal_parts(argument))
    return () if found == TRUE else (found,)
