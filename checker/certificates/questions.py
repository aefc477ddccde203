"""The questions that decide a claim: obligations as SMT-LIB, made from the model and the lemmas; who answers them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from checker.certificates.certificate import Varying
from checker.certificates.subject import Asked
from checker.model.expr import Expr
from checker.model.resize import NotOfThisSize, resized
from checker.sorted.decide import deciding_sizes, sizes_that_decide
from checker.sorted.obligations import Obligation, obligations
from checker.sorted.ranks import with_rank
from checker.sorted.refusals import Refused
from checker.sorted.solve import Script, Solver, solve_all
from checker.sorted.system import Sorted, sorted_form
from checker.sorted.uniform import every_size

ENDS = "a run ends where a step of the protocol fails: that none does is the property `no error`"
ASSUMED = (
    f"{ENDS[0].upper()}{ENDS[1:]}.",
    "Every number of agents and things means every number from 1.",
)


def questions(subject: Asked, lemmas: Sequence[Expr]) -> list[Question]:
    """What must be shown for the property of `subject` to hold, at every size or at its own, with the help of lemmas over any model of it.

    Made afresh, so that the same lemmas always give the same texts. Raises Refused where something is of no form for that.
    """
    return as_texts(posed(subject, lemmas)[1])


def as_texts(obligations: Sequence[Obligation]) -> list[Question]:
    """Raises Refused."""
    return [Question(name=one.name, smtlib=one.smtlib, majorities=one.majorities) for one in obligations]


def posed(subject: Asked, lemmas: Sequence[Expr]) -> tuple[Sorted, tuple[Obligation, ...]]:
    """The obligations that `questions` are the texts of, and the form that they are about. Raises Refused."""
    form = sorted_form(subject.model, ()) if subject.one_size else every_size(subject.family).form
    at = form.sized.get(subject.name)
    if at is not None:
        raise Refused(f"`{subject.name}` speaks of a number of agents or things by itself", at)
    known: Sequence[Expr]
    try:
        known = [resized(lemma, form.model) for lemma in lemmas]
    except NotOfThisSize as reason:
        raise Refused(f"a lemma is about one size only: {reason}") from None
    goal, rest = with_rank(subject.goal_of(form.model), known)
    return form, obligations(form, rest, goal)


class Small(Struct, frozen=True, kw_only=True):
    """Of `asked` questions, `shown` were decided once more without quantifiers: a violation at any size would show with `sizes` elements (sort ->
    number) already, and does not.
    """

    asked: int
    shown: int
    sizes: dict[str, int]


def by_small_sizes(subject: Asked, lemmas: Sequence[Expr], *, time_s: float = 10.0, memory_mib: float | None = None) -> Small:
    """Raises Refused, SolverMissing."""
    form, asked = posed(subject, lemmas)
    found = [sizes for sizes in deciding_sizes(form, asked, time_s=time_s, memory_mib=memory_mib) if sizes is not None]
    return Small(asked=len(asked), shown=len(found), sizes=_largest(found))


def decided_at(
    form: Sorted, asked: Sequence[Obligation], *, time_s: float = 10.0, memory_mib: float | None = None
) -> dict[str, int]:
    """With how many elements of each sort a violation of any of these would show already; {} where that is not shown of all of them.
    Raises Refused, SolverMissing."""
    return _largest(sizes_that_decide(form, asked, time_s=time_s, memory_mib=memory_mib) or [])


def _largest(found: Sequence[Mapping[str, int]]) -> dict[str, int]:
    sorts = dict.fromkeys(sort for sizes in found for sort in sizes)
    return {sort: max(sizes.get(sort, 1) for sizes in found) for sort in sorts}


def open_sorts(subject: Asked) -> list[Varying]:
    """The sorts that may have any size; none where only one size is asked for. Raises Refused where there are none else."""
    if subject.one_size:
        return []
    found = [Varying(sort=sort, parameter=parameter) for sort, parameter in subject.every_size.open.items()]
    if not found:
        raise Refused(why_fixed(subject))
    return found


def why_fixed(subject: Asked) -> str:
    """Why no sort may have any size."""
    return why_others_fixed(subject) or "it has no roles and no ids of which there may be more or fewer"


def why_others_fixed(subject: Asked) -> str:
    """Why the sorts that do not vary have one size only; "" where there are none."""
    fixed = [(sort, one) for sort, one in subject.every_size.fixed.items() if one.at is not None]
    of: dict[str, list[str]] = {}
    for sort, one in fixed:
        of.setdefault(f"{one.why} ({one.at})", []).append(sort)
    return "; ".join(f"{' and '.join(sorts)}: {why}" for why, sorts in of.items())


class Question(Struct, frozen=True, kw_only=True):
    """Holds where `smtlib` is unsatisfiable. `majorities`: the sorts of whose majorities it says that any two have an element in common."""

    name: str
    smtlib: str
    majorities: tuple[str, ...] = ()


class Solved(Struct, frozen=True, kw_only=True):
    """`verdict`: "unsat" is a yes."""

    question: Question
    verdict: str
    reason: str
    seconds: float


def answers(
    asked: Sequence[Question], solver: Solver, *, time_s: float = 20.0, memory_mib: float | None = None
) -> Iterator[Solved]:
    """The answer of a solver to each question, in order. Raises SolverMissing."""
    scripts = [Script(question.smtlib) for question in asked]
    for question, answer in zip(asked, solve_all(scripts, solver, time_s=time_s, memory_mib=memory_mib), strict=True):
        yield Solved(question=question, verdict=answer.result, reason=answer.reason, seconds=answer.seconds)


def write_smtlib(asked: Sequence[Question], folder: str) -> list[str]:
    """A `.smt2` file for each question, which `z3 FILE` and `cvc5 --enum-inst FILE` must answer with `unsat`. Their names. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for number, question in enumerate(asked, 1):
        name = re.sub(r"[^A-Za-z0-9]+", "_", question.name).strip("_")
        paths.append(os.path.join(folder, f"{number:02}_{name}.smt2"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(question.smtlib)
    return paths
